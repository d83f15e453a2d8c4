"""The guide on the shipped portfolio grown to some hundred components: what it shows, and what it keeps meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

from bench.grown_portfolio import MARKET, TERMS, TODAY, grown, requests

from bidwright.catalog.model import Answer, Release
from bidwright.configurator.check import check
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.guide import Guidance, Wishes, guide
from bidwright.configurator.guide_facts import Option
from bidwright.configurator.guide_messages import response_of
from bidwright.configurator.guide_search import GuideSearch
from bidwright.configurator.request import Requirements, requirements_of
from bidwright.core.amount_table import AmountTable
from bidwright.pricing.amounts import amount_table
from bidwright.v1.configuration_pb2 import ConflictKind
from bidwright.v1.configurator_pb2 import OPTION_STATE_EXCLUDED

ROOT = Path(__file__).parents[2]


@cache
def _ground() -> tuple[Release, AmountTable, tuple[Requirements, ...]]:
    release = grown(240, 150)
    asked = [requirements_of(request, release, partial=True) for request in requests(release, "partial", 6)]
    return release, amount_table(release, MARKET, TERMS, today=TODAY), tuple(asked)


def _guided(requirements: Requirements, *explained: Option) -> Guidance:
    found = guide(requirements, _ground()[1], Wishes(explain=explained), Deadline(60))
    assert isinstance(found, Guidance)
    return found


def told() -> bytes:
    """The last request's answer, with reasons."""
    requirements = _ground()[2][-1]
    states = _guided(requirements).states
    excluded = [option for option, state in states.items() if state == OPTION_STATE_EXCLUDED]
    answer = response_of(_guided(requirements, *excluded[:8]), "EUR")
    return answer.SerializeToString(deterministic=True)


def test_what_shows_options_open_is_valid_and_meets_the_choice() -> None:
    _, amounts, asked = _ground()
    for requirements in asked:
        search = GuideSearch(requirements, amounts, Deadline(60))
        assert search.decide()
        vocabulary = search.vocabulary
        for witness in search.decided.witnesses():
            answers: dict[str, Answer] = {
                name: vocabulary.answer(name, number) for name, number in witness.answers.items()
            }
            assert answers.items() >= requirements.answers.items()
            whole = replace(requirements, answers=answers)
            assert check(whole, witness.items) == []


def test_a_process_that_was_asked_much_answers_with_the_same_bytes_as_a_new_one() -> None:
    for requirements in _ground()[2][:-1]:
        _guided(requirements)
    script = (
        f"import sys; sys.path[:0] = {sys.path!r}; import {__name__} as asked; sys.stdout.buffer.write(asked.told())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    new = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, cwd=ROOT, env=environment)
    assert new.stdout == told()


def test_an_answer_excludes_its_alternatives_and_is_their_only_reason() -> None:
    requirements = _ground()[2][0]
    name, answer = next((name, answer) for name, answer in requirements.answers.items() if name.endswith("_grade"))
    others = [Option(name, value) for value in requirements.offering.needs[name].options if value != answer]
    assert len(others) == 2
    found = _guided(requirements, *others)
    for other in others:
        assert found.states[other] == OPTION_STATE_EXCLUDED
        assert [(reason.kind, reason.id) for reason in found.reasons[other]] == [
            (ConflictKind.CONFLICT_KIND_NEED, name)
        ]
