"""A portfolio whose market has a price book of many rows, as files; and what plain Python makes of that list."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from decimal import Decimal
from random import Random
from typing import NamedTuple

from bench.grown_files import shipped_files
from bench.grown_plan import seeded
from bench.pricing_bids import MARKET, TODAY
from bidwright.catalog.draft import Draft, Ids
from bidwright.catalog.file_kinds import kind_of
from bidwright.catalog.model import Release
from bidwright.catalog.prices import read_prices
from bidwright.catalog.shapes import checked
from bidwright.catalog.source_files import Files
from bidwright.catalog.yaml_source import read_yaml
from bidwright.core.errors import Faults

BOOK, _SETTINGS = f"prices/{MARKET}.csv", f"prices/{MARKET}.yaml"
_FAMILIES, _YEARS, _CHARGES = 50, (2025, 2026, 2027), ("one_time", "monthly")
_TEXT = (
    "# Item\n## Service specification\nItem.\n\n## Statement of work\nItem.\n\n## Service-delivery description\nItem.\n"
)


class PlainRow(NamedTuple):
    """A row as plain Python reads it: just numbers and days, nothing checked."""

    component: str
    charge: str
    unit: str
    unit_cost: Decimal
    price: Decimal
    tiers: tuple[tuple[int, Decimal], ...]
    valid_from: dt.date
    valid_to: dt.date | None


def portfolio_files(rows: int) -> dict[str, bytes]:
    """The shipped portfolio with components of which each has six prices, and a price book that has so many more rows.

    Of each component there are the price of setting it up and that of a month, with tiers, in each of three years.
    """
    random, found = seeded(str(rows)), shipped_files()
    ids = [f"bulk_{number % _FAMILIES:02}.item_{number:05}" for number in range(rows // 6)]
    families = [f"bulk_{number:02}" for number in range(_FAMILIES)]
    listed = "".join(f"  - {json.dumps({'id': id_, 'title': id_, 'unit': 'unit'})}\n" for id_ in families)
    found["portfolio.yaml"] = re.sub(rb"(?m)^families:\n", b"families:\n" + listed.encode(), found["portfolio.yaml"])
    for family in families:
        content = {"family": family, "components": [_component(id_) for id_ in ids if id_.startswith(family)]}
        found[f"components/{family}.yaml"] = json.dumps(content, indent=1).encode()
    found |= {f"texts/{id_}.md": _TEXT.encode() for id_ in ids}
    delivery = {
        "id": "bulk",
        "components": ["bulk_*"],
        "task": "Set it up.",
        "instructions": "Set up what was sold.",
        "after": [],
        "unit": "application_services",
        "duration_minutes": 60,
    }
    found["provisioning.yaml"] = re.sub(
        rb"(?m)^deliveries:\n", f"deliveries:\n  - {json.dumps(delivery)}\n".encode(), found["provisioning.yaml"]
    )
    found[BOOK] += "".join(_rows(random, id_) for id_ in ids).encode()
    for market in ("GB", "US"):
        found[f"prices/{market}.csv"] += "".join(
            f"{id_},monthly,piece,1.00,2.00,,2025-01-01,\n" for id_ in ids
        ).encode()
    return found


def plain_rows(text: str) -> list[PlainRow]:
    """Read a price list and compute nothing: the floor of publishing it."""
    rows = csv.reader(io.StringIO(text))
    next(rows)
    return [
        PlainRow(
            component,
            charge,
            unit,
            Decimal(unit_cost),
            Decimal(price),
            tuple((int(start), Decimal(lower)) for start, _, lower in (word.partition(":") for word in tiers.split())),
            dt.date.fromisoformat(valid_from),
            dt.date.fromisoformat(valid_to) if valid_to else None,
        )
        for component, charge, unit, unit_cost, price, tiers, valid_from, valid_to, *_ in rows
    ]


def read_book(release: Release, files: Files) -> None:
    """Read the price book with its settings and check both, as publishing does, where everything else is read."""
    faults = Faults()
    markets = {MARKET: release.markets[MARKET]}
    known = {"component": release.components, "market": markets, "delivery centre": release.centres}
    draft = Draft(
        faults=faults,
        today=TODAY,
        ids=Ids(faults, {kind: dict.fromkeys(ids, "") for kind, ids in known.items()}),
        markets=markets,
        components=dict(release.components),
        offerings=dict(release.offerings),
        centres=dict(release.centres),
    )
    kind, tree = kind_of(_SETTINGS), read_yaml(files[_SETTINGS].decode(), _SETTINGS, faults)
    if kind is not None and tree is not None:
        draft.documents[_SETTINGS] = checked(_SETTINGS, tree, kind.schema, faults)
    read_prices(draft, {name: files[name] for name in (BOOK, _SETTINGS)})
    faults.raise_if_any("The price book")


def _component(id_: str) -> dict[str, object]:
    return {
        "id": id_,
        "name": f"Item {id_.rpartition('_')[2]}",
        "max_quantity": 100,
        "competence": "unix",
        "effort": {"one_time_hours": "0.5", "monthly_hours": "0.1"},
        "unit": "application_services",
    }


def _rows(random: Random, id_: str) -> str:
    return "".join(_row(random, id_, charge, year) for charge in _CHARGES for year in _YEARS)


def _row(random: Random, id_: str, charge: str, year: int) -> str:
    cents = random.randint(1000, 99_999)
    price, tiers = f"{cents // 100}.{cents % 100:02}", f"10:{cents // 125}.50 40:{cents // 150}.25"
    until = "" if year == _YEARS[-1] else f"{year + 1}-01-01"
    return (
        f"{id_},{charge},piece,{cents // 200}.10,{price},{tiers if charge == 'monthly' else ''},{year}-01-01,{until}\n"
    )
