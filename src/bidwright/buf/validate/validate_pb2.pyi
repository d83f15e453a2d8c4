from google.protobuf import descriptor_pb2 as _descriptor_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Ignore(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    IGNORE_UNSPECIFIED: _ClassVar[Ignore]
    IGNORE_IF_ZERO_VALUE: _ClassVar[Ignore]
IGNORE_UNSPECIFIED: Ignore
IGNORE_IF_ZERO_VALUE: Ignore
ONEOF_FIELD_NUMBER: _ClassVar[int]
oneof: _descriptor.FieldDescriptor
FIELD_FIELD_NUMBER: _ClassVar[int]
field: _descriptor.FieldDescriptor

class OneofRules(_message.Message):
    __slots__ = ("required",)
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    required: bool
    def __init__(self, required: _Optional[bool] = ...) -> None: ...

class FieldRules(_message.Message):
    __slots__ = ("required", "ignore", "int32", "string", "enum", "repeated")
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    IGNORE_FIELD_NUMBER: _ClassVar[int]
    INT32_FIELD_NUMBER: _ClassVar[int]
    STRING_FIELD_NUMBER: _ClassVar[int]
    ENUM_FIELD_NUMBER: _ClassVar[int]
    REPEATED_FIELD_NUMBER: _ClassVar[int]
    required: bool
    ignore: Ignore
    int32: Int32Rules
    string: StringRules
    enum: EnumRules
    repeated: RepeatedRules
    def __init__(self, required: _Optional[bool] = ..., ignore: _Optional[_Union[Ignore, str]] = ..., int32: _Optional[_Union[Int32Rules, _Mapping]] = ..., string: _Optional[_Union[StringRules, _Mapping]] = ..., enum: _Optional[_Union[EnumRules, _Mapping]] = ..., repeated: _Optional[_Union[RepeatedRules, _Mapping]] = ...) -> None: ...

class Int32Rules(_message.Message):
    __slots__ = ("lte", "gte")
    LTE_FIELD_NUMBER: _ClassVar[int]
    GTE_FIELD_NUMBER: _ClassVar[int]
    lte: int
    gte: int
    def __init__(self, lte: _Optional[int] = ..., gte: _Optional[int] = ...) -> None: ...

class StringRules(_message.Message):
    __slots__ = ("min_len", "max_len", "pattern", "uuid")
    MIN_LEN_FIELD_NUMBER: _ClassVar[int]
    MAX_LEN_FIELD_NUMBER: _ClassVar[int]
    PATTERN_FIELD_NUMBER: _ClassVar[int]
    UUID_FIELD_NUMBER: _ClassVar[int]
    min_len: int
    max_len: int
    pattern: str
    uuid: bool
    def __init__(self, min_len: _Optional[int] = ..., max_len: _Optional[int] = ..., pattern: _Optional[str] = ..., uuid: _Optional[bool] = ...) -> None: ...

class EnumRules(_message.Message):
    __slots__ = ("defined_only", "not_in")
    DEFINED_ONLY_FIELD_NUMBER: _ClassVar[int]
    NOT_IN_FIELD_NUMBER: _ClassVar[int]
    defined_only: bool
    not_in: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, defined_only: _Optional[bool] = ..., not_in: _Optional[_Iterable[int]] = ...) -> None: ...

class RepeatedRules(_message.Message):
    __slots__ = ("max_items", "items")
    MAX_ITEMS_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    max_items: int
    items: FieldRules
    def __init__(self, max_items: _Optional[int] = ..., items: _Optional[_Union[FieldRules, _Mapping]] = ...) -> None: ...
