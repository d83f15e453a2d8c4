"""Grids, targets and comparisons of prices, as records for JSON and as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import reduce
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from bidwright.core.command_line.price_text import amount_text, due_text, kind_text, price_text
from bidwright.core.money import EXACT, plain
from bidwright.pricing.comparison import LineDifference
from bidwright.pricing.targets import Reached
from bidwright.pricing.what_if import GridRow
from bidwright.v1.configuration_pb2 import Charge
from bidwright.v1.price_pb2 import Price, PriceLineKind, PriceStepKind

_HEAD = ("months", "discount", "once", "average month", "contract value", "cost", "margin")


def as_record(message: Message) -> dict[str, Any]:
    """A message with all its fields, named as in the contract."""
    return MessageToDict(message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)


def grid_record(rows: Sequence[GridRow]) -> list[dict[str, Any]]:
    """Each variant with its totals, or with why it has no price."""
    return [
        {
            "channel": row.terms.channel,
            "term_months": row.terms.term_months,
            "discount_percent": _discount(row),
            "price_book": row.price_book,
            "totals": as_record(row.totals) if row.refusal is None else None,
            "refusal": str(row.refusal) if row.refusal is not None else None,
        }
        for row in rows
    ]


def grid_text(rows: Sequence[GridRow]) -> str:
    """A table with a row for each variant."""
    lines = [f"{'channel':<16}" + "".join(f"{name:>16}" for name in _HEAD)]
    for row in rows:
        start = f"{row.terms.channel or '-':<16}{row.terms.term_months:>16}{_discount(row) + ' %':>16}"
        lines.append(start + (f"  {row.refusal}" if row.refusal is not None else "".join(_figures(row))))
    return "\n".join(lines)


def _figures(row: GridRow) -> Iterator[str]:
    totals = row.totals
    for amount in (totals.one_time, totals.monthly, totals.contract_value, totals.contract_cost):
        yield f"{amount_text(amount):>16}"
    yield f"{totals.margin_percent.value + ' %':>16}"


def _discount(row: GridRow) -> str:
    return row.terms.discretionary_discount_percent.value or "0"


def target_record(reached: Reached) -> dict[str, Any]:
    """The discount, and the price with it."""
    return {"discount_percent": plain(reached.discount_percent), "price": as_record(reached.price)}


def target_text(reached: Reached) -> str:
    """The discount, and the price with it."""
    return f"discretionary discount: {plain(reached.discount_percent)} %\n\n{price_text(reached.price)}"


def comparison_record(before: Price, after: Price, differences: Sequence[LineDifference]) -> dict[str, Any]:
    """The totals of both prices, and the lines and steps that differ; amounts in the currency of both."""
    return {
        "currency": after.currency,
        "before": as_record(before.totals),
        "after": as_record(after.totals),
        "contract_value": plain(_sum(differences)),
        "lines": [_line_record(line) for line in differences],
    }


def _line_record(line: LineDifference) -> dict[str, Any]:
    return {
        "kind": PriceLineKind.Name(line.kind),
        "subject": line.subject,
        "charge": Charge.Name(line.charge),
        "quantity_before": line.quantity_before,
        "quantity_after": line.quantity_after,
        "before": plain(line.before),
        "after": plain(line.after),
        "net": plain(line.net),
        "by_price": plain(line.by_price),
        "by_term": plain(line.by_term),
        "contract_value": plain(line.contract_value),
        "steps": [
            {
                "kind": PriceStepKind.Name(step.kind),
                "before": step.before,
                "after": step.after,
                "amount": plain(step.amount),
                "why": step.why,
            }
            for step in line.steps
        ],
    }


def comparison_text(before: Price, after: Price, differences: Sequence[LineDifference]) -> str:
    """Each line that differs with its steps, then the contract values."""
    parts = [f"differences in {after.currency}, {before.term_months} months became {after.term_months}", ""]
    for line in differences:
        parts += _line_text(line)
    values = (amount_text(one.totals.contract_value) for one in (before, after))
    margins = (one.totals.margin_percent.value for one in (before, after))
    parts += ["", f"contract value: {_signed(_sum(differences))} ({' -> '.join(values)})"]
    parts.append(f"margin: {' % -> '.join(margins)} %")
    return "\n".join(parts)


def _line_text(line: LineDifference) -> Iterator[str]:
    what = f"{line.subject}, {line.quantity_before} -> {line.quantity_after}, {due_text(line.charge)}"
    yield f"{what}: {_signed(line.net)}, contract value {_signed(line.contract_value)}"
    for step in line.steps:
        rules = step.after if step.before == step.after else f"{step.before or '-'} -> {step.after or '-'}"
        yield f"  {kind_text(step.kind):<14} {_signed(step.amount):>16}  {step.why}: {rules}"
    if line.by_term:
        times = f"due {line.times_before} times became {line.times_after}"
        yield f"  {'duration':<14} {_signed(line.by_term):>16}  {times}, at {plain(line.after)} each"


def _sum(differences: Sequence[LineDifference]) -> Decimal:
    return reduce(EXACT.add, (line.contract_value for line in differences), Decimal(0))


def _signed(amount: Decimal) -> str:
    return f"+{plain(amount)}" if amount > 0 else plain(amount)
