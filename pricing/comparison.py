"""Compares two prices line by line: which step differs, by how much, and why; the differences add up exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import reduce
from itertools import zip_longest

from bidwright.catalog.amount_messages import amount_of, decimal_message, money
from bidwright.core.errors import Fault, InvalidInput
from bidwright.core.money import EXACT
from bidwright.pricing.parts import Part, common_parts
from bidwright.pricing.pricer import Pricer
from bidwright.pricing.schedule import Due
from bidwright.v1.configuration_pb2 import Charge
from bidwright.v1.price_pb2 import Price, PriceLine, PriceLineKind, PriceStep
from bidwright.v1.pricing_pb2 import (
    ComparePricesRequest,
    ComparePricesResponse,
    PriceConfigurationRequest,
    PriceLineDifference,
    PriceStepDifference,
)


def compare_prices(request: ComparePricesRequest, *, base: Pricer, other: Pricer) -> ComparePricesResponse:
    """Price both sides, each from the release of its configuration, and compare them.

    Raises:
        InvalidInput: One of them has no price, with ``base`` or ``other`` before its field paths; or as ``compare``.
        Unavailable: ``PRICING_TIMED_OUT``.
    """
    return compare(_priced("base", request.base, base), _priced("other", request.other, other))


def _priced(name: str, wanted: PriceConfigurationRequest, priced: Pricer) -> Price:
    try:
        return priced(wanted.configuration, wanted.terms)
    except InvalidInput as refusal:
        faults = [Fault(f"{name}.{fault.where}", fault.what, fault.fix) for fault in refusal.faults]
        raise InvalidInput(
            f"{name}: {refusal.message}", fix=refusal.fix, reason=refusal.reason, facts=refusal.facts, faults=faults
        ) from refusal


def compare(base: Price, other: Price) -> ComparePricesResponse:
    """Say what ``other`` has more than ``base``, line by line; of ramps, in each part of the term common to both.

    What is left out does not differ: without ramps the nets of the lines of a charge add up to the difference of its
    total; and always ``contract_value`` of all lines to that of the contract value.

    Raises:
        InvalidInput: The prices are in different currencies.
    """
    if base.currency != other.currency:
        raise InvalidInput(
            f"A price in {base.currency} cannot be compared with one in {other.currency}",
            fix="Compare prices of markets with the same currency.",
        )
    lines = [line for old, new in common_parts(base, other) for line in _line_differences(old, new)]
    value = reduce(EXACT.add, (amount_of(line.contract_value) for line in lines), Decimal(0))
    return ComparePricesResponse(base=base, other=other, lines=lines, contract_value=money(value, other.currency))


def _line_differences(base: Part, other: Part) -> Iterator[PriceLineDifference]:
    """The lines that differ, in the order of the other part; those that only the base has come last."""
    old, new = ({_key(due.line): due for due in part.due} for part in (base, other))
    for key, due in {**new, **{key: due for key, due in old.items() if key not in new}}.items():
        nothing = Due(_none_of(due.line), range(0), range(0))
        found = _difference(base, old.get(key, nothing), other, new.get(key, nothing))
        if found.steps or amount_of(found.contract_value):
            yield found


def _key(line: PriceLine) -> tuple[PriceLineKind, str, Charge, bool]:
    """Monthly and hourly prices of a component are lines of the same charge."""
    return line.kind, line.subject, line.charge, line.HasField("hours")


def _none_of(line: PriceLine) -> PriceLine:
    empty = PriceLine(kind=line.kind, subject=line.subject, title=line.title, charge=line.charge)
    empty.net.currency_code = line.net.currency_code
    return empty


def _difference(base: Part, before: Due[PriceLine], other: Part, after: Due[PriceLine]) -> PriceLineDifference:
    old, new, times = before.line, after.line, (base.times(before), other.times(after))
    value = EXACT.subtract(
        EXACT.multiply(amount_of(new.net), Decimal(times[1])), EXACT.multiply(amount_of(old.net), Decimal(times[0]))
    )
    return PriceLineDifference(
        kind=new.kind,
        subject=new.subject,
        title=new.title,
        charge=new.charge,
        base_quantity=old.quantity,
        other_quantity=new.quantity,
        base_net=old.net,
        other_net=new.net,
        base_times=times[0],
        other_times=times[1],
        steps=_step_differences(old, new),
        contract_value=money(value, new.net.currency_code),
        first_month=other.first_month,
        months=other.months,
    )


def _step_differences(old: PriceLine, new: PriceLine) -> Iterator[PriceStepDifference]:
    for first, second in _pairs(old.steps, new.steps):
        amount = EXACT.subtract(_amount(second), _amount(first))
        if not amount:
            continue
        yield PriceStepDifference(
            kind=(second or first or PriceStep()).kind,
            base_rule=first.rule if first else "",
            other_rule=second.rule if second else "",
            amount=decimal_message(amount),
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
