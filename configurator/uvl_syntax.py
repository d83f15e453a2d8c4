"""What a UVL file says, before its names are looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from bidwright.configurator.feature_model import Kind, Operation, Place

Name = tuple[str, ...]
"""A reference: its parts, which dots separate in the file."""

Value = Fraction | bool | str | None
"""An attribute: a number, a truth, a text; None for a list, which constraints cannot use."""


class Call(StrEnum):
    """Steps that only a file has: they are replaced when names are looked up."""

    REFERENCE = "reference"
    SUM = "sum"
    AVERAGE = "avg"


@dataclass(frozen=True, slots=True)
class WrittenStep:
    """A step of a postfix program as written.

    Attributes:
        operation: What to do.
        operand: The constant; the names of a reference, or of the arguments of ``sum`` and ``avg``.
        line: From 1.
        column: From 1.
    """

    operation: Operation | Call
    operand: Fraction | str | bool | tuple[Name, ...] | None
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class WrittenConstraint:
    """A constraint as written."""

    program: tuple[WrittenStep, ...]
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Cardinality:
    """``[least..most]``; ``most`` is None for ``*``."""

    least: int
    most: int | None
    place: Place


@dataclass(slots=True)
class WrittenFeature:
    """A feature as written, while it is being read.

    Attributes:
        name: One part; more for the root of an imported model.
        kind: Its type; None where the file says none.
        cardinality: How many instances; None where the file says nothing.
        attributes: Values by path, nested ones with all their keys.
        constraints: From its attributes ``constraint`` and ``constraints``.
        group: Index of the group it stands in; -1 for the root.
        has_groups: Whether something stands below it.
        place: Where it is declared.
    """

    name: Name
    kind: Kind | None
    cardinality: Cardinality | None
    attributes: Mapping[Name, Value]
    constraints: tuple[WrittenConstraint, ...]
    group: int
    place: Place
    has_groups: bool = False


@dataclass(slots=True)
class WrittenGroup:
    """A group as written.

    Attributes:
        word: ``mandatory``, ``optional``, ``or``, ``alternative``, or empty for a cardinality.
        cardinality: Where the group is one.
        parent: Index of the feature it stands below.
        children: Indices of its features.
    """

    word: str
    cardinality: Cardinality | None
    parent: int
    children: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Import:
    """Another file, by its dotted path, and the name it is known by here."""

    path: Name
    alias: Name
    place: Place


@dataclass(frozen=True, slots=True)
class WrittenModel:
    """One file; features in their order, parents first."""

    namespace: Name
    imports: tuple[Import, ...]
    features: tuple[WrittenFeature, ...]
    groups: tuple[WrittenGroup, ...]
    constraints: tuple[WrittenConstraint, ...]
