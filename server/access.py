"""Which role may call which method: the whole table. A method that is not here cannot be called."""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf.message import Message

from bidwright.core.caller import ROLES, Caller
from bidwright.core.errors import Forbidden
from bidwright.v1.configuration_pb2 import BespokeItem, CommercialTerms, RampPhase

_ALL = frozenset(ROLES)
_STAFF = _ALL - {"customer"}
_SELLING = frozenset({"sales"})
_APPROVING = frozenset({"approver"})
_DELIVERING = frozenset({"delivery", "operator"})

ALLOWED: dict[str, frozenset[str]] = {
    "AccessService/GetCaller": _ALL,
    "CatalogService/ListPortfolios": _ALL,
    "CatalogService/ListOfferings": _ALL,
    "CatalogService/GetOffering": _ALL,
    "CatalogService/ListComponents": _ALL,
    "CatalogService/GetComponent": _ALL,
    "ConfiguratorService/Configure": _ALL,
    "ConfiguratorService/CheckConfiguration": _ALL,
    "ConfiguratorService/GuideConfiguration": _ALL,
    "ConfiguratorService/ExplainConfiguration": _ALL,
    "ConfiguratorService/SuggestAlternatives": _ALL,
    "ConfiguratorService/ChangeConfiguration": _ALL,
    "ConfiguratorService/ConfigureSites": _ALL,
    # A price carries our cost and margin: not for customers.
    "PricingService/PriceConfiguration": _STAFF,
    "PricingService/PriceVariants": _STAFF,
    "PricingService/FindDiscount": _STAFF,
    "PricingService/ComparePrices": _STAFF,
    "PricingService/IndexPrice": _STAFF,
    "QuotingService/CreateQuote": _SELLING,
    "QuotingService/ReviseQuote": _SELLING,
    "QuotingService/SubmitQuote": _SELLING,
    "QuotingService/OfferQuote": _SELLING,
    "QuotingService/WithdrawQuote": _SELLING,
    "QuotingService/GetQuote": _STAFF,
    "QuotingService/ListQuotes": _STAFF,
    "QuotingService/ListQuoteRevisions": _STAFF,
    "QuotingService/CompareQuotes": _STAFF,
    "QuotingService/ApproveQuote": _APPROVING,
    "QuotingService/RefuseQuote": _APPROVING,
    "QuotingService/AcceptQuote": _SELLING,
    "QuotingService/DeclineQuote": _SELLING,
    "QuotingService/SignQuote": _SELLING,
    "QuotingService/GetContract": _STAFF,
    "QuotingService/ListContracts": _STAFF,
    "QuotingService/StreamEvents": _STAFF,
    # Records are not tied to single customers yet: a customer's key must not open those of others.
    "ProvisioningService/GetOrder": _STAFF,
    "ProvisioningService/ListOrders": _STAFF,
    "ProvisioningService/WatchOrder": _STAFF,
    "ProvisioningService/CompleteTask": _DELIVERING,
    "ProvisioningService/ResumeOrder": _DELIVERING,
    "ProvisioningService/CancelOrder": _DELIVERING,
    "ProvisioningService/ReapplyContract": _DELIVERING,
    "ProvisioningService/WithdrawContract": _DELIVERING,
    "ProvisioningService/ListServices": _STAFF,
    "ProvisioningService/GetService": _STAFF,
    "ProvisioningService/GetServiceCredentials": _DELIVERING,
}

# Reflection tells nothing that the published .proto files do not; a valid key is enough.
FOR_EVERY_CALLER = ("grpc.reflection.v1alpha.ServerReflection/", "grpc.reflection.v1.ServerReflection/")
FOR_EVERYBODY = ("grpc.health.v1.Health/",)


def short_name(method: str) -> str:
    """``/bidwright.v1.QuotingService/GetQuote`` as it stands in the table."""
    return method.removeprefix("/").removeprefix("bidwright.v1.")


_SELLERS_ALONE: dict[type[Message], frozenset[str]] = {
    CommercialTerms: frozenset(
        {"discretionary_discount_percent", "line_discounts", "one_time_discount", "monthly_discount", "free_months"}
    ),
    RampPhase: frozenset({"discount_percent"}),
    BespokeItem: frozenset({"markup_percent"}),  # without one, the price is our cost
}
"""What only who sells may give; promotion codes and commitments are the customer's own."""


def require_own_terms(request: Message, caller: Caller) -> None:
    """Refuse a customer who names an agreement, which may be that of another, or states what only sellers may give.

    Raises:
        Forbidden: ``AGREEMENT_NOT_OPEN`` or ``DISCOUNT_NOT_OPEN``, with what was stated.
    """
    for message in _messages_in(request) if caller.roles <= {"customer"} else ():
        if isinstance(message, CommercialTerms) and message.agreement:
            raise Forbidden(
                f"{caller.principal} is a customer and may not choose an agreement; asked for was {message.agreement}.",
                fix="Leave the agreement out; who sells to you states it.",
                reason="AGREEMENT_NOT_OPEN",
            )
        stated = {field.name for field, _ in message.ListFields()} & _SELLERS_ALONE.get(type(message), frozenset())
        if stated:
            names = ", ".join(sorted(stated))
            raise Forbidden(
                f"{caller.principal} is a customer and may not state {names}.",
                fix="Leave it out; who sells to you states it.",
                reason="DISCOUNT_NOT_OPEN",
                facts={"fields": names},
            )


def _messages_in(message: Message) -> Iterator[Message]:
    yield message
    for field, value in message.ListFields():
        if field.message_type is not None:
            for one in value if field.is_repeated else [value]:
                if isinstance(one, Message):
                    yield from _messages_in(one)


def require_role(method: str, caller: Caller) -> None:
    """Refuse a caller whose roles do not allow a method.

    Raises:
        Forbidden: With the roles that would be needed.
    """
    name = short_name(method)
    if name.startswith(FOR_EVERY_CALLER):
        return
    allowed = ALLOWED.get(name, frozenset())
    if not caller.roles & allowed:
        raise Forbidden(
            f"{caller.principal} has the roles {', '.join(sorted(caller.roles))}; {name} needs one of "
            f"{', '.join(sorted(allowed)) or 'none that exists'}.",
            fix="Use a key with such a role; an operator makes one with `bidwright key create`.",
            reason="ROLE_MISSING",
        )
