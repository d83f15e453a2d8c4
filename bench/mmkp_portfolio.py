"""Multiple-choice multi-dimensional knapsack problems, as files of others and as portfolios of ours.

Each group becomes a family of which exactly one component is chosen; an item's value is an attribute, what it uses are
resources, and one more component, or several where they are large, provides the capacities. Nothing else is special
about such a portfolio.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from bidwright.catalog.model import Release
from bidwright.catalog.reader import read_files
from bidwright.core.money import plain

TODAY = dt.date(2026, 1, 1)
OFFERING, MARKET, VALUE, CURRENCY = "knapsack", "DE", "value", "EUR"
_COMPETENCE = "operation"
_MOST = 999_999_999
"""Of a figure of a component, before the point."""

_WHOLE = re.compile(r"[0-9]{1,9}")
_NUMBER = re.compile(r"[0-9]{1,18}(\.[0-9]{0,6}0*)?|\.[0-9]{1,6}0*")
_TEXT = """# {name}
## Service specification
You get it.

## Statement of work
We provide it.

## Service-delivery description
We set it up.
"""


@dataclass(frozen=True)
class Item:
    """What choosing it brings, and what it takes of each resource."""

    value: Decimal
    uses: tuple[Decimal, ...]


@dataclass(frozen=True)
class Instance:
    """Choose exactly one item of each group, as much value as possible, within every capacity."""

    capacities: tuple[Decimal, ...]
    groups: tuple[tuple[Item, ...], ...]


def read_instance(path: Path) -> Instance:
    """Read a file in Khan's form (groups, items of each, resources) or in the other one (groups, resources).

    In the first form each group begins with its number, in the second with its number of items.

    What follows the last group is not read.

    Raises:
        ValueError: It is in neither form; with the line.
    """
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    lines = [(number, line.split()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    first = lines[0][1] if lines else []
    header = [int(word) for word in first if _WHOLE.fullmatch(word)]
    if len(header) != len(first) or len(header) not in (2, 3) or min(header) < 1:
        raise ValueError(f"{path}:1: the first line must say groups, items where all have equally many, and resources")
    numbers = _numbers(path, lines[1:])
    try:
        capacities = [next(numbers).value for _ in range(header[-1])]
        groups = [_group(numbers, header, number) for number in range(1, header[0] + 1)]
    except StopIteration:
        raise ValueError(f"{path}: it ends before its last group does") from None
    return Instance(tuple(capacities), tuple(groups))


class _Number(NamedTuple):
    value: Decimal
    where: str
    begins_line: bool

    def figure(self) -> Decimal:
        """The number as a component of a portfolio can have it."""
        if self.value >= _MOST + 1:
            raise ValueError(f"{self.where}: {plain(self.value)} has over 9 digits before the point")
        return self.value


def _numbers(path: Path, lines: list[tuple[int, list[str]]]) -> Iterator[_Number]:
    for number, words in lines:
        for at, word in enumerate(words):
            where = f"{path}:{number}"
            if not _NUMBER.fullmatch(word):
                raise ValueError(f"{where}: {word[:60]!r} is no number from 0, such as 12 or 0.75, or too long")
            yield _Number(Decimal(word), where, at == 0)


def _group(numbers: Iterator[_Number], header: list[int], number: int) -> tuple[Item, ...]:
    first = _beginning(numbers, f"group {number}")
    is_numbered = len(header) == 3
    if first.value != int(first.value) or first.value < 1 or (is_numbered and first.value != number):
        expected = f"its number, {number}," if is_numbered else "the number of its items from 1"
        raise ValueError(f"{first.where}: group {number} begins with {first.value}, where {expected} is expected")
    items = []
    for _ in range(header[1] if is_numbered else int(first.value)):
        value = _beginning(numbers, f"an item of group {number}").figure()
        items.append(Item(value, tuple([next(numbers).figure() for _ in range(header[-1])])))
    return tuple(items)


def _beginning(numbers: Iterator[_Number], of: str) -> _Number:
    """The first number of a group or item; where it begins no line, one before it is missing or too many."""
    number = next(numbers)
    if not number.begins_line:
        raise ValueError(f"{number.where}: {of} begins amid this line: a number before it is missing or too many")
    return number


def item_id(group: int, item: int) -> str:
    """The component of an item; both are counted from 0."""
    return f"group_{group}.item_{item}"


def release_of(instance: Instance) -> Release:
    """The portfolio of an instance, read by the catalog's own reader."""
    return read_files(_files(instance), today=TODAY)


def _files(instance: Instance) -> dict[str, bytes]:
    rooms = [_component(f"room.part_{at}", provides=part) for at, part in enumerate(_parts(instance))]
    families = {"room": rooms}
    for number, group in enumerate(instance.groups):
        families[f"group_{number}"] = [
            _component(item_id(number, at), attributes={VALUE: plain(item.value)}, consumes=_figures(item.uses))
            for at, item in enumerate(group)
        ]
    components = [component["id"] for members in families.values() for component in members]
    prices = "\n".join(f"{component},monthly,piece,0.00,0.00,,2020-01-01," for component in components)
    documents: dict[str, Any] = {
        "portfolio.yaml": _general(instance, list(families)),
        f"offerings/{OFFERING}.yaml": _offering(list(families), len(rooms)),
        "rules.yaml": {"rules": []},
        "assurances.yaml": {"assurances": []},
        "packages.yaml": {"packages": []},
        "approvals.yaml": {"approvals": []},
        "delivery_centres.yaml": {"centres": [_CENTRE]},
        "provisioning.yaml": {"deliveries": [_DELIVERY]},
        f"prices/{MARKET}.yaml": _PRICES,
        **{f"components/{id_}.yaml": {"family": id_, "components": members} for id_, members in families.items()},
    }
    found = {name: json.dumps(document).encode() for name, document in documents.items()}
    found[f"prices/{MARKET}.csv"] = (
        f"component,charge,unit,unit_cost,price,tiers,valid_from,valid_to\n{prices}\n".encode()
    )
    return found | {f"texts/{component}.md": _TEXT.format(name=component).encode() for component in components}


def _parts(instance: Instance) -> Iterator[dict[str, str]]:
    """The capacities, as far as they can be used at all, in parts that a component can provide."""
    most = [
        sum(max(item.uses[at] for item in group) for group in instance.groups) for at in range(len(instance.capacities))
    ]
    left = [min(Decimal(use), capacity) for use, capacity in zip(most, instance.capacities, strict=True)]
    while True:
        part = [min(capacity, Decimal(_MOST)) for capacity in left]
        yield _figures(tuple(part), zeros=True)
        left = [capacity - taken for capacity, taken in zip(left, part, strict=True)]
        if not any(left):
            return


_CENTRE = {
    "id": "here",
    "title": "Here",
    "country": "DE",
    "region": "EU",
    "certifications": [],
    "capacity_hours": 1,
    "rates": {_COMPETENCE: {CURRENCY: "1.00"}},
}
_DELIVERY = {
    "id": "all",
    "components": ["*"],
    "task": "Set it up.",
    "instructions": "Set up what was chosen.",
    "unit": "us",
    "duration_minutes": 1,
    "why": "Something must be done.",
}
_PRICES = {
    "price_book": f"{MARKET}-list",
    "market": MARKET,
    "currency": CURRENCY,
    "rounding": "half_up",
    "terms": {12: "0"},
    "bespoke_rates": {"engineer": "1.00"},
    "bespoke_markup": {"default": "0", "minimum": "0"},
}


def _figures(numbers: tuple[Decimal, ...], *, zeros: bool = False) -> dict[str, str]:
    return {f"resource_{index}": plain(number) for index, number in enumerate(numbers) if number or zeros}


def _component(id_: str, **figures: dict[str, str]) -> dict[str, Any]:
    given = {name: values for name, values in figures.items() if values}
    return {"id": id_, "name": id_, "max_quantity": 1, "competence": _COMPETENCE, "unit": "us", **given}


def _general(instance: Instance, families: list[str]) -> dict[str, Any]:
    numbers = [*instance.capacities, *(use for group in instance.groups for item in group for use in item.uses)]
    values = [item.value for group in instance.groups for item in group]
    resources = [f"resource_{index}" for index in range(len(instance.capacities))]
    market = {
        "id": MARKET,
        "title": "Here",
        "currency": CURRENCY,
        "time_zone": "Europe/Berlin",
        "delivery_regions": ["EU"],
    }
    attributes = [
        {"id": VALUE, "title": "Value", "unit": "points", "places": _places(values)},
        *({"id": id_, "title": id_, "unit": "units", "places": _places(numbers)} for id_ in resources),
    ]
    return {
        "portfolio": "knapsack",
        "title": "Knapsack",
        "version": "1",
        "description": "A problem of others.",
        "markets": [market],
        "delivery_units": [{"id": "us", "title": "Us", "accountable": "One of us"}],
        "families": [{"id": family, "title": family, "unit": "piece"} for family in families],
        "attributes": attributes,
    }


def _places(numbers: list[Decimal]) -> int:
    return max(0, *(-int(number.normalize().as_tuple().exponent) for number in numbers))


def _offering(families: list[str], rooms: int) -> dict[str, Any]:
    needed = {"room": rooms}
    return {
        "offering": OFFERING,
        "title": "Knapsack",
        "description": "One item of each group.",
        "approach": "standardized",
        "needs": [],
        "slots": [{"family": each, "min": needed.get(each, 1), "max": needed.get(each, 1)} for each in families],
        "rules": [],
    }
