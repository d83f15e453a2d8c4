"""A feature model that others wrote: a tree of features with groups, and constraints across it.

Every reader ends in these values; analysis, completion and checking start from them. Constraints are kept as postfix
programs, so nothing that walks over them needs recursion, however long or deep they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Kind(StrEnum):
    """What a feature holds beside being selected or not."""

    BOOLEAN = "Boolean"
    INTEGER = "Integer"
    REAL = "Real"
    STRING = "String"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature.

    Attributes:
        name: Unique in the model; of an imported feature with the aliases it was imported under, joined by dots.
        parent: Index of the parent in the tree; -1 for the root.
        kind: What it holds; a feature that is not selected holds 0 or the empty text.
        is_optional: The tree alone lets it be absent while its parent is selected; so are most members of groups.
        is_instance: One of the instances of a feature with a cardinality: decided on, but never shown nor counted.
        place: Where it is declared.
    """

    name: str
    parent: int
    kind: Kind
    is_optional: bool
    is_instance: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Group:
    """Children of which ``least`` to ``most`` are selected exactly when their parent is; none are otherwise."""

    parent: int
    children: tuple[int, ...]
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Summary:
    """A feature that counts as selected exactly when one of its instances is.

    Attributes:
        feature: The feature that users see.
        instances: Its instances.
    """

    feature: int
    instances: tuple[int, ...]


class Operation(StrEnum):
    """What a step of a constraint does with the values on the stack."""

    SELECTED = "selected"  # pushes whether a feature is selected
    TRUTH = "truth"  # pushes true or false
    NUMBER = "number"  # pushes a constant
    TEXT = "text"  # pushes a constant
    VALUE = "value"  # pushes what a typed feature holds
    ATTRIBUTE = "attribute"  # pushes the sum of the numbers of those features that are selected
    ATTRIBUTE_TEXT = "attribute text"  # pushes the text of a feature, empty where it is not selected
    AVERAGE = "avg"  # pushes the mean of the numbers of those features that are selected; 0 for none
    LENGTH = "len"
    FLOOR = "floor"
    CEIL = "ceil"
    NEGATIVE = "negative"
    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"
    EQUAL = "=="
    NOT_EQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    NOT = "!"
    AND = "&"
    OR = "|"
    IMPLIES = "=>"
    SAME = "<=>"


COMPARISONS = frozenset(
    {
        Operation.EQUAL,
        Operation.NOT_EQUAL,
        Operation.LESS,
        Operation.AT_MOST,
        Operation.MORE,
        Operation.AT_LEAST,
    }
)
CONNECTIVES = frozenset({Operation.AND, Operation.OR, Operation.IMPLIES, Operation.SAME})
ARITHMETIC = frozenset({Operation.ADD, Operation.SUBTRACT, Operation.MULTIPLY, Operation.DIVIDE})

Numbers = tuple[tuple[int, Fraction], ...]
"""Features with the number each one has in an attribute."""

Attributes = Mapping[tuple[str, ...], Fraction | bool | str | None]
"""Values by path; None for a list."""

Operand = int | bool | str | Fraction | Numbers | tuple[int, str] | None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a postfix program, and where it stands in the file."""

    operation: Operation
    operand: Operand
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Constraint:
    """What must hold in every configuration.

    Attributes:
        program: Leaves one truth on the stack.
        text: As it stands in the file.
        place: Where it starts.
    """

    program: tuple[Step, ...]
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class FeatureModel:
    """A whole model; parents stand before their children, the root first.

    Attributes:
        features: Named by their index everywhere else.
        groups: In the order of the file.
        summaries: What stands below features with a cardinality.
        constraints: Those of the ``constraints`` section, then those of attributes.
        attributes: Of each feature, by path; empty where the reader keeps none. A feature with several instances has
            none, each of its instances has them.
    """

    features: tuple[Feature, ...]
    groups: tuple[Group, ...]
    summaries: tuple[Summary, ...]
    constraints: tuple[Constraint, ...]
    attributes: tuple[Attributes, ...] = ()
