"""What free months take off the amounts with which the configurator optimizes, and which terms it cannot do."""

from __future__ import annotations

from bidwright.catalog.price_charges import PERIOD_MONTHS, RECURRING, ChargeName
from bidwright.core.amount_table import AmountTable, Columns, begun
from bidwright.core.errors import InvalidInput
from bidwright.pricing.changes import Changes
from bidwright.pricing.entries import Entries
from bidwright.pricing.sale import Sale
from bidwright.v1.configuration_pb2 import CommercialTerms

FIRST_YEAR = 12


def check_configurable(sale: Sale, terms: CommercialTerms) -> None:
    """Refuse terms under which a price is no sum of functions of single quantities.

    Raises:
        InvalidInput: ``RAMP_NOT_CONFIGURED``, ``DISCOUNT_NOT_CONFIGURED``.
    """
    if terms.ramp:
        raise InvalidInput(
            "A ramp says how a contract grows to a configuration, so there must be one first",
            fix="Configure without the ramp, then price or quote what was found with it.",
            reason="RAMP_NOT_CONFIGURED",
        )
    free = [promotion.id for promotion in sale.promotions if promotion.free_months]
    if sale.agreement.monthly_discount and (sale.agreement.free_months or free):
        why = "the terms have free months" if sale.agreement.free_months else f"promotions have: {', '.join(free)}"
        raise InvalidInput(
            f"A monthly discount in money is shared out to lines that begin at different times, as {why}",
            fix="Configure without the monthly discount, then price or quote what was found with it.",
            reason="DISCOUNT_NOT_CONFIGURED",
        )


def spared(table: AmountTable, entries: Entries, changes: Changes, months: int) -> Columns:
    """What components do not cost in so many months, beyond the free months that all have; only those with any.

    Args:
        table: Their nets. Percentages of others are not looked at: they have free months of their own.
        entries: Their rows.
        changes: Say which promotions make more months free, and from which quantity on.
        months: The first months of the term.
    """
    columns: dict[ChargeName, Columns] = {
        "monthly": table.monthly,
        "hourly": table.hourly,
        "quarterly": table.quarterly,
        "yearly": table.yearly,
    }
    found: dict[str, tuple[int, ...]] = {}
    for (component, charge), entry in entries.items():
        if charge not in RECURRING or not changes.promises_free_months(component):
            continue
        period, nets = PERIOD_MONTHS[charge], columns[charge][component]
        usual = begun(months, period, table.free_months)
        free = [usual - begun(months, period, changes.free_months(entry, units)) for units in range(len(nets))]
        more = [times * net for times, net in zip(free, nets, strict=True)]
        before = found.get(component, (0,) * len(nets))
        found[component] = tuple(one + other for one, other in zip(before, more, strict=True))
    return {component: column for component, column in found.items() if any(column)}
