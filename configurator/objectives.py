"""What makes one configuration better than another, and why nothing is better than the one found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from typing import Literal, cast, get_args

from bidwright.catalog.amount_messages import decimal_message, money
from bidwright.catalog.model import Release
from bidwright.core.enum_words import enum_word
from bidwright.core.errors import Faults
from bidwright.core.money import from_minor
from bidwright.core.nearest import advice
from bidwright.v1.configuration_pb2 import Proof
from bidwright.v1.configurator_pb2 import (
    OBJECTIVE_DIRECTION_MAXIMIZE,
    OBJECTIVE_DIRECTION_UNSPECIFIED,
    ObjectiveMeasure,
)
from bidwright.v1.configurator_pb2 import Objective as ObjectiveMessage

Measure = Literal[
    "contract_value",
    "first_year",
    "monthly",
    "one_time",
    "contract_cost",
    "margin",
    "lead_time",
    "delivery_risk",
    "components",
]
MEASURES: tuple[Measure, ...] = get_args(Measure)
"""Every measure, as ``ObjectiveMeasure`` has it, in small letters."""

IN_MONEY = frozenset[Measure]({"contract_value", "first_year", "monthly", "one_time", "contract_cost", "margin"})
OURS_ALONE = frozenset[Measure]({"contract_cost", "margin"})
"""Measures that tell what a contract costs us: not for customers."""


@dataclass(frozen=True, kw_only=True)
class Objective:
    """A number of which less is better, or more.

    Attributes:
        measure: What is looked at; None for the total of an attribute.
        attribute: Its id; empty where there is a measure.
        maximize: Whether more is better.
    """

    measure: Measure | None = None
    attribute: str = ""
    maximize: bool = False

    @property
    def subject(self) -> str:
        """What is looked at, in words: ``contract value``, or the attribute's id."""
        return self.attribute if self.measure is None else self.measure.replace("_", " ")


CHEAPEST = Objective(measure="contract_value")
"""What is best where a request does not say."""


@dataclass(frozen=True, kw_only=True)
class Reached:
    """How good a configuration is by one objective.

    Attributes:
        value: Minor units of an objective in money, else the number itself.
        bound: No configuration among the best by the objectives before is better than this.
    """

    objective: Objective
    value: Decimal
    bound: Decimal

    def proof(self, currency: str) -> Proof:
        """Why nothing is better, as a record."""
        found = Proof(
            objective=self.objective.subject,
            gap_percent=decimal_message(_gap_percent(self.value, self.bound)),
            is_optimal=self.value == self.bound,
        )
        if self.objective.measure in IN_MONEY:
            found.value.CopyFrom(money(from_minor(int(self.value), currency), currency))
            found.bound.CopyFrom(money(from_minor(int(self.bound), currency), currency))
        else:
            found.number.CopyFrom(decimal_message(self.value))
            found.number_bound.CopyFrom(decimal_message(self.bound))
        return found


def _gap_percent(value: Decimal, bound: Decimal) -> Decimal:
    """Distance of value and bound in percent of the value, rounded up to 2 digits; 100 where the value is 0."""
    if value == bound:
        return Decimal(0)
    gap = 100 * abs(value - bound) / abs(value) if value else Decimal(100)
    return gap.quantize(Decimal("0.01"), rounding=ROUND_UP)


def objectives_of(messages: Iterable[ObjectiveMessage], release: Release, faults: Faults) -> tuple[Objective, ...]:
    """Understand the objectives of a request; faults are unknown attributes, and subjects that are given twice."""
    found: dict[tuple[Measure | None, str], Objective] = {}
    for index, message in enumerate(messages):
        objective = _objective(message)
        if objective.measure is None and objective.attribute not in release.attributes:
            what = f"{objective.attribute!r} is not an attribute"
            faults.add(
                f"objectives[{index}].attribute", what, advice(objective.attribute, [*release.attributes, *MEASURES])
            )
        key = (objective.measure, objective.attribute)
        if key in found:
            what = f"{objective.subject} is given twice"
            faults.add(f"objectives[{index}]", what, "Give each objective once.")
        found[key] = objective
    return tuple(found.values())


def is_ours_alone(message: ObjectiveMessage) -> bool:
    """Whether an objective tells what a contract costs us."""
    return _objective(message).measure in OURS_ALONE


def _objective(message: ObjectiveMessage) -> Objective:
    if message.WhichOneof("subject") == "attribute":
        more_is_better = message.direction in (OBJECTIVE_DIRECTION_UNSPECIFIED, OBJECTIVE_DIRECTION_MAXIMIZE)
        return Objective(attribute=message.attribute, maximize=more_is_better)
    name = enum_word(ObjectiveMeasure, message.measure)
    maximize = message.direction == OBJECTIVE_DIRECTION_MAXIMIZE
    if message.direction == OBJECTIVE_DIRECTION_UNSPECIFIED:
        maximize = name == "margin"
    return Objective(measure=cast("Measure", name), maximize=maximize)
