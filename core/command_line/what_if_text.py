"""Grids, targets, comparisons and indexed prices as text."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from google.type.money_pb2 import Money

from bidwright.core.command_line.price_text import (
    amount_text,
    due_text,
    exact,
    figure_text,
    kind_text,
    price_text,
)
from bidwright.core.days import day_text
from bidwright.core.money import EXACT
from bidwright.v1.price_pb2 import Price
from bidwright.v1.pricing_pb2 import (
    ComparePricesResponse,
    FindDiscountResponse,
    IndexPart,
    IndexPriceResponse,
    PriceLineDifference,
    PriceVariant,
    PriceVariantsResponse,
)

Answer = Price | PriceVariantsResponse | FindDiscountResponse | ComparePricesResponse | IndexPriceResponse
"""What the PricingService answers."""

_HEAD = ("months", "discount", "once", "average month", "contract value", "cost", "margin")


def answer_text(answer: Answer) -> str:
    """Any answer of the PricingService, for people."""
    match answer:
        case Price():
            return price_text(answer)
        case PriceVariantsResponse():
            return _grid_text(answer)
        case FindDiscountResponse():
            return (
                f"discretionary discount: {figure_text(answer.discount_percent.value)} %\n\n{price_text(answer.price)}"
            )
        case ComparePricesResponse():
            return _comparison_text(answer)
        case IndexPriceResponse():
            return "\n".join(_indexed(answer))


def _grid_text(grid: PriceVariantsResponse) -> str:
    """A table with a row for each variant."""
    lines = [f"{'channel':<16}" + "".join(f"{name:>16}" for name in _HEAD)]
    for row in grid.variants:
        start = f"{row.channel or '-':<16}{row.term_months:>16}{figure_text(row.discount_percent.value) + ' %':>16}"
        lines.append(start + (f"  {row.refusal}" if row.refusal else "".join(_figures(row))))
    return "\n".join(lines)


def _figures(row: PriceVariant) -> Iterator[str]:
    totals = row.totals
    for amount in (totals.one_time, totals.monthly, totals.contract_value, totals.contract_cost):
        yield f"{amount_text(amount):>16}"
    yield f"{figure_text(totals.margin_percent.value) + ' %':>16}"


def _comparison_text(found: ComparePricesResponse) -> str:
    """Each line that differs with its steps, then the contract values."""
    base, other = found.base, found.other
    parts = [f"differences in {other.currency}, {base.term_months} months became {other.term_months}", ""]
    for line in found.lines:
        parts += _line_text(line)
    values = (amount_text(one.totals.contract_value) for one in (base, other))
    margins = (figure_text(one.totals.margin_percent.value) for one in (base, other))
    parts += ["", f"contract value: {_signed(found.contract_value)} ({' -> '.join(values)})"]
    parts.append(f"margin: {' % -> '.join(margins)} %")
    return "\n".join(parts)


def _line_text(line: PriceLineDifference) -> Iterator[str]:
    net = EXACT.subtract(exact(line.other_net), exact(line.base_net))
    by_times = EXACT.multiply(exact(line.other_net), Decimal(line.other_times - line.base_times))
    what = f"{line.subject}, {line.base_quantity} -> {line.other_quantity}, {due_text(line.charge)}"
    if line.months:
        what += f", months {line.first_month} to {line.first_month + line.months - 1}"
    yield f"{what}: {_with_sign(net)}, contract value {_signed(line.contract_value)}"
    for step in line.steps:
        rules = step.other_rule
        if step.base_rule != step.other_rule:
            rules = f"{step.base_rule or '-'} -> {step.other_rule or '-'}"
        amount = _with_sign(Decimal(step.amount.value))
        yield f"  {kind_text(step.kind):<14} {amount:>16}  {step.why}: {rules}"
    if by_times:
        times = f"due {line.base_times} times became {line.other_times}"
        yield f"  {'duration':<14} {_with_sign(by_times):>16}  {times}, at {figure_text(exact(line.other_net))} each"


def _indexed(found: IndexPriceResponse) -> Iterator[str]:
    """The indices and their moves, then each recurring line before and after."""
    yield f"values known to {found.index_release}:"
    for part in found.parts:
        yield f"  {part.title}, {figure_text(part.percent.value)} % of prices: {_values(part)}"
    if fixed := 100 - sum((Decimal(part.percent.value) for part in found.parts), Decimal(0)):
        yield f"  fixed, {figure_text(fixed)} % of prices"
    for step in found.steps:
        yield f"{day_text(step.day)}  {_with_sign(Decimal(step.percent.value)):>10} %  {step.why}"
        yield from (f"  {part.index} {_values(part)}" for part in step.parts)
    yield ""
    for line in found.lines:
        yield f"{line.subject}, {due_text(line.charge)}: {amount_text(line.old_net)} -> {amount_text(line.new_net)}"
    yield ""
    yield f"average month: {amount_text(found.old_monthly)} -> {amount_text(found.new_monthly)}"


def _values(part: IndexPart) -> str:
    """Both values, each with the day from which it holds: how old it is, everyone can see."""
    old, new = (figure_text(index.value) for index in (part.old_index, part.new_index))
    return f"{old} ({day_text(part.old_from)}) -> {new} ({day_text(part.new_from)})"


def _signed(amount: Money) -> str:
    return _with_sign(exact(amount))


def _with_sign(amount: Decimal) -> str:
    return f"+{figure_text(amount)}" if amount > 0 else figure_text(amount)
