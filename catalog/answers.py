"""A customer's answers: checked against the needs of an offering, completed by defaults, on the wire and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from google.type import decimal_pb2

from bidwright.catalog.model import Answer, Need, Offering
from bidwright.core import money
from bidwright.core.errors import Faults
from bidwright.core.nearest import advice
from bidwright.v1 import configuration_pb2

_KIND_WORDS = {
    "boolean": "yes or no (a boolean)",
    "integer": "a whole number",
    "decimal": "a decimal number",
    "choice": "an option's id as text",
    "text": "text",
}


@dataclass(frozen=True)
class AnswerFault:
    """Why something is no answer to a need."""

    what: str
    fix: str


def answer_fault(need: Need, answer: Answer) -> AnswerFault | None:
    """What is wrong with an answer, or None where it is one. A whole number is an answer to a decimal need, too."""
    if not _has_kind(need, answer):
        return AnswerFault(f"{_shown(answer)} is not {_KIND_WORDS[need.kind]}", f"Give {_KIND_WORDS[need.kind]}.")
    if isinstance(answer, str):
        return _choice_fault(need, answer) if need.kind == "choice" else _text_fault(need, answer)
    return None if isinstance(answer, bool) else _number_fault(need, Decimal(answer))


def resolve_answers(offering: Offering, answers: Mapping[str, Answer], *, partial: bool = False) -> dict[str, Answer]:
    """Complete a customer's answers with defaults.

    Args:
        offering: Whose needs are answered.
        answers: Need -> answer.
        partial: Whether needs without an answer stay without one.

    Returns:
        Every need of the offering, in its order, with its answer; decimal needs as ``Decimal``. Of a partial choice
        only those that were given one.

    Raises:
        InvalidInput: With every fault at once: unknown needs, answers of a wrong kind or out of range, needs
            without default left open. Places are ``needs.<name>``.
    """
    faults = Faults()
    for name in answers.keys() - offering.needs.keys():
        what = f"{offering.id} has no need {name!r}"
        faults.add(f"needs.{name}", what, advice(name, offering.needs))
    resolved: dict[str, Answer] = {}
    for name, need in offering.needs.items():
        if partial and name not in answers:
            continue
        answer = answers.get(name, need.default)
        if answer is None:
            faults.add(f"needs.{name}", f"{name} is not answered: {need.question}", f"Answer {name}.")
            continue
        fault = answer_fault(need, answer)
        if fault is not None:
            faults.add(f"needs.{name}", fault.what, fault.fix)
        resolved[name] = Decimal(answer) if need.kind == "decimal" and isinstance(answer, int) else answer
    faults.found.sort(key=lambda fault: fault.where)
    faults.raise_if_any("The answers")
    return resolved


def answers_from_proto(messages: Iterable[configuration_pb2.NeedAnswer]) -> dict[str, Answer]:
    """Answers from the wire, by name; nothing is known yet about whether they fit.

    Raises:
        InvalidInput: A need is answered twice, has no value, or its decimal is not a plain number.
    """
    faults = Faults()
    answers: dict[str, Answer] = {}
    for message in messages:
        where = f"needs.{message.name}"
        if message.name in answers:
            faults.add(where, f"{message.name} is answered twice", "Answer each need once.")
        answer = _from_proto(message, where, faults)
        if answer is not None:
            answers[message.name] = answer
    faults.raise_if_any("The answers")
    return answers


def answer_to_proto(name: str, answer: Answer) -> configuration_pb2.NeedAnswer:
    """One answer for the wire."""
    if isinstance(answer, bool):
        return configuration_pb2.NeedAnswer(name=name, boolean=answer)
    if isinstance(answer, int):
        return configuration_pb2.NeedAnswer(name=name, integer=answer)
    if isinstance(answer, Decimal):
        value = decimal_pb2.Decimal(value=format(answer, "f"))
        return configuration_pb2.NeedAnswer(name=name, decimal=value)
    return configuration_pb2.NeedAnswer(name=name, text=answer)


def answers_to_proto(answers: Mapping[str, Answer]) -> list[configuration_pb2.NeedAnswer]:
    """Answers for the wire, by name."""
    return [answer_to_proto(name, answers[name]) for name in sorted(answers)]


def answer_text(answer: Answer) -> str:
    """An answer as text: ``true``, ``100``, ``99.5``."""
    if isinstance(answer, bool):
        return "true" if answer else "false"
    return format(answer, "f") if isinstance(answer, Decimal) else str(answer)


def _from_proto(message: configuration_pb2.NeedAnswer, where: str, faults: Faults) -> Answer | None:
    kind = message.WhichOneof("value")
    if kind == "boolean":
        return message.boolean
    if kind == "integer":
        return message.integer
    if kind == "text":
        return message.text
    if kind is None:
        faults.add(where, f"{message.name} has no value", "Set boolean, integer, decimal or text.")
        return None
    try:
        return money.parse(message.decimal.value)
    except ValueError as error:
        faults.add(where, str(error), "Write digits and a point, such as 99.5.")
        return None


def _has_kind(need: Need, answer: Answer) -> bool:
    if need.kind == "boolean":
        return isinstance(answer, bool)
    if need.kind in {"choice", "text"}:
        return isinstance(answer, str)
    allowed: tuple[type, ...] = (int,) if need.kind == "integer" else (int, Decimal)
    return isinstance(answer, allowed) and not isinstance(answer, bool)


def _number_fault(need: Need, answer: Decimal) -> AnswerFault | None:
    unit = f" {need.unit}" if need.unit else ""
    low, high = need.minimum, need.maximum
    if (low is not None and answer < low) or (high is not None and answer > high):
        told = " to ".join(money.plain(limit) for limit in (low, high) if limit is not None)
        return AnswerFault(f"{answer:f}{unit} is outside {told}", f"Give a number from {told}{unit}.")
    if len(money.plain(answer).partition(".")[2]) > need.places:
        allowed = f"{need.places} digits after the point"
        return AnswerFault(f"{answer:f}{unit} has more than {allowed}", f"Round it to at most {allowed}.")
    return None


def _choice_fault(need: Need, answer: str) -> AnswerFault | None:
    if answer in need.options:
        return None
    return AnswerFault(f"{_shown(answer)} is not an option", advice(answer, need.options))


def _text_fault(need: Need, answer: str) -> AnswerFault | None:
    if len(answer) > need.max_length:
        what = f"the text has {len(answer)} characters"
        return AnswerFault(what, f"Use at most {need.max_length}.")
    if not answer.isprintable():
        return AnswerFault(f"{_shown(answer)} holds control characters", "Write one line of plain text.")
    if need.pattern and not re.fullmatch(need.pattern, answer):
        return AnswerFault(f"{_shown(answer)} does not match {need.pattern}", f"Write text of the form {need.pattern}.")
    return None


def _shown(answer: Answer) -> str:
    text = repr(answer) if isinstance(answer, str) else answer_text(answer)
    return text if len(text) <= 80 else f"{text[:77]}..."
