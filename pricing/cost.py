"""What a line costs us: assets and licences per unit, and labour at the rates of the delivery centres that do it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from bidwright.catalog.model import Component
from bidwright.catalog.price_charges import CHARGES, PERIOD_MONTHS, ChargeName
from bidwright.catalog.price_entry import PriceEntry
from bidwright.catalog.rule_language import WorkSource
from bidwright.catalog.work import WORK_TIMES, Hours, Workplace, capacities, hours_of
from bidwright.core.errors import Fault, InvalidInput
from bidwright.core.money import EXACT, add, multiply, plain, rounded
from bidwright.core.transport import Shares, Shortage, Work, cheapest_shares
from bidwright.pricing.entries import Entries
from bidwright.pricing.sale import Sale


class LabourShare(NamedTuple):
    """Work of a line at one delivery centre: hours each time the line falls due, and what an hour costs."""

    centre: str
    hours: Decimal
    rate: Decimal


LineCost = tuple[Decimal, str, tuple[LabourShare, ...]]
"""What a line costs, rounded; the delivery centre that does most of the work, empty where no labour is costed; and the
work of each centre, cheapest first, where that is more than one."""


class Labour:
    """Chooses the delivery centres: the cheapest that can deliver, as long as they have the hours; then the next.

    Of equal rates, the first by id is taken.

    Args:
        sale: Gives the centres, the market and the currency.
        regions: Where the work may be done.
        entries: The rows of all that is priced.
    """

    def __init__(self, sale: Sale, regions: frozenset[str], entries: Entries) -> None:
        self._sale = sale
        self._regions = regions
        self._entries = entries
        self._place = Workplace(sale.release.digest, sale.market.currency, regions, sale.release)
        self._first: dict[str, ChargeName] = {}
        for id_, charge in entries:  # of a component in the order of charges
            if charge in PERIOD_MONTHS:
                self._first.setdefault(id_, charge)
        self._chosen: dict[str, str | None] = {}
        self._rates: dict[tuple[str, str], Decimal] = {}
        self._split: dict[tuple[str, WorkSource], list[tuple[str, Decimal]]] = {}

    def centre(self, skills: str) -> str | None:
        """The cheapest centre for work that asks for skills; None where nobody can do it."""
        if skills not in self._chosen:
            able = self._place.able(skills)
            self._chosen[skills] = min(able, key=lambda centre: (self._rate(centre, skills), centre), default=None)
        return self._chosen[skills]

    @property
    def shared_out(self) -> frozenset[str]:
        """Components whose work is not simply all done at the cheapest centre."""
        return frozenset(id_ for id_, _ in self._split)

    def share_out(self, quantities: Mapping[str, int]) -> None:
        """Share out the work of a whole configuration, where the cheapest centres lack the hours for it.

        Raises:
            InvalidInput: ``CAPACITY_EXCEEDED``: together the centres lack them.
        """
        for source in WORK_TIMES:
            hours = hours_of(self._sale.release, quantities, source)
            if not self.fits_cheapest(hours):
                self._deal(source, quantities, self._shares(source, hours))

    def rates(self, skills: str) -> Mapping[str, Decimal]:
        """What an hour costs at each centre that can do work that asks for skills, by id."""
        return {centre: self._rate(centre, skills) for centre in self._place.able(skills)}

    def fits_cheapest(self, hours: Hours) -> bool:
        """Whether the cheapest centre of all work has the hours for it."""
        loads: dict[str, Decimal] = {}
        for skills, asked in hours.items():
            centre = self.centre(skills)
            if centre is not None:
                loads[centre] = add(loads.get(centre, Decimal(0)), asked)
        return all(load <= self._sale.release.centres[centre].capacity_hours for centre, load in loads.items())

    def _shares(self, source: WorkSource, hours: Hours) -> Shares:
        able = {skills: self._place.able(skills) for skills in hours}
        work = {
            skills: Work(Fraction(hours[skills]), {one: Fraction(self._rate(one, skills)) for one in ids})
            for skills, ids in able.items()
            if ids
        }
        found = cheapest_shares(work, capacities(self._place, (centre for ids in able.values() for centre in ids)))
        if isinstance(found, Shortage):
            raise _exceeded(self._place, found, WORK_TIMES[source])
        return found

    def _deal(self, source: WorkSource, quantities: Mapping[str, int], shares: Shares) -> None:
        """Deal the hours of each kind of work to its components by id, those of the cheapest centre first."""
        left = {
            skills: sorted(
                ((self._rate(centre, skills), centre, hours) for centre, hours in given.items()), reverse=True
            )
            for skills, given in shares.items()
        }
        for id_, units in sorted(quantities.items()):
            component = self._sale.release.components[id_]
            asked = Fraction(component.figures(source).get(component.skills, Decimal(0))) * units
            dealt = self._split.setdefault((id_, source), [])
            while asked and component.skills in left:
                rate, centre, hours = left[component.skills].pop()
                taken = min(asked, hours)
                dealt.append((centre, EXACT.divide(Decimal(taken.numerator), Decimal(taken.denominator))))
                asked -= taken
                if hours > taken:
                    left[component.skills].append((rate, centre, hours - taken))

    def check(self, components: Iterable[Component]) -> None:
        """Refuse components whose lines hold work that nobody may do.

        Raises:
            InvalidInput: ``NO_DELIVERY_CENTRE``, with every such component.
        """
        regions = ", ".join(sorted(self._regions)) or "none"
        faults = [
            Fault(
                component.id,
                f"no delivery centre in the regions allowed ({regions}) has competence {component.competence}, "
                f"a rate in {self._sale.market.currency} and the certifications it needs",
                "Widen the residency, choose another market, or leave the component out.",
            )
            for component in components
            if self.centre(component.skills) is None
            and any(self._hours(component, charge) for charge in CHARGES if (component.id, charge) in self._entries)
        ]
        if faults:
            raise InvalidInput(
                "; ".join(f"{fault.where}: {fault.what}" for fault in faults),
                fix=faults[0].fix,
                reason="NO_DELIVERY_CENTRE",
                facts={"component": faults[0].where, "market": self._sale.market.id},
                faults=faults,
            )

    def cost(self, component: Component, entry: PriceEntry, units: Decimal) -> LineCost:
        """Cost of a line, rounded once.

        ``check`` has passed for the component. Where work is not shared out, the cheapest centre does all of it.

        Args:
            component: What the line is for.
            entry: Its row.
            units: What the row is priced by: units of the component, or units metered.
        """
        book = self._sale.book
        cost = multiply(entry.unit_cost, units)
        if entry.charge == "hourly":
            cost = multiply(cost, book.hours_per_month)
        hours, centre = self._hours(component, entry.charge), ""
        shares = self._shares_of(component, entry.charge) if hours and self._split else ()
        if shares:
            centre = max(shares, key=lambda share: share.hours).centre
            for share in shares:
                cost = add(cost, multiply(share.hours, share.rate))
        elif hours and (cheapest := self.centre(component.skills)) is not None:
            centre = cheapest
            cost = add(cost, multiply(multiply(hours, units), self._rate(centre, component.skills)))
        cost = rounded(cost, book.currency, book.rounding)
        return cost, centre, shares if len(shares) > 1 else ()

    def _shares_of(self, component: Component, charge: ChargeName) -> tuple[LabourShare, ...]:
        """Who does the work of a line, where it was shared out."""
        source: WorkSource = "one_time_hours" if charge == "one_time" else "monthly_hours"
        dealt = self._split.get((component.id, source), ())
        times = Decimal(PERIOD_MONTHS.get(charge, 1))
        return tuple(
            LabourShare(centre, multiply(own, times), self._rate(centre, component.skills)) for centre, own in dealt
        )

    def _hours(self, component: Component, charge: ChargeName) -> Decimal:
        """Hours of work that a line holds for each unit; those of the months count in the first recurring line."""
        if charge == "one_time":
            return component.one_time_hours
        if charge != self._first.get(component.id):
            return Decimal(0)
        months = PERIOD_MONTHS[charge]
        return component.monthly_hours if months == 1 else multiply(component.monthly_hours, Decimal(months))

    def _rate(self, centre: str, skills: str) -> Decimal:
        """What an hour costs on the price date."""
        key = (centre, skills)
        if key not in self._rates:
            date, currency = self._sale.agreement.price_date, self._sale.market.currency
            self._rates[key] = self._sale.release.centres[centre].rate(skills.partition("|")[0], currency, date)
        return self._rates[key]


def _exceeded(place: Workplace, short: Shortage, when: str) -> InvalidInput:
    centres = ", ".join(place.release.centres[id_].title for id_ in short.places)
    capacity, needed = (
        plain(EXACT.divide(Decimal(hours.numerator), Decimal(hours.denominator)))
        for hours in (short.capacity, short.needed)
    )
    return InvalidInput(
        f"The work {when} that only {centres} can do takes {needed} hours; there are {capacity} a month.",
        fix="Choose fewer units of what takes work, or allow other regions.",
        reason="CAPACITY_EXCEEDED",
        facts={"delivery_centres": "+".join(short.places), "needed": needed, "capacity": capacity},
    )
