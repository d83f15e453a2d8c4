"""A customer's answers against the needs of an offering."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from google.type.decimal_pb2 import Decimal as DecimalMessage
from hypothesis import given
from hypothesis import strategies as st
from small_release import small_release

from bidwright.catalog.answers import (
    answer_to_proto,
    answers_from_proto,
    answers_to_proto,
    resolve_answers,
)
from bidwright.catalog.model import Answer
from bidwright.catalog.needs import _repeats_a_repetition
from bidwright.core.errors import InvalidInput
from bidwright.v1.configuration_pb2 import NeedAnswer

OFFERING = small_release().offerings["business_application"]


def test_needs_that_are_not_answered_get_their_defaults() -> None:
    assert resolve_answers(OFFERING, {"users": 7}) == {
        "users": 7,
        "availability": Decimal("99.000"),
        "data_residency": "any",
        "highly_available": False,
        "site_title": "Welcome",
    }


def test_a_whole_number_answers_a_decimal_need() -> None:
    resolved = resolve_answers(OFFERING, {"availability": 99})
    assert isinstance(resolved["availability"], Decimal)


def test_a_need_without_default_must_be_answered() -> None:
    open_need = replace(OFFERING.needs["users"], default=None)
    with pytest.raises(InvalidInput) as caught:
        resolve_answers(replace(OFFERING, needs={"users": open_need}), {})
    assert [(fault.where, fault.fix) for fault in caught.value.faults] == [("needs.users", "Answer users.")]


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("users", 0, "0 users is outside 1 to 5000"),
        ("users", 5001, "5001 users is outside 1 to 5000"),
        ("users", Decimal(5), "5 is not a whole number"),
        ("users", True, "true is not a whole number"),
        ("users", "many", "'many' is not a whole number"),
        ("availability", Decimal("99.0001"), "more than 3 digits"),
        ("availability", "99", "'99' is not a decimal number"),
        ("data_residency", "CH", "'CH' is not an option"),
        ("highly_available", 1, "1 is not yes or no"),
        ("site_title", "x" * 81, "the text has 81 characters"),
        ("site_title", "a\nb", "control characters"),
        ("site_title", 5, "5 is not text"),
        ("user", 5, "has no need 'user'"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(name: str, answer: Answer, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        resolve_answers(OFFERING, {name: answer})
    (fault,) = caught.value.faults
    assert fault.where == f"needs.{name}"
    assert words in fault.what
    assert fault.fix


def test_all_faults_of_the_answers_are_told_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        resolve_answers(OFFERING, {"users": 0, "highly_available": "yes", "colour": "red"})
    assert [fault.where for fault in caught.value.faults] == ["needs.colour", "needs.highly_available", "needs.users"]


def test_a_text_must_match_its_pattern_wholly() -> None:
    need = replace(OFFERING.needs["site_title"], pattern="[a-z]+", default=None)
    offering = replace(OFFERING, needs={"site_title": need})
    assert resolve_answers(offering, {"site_title": "abc"}) == {"site_title": "abc"}
    for text in ("abc1", "1abc", "abc\n", ""):
        with pytest.raises(InvalidInput):
            resolve_answers(offering, {"site_title": text})


@given(st.one_of(st.booleans(), st.integers(-(2**63), 2**63 - 1), st.decimals("-1e9", "1e9", places=6), st.text()))
def test_an_answer_comes_back_from_the_wire_unchanged(answer: Answer) -> None:
    sent = NeedAnswer.FromString(answer_to_proto("x", answer).SerializeToString())
    returned = answers_from_proto([sent])["x"]
    assert (type(returned), returned) == (type(answer), answer)


def test_answers_are_sent_by_name() -> None:
    assert [one.name for one in answers_to_proto({"b": 1, "a": True})] == ["a", "b"]


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ([NeedAnswer(name="a", integer=1), NeedAnswer(name="a", integer=2)], "a is answered twice"),
        ([NeedAnswer(name="a")], "a has no value"),
        ([NeedAnswer(name="a", decimal=DecimalMessage(value="1e9"))], "'1e9' is not a plain decimal number"),
        ([NeedAnswer(name="a", decimal=DecimalMessage(value="NaN"))], "'NaN' is not a plain decimal number"),
    ],
)
def test_answers_that_cannot_be_read_from_the_wire_are_refused(messages: list[NeedAnswer], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        answers_from_proto(messages)


@pytest.mark.parametrize("pattern", ["(a+)+", "(a*b?)*", "((a+)?x?)*", "(a+){2,50}", "(?:[a-z]{2,})+"])
def test_a_repetition_of_a_repetition_is_found(pattern: str) -> None:
    assert _repeats_a_repetition(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "[a-z]+",
        "[(+]+(a)*",  # letters of a set
        r"\(a+\)+",  # an escaped bracket is no group
        r"[a-z]([a-z-]{0,61}[a-z])?(\.[a-z]([a-z-]{0,61}[a-z])?)+",  # the inner one has a limit
        "(a+)?b+",  # `?` repeats nothing
    ],
)
def test_other_repetitions_are_left_alone(pattern: str) -> None:
    assert not _repeats_a_repetition(pattern)
