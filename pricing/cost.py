"""What a line costs us: assets and licences per unit, and labour at the rate of the chosen delivery centre."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from bidwright.catalog.centres import able_centres
from bidwright.catalog.model import Component, DeliveryCentre
from bidwright.catalog.price_charges import CHARGES, PERIOD_MONTHS, RECURRING, ChargeName
from bidwright.catalog.price_entry import PriceEntry
from bidwright.core.errors import Fault, InvalidInput
from bidwright.core.money import EXACT, rounded
from bidwright.pricing.entries import Entries
from bidwright.pricing.sale import Sale


class Labour:
    """Chooses the delivery centre of each component: the cheapest that can deliver it; of equal rates the first by id.

    Args:
        sale: Gives the centres, the market and the currency.
        regions: Where the work may be done.
        entries: The rows of all that is priced.
    """

    def __init__(self, sale: Sale, regions: frozenset[str], entries: Entries) -> None:
        self._sale = sale
        self._regions = regions
        self._entries = entries
        self._chosen: dict[tuple[str, tuple[str, ...]], DeliveryCentre | None] = {}

    def centre(self, component: Component) -> DeliveryCentre | None:
        """The centre that delivers the component; None where none can."""
        key = (component.competence, component.certifications)
        if key not in self._chosen:
            able = able_centres(
                component, self._sale.release.centres, currency=self._sale.market.currency, regions=self._regions
            )
            self._chosen[key] = min(able, key=lambda centre: (self._rate(centre, component), centre.id), default=None)
        return self._chosen[key]

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
            if self.centre(component) is None
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

    def cost(self, component: Component, entry: PriceEntry, units: Decimal) -> tuple[Decimal, str]:
        """Cost of a line, rounded once, and the centre whose rate it holds (empty where no labour is costed).

        ``check`` has passed for the component.

        Args:
            component: What the line is for.
            entry: Its row.
            units: What the row is priced by: units of the component, or units metered.
        """
        book = self._sale.book
        times = book.hours_per_month if entry.charge == "hourly" else Decimal(1)
        unit_cost, centre_id = EXACT.multiply(entry.unit_cost, times), ""
        hours = self._hours(component, entry.charge)
        centre = self.centre(component)
        if hours and centre is not None:
            unit_cost = EXACT.add(unit_cost, EXACT.multiply(hours, self._rate(centre, component)))
            centre_id = centre.id
        return rounded(EXACT.multiply(unit_cost, units), book.currency, book.rounding), centre_id

    def _hours(self, component: Component, charge: ChargeName) -> Decimal:
        """Hours of work that a line holds for each unit; those of the months count in the first recurring line."""
        if charge == "one_time":
            return component.one_time_hours
        first = next((one for one in RECURRING if (component.id, one) in self._entries), None)
        if charge != first:
            return Decimal(0)
        return EXACT.multiply(component.monthly_hours, Decimal(PERIOD_MONTHS[charge]))

    def _rate(self, centre: DeliveryCentre, component: Component) -> Decimal:
        date = self._sale.agreement.price_date
        return centre.rate(component.competence, self._sale.market.currency, date)
