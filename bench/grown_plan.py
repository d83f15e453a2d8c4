"""What the shipped portfolio is grown by: lines of business, and configurations that meet every rule.

A line has four families: sizes provide room, an edition and its options take of it, packs serve seats. Housing and
switching provide what the sizes of all lines share. Everything is drawn from a seed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from bidwright.catalog.model import Component, Texts

LINE_IDS = (
    *("analytics", "archive", "assistant", "billing", "broker", "building", "catalogue", "collaboration", "container"),
    *("contact", "desktop", "document", "edge", "forms", "gateway", "gaming", "integration", "inventory", "laboratory"),
    *("learning", "mapping", "messaging", "meeting", "mobile", "observability", "payment", "print", "queueing"),
    *("registry", "rendering", "reporting", "search", "sensor", "shop", "simulation", "streaming", "survey"),
    *("telephony", "ticketing", "translation", "vehicle", "video", "voice", "warehouse", "wireless", "workflow"),
)
COMPONENTS_PER_LINE = 34
GRADES = ("basic", "plus", "pro")
SHARED = {"housing": "rack_units", "switching": "ports"}
"""Family -> the resource that it provides for all lines."""

BASE_ITEMS = {
    "backup.daily_14_100": 1,
    "cache.valkey_small": 1,
    "compute.small": 2,
    "database.postgresql_small": 1,
    "dns.zone": 1,
    "load_balancer.haproxy_small": 1,
    "monitoring.basic": 2,
    "network.internet_100": 1,
    "os.debian_12": 2,
    "security.disk_encryption": 2,
    "service_level.high": 1,
    "storage.ssd_25": 3,
    "support.extended_hours": 1,
    "tls.dv_certificate": 1,
    "web.nginx_site": 1,
}
"""The shipped part of every reference: what the offering's own needs ask for by their defaults."""

Family = tuple[Component, ...]


@dataclass(frozen=True)
class Line:
    """One line of business; each family ascends by what its members do and cost."""

    id: str
    sizes: Family
    editions: Family
    options: Family
    packs: Family

    @property
    def components(self) -> Family:
        """All of them."""
        return (*self.sizes, *self.editions, *self.options, *self.packs)

    def grade_of(self, edition: Component) -> str:
        """The grade that an edition has: each a third of them."""
        return GRADES[self.editions.index(edition) * len(GRADES) // len(self.editions)]


@dataclass(frozen=True)
class Reference:
    """A configuration with the answers it was drawn for."""

    answers: Mapping[str, bool | int | str]
    items: Mapping[str, int]


def seeded(seed: str) -> Random:
    """A source of the same draws for the same seed."""
    return Random(seed)  # noqa: S311 (nothing here is secret)


def draw_lines(random: Random, count: int) -> tuple[Line, ...]:
    """Lines of varied size with so many components in all."""
    number = max(1, min(len(LINE_IDS), round(count / COMPONENTS_PER_LINE)))
    left, lines = count, []
    for index, line in enumerate(LINE_IDS[:number]):
        average = left / (number - index)
        share = left if index == number - 1 else max(9, round(average * random.uniform(0.6, 1.4)))
        left -= share
        lines.append(_line(random, line, share))
    return tuple(lines)


def shared_families() -> dict[str, Family]:
    """What provides the resources that lines share."""
    return {
        family: tuple(
            component(f"{family}.unit_{number}", most=12, provides={resource: provided})
            for number, provided in enumerate((12, 24, 42, 84), 1)
        )
        for family, resource in SHARED.items()
    }


def _line(random: Random, line: str, count: int) -> Line:
    sizes, editions, packs = (max(2, round(count * share)) for share in (0.15, 0.2, 0.15))
    room, seats = f"{line}_room", f"{line}_seats"
    return Line(
        line,
        tuple(
            component(
                f"{line}_size.s{n}",
                most=random.choice((8, 12, 20)),
                provides={room: round(20 * 1.7**n) + random.randrange(4)},
                consumes={"rack_units": 1 + n // 2, "ports": random.randint(1, 3)},
            )
            for n in range(1, sizes + 1)
        ),
        tuple(
            component(f"{line}_edition.e{n}", consumes={room: 4 + 2 * n + random.randrange(4)}, quality=4 * n)
            for n in range(1, editions + 1)
        ),
        tuple(
            component(
                f"{line}_option.o{n}",
                most=random.choice((1, 1, 1, 10)),
                consumes={room: random.randint(1, 8)} if random.random() < 0.6 else {},
                quality=random.randint(1, 12),
            )
            for n in range(1, count - sizes - editions - packs + 1)
        ),
        tuple(
            component(
                f"{line}_pack.p{n}",
                most=random.choice((20, 40)),
                attributes={seats: 5 * 2**n},
                consumes={room: round(1.5 * 1.9**n)},
            )
            for n in range(1, packs + 1)
        ),
    )


def component(component_id: str, *, most: int = 1, quality: int = 0, **figures: Mapping[str, int]) -> Component:
    """A component of the grown part; ``figures`` are its attributes, and what it provides and consumes."""
    exact = {what: {name: Decimal(value) for name, value in named.items()} for what, named in figures.items()}
    family, _, name = component_id.partition(".")
    return Component(
        id=component_id,
        family=family,
        name=f"{family.replace('_', ' ').capitalize()} {name}",
        max_quantity=most,
        competence="application",
        unit="application_services",
        attributes=exact.get("attributes", {}) | ({"quality": Decimal(quality)} if quality else {}),
        provides=exact.get("provides", {}),
        consumes=exact.get("consumes", {}),
        texts=Texts(service_specification="", statement_of_work="", delivery_description=""),
    )


def draw_reference(random: Random, lines: tuple[Line, ...], shared: Mapping[str, Family]) -> Reference:
    """A configuration that keeps every balance and serves the seats it was drawn for."""
    answers: dict[str, bool | int | str] = {"audited": random.random() < 0.5, "two_sites": random.random() < 0.5}
    items: dict[str, int] = {}
    for line in lines:
        seats = 0 if random.random() < 0.15 else random.randint(10, 300)
        part = _line_choice(random, line, seats) if seats else {}
        grade = next((line.grade_of(edition) for edition in line.editions if edition.id in part), GRADES[0])
        answers |= {f"{line.id}_seats": seats, f"{line.id}_grade": grade}
        items |= part
    known = [one for line in lines for one in line.components]
    for family, resource in SHARED.items():
        items |= _enough(random, shared[family], resource, max(1, _consumed(known, items, resource)))
    return Reference(answers, items | BASE_ITEMS)


def _line_choice(random: Random, line: Line, seats: int) -> dict[str, int]:
    packs = _enough(random, line.packs, f"{line.id}_seats", seats)
    options = random.sample(line.options, min(len(line.options), random.randint(0, 3)))
    found = {**packs, random.choice(line.editions).id: 1, **{option.id: 1 for option in options}}
    room = f"{line.id}_room"
    return {**found, **_enough(random, line.sizes, room, _consumed(line.components, found, room))}


def _consumed(known: Iterable[Component], items: Mapping[str, int], resource: str) -> int:
    return sum(int(one.consumes.get(resource, 0)) * items.get(one.id, 0) for one in known)


def _enough(random: Random, family: Family, figure: str, wanted: int) -> dict[str, int]:
    """Units of one component that bring as much as wanted."""
    brought = {one.id: int(one.provides.get(figure) or one.attributes[figure]) for one in family}
    able = [one for one in family if brought[one.id] * one.max_quantity >= wanted]
    one = random.choice(able or family[-1:])
    return {one.id: -(-wanted // brought[one.id])}
