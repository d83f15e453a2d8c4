"""``bid configure --interactive``: a walk through an offering, need by need, with the guide beside."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

import click

from bidwright.clients.cli import answers, views
from bidwright.clients.cli.guided_request import GuidedRequest, option_from, option_name
from bidwright.clients.cli.output import amount
from bidwright.clients.cli.session import NOT_VALID, Session
from bidwright.clients.sdk import RequestRefused
from bidwright.v1 import catalog_pb2 as catalog
from bidwright.v1 import configuration_pb2 as configuration
from bidwright.v1 import configurator_pb2 as configurator

_MOST_SHOWN = 12
"""So many options are named of each kind of change; the others are counted."""

_STATES = {
    configurator.OPTION_STATE_CHOSEN: "chosen",
    configurator.OPTION_STATE_FORCED: "forced",
    configurator.OPTION_STATE_OPEN: "open",
    configurator.OPTION_STATE_EXCLUDED: "excluded",
    configurator.OPTION_STATE_UNSPECIFIED: "not known in time",
}
_HELP = (
    ("an answer", "to the question that is asked; an empty line takes the default"),
    ("skip", "leave the question open; at the end it takes its default"),
    ("take COMPONENT[=N]", "the component must be in, with N units where given"),
    ("drop COMPONENT", "the component must not be in"),
    ("why OPTION", "what makes COMPONENT or NEED=ANSWER forced or excluded"),
    ("price OPTION", "how much the contract value rises with COMPONENT or NEED=ANSWER"),
    ("list FAMILY", "the components of a family, or the answers to a need, and their states"),
    ("undo", "go back before the last change"),
    ("done", "find the best configuration for what was said"),
    ("quit", "end without one"),
)


def walk(session: Session, request: configurator.ConfigureRequest, offering: catalog.Offering) -> None:
    """Ask need by need, and put what is said into the request.

    Lines come from standard input, a terminal or not.

    Raises:
        SystemExit: The walk ended without ``done``.
    """
    _Walk(session, GuidedRequest(session.server(), request), offering).run()


class _Walk:
    def __init__(self, session: Session, guided: GuidedRequest, offering: catalog.Offering) -> None:
        self._output = session.output
        self._guided = guided
        self._offering = offering
        self._skipped: set[str] = set()
        self._commands: Mapping[str, Callable[[str], None]] = {
            "why": self._why,
            "price": self._price,
            "list": self._list,
            "take": self._take,
            "drop": self._drop,
            "undo": self._undo,
            "skip": self._skip,
            "help": self._help,
        }

    def run(self) -> None:
        self._output.note("Type an answer, or help.")
        self._look()
        while True:
            need = self._next_need()
            self._ask(need)
            line = sys.stdin.readline()
            word, _, rest = line.strip().partition(" ")
            if not line or word == "quit":
                self._output.note("Ended without `done`: nothing was configured.")
                raise SystemExit(NOT_VALID)
            if word == "done":
                return
            try:
                if word in self._commands:
                    self._commands[word](rest.strip())
                else:
                    self._answer(need, line.strip())
            except (click.BadParameter, RequestRefused) as refusal:
                self._output.note(refusal.message)

    def _next_need(self) -> catalog.Need | None:
        known = {answer.name for answer in self._guided.request.needs} | self._skipped
        return next((need for need in self._offering.needs if need.name not in known), None)

    def _ask(self, need: catalog.Need | None) -> None:
        if need is None:
            self._output.line("Everything is answered: `done`, or take and drop components.", "bold")
            return
        self._output.line(f"{need.question} ({need.name})", "bold")
        told = self._allowed(need)
        default = need.default_value or "none"
        self._output.line(f"  {told}; default {default}")

    def _allowed(self, need: catalog.Need) -> str:
        if need.type in {catalog.NEED_TYPE_BOOLEAN, catalog.NEED_TYPE_CHOICE}:
            return " | ".join(
                option_name(guided.option).partition("=")[2]
                for guided in self._guided.options
                if guided.option.answer.name == need.name and guided.state != configurator.OPTION_STATE_EXCLUDED
            )
        if need.type == catalog.NEED_TYPE_TEXT:
            return f"text, at most {need.max_length} characters"
        return f"{views.number(need.min)} to {views.number(need.max)} {need.unit}".rstrip()

    def _answer(self, need: catalog.Need | None, text: str) -> None:
        if need is None:
            raise click.BadParameter("Every need is answered. Type done, undo or help.")
        text = text or need.default_value
        if not text and need.type != catalog.NEED_TYPE_TEXT:
            raise click.BadParameter(f"{need.name} has no default: answer it, or skip.")
        [answer] = answers.need_answers([f"{need.name}={text}"], self._offering)
        self._guided.answer(answer)
        self._look()

    def _skip(self, _rest: str) -> None:
        need = self._next_need()
        if need is not None:
            self._skipped.add(need.name)

    def _take(self, text: str) -> None:
        [pin] = answers.pins([text])
        self._guided.take(pin)
        self._look()

    def _drop(self, component: str) -> None:
        self._guided.drop(component)
        self._look()

    def _look(self) -> None:
        try:
            before = self._guided.look()
        except RequestRefused:
            self._guided.undo()
            raise
        self._show_changes(before)
        if self._guided.conflict is not None:
            self._mend(self._guided.conflict)

    def _undo(self, _rest: str) -> None:
        if not self._guided.undo():
            raise click.BadParameter("There is nothing to undo.")
        self._show_changes(self._guided.look())

    def _mend(self, conflict: configuration.Conflict) -> None:
        """Explain a clash, and let it be repaired; ``undo`` where nothing else is said."""
        self._output.line("That does not go together.", "bold red")
        self._output.line(conflict.summary)
        repairs = self._guided.repairs()
        rows = [
            (str(number), "\n".join(change.text for change in repair.changes), amount(repair.solution.totals.monthly))
            for number, repair in enumerate(repairs, 1)
        ]
        if rows:
            self._output.table("What would mend it", ["", "change", "a month "], rows)
        self._output.line("Type the number of a repair, or an empty line to undo.", "bold")
        line = sys.stdin.readline().strip()
        if line.isdigit() and 0 < int(line) <= len(repairs):
            self._guided.repair(repairs[int(line) - 1])
            self._look()
        elif self._guided.can_undo:
            self._undo("")
        else:
            raise SystemExit(NOT_VALID)

    def _show_changes(self, before: Mapping[str, configurator.GuidedOption]) -> None:
        """Print what became forced, excluded or open again; only that."""
        for state, title in (
            (configurator.OPTION_STATE_FORCED, "now forced"),
            (configurator.OPTION_STATE_EXCLUDED, "no longer possible"),
            (configurator.OPTION_STATE_OPEN, "open again"),
        ):
            names = [
                option_name(guided.option)
                for guided in self._guided.options
                if guided.state == state and before and before[option_name(guided.option)].state != state
            ]
            if names:
                more = f" and {len(names) - _MOST_SHOWN} more" if len(names) > _MOST_SHOWN else ""
                self._output.line(f"  {title}: {', '.join(names[:_MOST_SHOWN])}{more}")

    def _why(self, text: str) -> None:
        guided = self._guided.ask(option_from(text, self._offering), reasons=True)
        self._output.line(f"{text} is {_STATES[guided.state]}.")
        for reason in guided.reasons:
            self._output.line(f"  - {reason.text}")

    def _price(self, text: str) -> None:
        guided = self._guided.ask(option_from(text, self._offering), reasons=False)
        if guided.HasField("price_difference"):
            self._output.line(f"{text}: {amount(guided.price_difference)} more over the term.")
        else:
            self._output.line(f"{text} is {_STATES[guided.state]}; no difference is known.")

    def _list(self, name: str) -> None:
        rows = [
            (option_name(guided.option), _STATES[guided.state])
            for guided in self._guided.options
            if guided.option.component.startswith(f"{name}.") or guided.option.answer.name == name
        ]
        if not rows:
            raise click.BadParameter(f"There is no family or need {name!r} with options.")
        self._output.table(name, ["option", "state"], rows)

    def _help(self, _rest: str) -> None:
        self._output.table("What can be typed", ["line", "does"], _HELP)
