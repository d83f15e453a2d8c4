import datetime

from bidwright.v1 import configuration_pb2 as _configuration_pb2
from bidwright.v1 import plan_pb2 as _plan_pb2
from bidwright.v1 import price_pb2 as _price_pb2
from bidwright.buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class QuoteState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    QUOTE_STATE_UNSPECIFIED: _ClassVar[QuoteState]
    QUOTE_STATE_DRAFT: _ClassVar[QuoteState]
    QUOTE_STATE_IN_APPROVAL: _ClassVar[QuoteState]
    QUOTE_STATE_APPROVED: _ClassVar[QuoteState]
    QUOTE_STATE_OFFERED: _ClassVar[QuoteState]
    QUOTE_STATE_ACCEPTED: _ClassVar[QuoteState]
    QUOTE_STATE_SIGNED: _ClassVar[QuoteState]
    QUOTE_STATE_DECLINED: _ClassVar[QuoteState]
    QUOTE_STATE_WITHDRAWN: _ClassVar[QuoteState]
    QUOTE_STATE_EXPIRED: _ClassVar[QuoteState]
    QUOTE_STATE_SUPERSEDED: _ClassVar[QuoteState]

class ApprovalState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    APPROVAL_STATE_UNSPECIFIED: _ClassVar[ApprovalState]
    APPROVAL_STATE_PENDING: _ClassVar[ApprovalState]
    APPROVAL_STATE_GRANTED: _ClassVar[ApprovalState]
    APPROVAL_STATE_REFUSED: _ClassVar[ApprovalState]

class ContractState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONTRACT_STATE_UNSPECIFIED: _ClassVar[ContractState]
    CONTRACT_STATE_ACTIVE: _ClassVar[ContractState]
    CONTRACT_STATE_TERMINATED: _ClassVar[ContractState]
QUOTE_STATE_UNSPECIFIED: QuoteState
QUOTE_STATE_DRAFT: QuoteState
QUOTE_STATE_IN_APPROVAL: QuoteState
QUOTE_STATE_APPROVED: QuoteState
QUOTE_STATE_OFFERED: QuoteState
QUOTE_STATE_ACCEPTED: QuoteState
QUOTE_STATE_SIGNED: QuoteState
QUOTE_STATE_DECLINED: QuoteState
QUOTE_STATE_WITHDRAWN: QuoteState
QUOTE_STATE_EXPIRED: QuoteState
QUOTE_STATE_SUPERSEDED: QuoteState
APPROVAL_STATE_UNSPECIFIED: ApprovalState
APPROVAL_STATE_PENDING: ApprovalState
APPROVAL_STATE_GRANTED: ApprovalState
APPROVAL_STATE_REFUSED: ApprovalState
CONTRACT_STATE_UNSPECIFIED: ContractState
CONTRACT_STATE_ACTIVE: ContractState
CONTRACT_STATE_TERMINATED: ContractState

class Customer(_message.Message):
    __slots__ = ("display_name", "contact", "reference")
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    display_name: str
    contact: str
    reference: str
    def __init__(self, display_name: _Optional[str] = ..., contact: _Optional[str] = ..., reference: _Optional[str] = ...) -> None: ...

class Offer(_message.Message):
    __slots__ = ("customer", "configuration", "terms", "price", "plan")
    CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    CONFIGURATION_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    customer: Customer
    configuration: _configuration_pb2.Configuration
    terms: _configuration_pb2.CommercialTerms
    price: _price_pb2.Price
    plan: _plan_pb2.Plan
    def __init__(self, customer: _Optional[_Union[Customer, _Mapping]] = ..., configuration: _Optional[_Union[_configuration_pb2.Configuration, _Mapping]] = ..., terms: _Optional[_Union[_configuration_pb2.CommercialTerms, _Mapping]] = ..., price: _Optional[_Union[_price_pb2.Price, _Mapping]] = ..., plan: _Optional[_Union[_plan_pb2.Plan, _Mapping]] = ...) -> None: ...

class Approval(_message.Message):
    __slots__ = ("id", "because", "approver", "state", "decided_by", "decide_time", "comment", "facts")
    ID_FIELD_NUMBER: _ClassVar[int]
    BECAUSE_FIELD_NUMBER: _ClassVar[int]
    APPROVER_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    DECIDE_TIME_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    id: str
    because: str
    approver: str
    state: ApprovalState
    decided_by: str
    decide_time: _timestamp_pb2.Timestamp
    comment: str
    facts: str
    def __init__(self, id: _Optional[str] = ..., because: _Optional[str] = ..., approver: _Optional[str] = ..., state: _Optional[_Union[ApprovalState, str]] = ..., decided_by: _Optional[str] = ..., decide_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., comment: _Optional[str] = ..., facts: _Optional[str] = ...) -> None: ...

class Quote(_message.Message):
    __slots__ = ("name", "bid", "display_name", "state", "revision", "offer", "offer_digest", "approvals", "creator", "create_time", "update_time", "expire_time", "state_reason", "contract", "etag", "author")
    NAME_FIELD_NUMBER: _ClassVar[int]
    BID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    OFFER_FIELD_NUMBER: _ClassVar[int]
    OFFER_DIGEST_FIELD_NUMBER: _ClassVar[int]
    APPROVALS_FIELD_NUMBER: _ClassVar[int]
    CREATOR_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    STATE_REASON_FIELD_NUMBER: _ClassVar[int]
    CONTRACT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    name: str
    bid: str
    display_name: str
    state: QuoteState
    revision: int
    offer: Offer
    offer_digest: str
    approvals: _containers.RepeatedCompositeFieldContainer[Approval]
    creator: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    state_reason: str
    contract: str
    etag: str
    author: str
    def __init__(self, name: _Optional[str] = ..., bid: _Optional[str] = ..., display_name: _Optional[str] = ..., state: _Optional[_Union[QuoteState, str]] = ..., revision: _Optional[int] = ..., offer: _Optional[_Union[Offer, _Mapping]] = ..., offer_digest: _Optional[str] = ..., approvals: _Optional[_Iterable[_Union[Approval, _Mapping]]] = ..., creator: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., state_reason: _Optional[str] = ..., contract: _Optional[str] = ..., etag: _Optional[str] = ..., author: _Optional[str] = ...) -> None: ...

class Bid(_message.Message):
    __slots__ = ("name", "accepted_quote")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_QUOTE_FIELD_NUMBER: _ClassVar[int]
    name: str
    accepted_quote: str
    def __init__(self, name: _Optional[str] = ..., accepted_quote: _Optional[str] = ...) -> None: ...

class Signatory(_message.Message):
    __slots__ = ("display_name", "function")
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    FUNCTION_FIELD_NUMBER: _ClassVar[int]
    display_name: str
    function: str
    def __init__(self, display_name: _Optional[str] = ..., function: _Optional[str] = ...) -> None: ...

class Contract(_message.Message):
    __slots__ = ("name", "quote", "quote_revision", "offer", "signed_digest", "signatory", "sign_time", "state", "order", "etag")
    NAME_FIELD_NUMBER: _ClassVar[int]
    QUOTE_FIELD_NUMBER: _ClassVar[int]
    QUOTE_REVISION_FIELD_NUMBER: _ClassVar[int]
    OFFER_FIELD_NUMBER: _ClassVar[int]
    SIGNED_DIGEST_FIELD_NUMBER: _ClassVar[int]
    SIGNATORY_FIELD_NUMBER: _ClassVar[int]
    SIGN_TIME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    quote: str
    quote_revision: int
    offer: Offer
    signed_digest: str
    signatory: Signatory
    sign_time: _timestamp_pb2.Timestamp
    state: ContractState
    order: str
    etag: str
    def __init__(self, name: _Optional[str] = ..., quote: _Optional[str] = ..., quote_revision: _Optional[int] = ..., offer: _Optional[_Union[Offer, _Mapping]] = ..., signed_digest: _Optional[str] = ..., signatory: _Optional[_Union[Signatory, _Mapping]] = ..., sign_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., state: _Optional[_Union[ContractState, str]] = ..., order: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...
