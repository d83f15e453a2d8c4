"""Reads DIMACS CNF strictly: every number is accounted for, nothing is skipped that is not a comment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bidwright.configurator.clauses import Clause
from bidwright.configurator.feature_model import Place
from bidwright.configurator.model_text import text_of
from bidwright.configurator.uvl_tokens import refuse

_MOST_BYTES = 128 * 1024 * 1024  # as clauses they take up to 2 GiB
_NAME = re.compile(r"c\s+(?P<variable>0*[0-9]{1,9})\s+(?P<name>\S.*?)\s*")
_HEADER = re.compile(r"p\s+cnf\s+(?P<variables>0*[0-9]{1,9})\s+(?P<clauses>0*[0-9]{1,9})\s*")
_LITERAL = re.compile(r"-?0*[0-9]{1,9}", re.ASCII)
_END = "%"  # published collections end their files with this, and a 0 that is no clause
_MOST_VARIABLES = 2_000_000
_MOST_SAID = 60


@dataclass(frozen=True)
class Formula:
    """Clauses with names.

    Attributes:
        names: By variable, from 1; those of comment lines ``c 17 name``. Where no variable has a name, their numbers.
        variables: How many there are.
        clauses: As in the file.
    """

    names: dict[int, str]
    variables: int
    clauses: list[Clause]


def read_dimacs(path: Path) -> Formula:
    """Read a file.

    Raises:
        InvalidInput: What is not DIMACS CNF, with file, line and column.
    """
    return parse_dimacs(text_of(path, path.name, _MOST_BYTES), path.name)


def parse_dimacs(text: str, file: str) -> Formula:
    """Read the text of a file.

    Args:
        text: What it says.
        file: Its name, for messages.

    Raises:
        InvalidInput: What is not DIMACS CNF, with file, line and column.
    """
    names: dict[int, tuple[str, Place]] = {}
    sizes: tuple[int, int] | None = None
    clauses: list[Clause] = []
    clause: Clause = []
    line = 0
    for line, content in enumerate(text.split("\n"), start=1):
        place = Place(file, line, 1)
        if content.startswith("c"):
            _take_name(content, names, place)
        elif content.strip() == _END:
            break
        elif content.startswith("p"):
            sizes = _sizes(content, sizes, place)
        elif content.strip():
            if sizes is None:
                refuse(place, "A clause stands before the header.", "Write `p cnf VARIABLES CLAUSES` first.")
            clause = _take_literals(content, sizes[0], clauses, clause, place)
    end = Place(file, line, 1)
    if sizes is None:
        refuse(end, "There is no header.", "Write `p cnf VARIABLES CLAUSES` before the clauses.")
    if clause:
        refuse(end, "The last clause has no end.", "End every clause with 0.")
    if len(clauses) != sizes[1]:
        refuse(end, f"The header tells of {sizes[1]} clauses, and there are {len(clauses)}.", "Correct the header.")
    _check_names(names, sizes[0])
    told = {variable: name for variable, (name, _) in names.items()}
    return Formula(told or {each: str(each) for each in range(1, sizes[0] + 1)}, sizes[0], clauses)


def _take_name(content: str, names: dict[int, tuple[str, Place]], place: Place) -> None:
    match = _NAME.fullmatch(content)
    if match is None:
        return
    variable = int(match["variable"])
    first, _ = names.setdefault(variable, (match["name"], place))
    if first != match["name"]:
        what = f"Variable {variable} has two names: {first!r} and {match['name']!r}."
        refuse(place, what, "Name a variable once; other comments must not begin with a number.")


def _sizes(content: str, before: tuple[int, int] | None, place: Place) -> tuple[int, int]:
    match = _HEADER.fullmatch(content)
    if match is None or before is not None:
        what = "There is a second header." if before else f"{_shortened(content)!r} is no header."
        refuse(place, what, "Write `p cnf VARIABLES CLAUSES` once.")
    variables = int(match["variables"])
    if variables > _MOST_VARIABLES:
        refuse(place, f"There are {variables} variables.", f"At most {_MOST_VARIABLES} are read.")
    return variables, int(match["clauses"])


def _take_literals(content: str, variables: int, clauses: list[Clause], clause: Clause, place: Place) -> Clause:
    """Add the clauses that end in a line; what has begun is given back."""
    for position, word in enumerate(content.split()):
        if not _LITERAL.fullmatch(word) or abs(int(word)) > variables:
            *_, found = islice(re.finditer(r"\S+", content), position + 1)
            fix = f"Clauses are whole numbers from -{variables} to {variables}, each clause ended by 0."
            refuse(Place(place.file, place.line, found.start() + 1), f"{_shortened(word)!r} is no literal.", fix)
        if int(word):
            clause.append(int(word))
        else:
            clauses.append(clause)
            clause = []
    return clause


def _check_names(names: dict[int, tuple[str, Place]], variables: int) -> None:
    seen: dict[str, int] = {}
    for variable, (name, place) in names.items():
        if not 1 <= variable <= variables:
            fix = "Correct the comment; one that names nothing must not begin with a number."
            refuse(place, f"{name!r} names variable {variable}, which there is not.", fix)
        if seen.setdefault(name, variable) != variable:
            what = f"Variables {seen[name]} and {variable} are both named {name!r}."
            refuse(place, what, "Give every variable a name of its own.")


def _shortened(said: str) -> str:
    """What a line says, as much of it as a message can hold."""
    said = said.strip()
    return said if len(said) <= _MOST_SAID else f"{said[:_MOST_SAID]}..."
