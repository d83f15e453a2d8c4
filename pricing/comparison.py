"""Compares two prices line by line: which step differs, by how much, and why; the differences add up exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest

from bidwright.catalog.amount_messages import amount_of
from bidwright.core.errors import InvalidInput
from bidwright.core.money import EXACT
from bidwright.pricing.totals import times_due
from bidwright.v1.configuration_pb2 import Charge
from bidwright.v1.price_pb2 import Price, PriceLine, PriceLineKind, PriceStep, PriceStepKind


@dataclass(frozen=True, kw_only=True)
class StepDifference:
    """A step that adds another amount, or that only one of the prices has.

    Attributes:
        before, after: The rules; empty where there is no such step.
        amount: By how much more the step adds, exact and not 0.
        why: The reason in words: what was added, left out or replaced, or what the same rule was applied to.
    """

    kind: PriceStepKind
    before: str
    after: str
    amount: Decimal
    why: str


@dataclass(frozen=True, kw_only=True)
class LineDifference:
    """A line whose net, steps or times differ.

    Attributes:
        before, after: Net prices each time it falls due; 0 where there is no such line.
        quantity_before, quantity_after: Units; 0 where there is no such line.
        times_before, times_after: How often it falls due over the terms; of usage, which is not committed, 0.
        steps: Their amounts add up to ``net``.
    """

    kind: PriceLineKind
    subject: str
    title: str
    charge: Charge
    quantity_before: int
    quantity_after: int
    before: Decimal
    after: Decimal
    times_before: int
    times_after: int
    steps: tuple[StepDifference, ...]

    @property
    def net(self) -> Decimal:
        """By how much more it is each time it falls due."""
        return EXACT.subtract(self.after, self.before)

    @property
    def by_price(self) -> Decimal:
        """What that makes of the contract value over the term of the price before."""
        return EXACT.multiply(self.net, Decimal(self.times_before))

    @property
    def by_term(self) -> Decimal:
        """What a longer or shorter term makes of the contract value, at the net price after."""
        return EXACT.multiply(self.after, Decimal(self.times_after - self.times_before))

    @property
    def contract_value(self) -> Decimal:
        """By how much more it adds to the contract value; over all lines, the difference of the totals."""
        return EXACT.add(self.by_price, self.by_term)


def compare(before: Price, after: Price) -> tuple[LineDifference, ...]:
    """The lines that differ, in the order of the lines after; those that only the price before has come last.

    What is left out does not differ: the ``net`` of the lines of a charge add up to the difference of its total, and
    their ``contract_value`` to that of the contract value.

    Raises:
        InvalidInput: The prices are in different currencies.
    """
    if before.currency != after.currency:
        raise InvalidInput(
            f"A price in {before.currency} cannot be compared with one in {after.currency}",
            fix="Compare prices of markets with the same currency.",
        )
    old, new = ({_key(line): line for line in one.lines} for one in (before, after))
    found = (
        _line_difference(old.get(key, _none_of(line)), new.get(key, _none_of(line)), before, after)
        for key, line in {**new, **{key: line for key, line in old.items() if key not in new}}.items()
    )
    return tuple(one for one in found if one.steps or one.contract_value)


def _key(line: PriceLine) -> tuple[PriceLineKind, str, Charge, bool]:
    """Monthly and hourly prices of a component are lines of the same charge."""
    return line.kind, line.subject, line.charge, line.HasField("hours")


def _none_of(line: PriceLine) -> PriceLine:
    empty = PriceLine(kind=line.kind, subject=line.subject, title=line.title, charge=line.charge)
    empty.net.currency_code = line.net.currency_code
    return empty


def _line_difference(old: PriceLine, new: PriceLine, before: Price, after: Price) -> LineDifference:
    return LineDifference(
        kind=new.kind,
        subject=new.subject,
        title=new.title,
        charge=new.charge,
        quantity_before=old.quantity,
        quantity_after=new.quantity,
        before=amount_of(old.net),
        after=amount_of(new.net),
        times_before=times_due(old.charge, before.term_months),
        times_after=times_due(new.charge, after.term_months),
        steps=tuple(_step_differences(old, new)),
    )


def _step_differences(old: PriceLine, new: PriceLine) -> Iterator[StepDifference]:
    for first, second in _pairs(old.steps, new.steps):
        amount = EXACT.subtract(_amount(second), _amount(first))
        if not amount:
            continue
        yield StepDifference(
            kind=(second or first or PriceStep()).kind,
            before=first.rule if first else "",
            after=second.rule if second else "",
            amount=amount,
            why=_why(first, second, _units(old), _units(new)),
        )


def _pairs(old: Sequence[PriceStep], new: Sequence[PriceStep]) -> Iterator[tuple[PriceStep | None, PriceStep | None]]:
    """Steps that belong together: of each kind those with the same rule, then the others in their order."""
    for kind in dict.fromkeys(step.kind for step in sorted((*old, *new), key=lambda step: step.kind)):
        first, second = [step for step in old if step.kind == kind], [step for step in new if step.kind == kind]
        for step in list(second):
            twin = next((one for one in first if one.rule == step.rule), None)
            if twin is not None:
                first.remove(twin)
                second.remove(step)
                yield twin, step
        yield from zip_longest(first, second)


def _why(old: PriceStep | None, new: PriceStep | None, units_before: str, units_after: str) -> str:
    if old is None or new is None:
        return "added" if old is None else "left out"
    if old.rule != new.rule:
        return "another rule"
    if old.percent.value != new.percent.value:
        return f"{old.percent.value} % became {new.percent.value} %"
    if new.HasField("percent"):
        return "the same percentage of another amount"
    if units_before != units_after:
        return f"{units_before} units became {units_after}"
    return "the same rule for other amounts"


def _units(line: PriceLine) -> str:
    return line.metered.value if line.HasField("metered") else str(line.quantity)


def _amount(step: PriceStep | None) -> Decimal:
    return Decimal(step.amount.value) if step is not None else Decimal(0)
