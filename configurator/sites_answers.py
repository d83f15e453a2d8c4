"""Which answers can stand in place of those of a bid with sites that are given up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice, product

from bidwright.catalog.model import Answer
from bidwright.configurator.cpsat_repair import has_any, nearest_number
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.members import EXCLUSION, NEED, PIN, Member
from bidwright.configurator.request import Requirements
from bidwright.configurator.sites_said import GivenUp, Kind, SaidOfSites
from bidwright.core.amount_table import AmountTable

_MOST_TRIED = 12
"""So many combinations of answers of the whole bid are tried."""

_NUMBERS = frozenset({"integer", "decimal"})


@dataclass(frozen=True, kw_only=True)
class NewAnswers:
    """Answers in place of those given up: of the bid by need, and of each kind of sites by its id, then by need."""

    bid: Mapping[str, Answer]
    sites: Mapping[str, Mapping[str, Answer]]


@dataclass(frozen=True, kw_only=True)
class AnswerSearch:
    """Looks for answers with which each site can have something, whatever is at the others.

    A number is as close as possible to the one wanted, of the options the first that works is taken: the sites are
    looked at one by one, and prices not at all.
    """

    said: SaidOfSites
    amounts: AmountTable
    deadline: Deadline

    def answers(self, given_up: GivenUp) -> Iterator[NewAnswers]:
        """Some that differ in what they answer for the bid, the closest and first ones before the others.

        Raises:
            TimeoutError: The deadline came first.
        """
        needs, wanted = self.said.whole.offering.needs, self.said.whole.answers
        names = [name for name in needs if any(m == Member(NEED, name) and not site for site, m in given_up)]
        options = [self._options(name, wanted[name], given_up, names) for name in names]
        for values in islice(product(*options), _MOST_TRIED):
            answered = dict(zip(names, values, strict=True))
            sites = {kind.id: self._at_site(kind, given_up, answered) for kind in self.said.kinds}
            found = {site: answers for site, answers in sites.items() if answers is not None}
            if len(found) == len(sites):
                yield NewAnswers(bid=answered, sites={site: answers for site, answers in found.items() if answers})

    def _options(self, name: str, wanted: Answer, given_up: GivenUp, names: Sequence[str]) -> Sequence[Answer]:
        """What may be answered for the bid: of a number what is the closest for it or for some site."""
        need = self.said.whole.offering.needs[name]
        if need.kind not in _NUMBERS:
            return tuple(need.options) or (False, True)
        whole = _without(self.said.whole, [member for site, member in given_up if not site])
        asked = [replace(whole, budget={}), *(self._open(kind, given_up, names) for kind in self.said.kinds)]
        found = {
            nearest_number(one, self.amounts, name, wanted=wanted, deadline=self.deadline)
            for one in asked
            if name in one.offering.needs and has_any(one, self.amounts, self.deadline)
        }
        return sorted(found, key=lambda number: (abs(Decimal(number) - Decimal(wanted)), number))

    def _open(self, kind: Kind, given_up: GivenUp, names: Sequence[str]) -> Requirements:
        """What must hold at sites, with no answers to needs that are given up."""
        lacking = [*self.said.given_up_at(kind, given_up), *(Member(NEED, name) for name in names)]
        return _without(kind.requirements, lacking)

    def _at_site(self, kind: Kind, given_up: GivenUp, answered: Mapping[str, Answer]) -> Mapping[str, Answer] | None:
        """The answers in place of those that sites give up; None where they can have nothing."""
        open_ = self._open(kind, given_up, list(answered))
        open_ = replace(open_, answers={**open_.answers, **answered})
        needs, wanted = kind.requirements.offering.needs, kind.requirements.answers
        names = [name for name in needs if Member(NEED, name) in kind.said and name not in open_.answers]
        if not names and open_ == kind.requirements:
            return {}
        if not has_any(open_, self.amounts, self.deadline):
            return None
        for name in sorted(names, key=lambda name: needs[name].kind not in _NUMBERS):
            open_ = replace(open_, answers={**open_.answers, name: self._answer(open_, name, wanted[name])})
        return {name: open_.answers[name] for name in names}

    def _answer(self, open_: Requirements, name: str, wanted: Answer) -> Answer:
        """The answer to a need that works: the closest number, or the first option; some answer does."""
        need = open_.offering.needs[name]
        if need.kind in _NUMBERS:
            return nearest_number(open_, self.amounts, name, wanted=wanted, deadline=self.deadline)
        options: tuple[Answer, ...] = tuple(need.options) or (False, True)
        return next(
            option
            for option in options
            if has_any(replace(open_, answers={**open_.answers, name: option}), self.amounts, self.deadline)
        )


def _without(requirements: Requirements, given_up: Sequence[Member]) -> Requirements:
    """Requirements without answers and wishes that are given up."""
    gone = frozenset(given_up)
    return replace(
        requirements,
        answers={name: answer for name, answer in requirements.answers.items() if Member(NEED, name) not in gone},
        pins={c: units for c, units in requirements.pins.items() if Member(PIN, c) not in gone},
        exclusions=tuple(c for c in requirements.exclusions if Member(EXCLUSION, c) not in gone),
    )
