"""Creating and revising: what is completed, what is refused, what is repeated, what is kept."""

from __future__ import annotations

import asyncio

import pytest
from google.type.date_pb2 import Date
from quoting_desk import ADA, SALLY, Desk, terms, website, word

from bidwright.core.caller import Caller
from bidwright.core.errors import Conflicting, InvalidInput, NotAllowedNow, NotFound
from bidwright.v1.configuration_pb2 import CommercialTerms, Configuration
from bidwright.v1.quoting_pb2 import CompareQuotesRequest, ListQuoteRevisionsRequest, ListQuotesRequest

FIRST = "00000000-0000-4000-8000-000000000001"


async def test_a_new_quote_is_a_draft_with_everything_its_price_depends_on(desk: Desk) -> None:
    quote = await desk.create()

    assert word(quote.state) == "draft"
    assert quote.revision == 1
    assert quote.creator == quote.author == "principals/sally"
    assert quote.bid.startswith("bids/b-")
    assert quote.etag == "1"
    # Only "users" was answered: the others take their default, by name.
    answers = [(need.name, need.WhichOneof("value")) for need in quote.offer.configuration.needs]
    assert answers == [
        ("availability", "decimal"),
        ("data_residency", "text"),
        ("site_title", "text"),
        ("users", "integer"),
    ]
    assert quote.offer.terms.price_date == Date(year=2026, month=11, day=20)
    assert quote.offer.price.currency == "EUR"
    assert [step.id for step in quote.offer.plan.steps] == ["server", "service_desk", "website"]
    assert quote == await desk.read(quote.name)


async def test_an_invalid_configuration_is_refused_with_every_violation(desk: Desk) -> None:
    # 8 servers with 32 GiB are enough for 50 users, but the web site, the support level and 7 systems are missing
    broken = website()
    del broken.items[2:]
    broken.items[0].quantity = 8
    with pytest.raises(InvalidInput) as refusal:
        await desk.create(configuration=broken)
    assert [fault.where for fault in refusal.value.faults] == [
        "configuration.slot.support",
        "configuration.slot.web",
        "configuration.rule.debian_on_every_server",
        "configuration.rule.support_meets_availability",
    ]
    assert await desk.count("quote") == 0


async def test_equal_numbers_are_spelled_the_same_in_every_offer(desk: Desk) -> None:
    digests = set()
    for discount, days in (("2.5", "0"), ("2.50", "0.0"), ("2.500", "")):
        configuration = website()
        item = configuration.bespoke_items.add(id="till", title="Till", owner="Ada", charge=1)
        item.effort.add(role="engineer").days.value = days
        item.effort.add(role="engineer").days.value = "1"
        digests.add((await desk.create(configuration=configuration, commercial=terms(discount=discount))).offer_digest)
    assert len(digests) == 1


async def test_numbers_left_out_are_the_same_offer_as_empty_ones(desk: Desk) -> None:
    absent, empty = website(), website()
    absent.bespoke_items.add(id="till", title="Till", owner="Ada", charge=1)
    empty.bespoke_items.add(id="till", title="Till", owner="Ada", charge=1).markup_percent.SetInParent()
    first = await desk.create(configuration=absent, commercial=CommercialTerms(term_months=24))
    second = await desk.create(configuration=empty, commercial=terms(discount=""))
    assert first.offer_digest == second.offer_digest
    assert first.offer.terms.discretionary_discount_percent.value == "0"


async def test_a_release_that_does_not_exist_is_not_found(desk: Desk) -> None:
    elsewhere = Configuration()
    elsewhere.CopyFrom(website())
    elsewhere.release = "portfolios/small/releases/" + "6" * 64
    with pytest.raises(NotFound):
        await desk.create(configuration=elsewhere)


async def test_a_bid_that_does_not_exist_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await desk.create(bid="bids/b-none")


async def test_a_repeated_creation_has_the_same_answer_and_no_effect(desk: Desk) -> None:
    quotes = await asyncio.gather(*(desk.create(request_id=FIRST) for _ in range(5)))

    assert len({quote.SerializeToString(deterministic=True) for quote in quotes}) == 1
    assert (await desk.count("quote"), await desk.count("bid"), len(await desk.events())) == (1, 1, 1)


async def test_the_answer_to_a_repetition_is_that_of_the_first_time(desk: Desk) -> None:
    quote = await desk.create()
    submitted = await desk.submit(quote.name, request_id=FIRST)
    await desk.offer(quote.name)
    again = await desk.submit(quote.name, request_id=FIRST)

    assert again.SerializeToString(deterministic=True) == submitted.SerializeToString(deterministic=True)
    assert word((await desk.read(quote.name)).state) == "offered"


@pytest.mark.parametrize("caller", [SALLY, ADA])
async def test_a_request_id_is_not_taken_for_another_request(desk: Desk, caller: Caller) -> None:
    await desk.create(request_id=FIRST)
    different = (
        terms(discount="1") if caller is SALLY else None
    )  # Ada repeats Sally's request: that is another one, too
    with pytest.raises(InvalidInput) as refusal:
        await desk.create(request_id=FIRST, caller=caller, commercial=different)
    assert refusal.value.reason == "REQUEST_ID_REUSED"


async def test_a_stale_etag_is_refused(desk: Desk) -> None:
    quote = await desk.create()
    await desk.revise(quote.name, etag=quote.etag, commercial=terms(months=36))
    with pytest.raises(Conflicting) as refusal:
        await desk.revise(quote.name, etag=quote.etag, commercial=terms(months=12))
    assert refusal.value.reason == "ETAG_MISMATCH"


async def test_quotes_of_other_accounts_do_not_exist(desk: Desk) -> None:
    quote = await desk.create()
    stranger = Caller(account="other", principal="sally", roles=frozenset({"sales"}))
    with pytest.raises(NotFound):
        await desk.read(quote.name, caller=stranger)


async def test_a_revision_replaces_the_offer_and_keeps_the_earlier_one(desk: Desk) -> None:
    offered = await desk.offered()
    revised = await desk.revise(offered.name, commercial=terms(months=36), caller=ADA)

    assert (revised.revision, word(revised.state)) == (2, "draft")
    assert (revised.creator, revised.author) == ("principals/sally", "principals/ada")
    assert revised.offer.configuration == offered.offer.configuration
    assert revised.offer.terms.term_months == 36
    assert revised.offer_digest != offered.offer_digest
    assert not revised.HasField("expire_time")

    first = await desk.read(f"{offered.name}/revisions/1")
    assert (first.name, word(first.state), first.offer) == (f"{offered.name}/revisions/1", "offered", offered.offer)
    second = await desk.read(f"{offered.name}/revisions/2")
    assert (second.name, second.offer) == (f"{offered.name}/revisions/2", revised.offer)
    with pytest.raises(NotFound):
        await desk.read(f"{offered.name}/revisions/3")


async def test_parallel_revisions_all_become_revisions_of_their_own(desk: Desk) -> None:
    quote = await desk.create()
    revised = await asyncio.gather(*(desk.revise(quote.name) for _ in range(8)))
    assert sorted(one.revision for one in revised) == [2, 3, 4, 5, 6, 7, 8, 9]


async def test_revisions_are_listed_newest_first_in_pages(desk: Desk) -> None:
    quote = await desk.create()
    for _ in range(4):
        await desk.revise(quote.name)
    token, pages = "", []
    while True:
        request = ListQuoteRevisionsRequest(parent=quote.name, page_size=2, page_token=token)
        page = await desk.reading.revisions(SALLY, request)
        pages.append([one.revision for one in page.quotes])
        token = page.next_page_token
        if not token:
            break
    assert pages == [[5, 4], [3, 2], [1]]


async def test_quotes_are_listed_by_state_and_bid(desk: Desk) -> None:
    first = await desk.offered()
    second = await desk.create(bid=first.bid)
    third = await desk.create()

    async def names(**conditions: object) -> list[str]:
        request = ListQuotesRequest(**conditions)  # type: ignore[arg-type]  # the conditions have several types
        return [quote.name for quote in (await desk.reading.quotes(SALLY, request)).quotes]

    assert await names() == [third.name, second.name, first.name]
    assert await names(state="QUOTE_STATE_DRAFT") == [third.name, second.name]
    assert await names(bid=first.bid) == [second.name, first.name]
    assert await names(bid=first.bid, state="QUOTE_STATE_OFFERED") == [first.name]


async def test_a_listing_is_cut_to_what_one_message_may_hold(desk: Desk) -> None:
    configuration = website()
    for number in range(40):
        item = configuration.bespoke_items.add(id=f"item_{number}", title="Interface", owner="Ada", charge=1)
        item.description = "x" * 4000
        item.effort.add(role="engineer").days.value = "1"
    for _ in range(12):
        await desk.create(configuration=configuration)
    page = await desk.reading.quotes(SALLY, ListQuotesRequest(page_size=1000))
    assert 0 < page.ByteSize() < 4 * 1024 * 1024
    rest = await desk.reading.quotes(SALLY, ListQuotesRequest(page_size=1000, page_token=page.next_page_token))
    assert len({quote.name for quote in (*page.quotes, *rest.quotes)}) == 12


async def test_a_comparison_names_every_place_that_differs(desk: Desk) -> None:
    quote = await desk.create()
    larger = website(servers=2)
    larger.needs[0].integer = 200
    larger.bespoke_items.add(id="till", title="Till interface", owner="Ada", charge=1).effort.add(
        role="engineer"
    ).days.value = "2.50"
    await desk.revise(quote.name, configuration=larger, commercial=terms(discount="2.50"))
    request = CompareQuotesRequest(base=f"{quote.name}/revisions/1", other=quote.name)
    found = (await desk.reading.comparison(SALLY, request)).differences

    told = {one.path: (one.base_value, one.other_value) for one in found}
    assert [one.path for one in found] == sorted(told)
    assert told["needs.users"] == ("50", "200")
    assert told["items.compute.small"] == ("1", "2")
    assert told["bespoke.till.title"] == ("", "Till interface")
    assert told["bespoke.till.charge"] == ("", "one_time")
    assert told["bespoke.till.effort.1.engineer"] == ("", "2.5 days")
    assert told["terms.discretionary_discount_percent"] == ("0", "2.5")
    assert "totals.monthly" in told
    assert "terms.term_months" not in told
    assert "needs.site_title" not in told


async def test_equal_offers_do_not_differ(desk: Desk) -> None:
    quote = await desk.create()
    other = await desk.create()
    request = CompareQuotesRequest(base=quote.name, other=other.name)
    assert list((await desk.reading.comparison(SALLY, request)).differences) == []
    assert quote.offer_digest == other.offer_digest


async def test_an_accepted_alternative_closes_the_others_of_its_bid(desk: Desk) -> None:
    chosen = await desk.offered()
    draft = await desk.create(bid=chosen.bid)
    offered = await desk.offered(bid=chosen.bid)
    declined = await desk.offered(bid=chosen.bid)
    await desk.decline(declined.name)
    elsewhere = await desk.offered()
    await desk.accept(chosen.name)

    states = {
        one.name: word((await desk.read(one.name)).state) for one in (chosen, draft, offered, declined, elsewhere)
    }
    assert states == {
        chosen.name: "accepted",
        draft.name: "superseded",
        offered.name: "superseded",
        declined.name: "declined",
        elsewhere.name: "offered",
    }
    happened = [(event.type, event.subject) for event in await desk.events()][-3:]
    assert happened == [
        ("quote.superseded", draft.name),
        ("quote.superseded", offered.name),
        ("quote.accepted", chosen.name),
    ]


async def test_of_two_alternatives_accepted_at_once_one_wins(desk: Desk) -> None:
    first = await desk.offered()
    second = await desk.offered(bid=first.bid)
    answers = await asyncio.gather(desk.accept(first.name), desk.accept(second.name), return_exceptions=True)

    assert sorted(type(answer).__name__ for answer in answers) == ["NotAllowedNow", "Quote"]
    states = sorted([word((await desk.read(one.name)).state) for one in (first, second)])
    assert states == ["accepted", "superseded"]


async def test_no_alternative_comes_to_life_beside_an_accepted_one(desk: Desk) -> None:
    chosen = await desk.offered()
    declined = await desk.offered(bid=chosen.bid)
    await desk.decline(declined.name)
    await desk.accept(chosen.name)

    for attempt in (desk.create(bid=chosen.bid), desk.revise(declined.name)):
        with pytest.raises(NotAllowedNow) as refusal:
            await attempt
        assert refusal.value.reason == "BID_DECIDED"


async def test_alternatives_added_while_another_is_accepted_are_refused_or_superseded(desk: Desk) -> None:
    chosen = await desk.offered()
    await asyncio.gather(
        desk.accept(chosen.name), *(desk.create(bid=chosen.bid) for _ in range(10)), return_exceptions=True
    )
    listed = await desk.reading.quotes(SALLY, ListQuotesRequest(bid=chosen.bid))
    states = {word(quote.state) for quote in listed.quotes if quote.name != chosen.name}
    assert states <= {"superseded"}


async def test_events_tell_what_happened_and_nothing_that_somebody_typed(desk: Desk) -> None:
    quote = await desk.create(commercial=terms(discount="7.5"))
    await desk.submit(quote.name)
    await desk.refuse(quote.name, reason="Grace gets too much.")
    await desk.submit(quote.name)
    await desk.approve(quote.name, comment="Fine for Grace.")
    await desk.offer(quote.name)
    await desk.accept(quote.name)
    contract = await desk.sign(quote.name)

    events = await desk.events()
    assert [(event.type, event.subject, event.actor) for event in events] == [
        ("quote.created", quote.name, "principals/sally"),
        ("quote.submitted", quote.name, "principals/sally"),
        ("quote.refused", quote.name, "principals/ada"),
        ("quote.submitted", quote.name, "principals/sally"),
        ("quote.approved", quote.name, "principals/ada"),
        ("quote.offered", quote.name, "principals/sally"),
        ("quote.accepted", quote.name, "principals/sally"),
        ("quote.signed", quote.name, "principals/sally"),
        ("contract.signed", contract.name, "principals/sally"),
    ]
    assert events[-1].facts["order"] == contract.order
    told = b"".join(event.SerializeToString() for event in events)
    for typed in (b"Grace", b"Example Ltd", b"Website", b"Welcome"):
        assert typed not in told
