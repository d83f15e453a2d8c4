"""The grown portfolio at a small size: what bench/configurator asks about is what it says."""

from __future__ import annotations

from functools import cache
from itertools import islice
from typing import Any

import pytest
from bench.configurator_choices import choices
from bench.configurator_ground import ground
from bench.configurator_searches import searches
from bench.grown_portfolio import OFFERING, TERMS, TODAY, Kind, grown, references, requests

from bidwright.catalog.answers import resolve_answers
from bidwright.catalog.model import Release
from bidwright.configurator import any_valid, configure
from bidwright.configurator.check import check
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.request import Requirements, requirements_of
from bidwright.configurator.solution import Solution
from bidwright.pricing.amounts import amount_table
from bidwright.v1.configuration_pb2 import Conflict

_POSSIBLE: tuple[Kind, ...] = ("valid", "budget")


@cache
def _release() -> Release:
    return grown(components=250, rules=140, seed=3)


def test_it_has_as_many_components_and_rules_in_one_offering_as_asked_for() -> None:
    release = _release()
    offering = release.offerings[OFFERING]
    assert len([c for c in release.components.values() if c.family in offering.slots]) == 250
    assert len(release.rules) + len(offering.rules) == 140


def test_the_same_seed_gives_the_same_portfolio_and_another_one_another() -> None:
    assert grown(components=250, rules=140, seed=3).digest == _release().digest
    assert grown(components=250, rules=140, seed=4).digest != _release().digest
    assert requests(_release(), "valid", 3) == requests(_release(), "valid", 3)
    assert requests(_release(), "valid", 3, seed=2) != requests(_release(), "valid", 3)


def test_every_reference_is_valid() -> None:
    offering = _release().offerings[OFFERING]
    for reference in references(_release()):
        requirements = Requirements(
            release=_release(),
            offering=offering,
            market=_release().markets["DE"],
            answers=resolve_answers(offering, reference.answers),
        )
        assert check(requirements, reference.items) == []


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [("valid", Solution), ("budget", Solution), ("conflicting", Conflict), ("numeric_conflict", Conflict)],
)
def test_requests_are_possible_or_not_as_their_kind_says(kind: Kind, outcome: type) -> None:
    amounts = amount_table(_release(), "DE", TERMS, today=TODAY)
    for request in requests(_release(), kind, 2):
        assert isinstance(configure.configure(requirements_of(request, _release()), amounts, Deadline(60)), outcome)


def test_nearly_every_request_is_met_without_any_search_whatever_was_asked_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(any_valid, "_LITTLE_S", 60.0)
    release = grown(components=1000, rules=2000)
    asked = [requirements_of(each, release) for kind in _POSSIBLE for each in requests(release, kind, 8)]
    met = [any_valid.any_valid(each, {}) is not None for each in asked + asked]
    assert sum(met) >= 28  # of 32


def test_without_the_time_for_its_search_every_request_within_a_budget_is_met(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configure, "_FIRST_S", 60.0)
    release = grown(components=1000, rules=2000)
    amounts = amount_table(release, "DE", TERMS, today=TODAY)
    for request in requests(release, "budget", 4):
        asked = requirements_of(request, release)
        found = configure.configure(asked, amounts, Deadline(0), or_any=True)
        assert isinstance(found, Solution)
        assert found.amounts.contract_value <= asked.budget["contract_value"]


def test_the_engines_of_the_bench_answer_alike() -> None:
    given = ground(_release(), warm=0, counted=1, seconds=10)
    compared = 0
    asked = [*islice(choices(given), 2), *islice(searches(given), 3)]
    for question in asked:
        case: Any = question.cases[0]
        ours = question.ours(case)()
        for engine in question.others.keys() - {"CP-SAT"}:  # which takes its time
            answer = question.others[engine](case)()
            if isinstance(ours, dict) and isinstance(answer, dict):
                assert all(ours[key] == answer[key] for key in answer)
            else:
                assert ours == answer
            compared += 1
    assert compared == 7
