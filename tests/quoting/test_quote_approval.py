"""Who has to agree: figures, rules over them, and asking again only for what has changed."""

from __future__ import annotations

import dataclasses
import datetime as dt
from fractions import Fraction

import pytest
from google.type.money_pb2 import Money
from quoting_desk import ADA, SALLY, Desk, terms, website, with_approvals, word
from small_release import small_release

from bidwright.catalog.model import ApprovalRule, Assurance
from bidwright.catalog.rule_language import (
    AllOf,
    AnyOf,
    Arithmetic,
    Comparison,
    Constant,
    Expression,
    Name,
    Not,
    Selected,
)
from bidwright.core.caller import Caller
from bidwright.core.errors import Forbidden, InvalidInput
from bidwright.quoting.approval import holds
from bidwright.quoting.facts import Fact, fact_text, facts_of
from bidwright.storage.connection import Engine
from bidwright.v1.configuration_pb2 import Charge, Configuration
from bidwright.v1.quote_pb2 import ApprovalState, Quote

TODAY = dt.date(2026, 11, 20)
BOB = Caller(account="acme", principal="bob", roles=frozenset({"approver"}))


def number(value: int) -> Constant:
    return Constant(Fraction(value))


def fact(name: str) -> Name:
    return Name("quote", name)


def rule(id_: str, expression: Expression) -> ApprovalRule:
    return ApprovalRule(id=id_, source="", expression=expression, approver="director", because="It costs margin.")


DISCOUNT = rule("discount", Comparison(">", fact("discount_percent"), number(5)))
LONG_TERM = rule("long_term", Comparison(">=", fact("term_months"), number(36)))


@pytest.fixture
def strict(engine: Engine) -> Desk:
    """A desk whose portfolio asks for discounts above 5 % and for long terms."""
    return Desk(engine, with_approvals(small_release(), DISCOUNT, LONG_TERM))


def with_bespoke() -> Configuration:
    """A website with 2.5 days of work once, and 100 EUR of licences a month at a mark-up of 15 %."""
    configuration = website()
    work = configuration.bespoke_items.add(id="till", title="Till", owner="Ada", charge=Charge.CHARGE_ONE_TIME)
    work.effort.add(role="engineer").days.value = "1.5"
    work.effort.add(role="solution_architect").days.value = "1"
    licence = configuration.bespoke_items.add(id="maps", title="Maps", owner="Ada", charge=Charge.CHARGE_MONTHLY)
    licence.material_cost.CopyFrom(Money(currency_code="EUR", units=100))
    licence.markup_percent.value = "15"
    return configuration


def exact(money: Money) -> Fraction:
    return Fraction(money.units) + Fraction(money.nanos, 10**9)


async def test_the_figures_of_an_offer_are_exact(desk: Desk) -> None:
    quote = await desk.create(configuration=with_bespoke(), commercial=terms(discount="7.5", months=12))
    facts = facts_of(quote.offer, desk.release, TODAY)

    assert facts["discount_percent"] == Fraction(15, 2)
    assert facts["term_months"] == 12
    # work: 1.5 x 640 + 1 x 880 = 1840, with 25 % 2300, less 7.5 % 2127.50;
    # licence: 100 with 15 % 115, less 7.5 % 106.375, rounded half up 106.38, times 12 months 1276.56
    assert facts["bespoke_value"] == Fraction("3404.06")
    assert facts["bespoke_days"] == Fraction("2.5")
    assert facts["bespoke_items"] == 2
    # 2.5 days of 8 hours beside 1.5 hours once and 0.25 every month
    assert facts["bespoke_effort_percent"] == Fraction("81.63")
    assert facts["lowest_markup_percent"] == 15
    assert facts["unassured_components"] == 0
    assert facts["assured_in_combination"] is True
    assert facts["market"] == "DE"
    totals = quote.offer.price.totals
    assert facts["monthly"] == exact(totals.monthly)
    contract_value = exact(totals.one_time) + 12 * exact(totals.monthly)
    assert (facts["one_time"], facts["contract_value"]) == (exact(totals.one_time), contract_value)
    assert facts["bespoke_share_percent"] == round(Fraction("3404.06") * 100 / contract_value, 2)
    assert facts["margin_percent"] == Fraction(totals.margin_percent.value)


async def test_without_bespoke_items_their_figures_are_those_of_the_price_book(desk: Desk) -> None:
    quote = await desk.create()
    facts = facts_of(quote.offer, desk.release, TODAY)
    assert (facts["bespoke_value"], facts["bespoke_share_percent"], facts["bespoke_items"]) == (0, 0, 0)
    assert facts["lowest_markup_percent"] == 25


async def test_components_are_assured_while_their_evidence_is_valid(desk: Desk) -> None:
    quote = await desk.create()
    servers = Assurance(
        id="servers",
        components=frozenset({"compute.small", "os.debian"}),
        evidence="TR-2",
        valid_until=dt.date(2032, 12, 31),
    )
    release = dataclasses.replace(desk.release, assurances=(*desk.release.assurances, servers))

    last_day = facts_of(quote.offer, release, dt.date(2030, 12, 31))
    assert (last_day["unassured_components"], last_day["assured_in_combination"]) == (0, True)
    # web.nginx_site and support.standard have no valid evidence any more
    day_after = facts_of(quote.offer, release, dt.date(2031, 1, 1))
    assert (day_after["unassured_components"], day_after["assured_in_combination"]) == (2, False)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # exactly at the limit
        (Comparison(">", fact("discount_percent"), number(5)), False),
        (Comparison(">=", fact("discount_percent"), number(5)), True),
        (Comparison("<", fact("discount_percent"), number(5)), False),
        (Comparison("<=", fact("discount_percent"), number(5)), True),
        # texts and booleans are equal or not
        (Comparison("==", fact("market"), Constant("DE")), True),
        (Comparison("!=", fact("market"), Constant("DE")), False),
        (Comparison("==", fact("assured_in_combination"), Constant(value=False)), False),
        # a boolean is a condition by itself
        (fact("assured_in_combination"), True),
        (Not(fact("assured_in_combination")), False),
        # several conditions
        (AllOf((fact("assured_in_combination"), Comparison("==", fact("market"), Constant("GB")))), False),
        (AnyOf((Not(fact("assured_in_combination")), Comparison("==", fact("market"), Constant("DE")))), True),
        # 5 + 1 - 2 * 3 = 0
        (
            Comparison(
                "==",
                Arithmetic(
                    "-",
                    Arithmetic("+", fact("discount_percent"), number(1)),
                    Arithmetic("*", number(2), number(3)),
                ),
                number(0),
            ),
            True,
        ),
    ],
)
def test_a_rule_means_what_it_says(expression: Expression, *, expected: bool) -> None:
    facts: dict[str, Fact] = {"discount_percent": Fraction(5), "market": "DE", "assured_in_combination": True}
    assert holds(expression, facts) is expected


@pytest.mark.parametrize(
    "expression",
    [
        # asks for a configuration
        Selected("compute.small"),
        # a number is no condition
        number(1),
        # a text has no order
        Comparison("<", Constant("DE"), number(1)),
    ],
)
def test_what_is_no_approval_rule_is_a_programming_error(expression: Expression) -> None:
    with pytest.raises(TypeError):
        holds(expression, {})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        # no trailing zeros, no exponent
        (Fraction(15, 2), "7.5"),
        (Fraction(1000000), "1000000"),
        (Fraction(-1, 8), "-0.125"),
        (True, "true"),
        ("DE", "DE"),
    ],
)
def test_a_fact_has_one_spelling(value: Fact, text: str) -> None:
    assert fact_text(value) == text


def pending(quote: Quote) -> list[str]:
    return [one.id for one in quote.approvals if one.state == ApprovalState.APPROVAL_STATE_PENDING]


async def test_a_draft_shows_whom_it_will_ask(strict: Desk) -> None:
    quote = await strict.create(commercial=terms(discount="7.5"))
    assert [(one.id, one.approver, one.facts) for one in quote.approvals] == [
        ("discount", "director", "discount_percent=7.5")
    ]
    assert pending(quote) == ["discount"]


async def test_without_a_rule_that_holds_a_quote_is_approved_at_once(strict: Desk) -> None:
    quote = await strict.create(commercial=terms(discount="5"))
    assert word((await strict.submit(quote.name)).state) == "approved"


async def test_a_quote_is_approved_with_its_last_approval(strict: Desk) -> None:
    quote = await strict.create(commercial=terms(discount="7.5", months=36))
    submitted = await strict.submit(quote.name)
    assert (word(submitted.state), pending(submitted)) == ("in_approval", ["discount", "long_term"])

    first = await strict.approve(quote.name, approvals=["long_term"], comment="Good.")
    assert (word(first.state), pending(first)) == ("in_approval", ["discount"])
    granted = first.approvals[1]
    assert (granted.decided_by, granted.comment) == ("principals/ada", "Good.")
    second = await strict.approve(quote.name, caller=BOB)
    assert (word(second.state), pending(second)) == ("approved", [])


async def test_nobody_approves_what_they_have_created_or_rewritten(strict: Desk) -> None:
    quote = await strict.create(commercial=terms(discount="7.5"))
    await strict.submit(quote.name)
    with pytest.raises(Forbidden) as refusal:
        await strict.approve(quote.name, caller=SALLY)
    assert refusal.value.message == f"principals/sally cannot approve {quote.name}, having created it."

    await strict.revise(quote.name, caller=ADA, commercial=terms(discount="30"))
    await strict.submit(quote.name)
    for caller in (ADA, SALLY):
        with pytest.raises(Forbidden) as refusal:
            await strict.approve(quote.name, caller=caller)
        assert refusal.value.reason == "OWN_QUOTE"
    assert word((await strict.approve(quote.name, caller=BOB)).state) == "approved"


async def test_only_pending_approvals_can_be_granted(strict: Desk) -> None:
    quote = await strict.create(commercial=terms(discount="7.5"))
    await strict.submit(quote.name)
    with pytest.raises(InvalidInput) as refusal:
        await strict.approve(quote.name, approvals=["discount", "long_term", "nothing"])
    assert [fault.what for fault in refusal.value.faults] == [
        "'long_term' is not a pending approval",
        "'nothing' is not a pending approval",
    ]
    assert word((await strict.read(quote.name)).state) == "in_approval"


async def test_approvers_are_asked_again_only_for_what_has_changed(strict: Desk) -> None:
    quote = await strict.create(commercial=terms(discount="7.5", months=36))
    await strict.submit(quote.name)
    await strict.approve(quote.name)

    # another configuration, the same discount and term: both approvals stay
    same = await strict.revise(quote.name, configuration=website(servers=2))
    assert pending(same) == []
    assert word((await strict.submit(quote.name)).state) == "approved"

    # the discount changes, the term does not
    await strict.revise(quote.name, commercial=terms(discount="8", months=36))
    submitted = await strict.submit(quote.name)
    assert (word(submitted.state), pending(submitted)) == ("in_approval", ["discount"])


async def test_an_approver_who_rewrites_a_quote_loses_the_approval_given(strict: Desk) -> None:
    quote = await strict.create(commercial=terms(discount="7.5"))
    await strict.submit(quote.name)
    await strict.approve(quote.name)
    revised = await strict.revise(quote.name, caller=ADA, configuration=website(servers=2))
    assert pending(revised) == ["discount"]


async def test_a_refused_approval_is_asked_for_again(strict: Desk) -> None:
    quote = await strict.create(commercial=terms(discount="7.5", months=36))
    await strict.submit(quote.name)
    await strict.approve(quote.name, approvals=["long_term"])
    refused = await strict.refuse(quote.name, reason="Too cheap.")
    assert (word(refused.state), refused.state_reason) == ("draft", "Too cheap.")
    assert refused.approvals[0].state == ApprovalState.APPROVAL_STATE_REFUSED

    again = await strict.submit(quote.name)
    assert (word(again.state), again.state_reason, pending(again)) == ("in_approval", "", ["discount"])
