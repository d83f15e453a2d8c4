"""The grown portfolio as files: the shipped ones, with lines added at their ends, and more of the same kinds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any

from bench.grown_plan import GRADES, SHARED, Family, Line, Reference
from bench.grown_rules import Table, Text
from bidwright.catalog.model import Answer, Component
from bidwright.catalog.source_files import files_of_directory
from bidwright.core.errors import Faults

SHIPPED = Path(str(files("bidwright"))) / "portfolios" / "managed_hosting"
OFFERING = "business_application"
_MARKETS = {"DE": 100, "GB": 88, "US": 115}
"""Market -> percent of the prices drawn."""

_TEXTS = """# {name}
## Service specification
You get {name}.

## Statement of work
We provide and operate it.

## Service-delivery description
Application services sets it up.
"""


def shipped_files() -> dict[str, bytes]:
    """The shipped portfolio's files."""
    faults = Faults()
    found = dict(files_of_directory(SHIPPED, faults))
    faults.raise_if_any("The shipped portfolio")
    return found


def with_families(found: dict[str, bytes], lines: Sequence[Line], shared: Mapping[str, Family]) -> None:
    """Add families, attributes, components with texts, and who delivers them."""
    families = _families(lines, shared)
    attributes = ["quality", *SHARED.values(), *(f"{one.id}_{what}" for one in lines for what in ("room", "seats"))]
    _extend(found, "portfolio.yaml", "families", [{"id": f, "title": _title(f), "unit": "unit"} for f in families])
    _extend(
        found, "portfolio.yaml", "attributes", [{"id": a, "title": _title(a), "unit": _unit(a)} for a in attributes]
    )
    for family, members in families.items():
        content = {"family": family, "components": [_component(one) for one in members]}
        found[f"components/{family}.yaml"] = json.dumps(content, indent=1).encode()
        for one in members:
            found[f"texts/{one.id}.md"] = _TEXTS.format(name=one.name).encode()
    deliveries = [_delivery(line.id, [f"{line.id}_*"]) for line in lines]
    deliveries.append(_delivery("shared_rooms", [f"{family}.*" for family in SHARED]))
    _extend(found, "provisioning.yaml", "deliveries", deliveries)


def with_offering(
    found: dict[str, bytes], lines: Sequence[Line], reference: Reference, rules: Iterable[tuple[str, Text]]
) -> None:
    """Add slots, needs whose defaults are those of a reference, and rules to the one offering."""
    name = f"offerings/{OFFERING}.yaml"
    _extend(found, name, "needs", [_need(need, answer) for need, answer in reference.answers.items()])
    slots: list[dict[str, Any]] = [{"family": family, "min": 1, "max": 2} for family in SHARED]
    slots += [{"family": family, "min": 0, "max": 6} for family in ("mail", "file_service")]
    for line in lines:
        for kind, most in (("size", 1), ("edition", 1), ("option", 6), ("pack", 1)):
            slots.append({"family": f"{line.id}_{kind}", "min": 0, "max": most})
    _extend(found, name, "slots", slots)
    _extend(found, name, "rules", [{"id": id_, "rule": text, "because": because} for id_, (text, because) in rules])


def with_tables(found: dict[str, bytes], tables: Sequence[Table]) -> None:
    """Add tables."""
    for table in tables:
        rows = [",".join(table.columns), *(",".join(row) for row in sorted(table.rows))]
        found[f"tables/{table.id}.csv"] = ("\n".join(rows) + "\n").encode()


def with_prices(found: dict[str, bytes], random: Random, lines: Sequence[Line], shared: Mapping[str, Family]) -> None:
    """Add prices: volume tiers where many are sold, a set-up price for editions, and a package for every other line."""
    cents = {one.id: _cents(random, one) for family in _families(lines, shared).values() for one in family}
    most = {one.id: one.max_quantity for family in _families(lines, shared).values() for one in family}
    for market, percent in _MARKETS.items():
        rows = []
        for id_, price in cents.items():
            scaled = price * percent // 100
            tiers = f"4:{_money(scaled * 93 // 100)} 8:{_money(scaled * 86 // 100)}" if most[id_] >= 8 else ""
            rows.append(f"{id_},monthly,unit,{_money(scaled // 2)},{_money(scaled)},{tiers},2026-01-01,")
            if "_edition." in id_:
                rows.append(f"{id_},one_time,unit,{_money(scaled)},{_money(scaled * 3)},,2026-01-01,")
        found[f"prices/{market}.csv"] += ("\n".join(rows) + "\n").encode()
    _extend(found, "packages.yaml", "packages", [_package(random, line, cents) for line in lines[1::2]])


def _families(lines: Sequence[Line], shared: Mapping[str, Family]) -> dict[str, Family]:
    by_line = {
        f"{line.id}_{kind}": members
        for line in lines
        for kind, members in zip(
            ("size", "edition", "option", "pack"), (line.sizes, line.editions, line.options, line.packs), strict=True
        )
    }
    return {**shared, **by_line}


def _component(one: Component) -> dict[str, Any]:
    figures = {
        name: {a: int(v) for a, v in getattr(one, name).items()} for name in ("attributes", "provides", "consumes")
    }
    return {
        "id": one.id,
        "name": one.name,
        "max_quantity": one.max_quantity,
        **{name: values for name, values in figures.items() if values},
        "competence": one.competence,
        "effort": {"one_time_hours": "0.5", "monthly_hours": "0.1"},
        "unit": one.unit,
    }


def _delivery(id_: str, components: list[str]) -> dict[str, Any]:
    return {
        "id": id_,
        "components": components,
        "task": f"Set up {_title(id_).lower()}.",
        "instructions": "Set up what was sold.",
        "after": [],
        "unit": "application_services",
        "duration_minutes": 60,
    }


def _need(name: str, answer: Answer) -> dict[str, Any]:
    asked = {"name": name, "question": f"{_title(name)}?", "default": answer}
    if isinstance(answer, bool):
        return {**asked, "type": "boolean"}
    if isinstance(answer, str):
        return {**asked, "type": "choice", "options": {grade: grade.capitalize() for grade in GRADES}}
    return {**asked, "type": "integer", "unit": _unit(name), "min": 0, "max": 2000}


def _cents(random: Random, one: Component) -> int:
    """A monthly price: larger ones cost less for what they bring, and no two are quite in line."""
    room = sum(one.provides.values()) or sum(one.consumes.values()) * 2
    value = 900 * float(room) ** 0.85 + 700 * float(one.attributes.get("quality", 0)) ** 0.9 + 1500
    return round(value * random.uniform(0.85, 1.15) / 10) * 10


def _package(random: Random, line: Line, cents: Mapping[str, int]) -> dict[str, Any]:
    parts = {random.choice(line.sizes).id: 2, random.choice(line.editions).id: 1, random.choice(line.options).id: 1}
    total = sum(cents[part] * units for part, units in parts.items()) * 85 // 100
    return {
        "id": f"{line.id}_package",
        "title": f"{_title(line.id)} package",
        "components": parts,
        "monthly": {market: _money(total * percent // 100) for market, percent in _MARKETS.items()},
        "because": "Set up in one go.",
    }


def _extend(found: dict[str, bytes], name: str, key: str, entries: Sequence[Mapping[str, Any]]) -> None:
    """Add entries at the beginning of a list of a file."""
    head, tail = re.split(rf"(?m)^{key}:\n", found[name].decode())
    lines = "".join(f"  - {json.dumps(entry)}\n" for entry in entries)
    found[name] = f"{head}{key}:\n{lines}{tail}".encode()


def _title(id_: str) -> str:
    return id_.replace("_", " ").capitalize()


def _unit(name: str) -> str:
    return "seats" if name.endswith("_seats") else "units"


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
