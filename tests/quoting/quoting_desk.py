"""A desk to write quotes at: real storage, real checks, prices and plans, and a clock the test sets."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from google.type.date_pb2 import Date
from google.type.decimal_pb2 import Decimal
from small_release import small_release

from bidwright.catalog.model import ApprovalRule, Release
from bidwright.core.caller import Caller
from bidwright.core.errors import NotFound
from bidwright.core.ids import random_id
from bidwright.provisioning.directory_target import DirectoryTarget
from bidwright.provisioning.inventory import Inventory, Place
from bidwright.provisioning.order import new_order
from bidwright.provisioning.order_records import order_job, order_put
from bidwright.provisioning.plan import plan
from bidwright.quoting.approving import approve_quote, refuse_quote, submit_quote
from bidwright.quoting.closing import accept_quote, decline_quote, offer_quote, withdraw_quote
from bidwright.quoting.drafting import create_quote, revise_quote
from bidwright.quoting.expiry import Expiry
from bidwright.quoting.reading import Reading
from bidwright.quoting.signing import sign_quote
from bidwright.quoting.surroundings import Delivery, Surroundings
from bidwright.storage.connection import Engine
from bidwright.storage.events import Events
from bidwright.storage.queue import Queue
from bidwright.storage.records import Store
from bidwright.v1.configuration_pb2 import CommercialTerms, Configuration, ConfigurationItem, NeedAnswer
from bidwright.v1.event_pb2 import Event
from bidwright.v1.quote_pb2 import Contract, Customer, Quote, QuoteState, Signatory
from bidwright.v1.quoting_pb2 import (
    AcceptQuoteRequest,
    ApproveQuoteRequest,
    CreateQuoteRequest,
    DeclineQuoteRequest,
    GetQuoteRequest,
    OfferQuoteRequest,
    RefuseQuoteRequest,
    ReviseQuoteRequest,
    SignQuoteRequest,
    StreamEventsRequest,
    SubmitQuoteRequest,
    WithdrawQuoteRequest,
)

NOON = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
RELEASE = small_release().name
SALLY = Caller(account="acme", principal="sally", roles=frozenset({"sales"}))
ADA = Caller(account="acme", principal="ada", roles=frozenset({"approver"}))
SIGNATORY = Signatory(display_name="Grace Hopper", function="Head of IT")
MOVES = ("revise", "submit", "approve", "refuse", "offer", "accept", "decline", "withdraw", "sign")


def website(*, servers: int = 1) -> Configuration:
    """A valid configuration of the small release: 51.15 EUR of servers, site and support a month, before packages."""
    quantities = {"compute.small": servers, "os.debian": servers, "support.standard": 1, "web.nginx_site": 1}
    return Configuration(
        release=RELEASE,
        offering="web_hosting",
        market="DE",
        needs=[NeedAnswer(name="users", integer=50)],
        items=[ConfigurationItem(component=component, quantity=n) for component, n in quantities.items()],
    )


def terms(*, discount: str = "0", months: int = 24) -> CommercialTerms:
    return CommercialTerms(term_months=months, discretionary_discount_percent=Decimal(value=discount))


class Desk:
    """Quotes of the account acme; requests are as small as they can be, so tests state only what they are about."""

    def __init__(self, engine: Engine, release: Release | None = None) -> None:
        self.now = NOON
        self.release = release or small_release()
        self.store = Store(engine)
        self.queue = Queue(engine)
        self.expiry = Expiry(self.store)
        inventory = Inventory({"local": Place("local", DirectoryTarget(Path("/nowhere")), range(20000, 20100))})
        self.surroundings = Surroundings(
            store=self.store,
            clock=lambda: self.now,
            new_id=random_id,
            find_release=self._find_release,
            delivery=Delivery(
                plan=plan,
                new_order=lambda contract, order_id, now: new_order(contract, order_id, inventory=inventory, now=now),
                put_order=order_put,
                order_job=order_job,
            ),
        )
        self.reading = Reading(self.surroundings, self.expiry, Events(engine))

    async def _find_release(self, name: str) -> Release:
        if name != self.release.name:
            raise NotFound(f"{name} does not exist.", fix="Name another one.")
        return self.release

    async def create(
        self,
        *,
        caller: Caller = SALLY,
        bid: str = "",
        configuration: Configuration | None = None,
        commercial: CommercialTerms | None = None,
        request_id: str = "",
    ) -> Quote:
        request = CreateQuoteRequest(
            request_id=request_id,
            display_name="Website",
            customer=Customer(display_name="Example Ltd", contact="Grace Hopper"),
            configuration=configuration or website(),
            terms=commercial or terms(),
            bid=bid,
        )
        return await create_quote(self.surroundings, caller, request)

    async def read(self, name: str, *, caller: Caller = SALLY) -> Quote:
        return await self.reading.quote(caller, GetQuoteRequest(name=name))

    async def revise(
        self,
        name: str,
        *,
        caller: Caller = SALLY,
        configuration: Configuration | None = None,
        commercial: CommercialTerms | None = None,
        etag: str = "",
    ) -> Quote:
        request = ReviseQuoteRequest(name=name, configuration=configuration, terms=commercial, etag=etag)
        return await revise_quote(self.surroundings, caller, request)

    async def submit(self, name: str, **more: str) -> Quote:
        return await submit_quote(self.surroundings, SALLY, SubmitQuoteRequest(name=name, **more))

    async def approve(self, name: str, *, caller: Caller = ADA, approvals: Sequence[str] = (), **more: str) -> Quote:
        request = ApproveQuoteRequest(name=name, approvals=approvals, **more)
        return await approve_quote(self.surroundings, caller, request)

    async def refuse(self, name: str, *, reason: str = "Too cheap.", **more: str) -> Quote:
        return await refuse_quote(self.surroundings, ADA, RefuseQuoteRequest(name=name, reason=reason, **more))

    async def offer(self, name: str, *, through: dt.date | None = None, **more: str) -> Quote:
        request = OfferQuoteRequest(name=name, **more)
        if through is not None:
            request.valid_through.CopyFrom(Date(year=through.year, month=through.month, day=through.day))
        return await offer_quote(self.surroundings, SALLY, request)

    async def accept(self, name: str, **more: str) -> Quote:
        return await accept_quote(self.surroundings, SALLY, AcceptQuoteRequest(name=name, **more))

    async def decline(self, name: str, *, reason: str = "Too dear.", **more: str) -> Quote:
        return await decline_quote(self.surroundings, SALLY, DeclineQuoteRequest(name=name, reason=reason, **more))

    async def withdraw(self, name: str, **more: str) -> Quote:
        return await withdraw_quote(self.surroundings, SALLY, WithdrawQuoteRequest(name=name, **more))

    async def sign(self, name: str, *, digest: str = "", **more: str) -> Contract:
        signed = digest or (await self.read(name)).offer_digest
        request = SignQuoteRequest(name=name, signatory=SIGNATORY, offer_digest=signed, **more)
        return await sign_quote(self.surroundings, SALLY, request)

    async def make(self, move: str, name: str) -> Quote | Contract:
        """Make a move by its name."""
        moves: dict[str, Callable[[str], Awaitable[Quote | Contract]]] = {
            "revise": self.revise,
            "submit": self.submit,
            "approve": self.approve,
            "refuse": self.refuse,
            "offer": self.offer,
            "accept": self.accept,
            "decline": self.decline,
            "withdraw": self.withdraw,
            "sign": self.sign,
        }
        return await moves[move](name)

    async def offered(self, *, bid: str = "", servers: int = 1) -> Quote:
        """A quote in the customer's hands, with the digest of what it offers."""
        quote = await self.create(bid=bid, configuration=website(servers=servers))
        await self.submit(quote.name)
        return await self.offer(quote.name)

    async def in_state(self, state: str) -> Quote:
        """A quote that has come into a state in an ordinary way; a discount makes it wait for approval."""
        discount = "7.5" if state == "in_approval" else "0"
        quote = await self.create(commercial=terms(discount=discount))
        ways = {
            "draft": "",
            "in_approval": "submit",
            "approved": "submit",
            "offered": "submit offer",
            "accepted": "submit offer accept",
            "signed": "submit offer accept sign",
            "declined": "submit offer decline",
            "withdrawn": "withdraw",
            "expired": "submit offer",
            "superseded": "",
        }
        for move in ways[state].split():
            await self.make(move, quote.name)
        if state == "expired":
            self.now += dt.timedelta(days=40)
        if state == "superseded":
            other = await self.offered(bid=quote.bid)
            await self.accept(other.name)
        return await self.read(quote.name)

    async def events(self) -> list[Event]:
        return [event async for event in self.reading.events(SALLY, StreamEventsRequest())]

    async def count(self, kind: str) -> int:
        return len((await self.store.list("acme", kind)).records)


def word(state: QuoteState) -> str:
    return QuoteState.Name(state).removeprefix("QUOTE_STATE_").lower()


def request_ids() -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"00000000-0000-4000-8000-{next(numbers):012}"


def with_approvals(release: Release, *rules: ApprovalRule) -> Release:
    return dataclasses.replace(release, approvals=rules)
