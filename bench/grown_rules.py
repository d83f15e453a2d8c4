"""The rules of the grown portfolio: what every line needs, and more drawn at random until there are enough.

Rules drawn at random are kept where all reference configurations meet them, by the checker's meaning of a rule, so that
there is always something to sell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from random import Random

from bench.grown_plan import Line, Reference
from bidwright.catalog.model import Component, Release
from bidwright.catalog.rule_parser import parse
from bidwright.configurator.rule_check import Choice, holds

Text = tuple[str, str]
"""A rule and its reason."""


@dataclass(frozen=True)
class Table:
    """A table of a line: the editions that other components of it go with."""

    id: str
    columns: tuple[str, str]
    rows: frozenset[tuple[str, str]]


def draw_tables(random: Random, lines: Sequence[Line], references: Sequence[Reference]) -> tuple[Table, ...]:
    """For every other line, which sizes carry which editions."""
    tables = []
    for line in lines[::2]:
        used = {
            (edition.id, size.id)
            for reference in references
            for edition, size in product(line.editions, line.sizes)
            if {edition.id, size.id} <= reference.items.keys()
        }
        drawn = {(e.id, s.id) for e, s in product(line.editions, line.sizes) if random.random() < 0.6}
        tables.append(Table(f"{line.id}_stacks", (f"{line.id}_edition", f"{line.id}_size"), frozenset(used | drawn)))
    return tuple(tables)


def rules_of_line(line: Line, tables: Mapping[str, Table]) -> Iterator[Text]:
    """What every line needs."""
    name = line.id
    yield f"{_seats(name)} >= need.{name}_seats", "Every seat that is needed is served by a pack."
    yield (
        f'implies(need.{name}_seats > 0, selected("{name}_edition"))',
        "Seats are seats of an edition.",
    )
    yield f'implies(selected("{name}_option"), selected("{name}_edition"))', "Options are options of an edition."
    for least, grade in enumerate(("plus", "pro"), 1):
        able = [e.id for e in line.editions if line.grade_of(e) in ("basic", "plus", "pro")[least:]]
        if able:
            yield (
                f'implies(need.{name}_grade == "{grade}", {_any(able)})',
                f"Only these editions have what belongs to grade {grade}.",
            )
    if f"{name}_stacks" in tables:
        yield (
            f'("{name}_edition", "{name}_size") in table("{name}_stacks")',
            "An edition runs on the sizes it was tested on.",
        )


def random_rules(
    random: Random, release: Release, lines: Sequence[Line], references: Sequence[Reference]
) -> Iterator[Text]:
    """Rules that all references meet, without end and none twice."""
    choices = [Choice(release=release, answers=one.answers, items=one.items) for one in references]
    kinds = (_requires, _excludes, _on_need, _numeric)
    seen: set[str] = set()
    while True:
        line = random.choice(lines)
        other = random.choice(lines) if random.random() < 0.3 else line
        text, because = random.choices(kinds, weights=(50, 25, 10, 15))[0](random, line, other)
        if text not in seen and all(holds(parse(text), choice) for choice in choices):
            seen.add(text)
            yield text, because


def _requires(random: Random, line: Line, other: Line) -> Text:
    subject, *able = _some(random, line, 1) + _some(random, other, random.randint(1, 3))
    return f'implies(selected("{subject}"), {_any(able)})', f"{subject} works only together with one of these."


def _excludes(random: Random, line: Line, other: Line) -> Text:
    subject, *others = _some(random, line, 1) + _some(random, other, random.randint(1, 2))
    barred = " and ".join(f'not selected("{one}")' for one in others)
    return f'implies(selected("{subject}"), {barred})', f"{subject} does the same in another way."


def _on_need(random: Random, line: Line, other: Line) -> Text:
    asked = random.choice(
        (f'need.{line.id}_grade == "pro"', f'need.{line.id}_grade != "basic"', "need.audited", "need.two_sites")
    )
    if random.random() < 0.5:
        (barred,) = _some(random, other, 1)
        return f'implies({asked}, not selected("{barred}"))', f"{barred} is not made for this."
    able = _some(random, other, random.randint(2, 4))
    return (
        f"implies({asked} and need.{other.id}_seats > 0, {_any(able)})",
        "What the customer asks for comes with one of these.",
    )


def _numeric(random: Random, line: Line, other: Line) -> Text:
    subject = random.choice((*line.editions, *line.options)).id
    name = other.id
    return random.choice(
        (
            (
                f'implies(selected("{subject}"), quantity("{name}_size") >= {random.randint(1, 3)})',
                f"{subject} keeps going when one of these is away.",
            ),
            (
                f'implies(selected("{subject}"), {_seats(name)} <= {random.choice((80, 160, 320))})',
                f"{subject} is made for so many seats.",
            ),
            (
                f'quantity("{subject}") <= quantity("{line.id}_size")',
                f"Each {subject} runs on a server of its own.",
            ),
            (
                f'implies(selected("{subject}"), provided("{line.id}_room") >= consumed("{line.id}_room") * 1.1)',
                f"{subject} needs a tenth of the room in reserve.",
            ),
            (
                f'kinds("{line.id}_option") + kinds("{name}_option") <= {random.randint(5, 9)}',
                "So many options at once were tested.",
            ),
        )
    )


def _seats(line: str) -> str:
    return f'total("{line}_seats", "{line}_pack")'


def _some(random: Random, line: Line, count: int) -> list[str]:
    """Different components of a line, seldom its sizes and packs, as people write rules."""
    pool: tuple[Component, ...] = (*line.options, *line.editions)
    if random.random() < 0.15:
        pool = line.components
    return [one.id for one in random.sample(pool, min(count, len(pool)))]


def _any(components: Sequence[str]) -> str:
    shown = " or ".join(f'selected("{one}")' for one in sorted(set(components)))
    return f"({shown})" if len(components) > 1 else shown
