from bidwright.v1 import configuration_pb2 as _configuration_pb2
from bidwright.v1 import price_pb2 as _price_pb2
from bidwright.buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PriceConfigurationRequest(_message.Message):
    __slots__ = ("configuration", "terms")
    CONFIGURATION_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    configuration: _configuration_pb2.Configuration
    terms: _configuration_pb2.CommercialTerms
    def __init__(self, configuration: _Optional[_Union[_configuration_pb2.Configuration, _Mapping]] = ..., terms: _Optional[_Union[_configuration_pb2.CommercialTerms, _Mapping]] = ...) -> None: ...
