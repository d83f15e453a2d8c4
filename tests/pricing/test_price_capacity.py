"""Work is done where it is cheapest, as far as the delivery centres have the hours."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import product
from random import Random

import pytest
from google.type.date_pb2 import Date
from small_release import small_release

from bidwright.catalog.model import Component, DeliveryCentre, Release
from bidwright.core.errors import InvalidInput
from bidwright.pricing.price import price
from bidwright.v1.configuration_pb2 import (
    CHARGE_MONTHLY,
    CHARGE_ONE_TIME,
    CHARGE_QUARTERLY,
    CommercialTerms,
    Configuration,
    ConfigurationItem,
    NeedAnswer,
)
from bidwright.v1.price_pb2 import PRICE_LINE_KIND_PACKAGE, Price, PriceLine

TODAY = dt.date(2026, 11, 22)
TERMS = CommercialTerms(term_months=12)
D = Decimal


def centre(id_: str, hours: str, rates: dict[str, str], certifications: tuple[str, ...] = ()) -> DeliveryCentre:
    return DeliveryCentre(
        id=id_,
        title=id_.title(),
        country="CZ",
        region="EU",
        certifications=certifications,
        capacity_hours=D(hours),
        rates={competence: {"EUR": D(rate)} for competence, rate in rates.items()},
    )


def release_with(centres: list[DeliveryCentre], components: dict[str, Component]) -> Release:
    release = small_release()
    return replace(
        release,
        centres={one.id: one for one in sorted(centres, key=lambda one: one.id)},
        components={**release.components, **components},
        digest=str(hash((repr(centres), repr(components)))),
    )


def taking(id_: str, once: str, monthly: str, competence: str = "unix", certified: bool = False) -> Component:  # noqa: FBT001, FBT002
    return replace(
        small_release().components[id_],
        one_time_hours=D(once),
        monthly_hours=D(monthly),
        competence=competence,
        certifications=("pci_dss",) if certified else (),
    )


def priced(release: Release, items: dict[str, int], terms: CommercialTerms = TERMS) -> Price:
    configuration = Configuration(
        release=release.name,
        offering="business_application",
        market="DE",
        needs=[NeedAnswer(name="data_residency", text="any")],
        items=[ConfigurationItem(component=component, quantity=quantity) for component, quantity in items.items()],
    )
    return price(release, configuration, terms, TODAY)


def cost_of(line: PriceLine) -> Decimal:
    return D(line.cost.units) + D(line.cost.nanos).scaleb(-9)


def shares_of(line: PriceLine) -> list[tuple[str, str, str]]:
    return [(share.delivery_centre, share.hours.value, share.rate.value) for share in line.labour]


TWO = [centre("brno", "100", {"unix": "38"}), centre("leeds", "50", {"unix": "45.50", "database": "40"})]


def test_hours_beyond_the_cheapest_centre_are_done_at_the_next() -> None:
    release = release_with(TWO, {"compute.small": taking("compute.small", "0.5", "6")})
    once, monthly = priced(release, {"compute.small": 20}).lines
    # before the start 20 x 0.5 = 10 hours: Brno has them; cost 20 x 10.00 + 10 x 38
    assert (once.charge, once.delivery_centre, shares_of(once)) == (CHARGE_ONE_TIME, "brno", [])
    assert cost_of(once) == D("580.00")
    # a month 120 hours: 100 in Brno and 20 in Leeds; cost 20 x 12.00 + 100 x 38 + 20 x 45.50
    assert (monthly.charge, monthly.delivery_centre) == (CHARGE_MONTHLY, "brno")
    assert shares_of(monthly) == [("brno", "100", "38"), ("leeds", "20", "45.5")]
    assert cost_of(monthly) == D("4950.00")


def test_work_that_only_one_centre_can_do_comes_before_work_that_another_can_do_at_little_more() -> None:
    """Both are cheapest in Leeds; database work can only be done there."""
    centres = [centre("brno", "100", {"unix": "41"}), centre("leeds", "50", {"unix": "40", "database": "40"})]
    components = {
        "compute.small": taking("compute.small", "0", "4"),
        "database.postgresql_ha": taking("database.postgresql_ha", "0", "45", competence="database"),
    }
    found = priced(release_with(centres, components), {"compute.small": 10, "database.postgresql_ha": 1})
    lines = {line.subject: line for line in found.lines if line.charge == CHARGE_MONTHLY}
    assert lines["database.postgresql_ha"].delivery_centre == "leeds"
    # of 40 hours, Leeds has 5 left; most are done in Brno
    assert lines["compute.small"].delivery_centre == "brno"
    assert shares_of(lines["compute.small"]) == [("leeds", "5", "40"), ("brno", "35", "41")]


def test_the_hours_of_the_cheapest_centre_go_to_components_by_id() -> None:
    components = {id_: taking(id_, "0", "60") for id_ in ("compute.large", "compute.small")}
    found = priced(release_with(TWO, components), {"compute.small": 1, "compute.large": 1})
    lines = {line.subject: line for line in found.lines if line.charge == CHARGE_MONTHLY}
    assert (lines["compute.large"].delivery_centre, shares_of(lines["compute.large"])) == ("brno", [])
    assert shares_of(lines["compute.small"]) == [("brno", "40", "38"), ("leeds", "20", "45.5")]


@pytest.mark.parametrize(
    ("hours", "when"),
    [
        (("8", "0"), "before the start"),
        (("0", "8"), "every month"),
    ],
)
def test_work_beyond_all_hours_is_refused_with_what_is_needed(hours: tuple[str, str], when: str) -> None:
    release = release_with(TWO, {"compute.small": taking("compute.small", *hours)})
    with pytest.raises(InvalidInput) as refused:
        priced(release, {"compute.small": 20})
    assert refused.value.reason == "CAPACITY_EXCEEDED"
    assert refused.value.message == (
        f"The work {when} that only Brno, Leeds can do takes 160 hours; there are 150 a month."
    )
    assert priced(release, {"compute.small": 18}).lines  # 144 hours


def test_a_quarterly_line_holds_three_months_of_the_work_of_each_centre() -> None:
    """The hours of one month count against those of the centres: 120 of 150."""
    release = release_with(TWO, {"compute.small": taking("compute.small", "0", "6")})
    book = release.price_books["DE"]
    entries = dict(book.entries)
    (row,) = entries.pop(("compute.small", "monthly"))
    entries["compute.small", "quarterly"] = (replace(row, charge="quarterly"),)
    release = replace(release, price_books={**release.price_books, "DE": replace(book, entries=entries)})
    (line,) = [line for line in priced(release, {"compute.small": 20}).lines if line.charge == CHARGE_QUARTERLY]
    assert shares_of(line) == [("brno", "300", "38"), ("leeds", "60", "45.5")]
    assert cost_of(line) == D("14370.00")  # 20 x 12.00 + 300 x 38 + 60 x 45.50


def test_the_rate_is_that_of_the_price_date() -> None:
    later = {"unix": {"EUR": ((dt.date(2027, 1, 1), D("50")), (dt.date(2028, 1, 1), D("20")))}}
    release = release_with(
        [replace(TWO[0], later_rates=later), TWO[1]], {"compute.small": taking("compute.small", "0", "1")}
    )
    for day, chosen, cost in (
        (Date(year=2026, month=12, day=31), "brno", "50.00"),  # 12.00 + 38
        (Date(year=2027, month=1, day=1), "leeds", "57.50"),  # Brno's 50 is more than 45.50
        (Date(year=2028, month=6, day=1), "brno", "32.00"),
    ):
        terms = CommercialTerms(term_months=12, price_date=day)
        line = priced(release, {"compute.small": 1}, terms).lines[1]
        assert (line.delivery_centre, cost_of(line)) == (chosen, D(cost))


IDS = ("compute.large", "compute.small", "web.nginx_site")


def splits(hours: int, centres: int) -> Iterator[tuple[int, ...]]:
    """All ways to give whole hours to so many centres."""
    if centres == 1:
        yield (hours,)
        return
    for first in range(hours + 1):
        for rest in splits(hours - first, centres - 1):
            yield first, *rest


def cheapest_split(
    release: Release, hours: dict[tuple[str, bool], int]
) -> dict[tuple[str, bool], dict[str, int]] | None:
    """Of all ways to split whole hours of kinds of work, the cheapest; of equals the first kind at the first centres.

    Kinds are ordered as their ids are: competence, and whether the certification is needed.
    """
    kinds = sorted(kind for kind, asked in hours.items() if asked)
    able = {
        kind: [c for c in release.centres.values() if kind[0] in c.rates and (not kind[1] or c.certifications)]
        for kind in kinds
    }
    best = None
    for chosen in product(*(list(splits(hours[kind], len(able[kind]))) for kind in kinds)):
        loads = dict.fromkeys(release.centres, 0)
        cost = Fraction(0)
        for kind, given in zip(kinds, chosen, strict=True):
            for one, own in zip(able[kind], given, strict=True):
                loads[one.id] += own
                cost += own * Fraction(one.rates[kind[0]]["EUR"])
        if any(load > release.centres[id_].capacity_hours for id_, load in loads.items()):
            continue
        key = (cost, [-own for given in chosen for own in given])
        if best is None or key < best[0]:
            best = key, chosen
    if best is None:
        return None
    return {
        kind: {one.id: own for one, own in zip(able[kind], given, strict=True) if own}
        for kind, given in zip(kinds, best[1], strict=True)
    }


def random_release(random: Random) -> Release:
    centres = [
        centre(
            id_,
            str(random.randint(0, 4)),
            {competence: str(random.randint(20, 23)) for competence in ("unix", "database") if random.random() < 0.8},
            ("pci_dss",) if random.random() < 0.6 else (),
        )
        for id_ in ("a", "b", "c")
    ]
    # somebody can do everything
    centres.append(centre("d", str(random.randint(1, 5)), {"unix": "24", "database": "21"}, ("pci_dss",)))
    components = {
        id_: taking(
            id_,
            str(random.randint(0, 2)),
            str(random.randint(0, 2)),
            random.choice(["unix", "database"]),
            random.random() < 0.4,
        )
        for id_ in IDS
    }
    return release_with(centres, components)


def test_the_split_is_that_of_trying_all_of_them() -> None:
    random = Random(3)  # noqa: S311  # test data, not a secret
    refused = shared = 0
    for _ in range(100):
        release = random_release(random)
        items = {id_: random.randint(1, 2) for id_ in IDS}
        expected = [_expected(release, items, work) for work in ("one_time_hours", "monthly_hours")]
        if None in expected:
            with pytest.raises(InvalidInput, match="a month"):
                priced(release, items)
            refused += 1
            continue
        for line in priced(release, items).lines:
            if line.kind == PRICE_LINE_KIND_PACKAGE:
                continue
            split = expected[line.charge == CHARGE_MONTHLY]
            assert split is not None
            own = split[line.subject]
            shared += len(own) > 1
            told = {share.delivery_centre: Fraction(share.hours.value) for share in line.labour}
            assert told == (own if len(own) > 1 else {})
            assert line.delivery_centre == max(own, key=lambda id_: own[id_], default="")
            assert Fraction(cost_of(line)) == _labour(release, line.subject, own) + _unit_cost(line)
    assert refused > 10
    assert shared > 10


def _expected(release: Release, items: dict[str, int], work: str) -> dict[str, dict[str, int]] | None:
    """Component -> centre -> hours, cheapest first: hours of a kind are dealt to its components by id."""
    asked = {id_: int(getattr(release.components[id_], work)) * units for id_, units in items.items()}
    kind_of = {id_: (release.components[id_].competence, bool(release.components[id_].certifications)) for id_ in items}
    hours: dict[tuple[str, bool], int] = {}
    for id_, own in asked.items():
        hours[kind_of[id_]] = hours.get(kind_of[id_], 0) + own
    split = cheapest_split(release, hours)
    if split is None:
        return None
    found: dict[str, dict[str, int]] = {}
    for id_ in sorted(items):
        found[id_] = {}
        given = split.get(kind_of[id_], {})
        for one in sorted(given, key=lambda c: (release.centres[c].rates[kind_of[id_][0]]["EUR"], c)):
            own = min(asked[id_], given[one])
            given[one] -= own
            asked[id_] -= own
            if own:
                found[id_][one] = own
    return found


def _labour(release: Release, component: str, own: dict[str, int]) -> Fraction:
    competence = release.components[component].competence
    return sum((hours * Fraction(release.centres[c].rates[competence]["EUR"]) for c, hours in own.items()), Fraction(0))


def _unit_cost(line: PriceLine) -> int:
    costs = {
        ("compute.large", CHARGE_ONE_TIME): 10,
        ("compute.large", CHARGE_MONTHLY): 48,
        ("compute.small", CHARGE_ONE_TIME): 10,
        ("compute.small", CHARGE_MONTHLY): 12,
        ("web.nginx_site", CHARGE_ONE_TIME): 5,
        ("web.nginx_site", CHARGE_MONTHLY): 2,
    }
    return costs[line.subject, line.charge] * line.quantity
