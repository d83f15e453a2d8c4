"""Draws all of a grown portfolio, as files and as what they were made from.

The size is written down in the release's version, from which everything can be drawn again.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from bench.grown_files import OFFERING, shipped_files, with_families, with_offering, with_prices, with_tables
from bench.grown_plan import Line, Reference, draw_lines, draw_reference, seeded, shared_families
from bench.grown_rules import draw_tables, random_rules, rules_of_line
from bidwright.catalog.model import Release
from bidwright.catalog.reader import read_files
from bidwright.catalog.source_files import Files

TODAY = dt.date(2026, 11, 22)
"""A day on which the grown portfolio has prices."""

_REFERENCES = 8


@dataclass(frozen=True)
class Plan:
    """Everything that was drawn."""

    files: Files
    lines: tuple[Line, ...]
    references: tuple[Reference, ...]


@lru_cache(maxsize=4)
def plan(components: int, rules: int, seed: int) -> Plan:
    """What ``grown`` is made of."""
    random = seeded(f"{components} {rules} {seed}")
    found = shipped_files()
    base = read_files(found)
    shared = shared_families()
    new = components - len(base.components) - sum(len(family) for family in shared.values())
    lines = draw_lines(random, new)
    references = tuple(draw_reference(random, lines, shared) for _ in range(_REFERENCES))
    tables = draw_tables(random, lines, references)
    parts = [one for family in (*shared.values(), *(line.components for line in lines)) for one in family]
    known = replace(base, components=dict(base.components) | {one.id: one for one in parts})
    needed = [text for line in lines for text in rules_of_line(line, {table.id: table for table in tables})]
    missing = rules - len(base.rules) - len(base.offerings[OFFERING].rules) - len(needed)
    texts = (*needed, *islice(random_rules(random, known, lines, references), max(0, missing)))
    head = found["portfolio.yaml"].decode().replace(f'"{base.version}"', f'"{components} {rules} {seed}"')
    found["portfolio.yaml"] = head.encode()
    with_families(found, lines, shared)
    with_tables(found, tables)
    with_prices(found, random, lines, shared)
    with_offering(found, lines, references[0], ((f"grown_{n:04}", text) for n, text in enumerate(texts, 1)))
    return Plan(found, lines, references)


def plan_of(release: Release) -> Plan:
    """What a grown release was made of."""
    components, rules, seed = (int(word) for word in release.version.split())
    return plan(components, rules, seed)
