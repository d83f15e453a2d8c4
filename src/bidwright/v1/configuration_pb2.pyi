from bidwright.buf.validate import validate_pb2 as _validate_pb2
from google.type import date_pb2 as _date_pb2
from google.type import decimal_pb2 as _decimal_pb2
from google.type import money_pb2 as _money_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Charge(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHARGE_UNSPECIFIED: _ClassVar[Charge]
    CHARGE_ONE_TIME: _ClassVar[Charge]
    CHARGE_MONTHLY: _ClassVar[Charge]
    CHARGE_QUARTERLY: _ClassVar[Charge]
    CHARGE_YEARLY: _ClassVar[Charge]
    CHARGE_USAGE: _ClassVar[Charge]

class ConflictKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONFLICT_KIND_UNSPECIFIED: _ClassVar[ConflictKind]
    CONFLICT_KIND_NEED: _ClassVar[ConflictKind]
    CONFLICT_KIND_BUDGET: _ClassVar[ConflictKind]
    CONFLICT_KIND_PIN: _ClassVar[ConflictKind]
    CONFLICT_KIND_EXCLUSION: _ClassVar[ConflictKind]
    CONFLICT_KIND_RULE: _ClassVar[ConflictKind]
    CONFLICT_KIND_SLOT: _ClassVar[ConflictKind]
    CONFLICT_KIND_RESOURCE: _ClassVar[ConflictKind]
    CONFLICT_KIND_BESPOKE: _ClassVar[ConflictKind]
    CONFLICT_KIND_DELIVERY_CENTRE: _ClassVar[ConflictKind]
    CONFLICT_KIND_CAPACITY: _ClassVar[ConflictKind]
CHARGE_UNSPECIFIED: Charge
CHARGE_ONE_TIME: Charge
CHARGE_MONTHLY: Charge
CHARGE_QUARTERLY: Charge
CHARGE_YEARLY: Charge
CHARGE_USAGE: Charge
CONFLICT_KIND_UNSPECIFIED: ConflictKind
CONFLICT_KIND_NEED: ConflictKind
CONFLICT_KIND_BUDGET: ConflictKind
CONFLICT_KIND_PIN: ConflictKind
CONFLICT_KIND_EXCLUSION: ConflictKind
CONFLICT_KIND_RULE: ConflictKind
CONFLICT_KIND_SLOT: ConflictKind
CONFLICT_KIND_RESOURCE: ConflictKind
CONFLICT_KIND_BESPOKE: ConflictKind
CONFLICT_KIND_DELIVERY_CENTRE: ConflictKind
CONFLICT_KIND_CAPACITY: ConflictKind

class NeedAnswer(_message.Message):
    __slots__ = ("name", "boolean", "integer", "decimal", "text")
    NAME_FIELD_NUMBER: _ClassVar[int]
    BOOLEAN_FIELD_NUMBER: _ClassVar[int]
    INTEGER_FIELD_NUMBER: _ClassVar[int]
    DECIMAL_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    name: str
    boolean: bool
    integer: int
    decimal: _decimal_pb2.Decimal
    text: str
    def __init__(self, name: _Optional[str] = ..., boolean: _Optional[bool] = ..., integer: _Optional[int] = ..., decimal: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., text: _Optional[str] = ...) -> None: ...

class ConfigurationItem(_message.Message):
    __slots__ = ("component", "quantity")
    COMPONENT_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    component: str
    quantity: int
    def __init__(self, component: _Optional[str] = ..., quantity: _Optional[int] = ...) -> None: ...

class BespokeEffort(_message.Message):
    __slots__ = ("role", "days", "delivery_centre")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_CENTRE_FIELD_NUMBER: _ClassVar[int]
    role: str
    days: _decimal_pb2.Decimal
    delivery_centre: str
    def __init__(self, role: _Optional[str] = ..., days: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., delivery_centre: _Optional[str] = ...) -> None: ...

class BespokeItem(_message.Message):
    __slots__ = ("id", "title", "description", "owner", "charge", "effort", "material_cost", "markup_percent", "requires", "forbids", "risk_class")
    ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    CHARGE_FIELD_NUMBER: _ClassVar[int]
    EFFORT_FIELD_NUMBER: _ClassVar[int]
    MATERIAL_COST_FIELD_NUMBER: _ClassVar[int]
    MARKUP_PERCENT_FIELD_NUMBER: _ClassVar[int]
    REQUIRES_FIELD_NUMBER: _ClassVar[int]
    FORBIDS_FIELD_NUMBER: _ClassVar[int]
    RISK_CLASS_FIELD_NUMBER: _ClassVar[int]
    id: str
    title: str
    description: str
    owner: str
    charge: Charge
    effort: _containers.RepeatedCompositeFieldContainer[BespokeEffort]
    material_cost: _money_pb2.Money
    markup_percent: _decimal_pb2.Decimal
    requires: _containers.RepeatedScalarFieldContainer[str]
    forbids: _containers.RepeatedScalarFieldContainer[str]
    risk_class: str
    def __init__(self, id: _Optional[str] = ..., title: _Optional[str] = ..., description: _Optional[str] = ..., owner: _Optional[str] = ..., charge: _Optional[_Union[Charge, str]] = ..., effort: _Optional[_Iterable[_Union[BespokeEffort, _Mapping]]] = ..., material_cost: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., markup_percent: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., requires: _Optional[_Iterable[str]] = ..., forbids: _Optional[_Iterable[str]] = ..., risk_class: _Optional[str] = ...) -> None: ...

class UsageEstimate(_message.Message):
    __slots__ = ("component", "quantity")
    COMPONENT_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    component: str
    quantity: _decimal_pb2.Decimal
    def __init__(self, component: _Optional[str] = ..., quantity: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ...) -> None: ...

class Configuration(_message.Message):
    __slots__ = ("release", "offering", "market", "needs", "items", "bespoke_items", "usage", "sites")
    RELEASE_FIELD_NUMBER: _ClassVar[int]
    OFFERING_FIELD_NUMBER: _ClassVar[int]
    MARKET_FIELD_NUMBER: _ClassVar[int]
    NEEDS_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    BESPOKE_ITEMS_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    SITES_FIELD_NUMBER: _ClassVar[int]
    release: str
    offering: str
    market: str
    needs: _containers.RepeatedCompositeFieldContainer[NeedAnswer]
    items: _containers.RepeatedCompositeFieldContainer[ConfigurationItem]
    bespoke_items: _containers.RepeatedCompositeFieldContainer[BespokeItem]
    usage: _containers.RepeatedCompositeFieldContainer[UsageEstimate]
    sites: _containers.RepeatedCompositeFieldContainer[ConfigurationSite]
    def __init__(self, release: _Optional[str] = ..., offering: _Optional[str] = ..., market: _Optional[str] = ..., needs: _Optional[_Iterable[_Union[NeedAnswer, _Mapping]]] = ..., items: _Optional[_Iterable[_Union[ConfigurationItem, _Mapping]]] = ..., bespoke_items: _Optional[_Iterable[_Union[BespokeItem, _Mapping]]] = ..., usage: _Optional[_Iterable[_Union[UsageEstimate, _Mapping]]] = ..., sites: _Optional[_Iterable[_Union[ConfigurationSite, _Mapping]]] = ...) -> None: ...

class ConfigurationSite(_message.Message):
    __slots__ = ("id", "title", "needs", "items")
    ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    NEEDS_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    id: str
    title: str
    needs: _containers.RepeatedCompositeFieldContainer[NeedAnswer]
    items: _containers.RepeatedCompositeFieldContainer[ConfigurationItem]
    def __init__(self, id: _Optional[str] = ..., title: _Optional[str] = ..., needs: _Optional[_Iterable[_Union[NeedAnswer, _Mapping]]] = ..., items: _Optional[_Iterable[_Union[ConfigurationItem, _Mapping]]] = ...) -> None: ...

class Budget(_message.Message):
    __slots__ = ("monthly", "one_time", "contract_value")
    MONTHLY_FIELD_NUMBER: _ClassVar[int]
    ONE_TIME_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_VALUE_FIELD_NUMBER: _ClassVar[int]
    monthly: _money_pb2.Money
    one_time: _money_pb2.Money
    contract_value: _money_pb2.Money
    def __init__(self, monthly: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., one_time: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., contract_value: _Optional[_Union[_money_pb2.Money, _Mapping]] = ...) -> None: ...

class CommercialTerms(_message.Message):
    __slots__ = ("term_months", "discretionary_discount_percent", "price_date", "segment", "channel", "agreement", "promotion_codes", "line_discounts", "one_time_discount", "monthly_discount", "commitments", "free_months", "ramp", "present_value_rate_percent")
    TERM_MONTHS_FIELD_NUMBER: _ClassVar[int]
    DISCRETIONARY_DISCOUNT_PERCENT_FIELD_NUMBER: _ClassVar[int]
    PRICE_DATE_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    AGREEMENT_FIELD_NUMBER: _ClassVar[int]
    PROMOTION_CODES_FIELD_NUMBER: _ClassVar[int]
    LINE_DISCOUNTS_FIELD_NUMBER: _ClassVar[int]
    ONE_TIME_DISCOUNT_FIELD_NUMBER: _ClassVar[int]
    MONTHLY_DISCOUNT_FIELD_NUMBER: _ClassVar[int]
    COMMITMENTS_FIELD_NUMBER: _ClassVar[int]
    FREE_MONTHS_FIELD_NUMBER: _ClassVar[int]
    RAMP_FIELD_NUMBER: _ClassVar[int]
    PRESENT_VALUE_RATE_PERCENT_FIELD_NUMBER: _ClassVar[int]
    term_months: int
    discretionary_discount_percent: _decimal_pb2.Decimal
    price_date: _date_pb2.Date
    segment: str
    channel: str
    agreement: str
    promotion_codes: _containers.RepeatedScalarFieldContainer[str]
    line_discounts: _containers.RepeatedCompositeFieldContainer[LineDiscount]
    one_time_discount: _money_pb2.Money
    monthly_discount: _money_pb2.Money
    commitments: _containers.RepeatedCompositeFieldContainer[CommittedAmount]
    free_months: int
    ramp: _containers.RepeatedCompositeFieldContainer[RampPhase]
    present_value_rate_percent: _decimal_pb2.Decimal
    def __init__(self, term_months: _Optional[int] = ..., discretionary_discount_percent: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., price_date: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., segment: _Optional[str] = ..., channel: _Optional[str] = ..., agreement: _Optional[str] = ..., promotion_codes: _Optional[_Iterable[str]] = ..., line_discounts: _Optional[_Iterable[_Union[LineDiscount, _Mapping]]] = ..., one_time_discount: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., monthly_discount: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., commitments: _Optional[_Iterable[_Union[CommittedAmount, _Mapping]]] = ..., free_months: _Optional[int] = ..., ramp: _Optional[_Iterable[_Union[RampPhase, _Mapping]]] = ..., present_value_rate_percent: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ...) -> None: ...

class RampPhase(_message.Message):
    __slots__ = ("from_month", "quantities", "discount_percent")
    FROM_MONTH_FIELD_NUMBER: _ClassVar[int]
    QUANTITIES_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_PERCENT_FIELD_NUMBER: _ClassVar[int]
    from_month: int
    quantities: _containers.RepeatedCompositeFieldContainer[RampQuantity]
    discount_percent: _decimal_pb2.Decimal
    def __init__(self, from_month: _Optional[int] = ..., quantities: _Optional[_Iterable[_Union[RampQuantity, _Mapping]]] = ..., discount_percent: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ...) -> None: ...

class RampQuantity(_message.Message):
    __slots__ = ("component", "quantity")
    COMPONENT_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    component: str
    quantity: int
    def __init__(self, component: _Optional[str] = ..., quantity: _Optional[int] = ...) -> None: ...

class LineDiscount(_message.Message):
    __slots__ = ("component", "percent")
    COMPONENT_FIELD_NUMBER: _ClassVar[int]
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    component: str
    percent: _decimal_pb2.Decimal
    def __init__(self, component: _Optional[str] = ..., percent: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ...) -> None: ...

class CommittedAmount(_message.Message):
    __slots__ = ("commitment", "monthly")
    COMMITMENT_FIELD_NUMBER: _ClassVar[int]
    MONTHLY_FIELD_NUMBER: _ClassVar[int]
    commitment: str
    monthly: _money_pb2.Money
    def __init__(self, commitment: _Optional[str] = ..., monthly: _Optional[_Union[_money_pb2.Money, _Mapping]] = ...) -> None: ...

class ConflictMember(_message.Message):
    __slots__ = ("kind", "id", "text", "site")
    KIND_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    SITE_FIELD_NUMBER: _ClassVar[int]
    kind: ConflictKind
    id: str
    text: str
    site: str
    def __init__(self, kind: _Optional[_Union[ConflictKind, str]] = ..., id: _Optional[str] = ..., text: _Optional[str] = ..., site: _Optional[str] = ...) -> None: ...

class Conflict(_message.Message):
    __slots__ = ("summary", "members", "minimal")
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    MINIMAL_FIELD_NUMBER: _ClassVar[int]
    summary: str
    members: _containers.RepeatedCompositeFieldContainer[ConflictMember]
    minimal: bool
    def __init__(self, summary: _Optional[str] = ..., members: _Optional[_Iterable[_Union[ConflictMember, _Mapping]]] = ..., minimal: _Optional[bool] = ...) -> None: ...

class Violation(_message.Message):
    __slots__ = ("kind", "id", "text", "fix")
    KIND_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    FIX_FIELD_NUMBER: _ClassVar[int]
    kind: ConflictKind
    id: str
    text: str
    fix: str
    def __init__(self, kind: _Optional[_Union[ConflictKind, str]] = ..., id: _Optional[str] = ..., text: _Optional[str] = ..., fix: _Optional[str] = ...) -> None: ...

class Proof(_message.Message):
    __slots__ = ("objective", "value", "bound", "gap_percent", "is_optimal", "number", "number_bound")
    OBJECTIVE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    BOUND_FIELD_NUMBER: _ClassVar[int]
    GAP_PERCENT_FIELD_NUMBER: _ClassVar[int]
    IS_OPTIMAL_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    NUMBER_BOUND_FIELD_NUMBER: _ClassVar[int]
    objective: str
    value: _money_pb2.Money
    bound: _money_pb2.Money
    gap_percent: _decimal_pb2.Decimal
    is_optimal: bool
    number: _decimal_pb2.Decimal
    number_bound: _decimal_pb2.Decimal
    def __init__(self, objective: _Optional[str] = ..., value: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., bound: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., gap_percent: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., is_optimal: _Optional[bool] = ..., number: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., number_bound: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ...) -> None: ...
