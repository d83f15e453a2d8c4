from bidwright.v1 import configuration_pb2 as _configuration_pb2
from google.type import decimal_pb2 as _decimal_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class StepKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STEP_KIND_UNSPECIFIED: _ClassVar[StepKind]
    STEP_KIND_ROLE: _ClassVar[StepKind]
    STEP_KIND_MANUAL: _ClassVar[StepKind]

class ReferenceKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REFERENCE_KIND_UNSPECIFIED: _ClassVar[ReferenceKind]
    REFERENCE_KIND_ENDPOINT: _ClassVar[ReferenceKind]
    REFERENCE_KIND_ENDPOINTS: _ClassVar[ReferenceKind]
    REFERENCE_KIND_ADDRESS: _ClassVar[ReferenceKind]
    REFERENCE_KIND_ADDRESSES: _ClassVar[ReferenceKind]
STEP_KIND_UNSPECIFIED: StepKind
STEP_KIND_ROLE: StepKind
STEP_KIND_MANUAL: StepKind
REFERENCE_KIND_UNSPECIFIED: ReferenceKind
REFERENCE_KIND_ENDPOINT: ReferenceKind
REFERENCE_KIND_ENDPOINTS: ReferenceKind
REFERENCE_KIND_ADDRESS: ReferenceKind
REFERENCE_KIND_ADDRESSES: ReferenceKind

class Reference(_message.Message):
    __slots__ = ("kind", "steps")
    KIND_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    kind: ReferenceKind
    steps: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, kind: _Optional[_Union[ReferenceKind, str]] = ..., steps: _Optional[_Iterable[str]] = ...) -> None: ...

class SharedSecret(_message.Message):
    __slots__ = ("name", "step", "option")
    NAME_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    OPTION_FIELD_NUMBER: _ClassVar[int]
    name: str
    step: str
    option: str
    def __init__(self, name: _Optional[str] = ..., step: _Optional[str] = ..., option: _Optional[str] = ...) -> None: ...

class Variable(_message.Message):
    __slots__ = ("name", "text", "integer", "decimal", "boolean", "reference")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    INTEGER_FIELD_NUMBER: _ClassVar[int]
    DECIMAL_FIELD_NUMBER: _ClassVar[int]
    BOOLEAN_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    name: str
    text: str
    integer: int
    decimal: _decimal_pb2.Decimal
    boolean: bool
    reference: Reference
    def __init__(self, name: _Optional[str] = ..., text: _Optional[str] = ..., integer: _Optional[int] = ..., decimal: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., boolean: _Optional[bool] = ..., reference: _Optional[_Union[Reference, _Mapping]] = ...) -> None: ...

class PlanStep(_message.Message):
    __slots__ = ("id", "kind", "title", "role", "targets", "items", "variables", "after", "reason", "unit", "accountable", "duration_minutes", "instructions", "verification", "undo", "bespoke_item", "place", "delivery", "secrets")
    ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    VARIABLES_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    ACCOUNTABLE_FIELD_NUMBER: _ClassVar[int]
    DURATION_MINUTES_FIELD_NUMBER: _ClassVar[int]
    INSTRUCTIONS_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_FIELD_NUMBER: _ClassVar[int]
    UNDO_FIELD_NUMBER: _ClassVar[int]
    BESPOKE_ITEM_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_FIELD_NUMBER: _ClassVar[int]
    SECRETS_FIELD_NUMBER: _ClassVar[int]
    id: str
    kind: StepKind
    title: str
    role: str
    targets: _containers.RepeatedScalarFieldContainer[str]
    items: _containers.RepeatedCompositeFieldContainer[_configuration_pb2.ConfigurationItem]
    variables: _containers.RepeatedCompositeFieldContainer[Variable]
    after: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    unit: str
    accountable: str
    duration_minutes: int
    instructions: str
    verification: str
    undo: str
    bespoke_item: str
    place: int
    delivery: str
    secrets: _containers.RepeatedCompositeFieldContainer[SharedSecret]
    def __init__(self, id: _Optional[str] = ..., kind: _Optional[_Union[StepKind, str]] = ..., title: _Optional[str] = ..., role: _Optional[str] = ..., targets: _Optional[_Iterable[str]] = ..., items: _Optional[_Iterable[_Union[_configuration_pb2.ConfigurationItem, _Mapping]]] = ..., variables: _Optional[_Iterable[_Union[Variable, _Mapping]]] = ..., after: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ..., unit: _Optional[str] = ..., accountable: _Optional[str] = ..., duration_minutes: _Optional[int] = ..., instructions: _Optional[str] = ..., verification: _Optional[str] = ..., undo: _Optional[str] = ..., bespoke_item: _Optional[str] = ..., place: _Optional[int] = ..., delivery: _Optional[str] = ..., secrets: _Optional[_Iterable[_Union[SharedSecret, _Mapping]]] = ...) -> None: ...

class Plan(_message.Message):
    __slots__ = ("steps", "duration_minutes", "automation_percent", "target_kind", "places")
    STEPS_FIELD_NUMBER: _ClassVar[int]
    DURATION_MINUTES_FIELD_NUMBER: _ClassVar[int]
    AUTOMATION_PERCENT_FIELD_NUMBER: _ClassVar[int]
    TARGET_KIND_FIELD_NUMBER: _ClassVar[int]
    PLACES_FIELD_NUMBER: _ClassVar[int]
    steps: _containers.RepeatedCompositeFieldContainer[PlanStep]
    duration_minutes: int
    automation_percent: int
    target_kind: str
    places: int
    def __init__(self, steps: _Optional[_Iterable[_Union[PlanStep, _Mapping]]] = ..., duration_minutes: _Optional[int] = ..., automation_percent: _Optional[int] = ..., target_kind: _Optional[str] = ..., places: _Optional[int] = ...) -> None: ...
