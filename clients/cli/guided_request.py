"""A request that grows choice by choice, with what the server's guide says of it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Literal

import click
from google.type.money_pb2 import Money

from bidwright.clients.cli import answers, views
from bidwright.clients.cli.spoken_request import Spoken
from bidwright.clients.sdk import Bidwright, RequestRefused
from bidwright.core.command_line.price_text import exact
from bidwright.core.money import plain
from bidwright.v1 import catalog_pb2 as catalog
from bidwright.v1 import configuration_pb2 as configuration
from bidwright.v1 import configurator_pb2 as configurator

_Limit = Literal["monthly", "one_time", "contract_value"]
LIMITS: Mapping[_Limit, str] = {
    "monthly": "--budget-monthly",
    "one_time": "--budget-one-time",
    "contract_value": "--budget-total",
}
"""The limits of a budget, and the options that set them."""
_AT_ONCE_S = 2.0
"""What is shown beside, unasked, may take so long."""
_STATES_S = 4.0
_PRICES_S = 10.0
_REPAIRS_S = 15.0


def option_name(option: configurator.Option) -> str:
    """An option as it is typed: ``compute.small``, ``failover=yes``."""
    if option.WhichOneof("kind") == "component":
        return option.component
    return f"{option.answer.name}={views.answer_text(option.answer)}"


def option_from(text: str, offering: catalog.Offering) -> configurator.Option:
    """Read an option as it is typed.

    Raises:
        click.BadParameter: It is an answer to no need of the offering, or empty.
    """
    if "=" in text:
        return configurator.Option(answer=answers.need_answers([text], offering)[0])
    if not text:
        raise click.BadParameter("Name a component, or NEED=ANSWER.")
    return configurator.Option(component=text)


class GuidedRequest:
    """One request, with its sites where it has some, and the ones before it.

    Attributes:
        spoken: What was said so far; also what the caller gave.
        options: Every option of what is spoken of, as of the last look.
        conflict: Why the request cannot be completed; None where it can.
    """

    def __init__(self, server: Bidwright, spoken: Spoken) -> None:
        self._server = server
        self._ranges: Mapping[str, configurator.GuidedRange] | None = None
        self._before: list[Spoken] = []
        self._given = spoken.copy()
        self.spoken = spoken
        self.options: Sequence[configurator.GuidedOption] = ()
        self.conflict: configuration.Conflict | None = None

    @property
    def request(self) -> configurator.ConfigureRequest:
        """What was said of the whole."""
        return self.spoken.request

    def go_to(self, site: str) -> None:
        """Speak of a site from now on, or of the bid as a whole where the id is empty."""
        self.spoken.at = site
        self.options = ()

    def _asked(self) -> configurator.GuideConfigurationRequest:
        spoken = self.spoken
        return configurator.GuideConfigurationRequest(request=spoken.request, sites=spoken.sites, site=spoken.at)

    def look(self) -> Mapping[str, configurator.GuidedOption]:
        """Ask the guide; returns the options as they were, by name.

        Where there is much to decide, as with a tight budget, the walk goes on with what is known in some seconds:
        the state of other options is unspecified.
        """
        before = {option_name(guided.option): guided for guided in self.options}
        self._ranges = None
        response = self._guidance(self._asked())
        self.conflict = response.conflict if response.HasField("conflict") else None
        if self.conflict is None:
            self.options = response.options
        return before

    def _guidance(self, asked: configurator.GuideConfigurationRequest) -> configurator.GuideConfigurationResponse:
        try:
            return self._server.configurator.GuideConfiguration(asked, timeout=_STATES_S)
        except RequestRefused as refusal:
            if not refusal.is_late:
                raise
        undecided = (configurator.GuidedOption(option=guided.option) for guided in self.options)
        return configurator.GuideConfigurationResponse(options=undecided)

    def why(self, option: configurator.Option) -> configurator.GuidedOption:
        """What the guide says of one option, with its reasons."""
        asked = self._asked()
        asked.explain.append(option)
        options = self._server.configurator.GuideConfiguration(asked).options
        return next(guided for guided in options if guided.option == option)

    def priced(self, options: Sequence[configurator.Option]) -> Sequence[configurator.GuidedOption]:
        """What the guide says of some options, at most 100, with the price differences of open ones found in time."""
        asked = self._asked()
        asked.price.extend(options)
        told = self._server.configurator.GuideConfiguration(asked, timeout=_PRICES_S).options
        return [guided for guided in told if guided.option in options]

    def range_left(self, need: str) -> configurator.GuidedRange | None:
        """What can still be answered to a need that asks for a number; None where that is not known at once."""
        if self._ranges is None:
            self._ranges = self._ranges_at_once()
        return self._ranges.get(need)

    def _ranges_at_once(self) -> Mapping[str, configurator.GuidedRange]:
        asked = self._asked()
        asked.ranges = True
        try:
            ranges = self._server.configurator.GuideConfiguration(asked, timeout=_AT_ONCE_S).ranges
        except RequestRefused as refusal:
            if not refusal.is_late:
                raise
            return {}
        return {each.need: each for each in ranges if each.least.value and each.most.value}

    def best_at_once(self) -> configurator.ConfigureResponse | None:
        """The best that is found in a moment, with defaults for what is open; None where nothing is."""
        try:
            return self._configured(timeout_s=_AT_ONCE_S)
        except RequestRefused as refusal:
            if not refusal.is_late:
                raise
            return None

    def best(self) -> configurator.ConfigureResponse:
        """The best configuration, with defaults for what is open."""
        return self._configured()

    def _configured(self, *, timeout_s: float | None = None) -> configurator.ConfigureResponse:
        server, spoken = self._server.configurator, self.spoken
        if not spoken.sites:
            return server.Configure(spoken.request, timeout=timeout_s)
        asked = configurator.ConfigureSitesRequest(request=spoken.request, sites=spoken.sites)
        return server.ConfigureSites(asked, timeout=timeout_s)

    def answer(self, answer: configuration.NeedAnswer) -> None:
        """Answer a need, anew where it has an answer."""
        self._remember()
        self.spoken.set_answer(answer, self.spoken.at)

    def take(self, pin: configurator.Pin) -> None:
        """Have a component in."""
        self._remember()
        self.spoken.free(pin.component, self.spoken.at)
        self.spoken.said.pins.append(pin)

    def skip(self, need: str) -> None:
        """Leave a need open."""
        self._remember()
        self.spoken.skipped |= {(self.spoken.at, need)}

    def forget(self, need: str) -> None:
        """Take the answer to a need back, or that it was skipped, so that it is to be answered again."""
        self._remember()
        self.spoken.skipped -= {(self.spoken.at, need)}
        self.spoken.forget(need, self.spoken.at)

    def drop(self, component: str) -> None:
        """Have a component not in."""
        self._remember()
        self.spoken.free(component, self.spoken.at)
        self.spoken.said.exclusions.append(component)

    @property
    def can_undo(self) -> bool:
        """Whether there was a change."""
        return bool(self._before)

    def undo(self) -> bool:
        """Go back before the last change; False where there was none."""
        if not self._before:
            return False
        at, self.spoken = self.spoken.at, self._before.pop()
        if at != self.spoken.at:
            self.go_to(self.spoken.at)
        return True

    def repairs(self) -> Sequence[configurator.Repair]:
        """The smallest changes that make the request possible, given what is answered and defaults for the rest.

        Empty where none are found in the time that a person waits.
        """
        asked = configurator.ExplainConfigurationRequest(request=self.request, sites=self.spoken.sites)
        try:
            return self._server.configurator.ExplainConfiguration(asked, timeout=_REPAIRS_S).repairs
        except RequestRefused as refusal:
            if not refusal.is_late:
                raise
            return ()

    def repair(self, repair: configurator.Repair) -> None:
        """Make the changes of a repair; they are a part of the last change, so that one ``undo`` takes both back."""
        for change in repair.changes:
            kind, name, site = change.member.kind, change.member.id, change.member.site
            if change.HasField("answer"):
                self.spoken.set_answer(change.answer, site)
            elif change.HasField("limit"):
                getattr(self.request.budget, name).CopyFrom(change.limit)
            elif kind == configuration.CONFLICT_KIND_BUDGET:
                self.request.budget.ClearField(next(limit for limit in LIMITS if limit == name))
            elif kind == configuration.CONFLICT_KIND_BESPOKE:
                kept = [item for item in self.request.bespoke_items if item.id != name]
                del self.request.bespoke_items[:]
                self.request.bespoke_items.extend(kept)
            else:
                self.spoken.free(name, site)

    def limit(self, name: _Limit, most: Money | None) -> None:
        """Set a limit of the budget, or lift it."""
        self._remember()
        self.request.budget.ClearField(name)
        if most is not None:
            getattr(self.request.budget, name).CopyFrom(most)

    def way_on(self) -> str:
        """How to come back here with the command that began the walk: options to add to it, and such to leave out."""
        given, now = _options_of(self._given.request), _options_of(self.request)
        more = [part for pair in now if pair not in given for part in pair]
        less = [part for pair in given if pair not in now for part in pair]
        ways = [f"{does}: {shlex.join(parts)}" for does, parts in (("leave out", less), ("add", more)) if parts]
        sites = "; ".join(self.spoken.changed_sites(self._given))
        ways += [f"have in the file of sites: {sites}"] if sites else []
        return f"To go on from here, {', and '.join(ways)}" if ways else ""

    def _remember(self) -> None:
        self._before.append(self.spoken.copy())


def _options_of(request: configurator.ConfigureRequest) -> list[tuple[str, str]]:
    """What a walk can change in a request, as options of `bid configure`; a bespoke item is named by its id."""
    said = [("-n", f"{answer.name}={views.answer_text(answer)}") for answer in request.needs]
    said += [("--pin", f"{pin.component}={pin.quantity}" if pin.quantity else pin.component) for pin in request.pins]
    said += [("--exclude", component) for component in request.exclusions]
    said += [
        (option, plain(exact(getattr(request.budget, limit))))
        for limit, option in LIMITS.items()
        if request.budget.HasField(limit)
    ]
    return [*said, *(("--bespoke", f"item {item.id}") for item in request.bespoke_items)]
