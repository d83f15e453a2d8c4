"""What a walk through an offering shows beside its questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from google.type.money_pb2 import Money

from bidwright.clients.cli import views
from bidwright.clients.cli.catalog_reads import default_text
from bidwright.clients.cli.guided_request import LIMITS, GuidedRequest, option_name
from bidwright.clients.cli.output import Output, amount
from bidwright.clients.cli.spoken_request import said_text
from bidwright.clients.sdk import RequestRefused
from bidwright.core.command_line.locales import command_locale
from bidwright.core.money_text import currency_text
from bidwright.v1 import catalog_pb2 as catalog
from bidwright.v1 import configurator_pb2 as configurator
from bidwright.v1 import price_pb2 as price_records

_MOST_SHOWN = 12
"""So many options are named of each kind of change; the others are counted."""

_STATES = {
    configurator.OPTION_STATE_CHOSEN: "chosen",
    configurator.OPTION_STATE_FORCED: "forced",
    configurator.OPTION_STATE_OPEN: "open",
    configurator.OPTION_STATE_EXCLUDED: "excluded",
    configurator.OPTION_STATE_UNSPECIFIED: "not known in time",
}
_CHANGES = (
    (configurator.OPTION_STATE_FORCED, "now forced"),
    (configurator.OPTION_STATE_EXCLUDED, "no longer possible"),
    (configurator.OPTION_STATE_OPEN, "open again"),
)
_HELP = (
    ("an answer", "to the question that is asked; an empty line takes the default"),
    ("NEED=ANSWER", "to any question, also one that was answered before"),
    ("ask NEED", "take an answer back and ask again"),
    ("skip", "leave the question open; at the end it takes its default"),
    ("undo, back", "go back before the last change"),
    ("show", "what was said, what it forces, and what it costs"),
    ("list", "the families and what is open in them"),
    ("list NAME", "the components of a family, or the answers to a need: states and prices"),
    ("price OPTION", "how much the contract value rises with COMPONENT or NEED=ANSWER"),
    ("why OPTION", "what makes COMPONENT or NEED=ANSWER forced or excluded"),
    ("take COMPONENT[=N]", "the component must be in, with N units where given"),
    ("drop COMPONENT", "the component must not be in"),
    ("budget KIND=AMOUNT", "allow at most so much: monthly, one-time or total; without an amount there is no limit"),
    ("site NAME", "of a bid with sites: look at one of them, and change what is said of it alone"),
    ("site", "go back to the bid as a whole"),
    ("sites", "what was said of each site"),
    ("done", "find the best configuration for what was said"),
    ("quit", "end without one"),
)


def show_help(output: Output) -> None:
    """Print what can be typed."""
    output.table("What can be typed", ["line", "does"], _HELP)


def usage_of(word: str) -> str:
    """How a line with this first word goes on."""
    return " or ".join(line for line, _ in _HELP if line.partition(" ")[0] == word and line != word)


def show_question(output: Output, need: catalog.Need | None, guided: GuidedRequest) -> None:
    """Print a question with the answers that are possible by now, or that there is none left."""
    if need is None:
        output.line("Everything is answered: `done`, or NEED=ANSWER, take and drop.", "bold")
        return
    with output.errors.status("Looking at what can be answered ..."):
        allowed = _allowed(need, guided)
    output.line(f"{_place(need, guided)}{need.question} ({need.name})", "bold")
    output.line(f"  {allowed}; default {default_text(need) or 'none'}")


def _place(need: catalog.Need, guided: GuidedRequest) -> str:
    """What a question is about in a bid with sites."""
    spoken = guided.spoken
    if spoken.at:
        return f"Site {spoken.at}: "
    return "Every site that says nothing of its own: " if need.per_site and spoken.sites else ""


def _allowed(need: catalog.Need, guided: GuidedRequest) -> str:
    if need.type in {catalog.NEED_TYPE_BOOLEAN, catalog.NEED_TYPE_CHOICE}:
        titles = {option.id: option.title for option in need.options} or {"yes": "", "no": ""}
        excluded = {
            views.answer_text(each.option.answer)
            for each in guided.options
            if each.option.answer.name == need.name and each.state == configurator.OPTION_STATE_EXCLUDED
        }
        return " | ".join(_titled(answer, title) for answer, title in titles.items() if answer not in excluded)
    if need.type == catalog.NEED_TYPE_TEXT:
        return f"text, at most {need.max_length} characters"
    least, most = views.number(need.min), views.number(need.max)
    told = f"{least} to {most} {need.unit}".rstrip()
    left = guided.range_left(need.name)
    if left is None or (views.number(left.least), views.number(left.most)) == (least, most):
        return told
    return f"{told}; with what was said, {views.number(left.least)} to {views.number(left.most)}"


def _titled(name: str, title: str) -> str:
    return f"{name} ({title})" if title and title.lower() != name.lower() else name


def show_changes(
    output: Output,
    options: Sequence[configurator.GuidedOption],
    before: Mapping[str, configurator.GuidedOption],
    said: str,
) -> None:
    """Print what became forced, excluded or open again; not the other answers to the need just answered (``said``)."""
    for state, title in _CHANGES:
        names = [
            option_name(guided.option)
            for guided in options
            if guided.state == state
            and before
            and before[option_name(guided.option)].state != state
            and (guided.option.WhichOneof("kind") == "component" or guided.option.answer.name != said)
        ]
        if names:
            more = f" and {len(names) - _MOST_SHOWN} more" if len(names) > _MOST_SHOWN else ""
            output.line(f"  {title}: {', '.join(names[:_MOST_SHOWN])}{more}")
    unknown = sum(guided.state == configurator.OPTION_STATE_UNSPECIFIED for guided in options)
    if unknown or not options:
        output.line(f"  not known at once of {unknown or 'all'} options, whether they are still possible")


def show_costs(
    output: Output, found: configurator.ConfigureResponse | None, before: price_records.PriceTotals | None
) -> price_records.PriceTotals | None:
    """Print what the best configuration costs by now, and how much that is more than before; its totals."""
    if found is None:
        output.line("  What it costs is not known at once; `done` takes its time.")
        return None
    if found.WhichOneof("outcome") == "conflict":
        output.line("  With the defaults of what is still open, nothing is valid; `done` says what would mend it.")
        output.line(f"  {found.conflict.summary}")
        return None
    totals, proof = found.solution.totals, found.solution.proof
    told = f"{amount(totals.monthly)} a month{_rise(totals.monthly, before.monthly if before else None)}"
    gap = "" if proof.is_optimal else f" (found at once; at most {views.number(proof.gap_percent)} % from the best)"
    value = amount(totals.contract_value)
    output.line(f"  by now {told}, {amount(totals.one_time)} once, {value} over the term{gap}", "green")
    return totals


def _rise(now: Money, before: Money | None) -> str:
    if before is None:
        return ""
    rise = Decimal(now.units - before.units) + Decimal(now.nanos - before.nanos).scaleb(-9)
    sign = "+" if rise > 0 else ""
    return f" ({sign}{currency_text(rise, now.currency_code, command_locale())})" if rise else ""


def show_repairs(output: Output, repairs: Sequence[configurator.Repair]) -> None:
    """Print numbered repairs with what each leads to."""
    rows = [
        (str(number), "\n".join(change.text for change in repair.changes), amount(repair.solution.totals.monthly))
        for number, repair in enumerate(repairs, 1)
    ]
    output.table("What would mend it", ["", "change", "a month "], rows)


def show_reasons(output: Output, name: str, guided: configurator.GuidedOption) -> None:
    """Print the state of an option, and why it is so."""
    output.line(f"{name} is {_STATES[guided.state]}.")
    for reason in guided.reasons:
        output.line(f"  - {reason.text}")
    if guided.state == configurator.OPTION_STATE_OPEN:
        output.line(f"  It can be had, and can be left out; `price {name}` says what it costs.")


def show_options(
    output: Output, title: str, options: Sequence[configurator.GuidedOption], titles: Mapping[str, str]
) -> None:
    """Print options with their titles, states, and how much the contract value rises with each open one."""
    rows = [
        (
            option_name(guided.option),
            titles.get(option_name(guided.option), ""),
            _STATES[guided.state],
            f"+{amount(guided.price_difference)}" if guided.HasField("price_difference") else "",
        )
        for guided in options
    ]
    output.table(title, ["option", "title", "state", "over the term "], rows)


def answer_titles(offering: catalog.Offering) -> dict[str, str]:
    """``web_server=any`` -> ``No preference``, of all answers to choose between."""
    return {f"{need.name}={option.id}": option.title for need in offering.needs for option in need.options}


def show_families(output: Output, offering: catalog.Offering, options: Sequence[configurator.GuidedOption]) -> None:
    """Print for each family what is in and how much is still open, and which needs have answers to list."""
    inside: dict[str, list[str]] = {slot.family: [] for slot in offering.slots}
    open_: Counter[str] = Counter()
    for guided in options:
        family = guided.option.component.partition(".")[0]
        if family and guided.state in {configurator.OPTION_STATE_CHOSEN, configurator.OPTION_STATE_FORCED}:
            inside[family].append(guided.option.component)
        elif guided.state == configurator.OPTION_STATE_OPEN:
            open_[family] += 1
    rows = [(s.family, s.title, str(open_[s.family]), ", ".join(inside[s.family])) for s in offering.slots]
    output.table("Families", ["family", "title", "open ", "chosen or forced"], rows)


def show_said(output: Output, offering: catalog.Offering, guided: GuidedRequest) -> None:
    """Print what was said, what is open, and which components that forces."""
    request, said_of, at = guided.request, guided.spoken.said, guided.spoken.at
    usual = {answer.name: views.answer_text(answer) for answer in request.needs}
    said = usual | {answer.name: views.answer_text(answer) for answer in said_of.needs}
    own = {answer.name for answer in said_of.needs}
    rows = [
        (
            need.name,
            said.get(need.name, ""),
            ("" if need.name in own else "of the bid")
            if need.name in said
            else f"open, default {default_text(need) or 'none'}",
        )
        for need in offering.needs
    ]
    rows += [(pin.component, f"{pin.quantity} units" if pin.quantity else "in", "taken") for pin in said_of.pins]
    rows += [(component, "not in", "dropped") for component in said_of.exclusions]
    rows += [
        (option.removeprefix("--").replace("-", " ", 1), amount(getattr(request.budget, limit)), "at most")
        for limit, option in LIMITS.items()
        if request.budget.HasField(limit)
    ]
    rows += [
        (each.option.component, "in", "forced")
        for each in guided.options
        if each.option.component and each.state == configurator.OPTION_STATE_FORCED
    ]
    output.table(f"So far, at site {at}" if at else "So far", ["", "answer", ""], rows)


def show_sites(output: Output, guided: GuidedRequest) -> None:
    """Print what was said of each site."""
    rows = [(site.id, site.title, said_text(site)) for site in guided.spoken.sites]
    output.table("Sites", ["site", "title", "of its own"], rows)


def show_refusal(output: Output, refusal: RequestRefused) -> None:
    """Print what is wrong with a line, without the place in a message that nobody sees here."""
    for fault in refusal.faults:
        output.note(fault.what)
    if not refusal.faults:
        output.note(f"{refusal.message} {refusal.fix}".rstrip())
