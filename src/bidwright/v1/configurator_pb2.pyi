from bidwright.v1 import configuration_pb2 as _configuration_pb2
from bidwright.v1 import price_pb2 as _price_pb2
from bidwright.buf.validate import validate_pb2 as _validate_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Pin(_message.Message):
    __slots__ = ("component", "quantity")
    COMPONENT_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    component: str
    quantity: int
    def __init__(self, component: _Optional[str] = ..., quantity: _Optional[int] = ...) -> None: ...

class ConfigureRequest(_message.Message):
    __slots__ = ("portfolio", "offering", "market", "needs", "pins", "exclusions", "bespoke_items", "budget", "terms")
    PORTFOLIO_FIELD_NUMBER: _ClassVar[int]
    OFFERING_FIELD_NUMBER: _ClassVar[int]
    MARKET_FIELD_NUMBER: _ClassVar[int]
    NEEDS_FIELD_NUMBER: _ClassVar[int]
    PINS_FIELD_NUMBER: _ClassVar[int]
    EXCLUSIONS_FIELD_NUMBER: _ClassVar[int]
    BESPOKE_ITEMS_FIELD_NUMBER: _ClassVar[int]
    BUDGET_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    portfolio: str
    offering: str
    market: str
    needs: _containers.RepeatedCompositeFieldContainer[_configuration_pb2.NeedAnswer]
    pins: _containers.RepeatedCompositeFieldContainer[Pin]
    exclusions: _containers.RepeatedScalarFieldContainer[str]
    bespoke_items: _containers.RepeatedCompositeFieldContainer[_configuration_pb2.BespokeItem]
    budget: _configuration_pb2.Budget
    terms: _configuration_pb2.CommercialTerms
    def __init__(self, portfolio: _Optional[str] = ..., offering: _Optional[str] = ..., market: _Optional[str] = ..., needs: _Optional[_Iterable[_Union[_configuration_pb2.NeedAnswer, _Mapping]]] = ..., pins: _Optional[_Iterable[_Union[Pin, _Mapping]]] = ..., exclusions: _Optional[_Iterable[str]] = ..., bespoke_items: _Optional[_Iterable[_Union[_configuration_pb2.BespokeItem, _Mapping]]] = ..., budget: _Optional[_Union[_configuration_pb2.Budget, _Mapping]] = ..., terms: _Optional[_Union[_configuration_pb2.CommercialTerms, _Mapping]] = ...) -> None: ...

class Solution(_message.Message):
    __slots__ = ("configuration", "proof", "totals")
    CONFIGURATION_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    TOTALS_FIELD_NUMBER: _ClassVar[int]
    configuration: _configuration_pb2.Configuration
    proof: _configuration_pb2.Proof
    totals: _price_pb2.PriceTotals
    def __init__(self, configuration: _Optional[_Union[_configuration_pb2.Configuration, _Mapping]] = ..., proof: _Optional[_Union[_configuration_pb2.Proof, _Mapping]] = ..., totals: _Optional[_Union[_price_pb2.PriceTotals, _Mapping]] = ...) -> None: ...

class ConfigureResponse(_message.Message):
    __slots__ = ("solution", "conflict")
    SOLUTION_FIELD_NUMBER: _ClassVar[int]
    CONFLICT_FIELD_NUMBER: _ClassVar[int]
    solution: Solution
    conflict: _configuration_pb2.Conflict
    def __init__(self, solution: _Optional[_Union[Solution, _Mapping]] = ..., conflict: _Optional[_Union[_configuration_pb2.Conflict, _Mapping]] = ...) -> None: ...

class CheckConfigurationRequest(_message.Message):
    __slots__ = ("configuration",)
    CONFIGURATION_FIELD_NUMBER: _ClassVar[int]
    configuration: _configuration_pb2.Configuration
    def __init__(self, configuration: _Optional[_Union[_configuration_pb2.Configuration, _Mapping]] = ...) -> None: ...

class CheckConfigurationResponse(_message.Message):
    __slots__ = ("valid", "violations")
    VALID_FIELD_NUMBER: _ClassVar[int]
    VIOLATIONS_FIELD_NUMBER: _ClassVar[int]
    valid: bool
    violations: _containers.RepeatedCompositeFieldContainer[_configuration_pb2.Violation]
    def __init__(self, valid: _Optional[bool] = ..., violations: _Optional[_Iterable[_Union[_configuration_pb2.Violation, _Mapping]]] = ...) -> None: ...
