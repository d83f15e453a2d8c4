"""Reads the structure of one UVL file: header, feature tree, constraints; keeps a stack of its own, for deep trees."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from bidwright.configurator.feature_model import Kind
from bidwright.configurator.uvl_cursor import Cursor
from bidwright.configurator.uvl_expressions import read_constraint
from bidwright.configurator.uvl_syntax import (
    Cardinality,
    Import,
    Name,
    Value,
    WrittenConstraint,
    WrittenFeature,
    WrittenGroup,
    WrittenModel,
)

_HEADER_WORDS = frozenset({"namespace", "include", "imports"})
_GROUP_WORDS = frozenset({"mandatory", "optional", "or", "alternative"})
_GROUP_FIX = "Below a feature stand groups: mandatory, optional, or, alternative, or a cardinality such as [1..2]."
_ORDER_FIX = "A file has namespace, include, imports, features and constraints, in this order."
_MINOR_LEVELS = {
    "Boolean": {"group-cardinality"},
    "Arithmetic": {"feature-cardinality", "aggregate-function"},
    "Type": {"string-constraints", "numeric-constraints"},
    # What they were called before 2023.
    "SAT-level": {"group-cardinality"},
    "SMT-level": {"feature-cardinality", "aggregate-function"},
    "TYPE-level": {"string-constraints", "numeric-constraints"},
}


@dataclass
class _Tree:
    """The features and groups read so far."""

    features: list[WrittenFeature] = field(default_factory=list)
    groups: list[WrittenGroup] = field(default_factory=list)


def parse(text: str, file: str) -> WrittenModel:
    """Read one file.

    Args:
        text: What it says.
        file: Its name, for messages.

    Raises:
        InvalidInput: The first thing that is not UVL, or not supported, with line, column and what is allowed.
    """
    cursor = Cursor(text, file)
    namespace, imports = _header(cursor)
    tree = _features(cursor)
    constraints = _constraints(cursor)
    if cursor.token.kind != "end":
        cursor.refuse(f"{cursor.token.first} does not fit here.", _ORDER_FIX)
    return WrittenModel(namespace, imports, tuple(tree.features), tuple(tree.groups), constraints)


def _header(cursor: Cursor) -> tuple[Name, tuple[Import, ...]]:
    """Read what stands before the features. The grammar has one order; files in the wild have others."""
    namespace: Name = ()
    imports: tuple[Import, ...] = ()
    given: set[str] = set()
    while cursor.token.kind == "name" and cursor.token.value in _HEADER_WORDS:
        word = cursor.token.value
        if word in given:
            cursor.refuse(f"There is a second `{word}`.", "Write each section once.")
        given.add(word)
        if word == "namespace":
            namespace = _namespace(cursor)
        elif word == "imports":
            imports = _imports(cursor)
        else:
            _levels(cursor)
    return namespace, imports


def _namespace(cursor: Cursor) -> Name:
    cursor.expect("name", "namespace", _ORDER_FIX)
    name = cursor.reference()
    cursor.expect("newline", None, "Only the name stands beside `namespace`.")
    return name


def _section(cursor: Cursor, word: str) -> bool:
    """Take the heading of a section; whether it is there and has lines below it."""
    if not cursor.takes("name", word):
        return False
    cursor.expect("newline", None, f"`{word}` stands alone on its line.")
    return cursor.takes("indent")


def _levels(cursor: Cursor) -> None:
    """Language levels are only checked to exist: what a file uses is read whatever it includes."""
    if not _section(cursor, "include"):
        return
    while not cursor.takes("dedent"):
        start = cursor.token
        words = ""
        while cursor.token.kind in {"name", "symbol"}:
            words += cursor.next().value
        major, dot, minor = words.partition(".")
        if major not in _MINOR_LEVELS or (dot and minor != "*" and minor not in _MINOR_LEVELS[major]):
            allowed = ", ".join(
                f"{level}, " + ", ".join(f"{level}.{name}" for name in sorted(minors)) + f", {level}.*"
                for level, minors in _MINOR_LEVELS.items()
            )
            cursor.refuse(f"The language level '{words}' is not known.", f"Known are {allowed}.", start)
        cursor.expect("newline", None, "One language level stands on a line.")


def _imports(cursor: Cursor) -> tuple[Import, ...]:
    found: list[Import] = []
    if _section(cursor, "imports"):
        while not cursor.takes("dedent"):
            place = cursor.place()
            path = cursor.reference()
            alias = cursor.reference() if cursor.takes("name", "as") else path
            cursor.expect("newline", None, "An import is `folder.file`, or `folder.file as name`.")
            found.append(Import(path, alias, place))
    return tuple(found)


def _features(cursor: Cursor) -> _Tree:
    """Read the tree, level by level: below a feature stand groups, below a group features."""
    tree = _Tree()
    if not _section(cursor, "features"):
        what = "There are no features." if cursor.token.kind == "end" else f"{cursor.token.first} does not fit here."
        cursor.refuse(what, _ORDER_FIX + " `features` has one root feature below it.")
    levels: list[tuple[str, int]] = []
    _feature(cursor, tree, -1, levels)
    while levels:
        below, owner = levels[-1]
        if cursor.takes("dedent"):
            levels.pop()
        elif below == "feature":
            _group(cursor, tree, owner, levels)
        else:
            _feature(cursor, tree, owner, levels)
    if not cursor.takes("dedent"):
        cursor.refuse("There is a second root feature.", "A model has one root; put the others below it.")
    return tree


def _group(cursor: Cursor, tree: _Tree, parent: int, levels: list[tuple[str, int]]) -> None:
    token = cursor.token
    cardinality: Cardinality | None = None
    if token.kind == "name" and token.value in _GROUP_WORDS:
        cursor.next()
    elif token.value == "[":
        cardinality = cursor.cardinality()
    else:
        cursor.refuse(f"{token.first} is no group.", _GROUP_FIX)
    cursor.expect("newline", None, "A group stands alone on its line, its features below it.")
    if not cursor.takes("indent"):
        cursor.refuse("This group has no features.", "Write its features below it, indented.", token)
    tree.groups.append(WrittenGroup("" if cardinality else token.value, cardinality, parent))
    levels.append(("group", len(tree.groups) - 1))


def _feature(cursor: Cursor, tree: _Tree, group: int, levels: list[tuple[str, int]]) -> None:
    place = cursor.place()
    kind = None
    if cursor.token.kind == "name" and cursor.token.value in set(Kind):
        kind = Kind(cursor.next().value)
    name = cursor.reference()
    cardinality = cursor.cardinality() if cursor.takes("name", "cardinality") else None
    attributes: dict[Name, Value] = {}
    constraints: list[WrittenConstraint] = []
    if cursor.takes("symbol", "{"):
        _attributes(cursor, attributes, constraints)
    fix = "A feature is `[type] name [cardinality [n..m]] [{attributes}]`, one on a line."
    cursor.expect("newline", None, fix)
    index = len(tree.features)
    tree.features.append(WrittenFeature(name, kind, cardinality, attributes, tuple(constraints), group, place))
    if group >= 0:
        tree.groups[group].children.append(index)
    if cursor.takes("indent"):
        tree.features[index].has_groups = True
        levels.append(("feature", index))


def _attributes(cursor: Cursor, attributes: dict[Name, Value], constraints: list[WrittenConstraint]) -> None:
    """Read to the closing brace; nested attributes get the path of their keys."""
    path: list[str] = []
    fix = "Attributes are `key`, `key value`, `constraint ...` or `constraints [...]`, separated by commas."
    while True:
        if cursor.takes("symbol", "}"):
            if not path:
                return
            path.pop()
        elif cursor.takes("name", "constraint"):
            constraints.append(read_constraint(cursor))
        elif cursor.takes("name", "constraints"):
            _constraint_list(cursor, constraints)
        else:
            token = cursor.token
            key = (*path, cursor.name())
            if key in attributes:
                cursor.refuse(f"The attribute {'.'.join(key)} is given twice.", "Give an attribute once.", token)
            if cursor.takes("symbol", "{"):
                attributes[key] = None
                path.append(key[-1])
                continue
            attributes[key] = _value(cursor)
        if not cursor.takes("symbol", ",") and cursor.token.value != "}":
            cursor.refuse(f"{cursor.token.first} does not fit among attributes.", fix)


def _constraint_list(cursor: Cursor, constraints: list[WrittenConstraint]) -> None:
    cursor.expect("symbol", "[", "Write constraints [first, second].")
    while not cursor.takes("symbol", "]"):
        constraints.append(read_constraint(cursor))
        if not cursor.takes("symbol", ",") and cursor.token.value != "]":
            cursor.refuse(f"{cursor.token.first} does not fit here.", "Separate constraints by commas.")


def _value(cursor: Cursor) -> Value:
    """Read the value of an attribute; without one it is true."""
    token = cursor.token
    if token.kind == "symbol" and token.value in {",", "}"}:
        return True
    if token.kind in {"text", "quoted"}:
        return cursor.next().value
    if token.kind == "name" and token.value in {"true", "false"}:
        return cursor.next().value == "true"
    if token.value == "[":
        _skip_list(cursor)
        return None
    sign = -1 if cursor.takes("symbol", "-") else 1
    if cursor.token.kind != "number":
        fix = "A value is a number, true, false, a 'text', a list in [ ], or attributes in { }."
        cursor.refuse(f"{cursor.token.first} is no value.", fix)
    return sign * Fraction(cursor.checked_number(cursor.next()))


def _skip_list(cursor: Cursor) -> None:
    """Read over a list of values, which no expression of UVL can use; its brackets must match."""
    opened: list[str] = []
    while True:
        token = cursor.next()
        if token.kind == "end":
            cursor.refuse("This list is never closed.", "Close it with ].", token)
        if token.kind == "symbol" and token.value in {"[", "{"}:
            opened.append({"[": "]", "{": "}"}[token.value])
        elif token.kind == "symbol" and token.value in {"]", "}"} and opened.pop() != token.value:
            cursor.refuse(
                f"{token} closes what was not opened.", "Close brackets in the order they were opened.", token
            )
        if not opened:
            return


def _constraints(cursor: Cursor) -> tuple[WrittenConstraint, ...]:
    found: list[WrittenConstraint] = []
    if _section(cursor, "constraints"):
        while not cursor.takes("dedent"):
            found.append(read_constraint(cursor))
            cursor.expect("newline", None, "One constraint stands on a line.")
    return tuple(found)
