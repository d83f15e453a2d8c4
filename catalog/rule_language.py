"""The rule language: an abstract syntax and its two readers' common ground. Reference: docs/portfolio.md.

One syntax, two independent meanings: ``configurator.rule_check`` evaluates it on a configuration,
``configurator.cpsat_rules`` compiles it to CP-SAT. Approval rules are the same language over the names ``quote.*``.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal


@dataclass(frozen=True)
class Constant:
    """A literal: ``True``, ``12``, ``0.25`` (exact), ``"EU"``."""

    value: bool | Fraction | str


@dataclass(frozen=True)
class Name:
    """``need.users`` or ``quote.margin_percent``; in formulas of prices also ``component.ram_gib``."""

    scope: Literal["need", "quote", "component"]
    name: str


@dataclass(frozen=True)
class Selected:
    """``selected("x")``: at least one unit of a component, or of any component of a family."""

    subject: str


@dataclass(frozen=True)
class Quantity:
    """``quantity("x")``: units of a component or a family."""

    subject: str


@dataclass(frozen=True)
class Kinds:
    """``kinds("family")``: how many different components of the family are selected."""

    family: str


FigureSource = Literal["total", "provided", "consumed"]
"""Which figures of components are summed: their attributes, or what they provide or consume."""

FigurePlace = tuple[FigureSource, str, str]
"""What a sum is of: source, attribute, and family, or nothing for all families."""

WorkSource = Literal["one_time_hours", "monthly_hours"]
"""Work on components, by the skills it takes; rules as people write them do not speak of it, hours of centres do."""


@dataclass(frozen=True)
class Sum:
    """``total | provided | consumed("attribute"[, "family"])``: figure x quantity, summed; of work by skills."""

    source: FigureSource | WorkSource
    attribute: str
    family: str = ""


UPTIME = "uptime"
"""The attribute, in percent, that says how much of the time one unit of a component works."""


@dataclass(frozen=True)
class Availability:
    """``availability("web", "database")``: how much of the time all of some families work, in percent."""

    families: tuple[str, ...]


@dataclass(frozen=True)
class InTable:
    """``("os", "database") in table("name")``: every combination of chosen components is a row."""

    families: tuple[str, ...]
    table: str


@dataclass(frozen=True)
class Not:
    """``not a``."""

    operand: Expression


@dataclass(frozen=True)
class AllOf:
    """``a and b``; a chained comparison becomes this as well."""

    operands: tuple[Expression, ...]


@dataclass(frozen=True)
class AnyOf:
    """``a or b``; ``implies(a, b)`` becomes ``not a or b``."""

    operands: tuple[Expression, ...]


@dataclass(frozen=True)
class Comparison:
    """``left operator right``; operators on booleans and texts are ``==`` and ``!=`` only."""

    operator: Literal["==", "!=", "<", "<=", ">", ">="]
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Arithmetic:
    """``left operator right``; in a product one side is constant once needs are known."""

    operator: Literal["+", "-", "*"]
    left: Expression
    right: Expression


Expression = (
    Constant
    | Name
    | Selected
    | Quantity
    | Kinds
    | Sum
    | Availability
    | InTable
    | Not
    | AllOf
    | AnyOf
    | Comparison
    | Arithmetic
)


def whole_or_fraction(number: Decimal | Fraction) -> int | Fraction:
    """A number, as a whole one where it is one: those are calculated with several times faster."""
    exact = Fraction(number)
    return exact.numerator if exact.denominator == 1 else exact
