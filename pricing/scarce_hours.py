"""Where the cheapest delivery centres may lack hours: what a search for least cost has to know of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from bidwright.catalog.figures import places_of
from bidwright.catalog.model import Component, Offering
from bidwright.catalog.price_charges import PERIOD_MONTHS, RECURRING, ChargeName
from bidwright.catalog.rule_language import WorkSource
from bidwright.catalog.work import WORK_TIMES, Hours, most_hours
from bidwright.core.amount_table import MovableWork, SharedHours, begun
from bidwright.core.money import MINOR_UNITS
from bidwright.pricing.cost import Labour
from bidwright.pricing.entries import Entries
from bidwright.pricing.sale import Sale


@dataclass(frozen=True, kw_only=True)
class Costing:
    """What work of an offering costs under some terms.

    Attributes:
        offering: What limits the units.
        labour: Knows who can do what, and what it costs.
        entries: The rows of all components.
    """

    sale: Sale
    offering: Offering
    labour: Labour
    entries: Entries

    def scarce_hours(self) -> Iterator[SharedHours]:
        """The hours that configurations can ask for beyond those of the cheapest centres."""
        for source in WORK_TIMES:
            most = most_hours(self.sale.release, self.offering, source)
            if not self.labour.fits_cheapest(most):
                yield self._shared(source, most)

    def _shared(self, source: WorkSource, most: Hours) -> SharedHours:
        rates = {skills: self.labour.rates(skills) for skills in most}
        kinds: dict[tuple[str, int], list[Component]] = {}
        for component in self.sale.release.components.values():
            if component.family in self.offering.slots and component.figures(source) and rates[component.skills]:
                # Lines of the same work may fall due differently often.
                kinds.setdefault((component.skills, self._months(component, source)), []).append(component)
        hours = {one.id: one.figures(source)[one.skills] for members in kinds.values() for one in members}
        centres = {c: self.sale.release.centres[c].capacity_hours for skills, _ in kinds for c in rates[skills]}
        places = max(map(places_of, [*hours.values(), *centres.values()]))
        minor = Fraction(10) ** (MINOR_UNITS[self.sale.book.currency] - places)
        work = [
            MovableWork(
                hours={one.id: int(hours[one.id].scaleb(places)) for one in members},
                dearer={
                    c: Fraction(rate - min(rates[skills].values())) * minor * months
                    for c, rate in rates[skills].items()
                },
                times={one.id: self._times(one, source) for one in members},
            )
            for (skills, months), members in sorted(kinds.items())
        ]
        capacities = {centre: int(capacity.scaleb(places)) for centre, capacity in sorted(centres.items())}
        return SharedHours(capacities=capacities, work=tuple(work))

    def _months(self, component: Component, source: WorkSource) -> int:
        """Months of work that the contract costs; what is done once counts as one."""
        first = self._first(component)
        if source == "one_time_hours" or first is None:
            return self._times(component, source)
        return self._times(component, source) * PERIOD_MONTHS[first]

    def _times(self, component: Component, source: WorkSource) -> int:
        """How often the line that holds the work falls due; never where there is none."""
        if source == "one_time_hours":
            return int((component.id, "one_time") in self.entries)
        first = self._first(component)
        return begun(self.sale.agreement.term_months, PERIOD_MONTHS[first]) if first is not None else 0

    def _first(self, component: Component) -> ChargeName | None:
        """The charge of the first recurring line, which holds the work of the months."""
        return next((charge for charge in RECURRING if (component.id, charge) in self.entries), None)
