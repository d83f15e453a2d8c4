"""What a line costs us: assets and licences per unit, and labour at the rate of the chosen delivery centre."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from bidwright.catalog.centres import able_centres
from bidwright.catalog.model import Component, DeliveryCentre
from bidwright.catalog.price_entry import ChargeName, PriceEntry
from bidwright.core.errors import Fault, InvalidInput
from bidwright.core.money import EXACT, rounded
from bidwright.pricing.entries import CHARGES, Entries
from bidwright.pricing.sale import Sale


def hours_of(component: Component, charge: ChargeName) -> Decimal:
    """Hours of work one unit takes, once or a month."""
    return component.one_time_hours if charge == "one_time" else component.monthly_hours


class Labour:
    """Chooses the delivery centre of each component: the cheapest that can deliver it; of equal rates the first by id.

    Args:
        sale: Gives the centres, the market and the currency.
        regions: Where the work may be done.
    """

    def __init__(self, sale: Sale, regions: frozenset[str]) -> None:
        self._sale = sale
        self._regions = regions
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

    def check(self, components: Iterable[Component], entries: Entries) -> None:
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
            and any(hours_of(component, charge) for charge in CHARGES if (component.id, charge) in entries)
        ]
        if faults:
            raise InvalidInput(
                "; ".join(f"{fault.where}: {fault.what}" for fault in faults),
                fix=faults[0].fix,
                reason="NO_DELIVERY_CENTRE",
                facts={"component": faults[0].where, "market": self._sale.market.id},
                faults=faults,
            )

    def cost(self, component: Component, entry: PriceEntry, quantity: int) -> tuple[Decimal, str]:
        """Cost of a line, rounded once, and the centre whose rate it holds (empty where no labour is costed).

        ``check`` has passed for the component.
        """
        unit_cost, centre_id = entry.unit_cost, ""
        hours = hours_of(component, entry.charge)
        centre = self.centre(component)
        if hours and centre is not None:
            unit_cost = EXACT.add(unit_cost, EXACT.multiply(hours, self._rate(centre, component)))
            centre_id = centre.id
        book = self._sale.book
        return rounded(EXACT.multiply(unit_cost, Decimal(quantity)), book.currency, book.rounding), centre_id

    def _rate(self, centre: DeliveryCentre, component: Component) -> Decimal:
        return centre.rates[component.competence][self._sale.market.currency]
