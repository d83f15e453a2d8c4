from bidwright.v1 import configuration_pb2 as _configuration_pb2
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

class PriceStepKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRICE_STEP_KIND_UNSPECIFIED: _ClassVar[PriceStepKind]
    PRICE_STEP_KIND_LIST: _ClassVar[PriceStepKind]
    PRICE_STEP_KIND_PACKAGE: _ClassVar[PriceStepKind]
    PRICE_STEP_KIND_VOLUME: _ClassVar[PriceStepKind]
    PRICE_STEP_KIND_TERM: _ClassVar[PriceStepKind]
    PRICE_STEP_KIND_CHANNEL: _ClassVar[PriceStepKind]
    PRICE_STEP_KIND_DISCRETIONARY: _ClassVar[PriceStepKind]
    PRICE_STEP_KIND_ROUNDING: _ClassVar[PriceStepKind]
    PRICE_STEP_KIND_BESPOKE_COST: _ClassVar[PriceStepKind]
    PRICE_STEP_KIND_MARKUP: _ClassVar[PriceStepKind]
    PRICE_STEP_KIND_MINIMUM: _ClassVar[PriceStepKind]
    PRICE_STEP_KIND_MAXIMUM: _ClassVar[PriceStepKind]
    PRICE_STEP_KIND_WAIVER: _ClassVar[PriceStepKind]
    PRICE_STEP_KIND_COMMITMENT: _ClassVar[PriceStepKind]
    PRICE_STEP_KIND_PROMOTION: _ClassVar[PriceStepKind]
    PRICE_STEP_KIND_CONTRACT: _ClassVar[PriceStepKind]
    PRICE_STEP_KIND_COMMITTED: _ClassVar[PriceStepKind]
    PRICE_STEP_KIND_RAMP: _ClassVar[PriceStepKind]
    PRICE_STEP_KIND_CONTINGENCY: _ClassVar[PriceStepKind]

class PriceBasis(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRICE_BASIS_UNSPECIFIED: _ClassVar[PriceBasis]
    PRICE_BASIS_BASE: _ClassVar[PriceBasis]
    PRICE_BASIS_RUNNING: _ClassVar[PriceBasis]

class PriceLineKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRICE_LINE_KIND_UNSPECIFIED: _ClassVar[PriceLineKind]
    PRICE_LINE_KIND_COMPONENT: _ClassVar[PriceLineKind]
    PRICE_LINE_KIND_PACKAGE: _ClassVar[PriceLineKind]
    PRICE_LINE_KIND_BESPOKE: _ClassVar[PriceLineKind]
    PRICE_LINE_KIND_COMMITMENT: _ClassVar[PriceLineKind]
PRICE_STEP_KIND_UNSPECIFIED: PriceStepKind
PRICE_STEP_KIND_LIST: PriceStepKind
PRICE_STEP_KIND_PACKAGE: PriceStepKind
PRICE_STEP_KIND_VOLUME: PriceStepKind
PRICE_STEP_KIND_TERM: PriceStepKind
PRICE_STEP_KIND_CHANNEL: PriceStepKind
PRICE_STEP_KIND_DISCRETIONARY: PriceStepKind
PRICE_STEP_KIND_ROUNDING: PriceStepKind
PRICE_STEP_KIND_BESPOKE_COST: PriceStepKind
PRICE_STEP_KIND_MARKUP: PriceStepKind
PRICE_STEP_KIND_MINIMUM: PriceStepKind
PRICE_STEP_KIND_MAXIMUM: PriceStepKind
PRICE_STEP_KIND_WAIVER: PriceStepKind
PRICE_STEP_KIND_COMMITMENT: PriceStepKind
PRICE_STEP_KIND_PROMOTION: PriceStepKind
PRICE_STEP_KIND_CONTRACT: PriceStepKind
PRICE_STEP_KIND_COMMITTED: PriceStepKind
PRICE_STEP_KIND_RAMP: PriceStepKind
PRICE_STEP_KIND_CONTINGENCY: PriceStepKind
PRICE_BASIS_UNSPECIFIED: PriceBasis
PRICE_BASIS_BASE: PriceBasis
PRICE_BASIS_RUNNING: PriceBasis
PRICE_LINE_KIND_UNSPECIFIED: PriceLineKind
PRICE_LINE_KIND_COMPONENT: PriceLineKind
PRICE_LINE_KIND_PACKAGE: PriceLineKind
PRICE_LINE_KIND_BESPOKE: PriceLineKind
PRICE_LINE_KIND_COMMITMENT: PriceLineKind

class PriceStep(_message.Message):
    __slots__ = ("kind", "rule", "basis", "percent", "amount", "running")
    KIND_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    RUNNING_FIELD_NUMBER: _ClassVar[int]
    kind: PriceStepKind
    rule: str
    basis: PriceBasis
    percent: _decimal_pb2.Decimal
    amount: _decimal_pb2.Decimal
    running: _decimal_pb2.Decimal
    def __init__(self, kind: _Optional[_Union[PriceStepKind, str]] = ..., rule: _Optional[str] = ..., basis: _Optional[_Union[PriceBasis, str]] = ..., percent: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., amount: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., running: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ...) -> None: ...

class PriceLine(_message.Message):
    __slots__ = ("kind", "subject", "title", "charge", "quantity", "unit", "steps", "net", "cost", "delivery_centre", "metered", "hours", "free_months", "labour", "margin_percent")
    KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    CHARGE_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    NET_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_CENTRE_FIELD_NUMBER: _ClassVar[int]
    METERED_FIELD_NUMBER: _ClassVar[int]
    HOURS_FIELD_NUMBER: _ClassVar[int]
    FREE_MONTHS_FIELD_NUMBER: _ClassVar[int]
    LABOUR_FIELD_NUMBER: _ClassVar[int]
    MARGIN_PERCENT_FIELD_NUMBER: _ClassVar[int]
    kind: PriceLineKind
    subject: str
    title: str
    charge: _configuration_pb2.Charge
    quantity: int
    unit: str
    steps: _containers.RepeatedCompositeFieldContainer[PriceStep]
    net: _money_pb2.Money
    cost: _money_pb2.Money
    delivery_centre: str
    metered: _decimal_pb2.Decimal
    hours: _decimal_pb2.Decimal
    free_months: int
    labour: _containers.RepeatedCompositeFieldContainer[LabourShare]
    margin_percent: _decimal_pb2.Decimal
    def __init__(self, kind: _Optional[_Union[PriceLineKind, str]] = ..., subject: _Optional[str] = ..., title: _Optional[str] = ..., charge: _Optional[_Union[_configuration_pb2.Charge, str]] = ..., quantity: _Optional[int] = ..., unit: _Optional[str] = ..., steps: _Optional[_Iterable[_Union[PriceStep, _Mapping]]] = ..., net: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., cost: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., delivery_centre: _Optional[str] = ..., metered: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., hours: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., free_months: _Optional[int] = ..., labour: _Optional[_Iterable[_Union[LabourShare, _Mapping]]] = ..., margin_percent: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ...) -> None: ...

class LabourShare(_message.Message):
    __slots__ = ("delivery_centre", "hours", "rate")
    DELIVERY_CENTRE_FIELD_NUMBER: _ClassVar[int]
    HOURS_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    delivery_centre: str
    hours: _decimal_pb2.Decimal
    rate: _decimal_pb2.Decimal
    def __init__(self, delivery_centre: _Optional[str] = ..., hours: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., rate: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ...) -> None: ...

class WaterfallEntry(_message.Message):
    __slots__ = ("charge", "kind", "amount")
    CHARGE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    charge: _configuration_pb2.Charge
    kind: PriceStepKind
    amount: _decimal_pb2.Decimal
    def __init__(self, charge: _Optional[_Union[_configuration_pb2.Charge, str]] = ..., kind: _Optional[_Union[PriceStepKind, str]] = ..., amount: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ...) -> None: ...

class PriceTotals(_message.Message):
    __slots__ = ("one_time", "monthly", "contract_value", "first_year", "one_time_cost", "monthly_cost", "contract_cost", "margin_percent", "billed_monthly", "billed_quarterly", "billed_yearly", "usage", "usage_cost", "estimated_contract_value", "annual_contract_value", "net_present_value", "net_present_cost", "bespoke_value_percent", "bespoke_effort_percent")
    ONE_TIME_FIELD_NUMBER: _ClassVar[int]
    MONTHLY_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_VALUE_FIELD_NUMBER: _ClassVar[int]
    FIRST_YEAR_FIELD_NUMBER: _ClassVar[int]
    ONE_TIME_COST_FIELD_NUMBER: _ClassVar[int]
    MONTHLY_COST_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_COST_FIELD_NUMBER: _ClassVar[int]
    MARGIN_PERCENT_FIELD_NUMBER: _ClassVar[int]
    BILLED_MONTHLY_FIELD_NUMBER: _ClassVar[int]
    BILLED_QUARTERLY_FIELD_NUMBER: _ClassVar[int]
    BILLED_YEARLY_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    USAGE_COST_FIELD_NUMBER: _ClassVar[int]
    ESTIMATED_CONTRACT_VALUE_FIELD_NUMBER: _ClassVar[int]
    ANNUAL_CONTRACT_VALUE_FIELD_NUMBER: _ClassVar[int]
    NET_PRESENT_VALUE_FIELD_NUMBER: _ClassVar[int]
    NET_PRESENT_COST_FIELD_NUMBER: _ClassVar[int]
    BESPOKE_VALUE_PERCENT_FIELD_NUMBER: _ClassVar[int]
    BESPOKE_EFFORT_PERCENT_FIELD_NUMBER: _ClassVar[int]
    one_time: _money_pb2.Money
    monthly: _money_pb2.Money
    contract_value: _money_pb2.Money
    first_year: _money_pb2.Money
    one_time_cost: _money_pb2.Money
    monthly_cost: _money_pb2.Money
    contract_cost: _money_pb2.Money
    margin_percent: _decimal_pb2.Decimal
    billed_monthly: _money_pb2.Money
    billed_quarterly: _money_pb2.Money
    billed_yearly: _money_pb2.Money
    usage: _money_pb2.Money
    usage_cost: _money_pb2.Money
    estimated_contract_value: _money_pb2.Money
    annual_contract_value: _money_pb2.Money
    net_present_value: _money_pb2.Money
    net_present_cost: _money_pb2.Money
    bespoke_value_percent: _decimal_pb2.Decimal
    bespoke_effort_percent: _decimal_pb2.Decimal
    def __init__(self, one_time: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., monthly: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., contract_value: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., first_year: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., one_time_cost: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., monthly_cost: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., contract_cost: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., margin_percent: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., billed_monthly: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., billed_quarterly: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., billed_yearly: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., usage: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., usage_cost: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., estimated_contract_value: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., annual_contract_value: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., net_present_value: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., net_present_cost: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., bespoke_value_percent: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., bespoke_effort_percent: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ...) -> None: ...

class PricePhase(_message.Message):
    __slots__ = ("first_month", "months", "lines", "waterfall")
    FIRST_MONTH_FIELD_NUMBER: _ClassVar[int]
    MONTHS_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    WATERFALL_FIELD_NUMBER: _ClassVar[int]
    first_month: int
    months: int
    lines: _containers.RepeatedCompositeFieldContainer[PriceLine]
    waterfall: _containers.RepeatedCompositeFieldContainer[WaterfallEntry]
    def __init__(self, first_month: _Optional[int] = ..., months: _Optional[int] = ..., lines: _Optional[_Iterable[_Union[PriceLine, _Mapping]]] = ..., waterfall: _Optional[_Iterable[_Union[WaterfallEntry, _Mapping]]] = ...) -> None: ...

class PriceYear(_message.Message):
    __slots__ = ("year", "value", "cost", "margin_percent")
    YEAR_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    MARGIN_PERCENT_FIELD_NUMBER: _ClassVar[int]
    year: int
    value: _money_pb2.Money
    cost: _money_pb2.Money
    margin_percent: _decimal_pb2.Decimal
    def __init__(self, year: _Optional[int] = ..., value: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., cost: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., margin_percent: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ...) -> None: ...

class CashFlow(_message.Message):
    __slots__ = ("first_month", "months", "value", "cost")
    FIRST_MONTH_FIELD_NUMBER: _ClassVar[int]
    MONTHS_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    first_month: int
    months: int
    value: _money_pb2.Money
    cost: _money_pb2.Money
    def __init__(self, first_month: _Optional[int] = ..., months: _Optional[int] = ..., value: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., cost: _Optional[_Union[_money_pb2.Money, _Mapping]] = ...) -> None: ...

class Price(_message.Message):
    __slots__ = ("currency", "price_book", "release", "price_date", "term_months", "lines", "waterfall", "totals", "phases", "years", "cash_flow")
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    PRICE_BOOK_FIELD_NUMBER: _ClassVar[int]
    RELEASE_FIELD_NUMBER: _ClassVar[int]
    PRICE_DATE_FIELD_NUMBER: _ClassVar[int]
    TERM_MONTHS_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    WATERFALL_FIELD_NUMBER: _ClassVar[int]
    TOTALS_FIELD_NUMBER: _ClassVar[int]
    PHASES_FIELD_NUMBER: _ClassVar[int]
    YEARS_FIELD_NUMBER: _ClassVar[int]
    CASH_FLOW_FIELD_NUMBER: _ClassVar[int]
    currency: str
    price_book: str
    release: str
    price_date: _date_pb2.Date
    term_months: int
    lines: _containers.RepeatedCompositeFieldContainer[PriceLine]
    waterfall: _containers.RepeatedCompositeFieldContainer[WaterfallEntry]
    totals: PriceTotals
    phases: _containers.RepeatedCompositeFieldContainer[PricePhase]
    years: _containers.RepeatedCompositeFieldContainer[PriceYear]
    cash_flow: _containers.RepeatedCompositeFieldContainer[CashFlow]
    def __init__(self, currency: _Optional[str] = ..., price_book: _Optional[str] = ..., release: _Optional[str] = ..., price_date: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., term_months: _Optional[int] = ..., lines: _Optional[_Iterable[_Union[PriceLine, _Mapping]]] = ..., waterfall: _Optional[_Iterable[_Union[WaterfallEntry, _Mapping]]] = ..., totals: _Optional[_Union[PriceTotals, _Mapping]] = ..., phases: _Optional[_Iterable[_Union[PricePhase, _Mapping]]] = ..., years: _Optional[_Iterable[_Union[PriceYear, _Mapping]]] = ..., cash_flow: _Optional[_Iterable[_Union[CashFlow, _Mapping]]] = ...) -> None: ...
