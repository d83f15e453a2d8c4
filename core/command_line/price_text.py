"""A price as text that can be followed line by line, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money

from bidwright.core.command_line.locales import command_locale
from bidwright.core.command_line.term_text import free_text, months_text, term_rows
from bidwright.core.days import day_text
from bidwright.core.money import MINOR_UNITS
from bidwright.core.money_text import number_text
from bidwright.v1.configuration_pb2 import (
    CHARGE_MONTHLY,
    CHARGE_ONE_TIME,
    CHARGE_QUARTERLY,
    CHARGE_USAGE,
    CHARGE_YEARLY,
    Charge,
)
from bidwright.v1.price_pb2 import Price, PriceLine, PriceStepKind, PriceTotals

_DUE = {
    CHARGE_ONE_TIME: "once",
    CHARGE_MONTHLY: "a month",
    CHARGE_QUARTERLY: "a quarter",
    CHARGE_YEARLY: "a year",
    CHARGE_USAGE: "usage a month, estimated",
}
_DUE_WIDTH = 24
_STEP_WIDTH = 14
_FIGURE_WIDTH = 16
_NAME_WIDTH = 26


def price_text(priced: Price) -> str:
    """Lines with their steps, the waterfall of the whole, and the sums; every step exact, nets with the cent."""
    head = f"{priced.price_book} on {day_text(priced.price_date)}: {priced.term_months} months"
    parts = [f"{head}, amounts in {priced.currency}, net of tax", ""]
    for line in priced.lines:
        parts += _line(line)
    parts += ["", "Waterfall", *_waterfall(priced)]
    for phase in priced.phases:
        parts += ["", f"Ramp, {months_text(phase)}", *(text for line in phase.lines for text in _line(line))]
    parts += ["", "Term", *(_row(*row) for row in term_rows(priced, amount_text))]
    parts += ["", "Totals", *_totals(priced.totals)]
    return "\n".join(parts)


def _line(line: PriceLine) -> Iterator[str]:
    units = line.metered.value if line.HasField("metered") else line.quantity
    head = f"{line.subject}, {units} {line.unit}, {due_text(line.charge)}: {amount_text(line.net)}"
    margin = f", margin {figure_text(line.margin_percent.value)} %" if line.HasField("margin_percent") else ""
    yield f"{head} (cost {amount_text(line.cost)}{margin}){free_text(line)}"
    for step in line.steps:
        percent = f"{figure_text(step.percent.value)} %" if step.HasField("percent") else ""
        amount, running = figure_text(step.amount.value), figure_text(step.running.value)
        figures = f"{amount:>{_FIGURE_WIDTH}} {running:>{_FIGURE_WIDTH}}"
        yield f"  {kind_text(step.kind):<{_STEP_WIDTH}} {percent:>10} {figures}  {step.rule}"


def _waterfall(priced: Price) -> Iterator[str]:
    charge: Charge | None = None
    for entry in priced.waterfall:
        due = due_text(entry.charge) if entry.charge != charge else ""
        charge = entry.charge
        amount = figure_text(entry.amount.value)
        yield f"  {due:<{_DUE_WIDTH}} {kind_text(entry.kind):<{_STEP_WIDTH}} {amount:>{_FIGURE_WIDTH}}"


def _totals(totals: PriceTotals) -> Iterator[str]:
    rows: tuple[tuple[str, Money, Money | None], ...] = (
        ("once", totals.one_time, totals.one_time_cost),
        ("a month", totals.billed_monthly, None),
        ("a quarter", totals.billed_quarterly, None),
        ("a year", totals.billed_yearly, None),
        ("average month", totals.monthly, totals.monthly_cost),
        ("first year", totals.first_year, None),
        ("contract value", totals.contract_value, totals.contract_cost),
        ("annual contract value", totals.annual_contract_value, None),
        ("estimated usage a month", totals.usage, totals.usage_cost),
        ("contract value with usage", totals.estimated_contract_value, None),
    )
    if totals.HasField("net_present_value"):
        rows += (("net present value", totals.net_present_value, totals.net_present_cost),)
    for name, net, cost in rows:
        yield _row(name, amount_text(net), amount_text(cost) if cost is not None else "")
    yield _percent("margin", totals.margin_percent)
    if {totals.bespoke_value_percent.value, totals.bespoke_effort_percent.value} - {"", "0"}:
        yield _percent("bespoke, of the value", totals.bespoke_value_percent)
        yield _percent("bespoke, of the work", totals.bespoke_effort_percent)


def _row(name: str, net: str, cost: str) -> str:
    return f"  {name:<{_NAME_WIDTH}} {net:>{_FIGURE_WIDTH}}" + (f"  cost {cost}" if cost else "")


def _percent(name: str, percent: DecimalMessage) -> str:
    return f"  {name:<{_NAME_WIDTH}} {figure_text(percent.value) + ' %':>{_FIGURE_WIDTH}}"


def exact(money: Money) -> Decimal:
    """An amount as a number."""
    return Decimal(money.units) + Decimal(money.nanos).scaleb(-9)


def amount_text(money: Money) -> str:
    """An amount with all digits of its currency, without the currency, as the locale of the command writes it."""
    return number_text(exact(money), MINOR_UNITS[money.currency_code], command_locale())


def figure_text(figure: str | Decimal) -> str:
    """A plain number with all its digits, as the locale of the command writes it."""
    return number_text(Decimal(figure), locale=command_locale())


def kind_text(kind: PriceStepKind) -> str:
    """The name of a kind of step in small letters."""
    return PriceStepKind.Name(kind).removeprefix("PRICE_STEP_KIND_").replace("_", " ").lower()


def due_text(charge: Charge) -> str:
    """When a charge falls due."""
    return _DUE[charge]
