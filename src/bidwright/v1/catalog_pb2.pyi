import datetime

from bidwright.buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import decimal_pb2 as _decimal_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class NeedType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NEED_TYPE_UNSPECIFIED: _ClassVar[NeedType]
    NEED_TYPE_BOOLEAN: _ClassVar[NeedType]
    NEED_TYPE_INTEGER: _ClassVar[NeedType]
    NEED_TYPE_DECIMAL: _ClassVar[NeedType]
    NEED_TYPE_CHOICE: _ClassVar[NeedType]
    NEED_TYPE_TEXT: _ClassVar[NeedType]
NEED_TYPE_UNSPECIFIED: NeedType
NEED_TYPE_BOOLEAN: NeedType
NEED_TYPE_INTEGER: NeedType
NEED_TYPE_DECIMAL: NeedType
NEED_TYPE_CHOICE: NeedType
NEED_TYPE_TEXT: NeedType

class Portfolio(_message.Message):
    __slots__ = ("name", "title", "release", "version", "publish_time", "markets")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    RELEASE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PUBLISH_TIME_FIELD_NUMBER: _ClassVar[int]
    MARKETS_FIELD_NUMBER: _ClassVar[int]
    name: str
    title: str
    release: str
    version: str
    publish_time: _timestamp_pb2.Timestamp
    markets: _containers.RepeatedCompositeFieldContainer[Market]
    def __init__(self, name: _Optional[str] = ..., title: _Optional[str] = ..., release: _Optional[str] = ..., version: _Optional[str] = ..., publish_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., markets: _Optional[_Iterable[_Union[Market, _Mapping]]] = ...) -> None: ...

class Market(_message.Message):
    __slots__ = ("id", "title", "currency_code", "terms_months", "time_zone", "special_price_books")
    ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_CODE_FIELD_NUMBER: _ClassVar[int]
    TERMS_MONTHS_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    SPECIAL_PRICE_BOOKS_FIELD_NUMBER: _ClassVar[int]
    id: str
    title: str
    currency_code: str
    terms_months: _containers.RepeatedScalarFieldContainer[int]
    time_zone: str
    special_price_books: _containers.RepeatedCompositeFieldContainer[SpecialPriceBook]
    def __init__(self, id: _Optional[str] = ..., title: _Optional[str] = ..., currency_code: _Optional[str] = ..., terms_months: _Optional[_Iterable[int]] = ..., time_zone: _Optional[str] = ..., special_price_books: _Optional[_Iterable[_Union[SpecialPriceBook, _Mapping]]] = ...) -> None: ...

class SpecialPriceBook(_message.Message):
    __slots__ = ("id", "segment", "channel", "terms_months")
    ID_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TERMS_MONTHS_FIELD_NUMBER: _ClassVar[int]
    id: str
    segment: str
    channel: str
    terms_months: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, id: _Optional[str] = ..., segment: _Optional[str] = ..., channel: _Optional[str] = ..., terms_months: _Optional[_Iterable[int]] = ...) -> None: ...

class NeedOption(_message.Message):
    __slots__ = ("id", "title")
    ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    id: str
    title: str
    def __init__(self, id: _Optional[str] = ..., title: _Optional[str] = ...) -> None: ...

class Need(_message.Message):
    __slots__ = ("name", "question", "type", "unit", "min", "max", "places", "options", "max_length", "pattern", "default_value", "required", "per_site")
    NAME_FIELD_NUMBER: _ClassVar[int]
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    MIN_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    PLACES_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    MAX_LENGTH_FIELD_NUMBER: _ClassVar[int]
    PATTERN_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_VALUE_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    PER_SITE_FIELD_NUMBER: _ClassVar[int]
    name: str
    question: str
    type: NeedType
    unit: str
    min: _decimal_pb2.Decimal
    max: _decimal_pb2.Decimal
    places: int
    options: _containers.RepeatedCompositeFieldContainer[NeedOption]
    max_length: int
    pattern: str
    default_value: str
    required: bool
    per_site: bool
    def __init__(self, name: _Optional[str] = ..., question: _Optional[str] = ..., type: _Optional[_Union[NeedType, str]] = ..., unit: _Optional[str] = ..., min: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., max: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., places: _Optional[int] = ..., options: _Optional[_Iterable[_Union[NeedOption, _Mapping]]] = ..., max_length: _Optional[int] = ..., pattern: _Optional[str] = ..., default_value: _Optional[str] = ..., required: _Optional[bool] = ..., per_site: _Optional[bool] = ...) -> None: ...

class Slot(_message.Message):
    __slots__ = ("family", "title", "min", "max", "max_quantity", "per_site")
    FAMILY_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    MIN_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    MAX_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    PER_SITE_FIELD_NUMBER: _ClassVar[int]
    family: str
    title: str
    min: int
    max: int
    max_quantity: int
    per_site: bool
    def __init__(self, family: _Optional[str] = ..., title: _Optional[str] = ..., min: _Optional[int] = ..., max: _Optional[int] = ..., max_quantity: _Optional[int] = ..., per_site: _Optional[bool] = ...) -> None: ...

class Offering(_message.Message):
    __slots__ = ("name", "title", "description", "approach", "needs", "slots", "qualities")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    APPROACH_FIELD_NUMBER: _ClassVar[int]
    NEEDS_FIELD_NUMBER: _ClassVar[int]
    SLOTS_FIELD_NUMBER: _ClassVar[int]
    QUALITIES_FIELD_NUMBER: _ClassVar[int]
    name: str
    title: str
    description: str
    approach: str
    needs: _containers.RepeatedCompositeFieldContainer[Need]
    slots: _containers.RepeatedCompositeFieldContainer[Slot]
    qualities: _containers.RepeatedCompositeFieldContainer[OfferingQuality]
    def __init__(self, name: _Optional[str] = ..., title: _Optional[str] = ..., description: _Optional[str] = ..., approach: _Optional[str] = ..., needs: _Optional[_Iterable[_Union[Need, _Mapping]]] = ..., slots: _Optional[_Iterable[_Union[Slot, _Mapping]]] = ..., qualities: _Optional[_Iterable[_Union[OfferingQuality, _Mapping]]] = ...) -> None: ...

class OfferingQuality(_message.Message):
    __slots__ = ("attribute", "title", "unit")
    ATTRIBUTE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    attribute: str
    title: str
    unit: str
    def __init__(self, attribute: _Optional[str] = ..., title: _Optional[str] = ..., unit: _Optional[str] = ...) -> None: ...

class ComponentAttribute(_message.Message):
    __slots__ = ("id", "title", "unit", "value")
    ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    id: str
    title: str
    unit: str
    value: _decimal_pb2.Decimal
    def __init__(self, id: _Optional[str] = ..., title: _Optional[str] = ..., unit: _Optional[str] = ..., value: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ...) -> None: ...

class Component(_message.Message):
    __slots__ = ("name", "id", "title", "family", "max_quantity", "attributes", "assured", "service_specification", "statement_of_work", "delivery_description")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    FAMILY_FIELD_NUMBER: _ClassVar[int]
    MAX_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    ASSURED_FIELD_NUMBER: _ClassVar[int]
    SERVICE_SPECIFICATION_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_OF_WORK_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    name: str
    id: str
    title: str
    family: str
    max_quantity: int
    attributes: _containers.RepeatedCompositeFieldContainer[ComponentAttribute]
    assured: bool
    service_specification: str
    statement_of_work: str
    delivery_description: str
    def __init__(self, name: _Optional[str] = ..., id: _Optional[str] = ..., title: _Optional[str] = ..., family: _Optional[str] = ..., max_quantity: _Optional[int] = ..., attributes: _Optional[_Iterable[_Union[ComponentAttribute, _Mapping]]] = ..., assured: _Optional[bool] = ..., service_specification: _Optional[str] = ..., statement_of_work: _Optional[str] = ..., delivery_description: _Optional[str] = ...) -> None: ...

class ListPortfoliosRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPortfoliosResponse(_message.Message):
    __slots__ = ("portfolios", "next_page_token")
    PORTFOLIOS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    portfolios: _containers.RepeatedCompositeFieldContainer[Portfolio]
    next_page_token: str
    def __init__(self, portfolios: _Optional[_Iterable[_Union[Portfolio, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListOfferingsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListOfferingsResponse(_message.Message):
    __slots__ = ("offerings", "next_page_token")
    OFFERINGS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    offerings: _containers.RepeatedCompositeFieldContainer[Offering]
    next_page_token: str
    def __init__(self, offerings: _Optional[_Iterable[_Union[Offering, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetOfferingRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListComponentsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token", "family")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    FAMILY_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    family: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., family: _Optional[str] = ...) -> None: ...

class ListComponentsResponse(_message.Message):
    __slots__ = ("components", "next_page_token")
    COMPONENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    components: _containers.RepeatedCompositeFieldContainer[Component]
    next_page_token: str
    def __init__(self, components: _Optional[_Iterable[_Union[Component, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetComponentRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...
