"""How records look as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.decimal_pb2 import Decimal as DecimalMessage

from bidwright.clients.cli.output import Output, amount
from bidwright.core.command_line.price_text import figure_text
from bidwright.core.command_line.term_text import free_text, months_text, term_rows
from bidwright.core.enum_words import spoken
from bidwright.core.money import parse as parse_decimal
from bidwright.core.money import plain
from bidwright.v1 import catalog_pb2 as catalog
from bidwright.v1 import configuration_pb2 as configuration
from bidwright.v1 import order_pb2 as order_records
from bidwright.v1 import plan_pb2 as plan_records
from bidwright.v1 import price_pb2 as price_records
from bidwright.v1 import quote_pb2 as quote_records

_CHARGES = {
    configuration.CHARGE_ONE_TIME: "once",
    configuration.CHARGE_MONTHLY: "monthly",
    configuration.CHARGE_QUARTERLY: "quarterly",
    configuration.CHARGE_YEARLY: "yearly",
    configuration.CHARGE_USAGE: "usage a month",
}


def moment(timestamp: Timestamp) -> str:
    """A moment in UTC, or nothing."""
    return f"{timestamp.ToDatetime():%Y-%m-%d %H:%M:%S} UTC" if timestamp.seconds else ""


def number(value: DecimalMessage) -> str:
    """A decimal message as people read it."""
    return plain(parse_decimal(value.value)) if value.value else ""


def answer_text(answer: configuration.NeedAnswer) -> str:
    """The value of an answer."""
    kind = answer.WhichOneof("value")
    if kind == "boolean":
        return "yes" if answer.boolean else "no"
    if kind == "decimal":
        return number(answer.decimal)
    return str(getattr(answer, kind)) if kind else ""


def show_configuration(
    output: Output, chosen: configuration.Configuration, offering: catalog.Offering, titles: Mapping[str, str]
) -> None:
    """Print needs in the order they are asked for, components with their titles, sites and the bespoke layer."""
    units = {need.name: need.unit for need in offering.needs}
    answered = sorted(chosen.needs, key=lambda answer: list(units).index(answer.name) if answer.name in units else -1)
    needs = [(answer.name, f"{answer_text(answer)} {units.get(answer.name, '')}".rstrip()) for answer in answered]
    output.table("Needs", ["need", "answer"], needs)
    items = [(item.component, titles.get(item.component, ""), str(item.quantity)) for item in chosen.items]
    output.table("Components", ["component", "title", "quantity "], items)
    if chosen.sites:
        output.table("Sites", ["site", "title", "answers", "components"], map(_site_row, chosen.sites))
    if chosen.bespoke_items:
        rows = [(item.id, item.title, item.owner, _CHARGES[item.charge]) for item in chosen.bespoke_items]
        output.table("Bespoke", ["item", "title", "owner", "charge"], rows)


def _site_row(site: configuration.ConfigurationSite) -> Sequence[str]:
    answers = ", ".join(f"{need.name}={answer_text(need)}" for need in site.needs)
    items = (f"{i.quantity} x {i.component}" if i.quantity > 1 else i.component for i in site.items)
    return (site.id, site.title, answers, ", ".join(items))


def show_totals(output: Output, totals: price_records.PriceTotals) -> None:
    """Print the sums of a price; those of our cost where the caller is told them."""
    rows = [
        ("once", amount(totals.one_time), amount(totals.one_time_cost)),
        ("a month", amount(totals.monthly), amount(totals.monthly_cost)),
        ("first year", amount(totals.first_year), ""),
        ("contract value", amount(totals.contract_value), amount(totals.contract_cost)),
        ("margin", f"{number(totals.margin_percent)} %", ""),
    ]
    if totals.HasField("annual_contract_value"):  # a quote that was made before there was such a sum has none
        rows.insert(-1, ("annual contract value", amount(totals.annual_contract_value), ""))
    if {totals.bespoke_value_percent.value, totals.bespoke_effort_percent.value} - {"", "0"}:
        rows.append(("bespoke, of the value", f"{number(totals.bespoke_value_percent)} %", ""))
        rows.append(("bespoke, of the work", f"{number(totals.bespoke_effort_percent)} %", ""))
    if totals.HasField("net_present_value"):
        rows.append(("net present value", amount(totals.net_present_value), amount(totals.net_present_cost)))
    if totals.usage.units or totals.usage.nanos:
        rows.append(("estimated usage a month", amount(totals.usage), amount(totals.usage_cost)))
        rows.append(("contract value with usage", amount(totals.estimated_contract_value), ""))
    if totals.HasField("contract_cost"):
        output.table("Totals", ["", "price ", "cost "], rows)
    else:
        output.table("Totals", ["", "price "], [row[:2] for row in rows if row[0] != "margin"])


def show_price(output: Output, price: price_records.Price, *, waterfall: bool) -> None:
    """Print the lines of a price, with every step where asked, what is due when, and the sums."""
    title = f"Price of {price.term_months} months, {price.price_book}, {price.currency}"
    _show_lines(output, title, price.lines, waterfall=waterfall)
    for phase in price.phases:
        _show_lines(output, f"Ramp, {months_text(phase)}", phase.lines, waterfall=waterfall)
    output.table("Term", ["", "price ", "cost "], list(term_rows(price, amount)))
    show_totals(output, price.totals)


def _show_lines(output: Output, title: str, lines: Iterable[price_records.PriceLine], *, waterfall: bool) -> None:
    rows: list[Sequence[str]] = []
    for line in lines:
        charge = _CHARGES[line.charge] + free_text(line)
        units = number(line.metered) or "0" if line.HasField("metered") else str(line.quantity)
        rows.append((line.subject, charge, f"{units} {line.unit}", amount(line.net), amount(line.cost)))
        if waterfall:
            rows.extend(_step(step) for step in line.steps)
    output.table(title, ["line", "charge", "quantity", "net ", "cost "], rows)


def _step(step: price_records.PriceStep) -> Sequence[str]:
    name = spoken(price_records.PriceStepKind, step.kind)
    percent = f"{number(step.percent)} %" if step.percent.value else ""
    return (f"    {name}", percent, step.rule, figure_text(step.amount.value), figure_text(step.running.value))


def show_plan(output: Output, plan: plan_records.Plan) -> None:
    """Print what will be done, and why."""
    rows = [
        (
            step.id,
            f"role {step.role}" if step.kind == plan_records.STEP_KIND_ROLE else "people",
            str(step.place or ""),
            ", ".join(step.after),
            step.unit,
            f"{step.duration_minutes} min",
            step.reason,
        )
        for step in plan.steps
    ]
    title = f"Delivery plan: {plan.duration_minutes} minutes, {plan.automation_percent} % automatic"
    if plan.places:
        title += f", on {plan.places} {'target' if plan.places == 1 else 'targets'} of kind {plan.target_kind}"
    output.table(title, ["step", "by", "place ", "after", "unit", "duration ", "why"], rows)


def show_quote(output: Output, quote: quote_records.Quote) -> None:
    """Print a quote without the lines of its price."""
    output.line(f"{quote.name}  revision {quote.revision}  {quote_state(quote)}", "bold")
    output.line(f"for {quote.offer.customer.display_name}  bid {quote.bid}  digest {quote.offer_digest}")
    if quote.state_reason:
        output.line(f"reason: {quote.state_reason}")
    if quote.expire_time.seconds:
        output.line(f"valid until {moment(quote.expire_time)}")
    if quote.contract:
        output.line(f"signed as {quote.contract}")
    if quote.approvals:
        rows = [
            (
                approval.id,
                approval.approver,
                spoken(quote_records.ApprovalState, approval.state),
                approval.because,
                approval.facts,
            )
            for approval in quote.approvals
        ]
        output.table("Approvals", ["rule", "approver", "state", "because", "figures"], rows)
    show_totals(output, quote.offer.price.totals)


def quote_state(quote: quote_records.Quote) -> str:
    """The state of a quote in words."""
    return spoken(quote_records.QuoteState, quote.state)


def order_state(order: order_records.Order) -> str:
    """The state of an order in words."""
    return spoken(order_records.OrderState, order.state)


def endpoint_text(endpoint: order_records.Endpoint) -> str:
    """Where something answers: ``http://127.0.0.1:20001``."""
    if not endpoint.port:
        return ""
    user = f"{endpoint.user}@" if endpoint.user else ""
    path = f"/{endpoint.path.lstrip('/')}" if endpoint.path else ""
    return f"{endpoint.scheme}://{user}{endpoint.host}:{endpoint.port}{path}"


def order_rows(order: order_records.Order) -> list[Sequence[str]]:
    """The steps of an order, a row each."""
    return [
        (
            step.plan_step.id,
            f"role {step.plan_step.role}" if step.plan_step.role else "people",
            order.targets[step.plan_step.place - 1] if step.plan_step.place else "",
            spoken(order_records.StepState, step.state),
            str(step.attempts),
            str(step.changed_tasks) if step.plan_step.role and step.HasField("end_time") else "",
            endpoint_text(step.endpoint),
            step.current_task if step.state == order_records.STEP_STATE_RUNNING else step.message,
        )
        for step in order.steps
    ]


ORDER_COLUMNS = ("step", "by", "target", "state", "attempts ", "changed ", "endpoint", "message")


def show_order(output: Output, order: order_records.Order) -> None:
    """Print an order with its steps."""
    output.line(f"{order.name}  {order_state(order)}  for {order.contract}", "bold")
    output.table("Steps", ORDER_COLUMNS, order_rows(order))


def show_contract(output: Output, found: quote_records.Contract) -> None:
    """Print a contract."""
    output.line(f"{found.name}  {contract_state(found)}  from {found.quote} revision {found.quote_revision}", "bold")
    output.line(f"signed by {found.signatory.display_name} on {moment(found.sign_time)}")
    output.line(f"digest {found.signed_digest}")
    output.line(f"delivered by {found.order}")


def contract_state(found: quote_records.Contract) -> str:
    """The state of a contract in words."""
    return spoken(quote_records.ContractState, found.state)
