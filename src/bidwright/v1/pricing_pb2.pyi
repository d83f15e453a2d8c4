from bidwright.v1 import configuration_pb2 as _configuration_pb2
from bidwright.v1 import price_pb2 as _price_pb2
from bidwright.buf.validate import validate_pb2 as _validate_pb2
from google.type import date_pb2 as _date_pb2
from google.type import decimal_pb2 as _decimal_pb2
from google.type import money_pb2 as _money_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PriceConfigurationRequest(_message.Message):
    __slots__ = ("configuration", "terms")
    CONFIGURATION_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    configuration: _configuration_pb2.Configuration
    terms: _configuration_pb2.CommercialTerms
    def __init__(self, configuration: _Optional[_Union[_configuration_pb2.Configuration, _Mapping]] = ..., terms: _Optional[_Union[_configuration_pb2.CommercialTerms, _Mapping]] = ...) -> None: ...

class PriceVariantsRequest(_message.Message):
    __slots__ = ("configuration", "terms", "term_months", "discount_percents", "channels")
    CONFIGURATION_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    TERM_MONTHS_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_PERCENTS_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    configuration: _configuration_pb2.Configuration
    terms: _configuration_pb2.CommercialTerms
    term_months: _containers.RepeatedScalarFieldContainer[int]
    discount_percents: _containers.RepeatedCompositeFieldContainer[_decimal_pb2.Decimal]
    channels: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, configuration: _Optional[_Union[_configuration_pb2.Configuration, _Mapping]] = ..., terms: _Optional[_Union[_configuration_pb2.CommercialTerms, _Mapping]] = ..., term_months: _Optional[_Iterable[int]] = ..., discount_percents: _Optional[_Iterable[_Union[_decimal_pb2.Decimal, _Mapping]]] = ..., channels: _Optional[_Iterable[str]] = ...) -> None: ...

class PriceVariantsResponse(_message.Message):
    __slots__ = ("variants",)
    VARIANTS_FIELD_NUMBER: _ClassVar[int]
    variants: _containers.RepeatedCompositeFieldContainer[PriceVariant]
    def __init__(self, variants: _Optional[_Iterable[_Union[PriceVariant, _Mapping]]] = ...) -> None: ...

class PriceVariant(_message.Message):
    __slots__ = ("term_months", "discount_percent", "channel", "price_book", "totals", "refusal")
    TERM_MONTHS_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_PERCENT_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    PRICE_BOOK_FIELD_NUMBER: _ClassVar[int]
    TOTALS_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    term_months: int
    discount_percent: _decimal_pb2.Decimal
    channel: str
    price_book: str
    totals: _price_pb2.PriceTotals
    refusal: str
    def __init__(self, term_months: _Optional[int] = ..., discount_percent: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., channel: _Optional[str] = ..., price_book: _Optional[str] = ..., totals: _Optional[_Union[_price_pb2.PriceTotals, _Mapping]] = ..., refusal: _Optional[str] = ...) -> None: ...

class FindDiscountRequest(_message.Message):
    __slots__ = ("configuration", "terms", "margin_percent", "monthly", "contract_value")
    CONFIGURATION_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    MARGIN_PERCENT_FIELD_NUMBER: _ClassVar[int]
    MONTHLY_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_VALUE_FIELD_NUMBER: _ClassVar[int]
    configuration: _configuration_pb2.Configuration
    terms: _configuration_pb2.CommercialTerms
    margin_percent: _decimal_pb2.Decimal
    monthly: _money_pb2.Money
    contract_value: _money_pb2.Money
    def __init__(self, configuration: _Optional[_Union[_configuration_pb2.Configuration, _Mapping]] = ..., terms: _Optional[_Union[_configuration_pb2.CommercialTerms, _Mapping]] = ..., margin_percent: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., monthly: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., contract_value: _Optional[_Union[_money_pb2.Money, _Mapping]] = ...) -> None: ...

class FindDiscountResponse(_message.Message):
    __slots__ = ("discount_percent", "price")
    DISCOUNT_PERCENT_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    discount_percent: _decimal_pb2.Decimal
    price: _price_pb2.Price
    def __init__(self, discount_percent: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., price: _Optional[_Union[_price_pb2.Price, _Mapping]] = ...) -> None: ...

class ComparePricesRequest(_message.Message):
    __slots__ = ("base", "other")
    BASE_FIELD_NUMBER: _ClassVar[int]
    OTHER_FIELD_NUMBER: _ClassVar[int]
    base: PriceConfigurationRequest
    other: PriceConfigurationRequest
    def __init__(self, base: _Optional[_Union[PriceConfigurationRequest, _Mapping]] = ..., other: _Optional[_Union[PriceConfigurationRequest, _Mapping]] = ...) -> None: ...

class ComparePricesResponse(_message.Message):
    __slots__ = ("base", "other", "lines", "contract_value")
    BASE_FIELD_NUMBER: _ClassVar[int]
    OTHER_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_VALUE_FIELD_NUMBER: _ClassVar[int]
    base: _price_pb2.Price
    other: _price_pb2.Price
    lines: _containers.RepeatedCompositeFieldContainer[PriceLineDifference]
    contract_value: _money_pb2.Money
    def __init__(self, base: _Optional[_Union[_price_pb2.Price, _Mapping]] = ..., other: _Optional[_Union[_price_pb2.Price, _Mapping]] = ..., lines: _Optional[_Iterable[_Union[PriceLineDifference, _Mapping]]] = ..., contract_value: _Optional[_Union[_money_pb2.Money, _Mapping]] = ...) -> None: ...

class PriceLineDifference(_message.Message):
    __slots__ = ("kind", "subject", "title", "charge", "base_quantity", "other_quantity", "base_net", "other_net", "base_times", "other_times", "steps", "contract_value", "first_month", "months")
    KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    CHARGE_FIELD_NUMBER: _ClassVar[int]
    BASE_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    OTHER_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    BASE_NET_FIELD_NUMBER: _ClassVar[int]
    OTHER_NET_FIELD_NUMBER: _ClassVar[int]
    BASE_TIMES_FIELD_NUMBER: _ClassVar[int]
    OTHER_TIMES_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_VALUE_FIELD_NUMBER: _ClassVar[int]
    FIRST_MONTH_FIELD_NUMBER: _ClassVar[int]
    MONTHS_FIELD_NUMBER: _ClassVar[int]
    kind: _price_pb2.PriceLineKind
    subject: str
    title: str
    charge: _configuration_pb2.Charge
    base_quantity: int
    other_quantity: int
    base_net: _money_pb2.Money
    other_net: _money_pb2.Money
    base_times: int
    other_times: int
    steps: _containers.RepeatedCompositeFieldContainer[PriceStepDifference]
    contract_value: _money_pb2.Money
    first_month: int
    months: int
    def __init__(self, kind: _Optional[_Union[_price_pb2.PriceLineKind, str]] = ..., subject: _Optional[str] = ..., title: _Optional[str] = ..., charge: _Optional[_Union[_configuration_pb2.Charge, str]] = ..., base_quantity: _Optional[int] = ..., other_quantity: _Optional[int] = ..., base_net: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., other_net: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., base_times: _Optional[int] = ..., other_times: _Optional[int] = ..., steps: _Optional[_Iterable[_Union[PriceStepDifference, _Mapping]]] = ..., contract_value: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., first_month: _Optional[int] = ..., months: _Optional[int] = ...) -> None: ...

class PriceStepDifference(_message.Message):
    __slots__ = ("kind", "base_rule", "other_rule", "amount", "why")
    KIND_FIELD_NUMBER: _ClassVar[int]
    BASE_RULE_FIELD_NUMBER: _ClassVar[int]
    OTHER_RULE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    kind: _price_pb2.PriceStepKind
    base_rule: str
    other_rule: str
    amount: _decimal_pb2.Decimal
    why: str
    def __init__(self, kind: _Optional[_Union[_price_pb2.PriceStepKind, str]] = ..., base_rule: _Optional[str] = ..., other_rule: _Optional[str] = ..., amount: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., why: _Optional[str] = ...) -> None: ...

class IndexPriceRequest(_message.Message):
    __slots__ = ("configuration", "terms", "index", "indexed_on")
    CONFIGURATION_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    INDEXED_ON_FIELD_NUMBER: _ClassVar[int]
    configuration: _configuration_pb2.Configuration
    terms: _configuration_pb2.CommercialTerms
    index: str
    indexed_on: _date_pb2.Date
    def __init__(self, configuration: _Optional[_Union[_configuration_pb2.Configuration, _Mapping]] = ..., terms: _Optional[_Union[_configuration_pb2.CommercialTerms, _Mapping]] = ..., index: _Optional[str] = ..., indexed_on: _Optional[_Union[_date_pb2.Date, _Mapping]] = ...) -> None: ...

class IndexPriceResponse(_message.Message):
    __slots__ = ("old_index", "new_index", "lines", "old_monthly", "new_monthly", "steps", "index_release", "parts")
    OLD_INDEX_FIELD_NUMBER: _ClassVar[int]
    NEW_INDEX_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    OLD_MONTHLY_FIELD_NUMBER: _ClassVar[int]
    NEW_MONTHLY_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    INDEX_RELEASE_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    old_index: _decimal_pb2.Decimal
    new_index: _decimal_pb2.Decimal
    lines: _containers.RepeatedCompositeFieldContainer[IndexedLine]
    old_monthly: _money_pb2.Money
    new_monthly: _money_pb2.Money
    steps: _containers.RepeatedCompositeFieldContainer[IndexStep]
    index_release: str
    parts: _containers.RepeatedCompositeFieldContainer[IndexPart]
    def __init__(self, old_index: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., new_index: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., lines: _Optional[_Iterable[_Union[IndexedLine, _Mapping]]] = ..., old_monthly: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., new_monthly: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[IndexStep, _Mapping]]] = ..., index_release: _Optional[str] = ..., parts: _Optional[_Iterable[_Union[IndexPart, _Mapping]]] = ...) -> None: ...

class IndexPart(_message.Message):
    __slots__ = ("index", "title", "percent", "old_index", "old_from", "new_index", "new_from")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    OLD_INDEX_FIELD_NUMBER: _ClassVar[int]
    OLD_FROM_FIELD_NUMBER: _ClassVar[int]
    NEW_INDEX_FIELD_NUMBER: _ClassVar[int]
    NEW_FROM_FIELD_NUMBER: _ClassVar[int]
    index: str
    title: str
    percent: _decimal_pb2.Decimal
    old_index: _decimal_pb2.Decimal
    old_from: _date_pb2.Date
    new_index: _decimal_pb2.Decimal
    new_from: _date_pb2.Date
    def __init__(self, index: _Optional[str] = ..., title: _Optional[str] = ..., percent: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., old_index: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., old_from: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., new_index: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., new_from: _Optional[_Union[_date_pb2.Date, _Mapping]] = ...) -> None: ...

class IndexStep(_message.Message):
    __slots__ = ("day", "old_index", "new_index", "percent", "why", "parts")
    DAY_FIELD_NUMBER: _ClassVar[int]
    OLD_INDEX_FIELD_NUMBER: _ClassVar[int]
    NEW_INDEX_FIELD_NUMBER: _ClassVar[int]
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    day: _date_pb2.Date
    old_index: _decimal_pb2.Decimal
    new_index: _decimal_pb2.Decimal
    percent: _decimal_pb2.Decimal
    why: str
    parts: _containers.RepeatedCompositeFieldContainer[IndexPart]
    def __init__(self, day: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., old_index: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., new_index: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., percent: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., why: _Optional[str] = ..., parts: _Optional[_Iterable[_Union[IndexPart, _Mapping]]] = ...) -> None: ...

class IndexedLine(_message.Message):
    __slots__ = ("kind", "subject", "title", "charge", "old_net", "new_net")
    KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    CHARGE_FIELD_NUMBER: _ClassVar[int]
    OLD_NET_FIELD_NUMBER: _ClassVar[int]
    NEW_NET_FIELD_NUMBER: _ClassVar[int]
    kind: _price_pb2.PriceLineKind
    subject: str
    title: str
    charge: _configuration_pb2.Charge
    old_net: _money_pb2.Money
    new_net: _money_pb2.Money
    def __init__(self, kind: _Optional[_Union[_price_pb2.PriceLineKind, str]] = ..., subject: _Optional[str] = ..., title: _Optional[str] = ..., charge: _Optional[_Union[_configuration_pb2.Charge, str]] = ..., old_net: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., new_net: _Optional[_Union[_money_pb2.Money, _Mapping]] = ...) -> None: ...
