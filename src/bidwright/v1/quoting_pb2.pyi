from bidwright.v1 import configuration_pb2 as _configuration_pb2
from bidwright.v1 import event_pb2 as _event_pb2
from bidwright.v1 import quote_pb2 as _quote_pb2
from bidwright.buf.validate import validate_pb2 as _validate_pb2
from google.type import date_pb2 as _date_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CreateQuoteRequest(_message.Message):
    __slots__ = ("request_id", "display_name", "customer", "configuration", "terms", "bid")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    CONFIGURATION_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    BID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    display_name: str
    customer: _quote_pb2.Customer
    configuration: _configuration_pb2.Configuration
    terms: _configuration_pb2.CommercialTerms
    bid: str
    def __init__(self, request_id: _Optional[str] = ..., display_name: _Optional[str] = ..., customer: _Optional[_Union[_quote_pb2.Customer, _Mapping]] = ..., configuration: _Optional[_Union[_configuration_pb2.Configuration, _Mapping]] = ..., terms: _Optional[_Union[_configuration_pb2.CommercialTerms, _Mapping]] = ..., bid: _Optional[str] = ...) -> None: ...

class GetQuoteRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListQuotesRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "state", "bid")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    BID_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    state: _quote_pb2.QuoteState
    bid: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., state: _Optional[_Union[_quote_pb2.QuoteState, str]] = ..., bid: _Optional[str] = ...) -> None: ...

class ListQuotesResponse(_message.Message):
    __slots__ = ("quotes", "next_page_token")
    QUOTES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    quotes: _containers.RepeatedCompositeFieldContainer[_quote_pb2.Quote]
    next_page_token: str
    def __init__(self, quotes: _Optional[_Iterable[_Union[_quote_pb2.Quote, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListQuoteRevisionsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListQuoteRevisionsResponse(_message.Message):
    __slots__ = ("quotes", "next_page_token")
    QUOTES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    quotes: _containers.RepeatedCompositeFieldContainer[_quote_pb2.Quote]
    next_page_token: str
    def __init__(self, quotes: _Optional[_Iterable[_Union[_quote_pb2.Quote, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ReviseQuoteRequest(_message.Message):
    __slots__ = ("name", "request_id", "etag", "configuration", "terms", "customer")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CONFIGURATION_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    etag: str
    configuration: _configuration_pb2.Configuration
    terms: _configuration_pb2.CommercialTerms
    customer: _quote_pb2.Customer
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ..., etag: _Optional[str] = ..., configuration: _Optional[_Union[_configuration_pb2.Configuration, _Mapping]] = ..., terms: _Optional[_Union[_configuration_pb2.CommercialTerms, _Mapping]] = ..., customer: _Optional[_Union[_quote_pb2.Customer, _Mapping]] = ...) -> None: ...

class CompareQuotesRequest(_message.Message):
    __slots__ = ("base", "other")
    BASE_FIELD_NUMBER: _ClassVar[int]
    OTHER_FIELD_NUMBER: _ClassVar[int]
    base: str
    other: str
    def __init__(self, base: _Optional[str] = ..., other: _Optional[str] = ...) -> None: ...

class QuoteDifference(_message.Message):
    __slots__ = ("path", "base_value", "other_value")
    PATH_FIELD_NUMBER: _ClassVar[int]
    BASE_VALUE_FIELD_NUMBER: _ClassVar[int]
    OTHER_VALUE_FIELD_NUMBER: _ClassVar[int]
    path: str
    base_value: str
    other_value: str
    def __init__(self, path: _Optional[str] = ..., base_value: _Optional[str] = ..., other_value: _Optional[str] = ...) -> None: ...

class CompareQuotesResponse(_message.Message):
    __slots__ = ("differences",)
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    differences: _containers.RepeatedCompositeFieldContainer[QuoteDifference]
    def __init__(self, differences: _Optional[_Iterable[_Union[QuoteDifference, _Mapping]]] = ...) -> None: ...

class SubmitQuoteRequest(_message.Message):
    __slots__ = ("name", "request_id", "etag")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    etag: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class ApproveQuoteRequest(_message.Message):
    __slots__ = ("name", "request_id", "etag", "approvals", "comment")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    APPROVALS_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    etag: str
    approvals: _containers.RepeatedScalarFieldContainer[str]
    comment: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ..., etag: _Optional[str] = ..., approvals: _Optional[_Iterable[str]] = ..., comment: _Optional[str] = ...) -> None: ...

class RefuseQuoteRequest(_message.Message):
    __slots__ = ("name", "request_id", "etag", "reason")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    etag: str
    reason: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ..., etag: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class OfferQuoteRequest(_message.Message):
    __slots__ = ("name", "request_id", "etag", "valid_through")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    VALID_THROUGH_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    etag: str
    valid_through: _date_pb2.Date
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ..., etag: _Optional[str] = ..., valid_through: _Optional[_Union[_date_pb2.Date, _Mapping]] = ...) -> None: ...

class AcceptQuoteRequest(_message.Message):
    __slots__ = ("name", "request_id", "etag", "offer_digest")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    OFFER_DIGEST_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    etag: str
    offer_digest: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ..., etag: _Optional[str] = ..., offer_digest: _Optional[str] = ...) -> None: ...

class DeclineQuoteRequest(_message.Message):
    __slots__ = ("name", "request_id", "etag", "reason")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    etag: str
    reason: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ..., etag: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class WithdrawQuoteRequest(_message.Message):
    __slots__ = ("name", "request_id", "etag", "reason")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    etag: str
    reason: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ..., etag: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class SignQuoteRequest(_message.Message):
    __slots__ = ("name", "request_id", "etag", "signatory", "offer_digest")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    SIGNATORY_FIELD_NUMBER: _ClassVar[int]
    OFFER_DIGEST_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    etag: str
    signatory: _quote_pb2.Signatory
    offer_digest: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ..., etag: _Optional[str] = ..., signatory: _Optional[_Union[_quote_pb2.Signatory, _Mapping]] = ..., offer_digest: _Optional[str] = ...) -> None: ...

class GetContractRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListContractsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListContractsResponse(_message.Message):
    __slots__ = ("contracts", "next_page_token")
    CONTRACTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    contracts: _containers.RepeatedCompositeFieldContainer[_quote_pb2.Contract]
    next_page_token: str
    def __init__(self, contracts: _Optional[_Iterable[_Union[_quote_pb2.Contract, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class StreamEventsRequest(_message.Message):
    __slots__ = ("after", "follow")
    AFTER_FIELD_NUMBER: _ClassVar[int]
    FOLLOW_FIELD_NUMBER: _ClassVar[int]
    after: str
    follow: bool
    def __init__(self, after: _Optional[str] = ..., follow: _Optional[bool] = ...) -> None: ...

class StreamEventsResponse(_message.Message):
    __slots__ = ("event",)
    EVENT_FIELD_NUMBER: _ClassVar[int]
    event: _event_pb2.Event
    def __init__(self, event: _Optional[_Union[_event_pb2.Event, _Mapping]] = ...) -> None: ...
