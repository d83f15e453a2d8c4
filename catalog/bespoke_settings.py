"""What a price book says of bespoke work: day rates by role and delivery centre, risk classes, the hours of a day."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from bidwright.catalog.document import Entry
from bidwright.catalog.draft import Draft
from bidwright.catalog.figures import number, numbers
from bidwright.catalog.model import DEFAULT_HOURS_PER_DAY, DayRates, PriceBook, RiskClasses

_GENERAL = "default"
"""Stands for the general rate of a role among its rates by delivery centre."""


def read_day_rates(draft: Draft, whole: Entry, parent: PriceBook | None) -> Mapping[str, DayRates]:
    """Day rates by role; a fault for each delivery centre that does not exist.

    Args:
        draft: Knows the delivery centres, and takes the faults.
        whole: The settings, sound.
        parent: The price book that is inherited; its rates hold where the settings state none.
    """
    stated = whole.value.get("bespoke_rates")
    if stated is None and parent is not None:
        return parent.bespoke_rates
    return {role: _day_rates(draft, whole, role) for role in sorted(stated or {})}


def _day_rates(draft: Draft, whole: Entry, role: str) -> DayRates:
    stated = whole.value["bespoke_rates"][role]
    if not isinstance(stated, Mapping):
        return DayRates(general=number(stated))
    by_centre = numbers(stated)
    general = by_centre.pop(_GENERAL, None)
    for centre in by_centre:
        draft.ids.check("delivery centre", centre, whole.where("bespoke_rates", role, centre))
    return DayRates(general=general, by_centre=by_centre)


def read_risk_classes(draft: Draft, whole: Entry, parent: PriceBook | None) -> RiskClasses | None:
    """Contingencies by risk class; None where a price book has none. A fault where the default is no class."""
    stated = whole.value.get("bespoke_risk")
    if stated is None:
        return parent.risk_classes if parent is not None else None
    classes = RiskClasses(default=stated["default"], percents=numbers(stated["classes"]))
    if classes.default not in classes.percents:
        known = ", ".join(classes.percents)
        what = f"the default {classes.default!r} is not one of the risk classes"
        draft.faults.add(whole.where("bespoke_risk", "default"), what, f"Use one of: {known}.")
    return classes


def read_hours_per_day(whole: Entry, parent: PriceBook | None) -> Decimal:
    """The hours that a day of bespoke work counts as."""
    if "hours_per_day" in whole.value:
        return number(whole.value["hours_per_day"])
    return DEFAULT_HOURS_PER_DAY if parent is None else parent.hours_per_day
