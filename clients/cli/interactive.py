"""``bid configure --interactive``: a walk through an offering, need by need, with the guide beside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import NoReturn

import click

from bidwright.clients.cli import answers, walk_views
from bidwright.clients.cli.catalog_reads import components_of
from bidwright.clients.cli.guided_request import LIMITS, GuidedRequest, option_from, option_name
from bidwright.clients.cli.request_options import currency_of
from bidwright.clients.cli.session import NOT_VALID, Session
from bidwright.clients.cli.spoken_request import Spoken
from bidwright.clients.cli.typed_lines import TypedLines
from bidwright.clients.sdk import RequestRefused
from bidwright.core.nearest import advice
from bidwright.v1 import catalog_pb2 as catalog
from bidwright.v1 import configuration_pb2 as configuration
from bidwright.v1 import configurator_pb2 as configurator
from bidwright.v1 import price_pb2 as price_records

_BUDGETS = {option.removeprefix("--budget-"): limit for limit, option in LIMITS.items()}
"""Kinds of budget as the options name them, and as the contract does."""
_MOST_PRICED = 100
"""Options whose price difference one question to the guide may be about."""


def walk(session: Session, spoken: Spoken, offering: catalog.Offering) -> configurator.ConfigureResponse:
    """Ask need by need, put what is said into the request and its sites, and find the best configuration for it.

    Lines come from standard input, a terminal or not. Where the result is JSON, the conversation is on standard error.

    Raises:
        SystemExit: The walk ended without ``done``.
    """
    return _Walk(session, GuidedRequest(session.server(), spoken), offering).run()


class _Walk:
    def __init__(self, session: Session, guided: GuidedRequest, offering: catalog.Offering) -> None:
        self._session = session
        self._output = session.output.beside() if session.output.as_json else session.output
        self._guided = guided
        self._whole = offering
        portfolio = guided.request.portfolio.split("/")[1]
        self._titles = {component.id: component.title for component in components_of(session, portfolio)}
        self._costs: price_records.PriceTotals | None = None
        self._lines = TypedLines(self._words, prompting=not session.output.as_json)
        self._with_operand: Mapping[str, Callable[[str], None]] = {
            "why": self._why,
            "price": self._list,
            "list": self._list,
            "take": self._take,
            "drop": self._drop,
            "ask": self._ask_again,
            "budget": self._budget,
            "site": self._go_to,
        }
        self._alone: Mapping[str, Callable[[], None]] = {
            "list": self._families,
            "show": self._show,
            "undo": self._undo,
            "back": self._undo,
            "skip": self._skip,
            "site": lambda: self._go_to(""),
            "sites": self._sites,
            "help": lambda: walk_views.show_help(self._output),
            "?": lambda: walk_views.show_help(self._output),
        }

    @property
    def _offering(self) -> catalog.Offering:
        """The offering, or what of it a site has where one is spoken of."""
        if not self._guided.spoken.at:
            return self._whole
        needs = [need for need in self._whole.needs if need.per_site]
        slots = [slot for slot in self._whole.slots if slot.per_site]
        return catalog.Offering(name=self._whole.name, needs=needs, slots=slots)

    def run(self) -> configurator.ConfigureResponse:
        self._output.note("Type an answer, or help.")
        try:
            self._look()
            while True:
                need = self._next_need()
                walk_views.show_question(self._output, need, self._guided)
                line = self._lines.next()
                if line is None or line == "quit":
                    self._end()
                response = self._said(need, line)
                if response is not None:
                    return response
        except KeyboardInterrupt:
            self._end()

    def _said(self, need: catalog.Need | None, line: str) -> configurator.ConfigureResponse | None:
        """Carry a line out; the answer to the whole request where it is ``done``."""
        word, _, operand = line.partition(" ")
        try:
            if line == "done":
                return self._done()
            if line in self._alone:
                self._alone[line]()
            elif line in self._with_operand:
                self._output.note(f"{line} what? Type {walk_views.usage_of(line)}.")
            elif operand and word in self._with_operand:
                self._with_operand[word](operand.strip())
            else:
                self._answer(need, line)
        except click.BadParameter as wrong:
            self._output.note(wrong.message)
        except RequestRefused as refusal:
            walk_views.show_refusal(self._output, refusal)
        return None

    def _end(self) -> NoReturn:
        self._output.note(f"Ended without `done`: nothing was configured. {self._guided.way_on()}".rstrip())
        raise SystemExit(NOT_VALID)

    def _next_need(self) -> catalog.Need | None:
        spoken = self._guided.spoken
        known = spoken.known() | {need for site, need in spoken.skipped if site == spoken.at}
        return next((need for need in self._offering.needs if need.name not in known), None)

    def _answer(self, need: catalog.Need | None, text: str) -> None:
        """Answer the need that is asked for, or with ``NEED=ANSWER`` any one, anew where it has an answer."""
        name, equals, value = (part.strip() for part in text.partition("="))
        names = [other.name for other in self._offering.needs]
        if equals and name in names:
            self._put(value, name)
        elif equals and not (need and need.type == catalog.NEED_TYPE_TEXT):
            raise click.BadParameter(f"There is no need {name!r}. {advice(name, names)}")
        elif need is None:
            raise click.BadParameter(f"{text!r}: every need is answered. Type done, NEED=ANSWER, undo or help.")
        else:
            self._put(text or need.default_value, need.name)

    def _put(self, text: str, name: str) -> None:
        need = next(need for need in self._offering.needs if need.name == name)
        if not text and need.type != catalog.NEED_TYPE_TEXT:
            raise click.BadParameter(f"{name} has no default: answer it, or skip.")
        [answer] = answers.need_answers([f"{name}={text}"], self._offering)
        self._guided.answer(answer)
        self._changed(name)

    def _ask_again(self, name: str) -> None:
        """Open a question again that was answered or skipped."""
        names = [need.name for need in self._offering.needs]
        if name not in names:
            raise click.BadParameter(f"There is no need {name!r}. {advice(name, names)}")
        self._guided.forget(name)
        self._changed(name)

    def _skip(self) -> None:
        need = self._next_need()
        if need is not None:
            self._guided.skip(need.name)

    def _take(self, text: str) -> None:
        [pin] = answers.pins([text])
        self._guided.take(pin)
        self._changed()

    def _drop(self, component: str) -> None:
        self._guided.drop(component)
        self._changed()

    def _budget(self, text: str) -> None:
        """Set a limit (``monthly=900``), or lift it (``monthly=``)."""
        kind, equals, most = (part.strip() for part in text.partition("="))
        if kind not in _BUDGETS or not equals:
            raise click.BadParameter(
                f"{text!r}: type {walk_views.usage_of('budget')}; the kinds: {', '.join(_BUDGETS)}."
            )
        self._guided.limit(_BUDGETS[kind], answers.money(most, self._currency()) if most else None)
        self._changed()

    def _currency(self) -> str:
        request = self._guided.request
        return currency_of(self._session, request.portfolio.partition("/")[2], request.market)

    def _changed(self, said: str = "") -> None:
        """See what a change means; one that the server does not understand is taken back."""
        try:
            self._look(said)
        except RequestRefused:
            self._guided.undo()
            raise

    def _look(self, said: str = "") -> None:
        """See what was said means: what it forces and forbids elsewhere, what is clashing, what it costs."""
        with self._output.errors.status("Looking at what that means ..."):
            before = self._guided.look()
        if self._guided.conflict is not None:
            self._mend(self._guided.conflict)
            return
        walk_views.show_changes(self._output, self._guided.options, before, said)
        self._so_far()

    def _so_far(self) -> None:
        """What it costs by now; needs that must be answered and are not yet leave it open."""
        spoken = self._guided.spoken
        known = replace(spoken, at="").known()
        if all(need.default_value or not need.required or need.name in known for need in self._whole.needs):
            with self._output.errors.status("Looking for the best by now ..."):
                found = self._guided.best_at_once()
            self._costs = walk_views.show_costs(self._output, found, self._costs)

    def _undo(self) -> None:
        if not self._guided.undo():
            raise click.BadParameter("There is nothing to undo.")
        self._look()

    def _done(self) -> configurator.ConfigureResponse | None:
        with self._output.errors.status("Looking for the best valid configuration ..."):
            response = self._guided.best()
        if response.WhichOneof("outcome") == "solution":
            return response
        self._mend(response.conflict)
        return None

    def _mend(self, conflict: configuration.Conflict) -> None:
        """Explain a clash, and let it be repaired or the last change be undone."""
        self._output.line("That does not go together.", "bold red")
        self._output.line(conflict.summary)
        with self._output.errors.status("Looking for what would mend it ..."):
            repairs = self._guided.repairs()
        if repairs:
            walk_views.show_repairs(self._output, repairs)
        elif not self._guided.can_undo:
            raise SystemExit(NOT_VALID)
        choices = [str(number) for number in range(1, len(repairs) + 1)]
        undo = ["an empty line to undo"] if self._guided.can_undo else []
        asked = ", ".join([*(["the number of a repair"] if repairs else []), *undo, "or quit"])
        while True:
            self._output.line(f"Type {asked}.", "bold")
            line = self._lines.next()
            if line is None or line == "quit":
                self._end()
            elif line in choices:
                self._guided.repair(repairs[int(line) - 1])
                return self._look()
            elif line in {"", "undo", "back"} and undo:
                return self._undo()

    def _why(self, text: str) -> None:
        option = option_from(text, self._offering)
        with self._output.errors.status("Looking for the reasons ..."):
            guided = self._guided.why(option)
        walk_views.show_reasons(self._output, text, guided)

    def _list(self, name: str) -> None:
        """The options of a family or a need, or one option, with states and what open ones cost."""
        named = [
            guided.option
            for guided in self._guided.options
            if guided.option.component.partition(".")[0] == name or guided.option.answer.name == name
        ]
        if not named and not {".", "="} & set(name):
            known = dict.fromkeys(
                guided.option.answer.name or guided.option.component.partition(".")[0]
                for guided in self._guided.options
            )
            raise click.BadParameter(f"There is no family or need {name!r} with options. {advice(name, known)}")
        with self._output.errors.status("Comparing prices ..."):
            guided = self._guided.priced(named[:_MOST_PRICED] or [option_from(name, self._offering)])
        walk_views.show_options(self._output, name, guided, self._titles | walk_views.answer_titles(self._offering))

    def _families(self) -> None:
        walk_views.show_families(self._output, self._offering, self._guided.options)

    def _go_to(self, site: str) -> None:
        """Speak of a site from now on, or of the whole bid."""
        ids = [one.id for one in self._guided.spoken.sites]
        if not ids:
            raise click.BadParameter("The bid has no sites: end the walk, and begin it with --sites FILE.")
        if site and site not in ids:
            raise click.BadParameter(f"There is no site {site!r}. {advice(site, ids)}")
        self._guided.go_to(site)
        self._look()

    def _sites(self) -> None:
        walk_views.show_sites(self._output, self._guided)

    def _show(self) -> None:
        walk_views.show_said(self._output, self._offering, self._guided)
        self._so_far()

    def _words(self) -> Iterable[str]:
        yield from (*self._alone, *self._with_operand, "done", "quit")
        yield from (slot.family for slot in self._offering.slots)
        for need in self._offering.needs:
            yield from (need.name, f"{need.name}=")
        yield from (site.id for site in self._guided.spoken.sites)
        yield from (option_name(guided.option) for guided in self._guided.options)
