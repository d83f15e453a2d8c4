"""delivery_centres.yaml: where work is done; and whether every component can be delivered in every market."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from bidwright.catalog.document import Entry
from bidwright.catalog.draft import Draft
from bidwright.catalog.figures import day, known_currency, number, numbers
from bidwright.catalog.model import Answer, Component, DeliveryCentre, Market, Offering
from bidwright.core.money import MINOR_UNITS

_Later = tuple[tuple[dt.date, Decimal], ...]
_LaterRates = Mapping[str, Mapping[str, _Later]]

ANYWHERE = "any"
"""The answer to a residency need that leaves all regions of the market."""


def read_centres(draft: Draft) -> None:
    """Read all delivery centres; needs markets."""
    regions = draft.regions()
    document = draft.documents.get("delivery_centres.yaml")
    for entry in draft.declared(document, "centres", "delivery centre"):
        centre = entry.value
        for competence, rates in centre["rates"].items():
            for currency in rates:
                known_currency(currency, entry.where("rates", competence, currency), draft.faults)
        if regions and centre["region"] not in regions:
            what = f"no market is delivered from the region {centre['region']!r}"
            draft.faults.add(entry.where("region"), what, f"Use one of: {', '.join(regions)}.")
        draft.centres.setdefault(centre["id"], _centre(entry, _later_rates(draft, entry)))
    _check_regions(draft)


def regions_for(market: Market, offering: Offering, answers: Mapping[str, Answer]) -> frozenset[str]:
    """Where work for a customer may be done: the market's regions, narrowed by the answer to the residency need.

    Args:
        market: Where it is sold.
        offering: What is sold.
        answers: Need -> answer; the default where the residency need has none.
    """
    regions = frozenset(market.delivery_regions)
    need = offering.needs.get(offering.residency_need)
    residency = answers.get(need.name, need.default) if need else ANYWHERE
    return regions if residency in (ANYWHERE, None) else regions & {residency}


def able_centres(
    component: Component, centres: Mapping[str, DeliveryCentre], *, currency: str, regions: Collection[str]
) -> list[DeliveryCentre]:
    """Centres that can deliver a component, by id: in one of the regions, with competence, certifications and rate.

    Args:
        component: What is delivered.
        centres: Id -> centre.
        currency: That of the market, in which an hour must have a cost.
        regions: Where the work may be done.
    """
    return skilled_centres(component.skills, centres, currency=currency, regions=regions)


def skilled_centres(
    skills: str, centres: Mapping[str, DeliveryCentre], *, currency: str, regions: Collection[str]
) -> list[DeliveryCentre]:
    """Likewise for work that asks for skills, as a component names them."""
    competence, *certifications = skills.split("|")
    return [
        centre
        for _, centre in sorted(centres.items())
        if centre.region in regions
        and currency in centre.rates.get(competence, {})
        and set(certifications) <= set(centre.certifications)
    ]


def check_deliverable(draft: Draft) -> None:
    """Refuse components that no centre can deliver in some market; needs centres and components."""
    if not draft.is_whole("delivery centre", draft.centres):
        return  # a centre with faults may be the one
    for document in draft.documents_in("components"):
        for entry in document.entries("components"):
            component = draft.components.get(entry.id())
            if component is not None and entry.is_sound:
                _check_component(draft, entry, component)


def _check_component(draft: Draft, entry: Entry, component: Component) -> None:
    for market in draft.markets.values():
        if market.currency not in MINOR_UNITS:
            continue
        if able_centres(component, draft.centres, currency=market.currency, regions=market.delivery_regions):
            continue
        key, what = _reason(draft, component, market)
        fix = "Change the component, or give a centre of the market's regions the competence, certifications and rate."
        draft.faults.add(entry.where(key), f"{component.id} cannot be delivered in market {market.id}: {what}", fix)


def _reason(draft: Draft, component: Component, market: Market) -> tuple[str, str]:
    competence, regions = component.competence, ", ".join(market.delivery_regions)
    skilled = [one for one in draft.centres.values() if competence in one.rates]
    if not skilled:
        known = sorted({word for one in draft.centres.values() for word in one.rates})
        return "competence", f"no centre has the competence {competence!r}; there are {', '.join(known)}"
    near = [one for one in skilled if one.region in market.delivery_regions]
    if not near:
        return "competence", f"no centre of its regions ({regions}) has the competence {competence!r}"
    if not any(market.currency in one.rates[competence] for one in near):
        return "competence", f"no centre of {regions} has a rate for {competence!r} in {market.currency}"
    held = ", ".join(component.certifications)
    return "certifications", f"no centre with the competence {competence!r} holds the certifications {held}"


def _check_regions(draft: Draft) -> None:
    document = draft.documents.get("portfolio.yaml")
    if document is None or not draft.is_whole("delivery centre", draft.centres):
        return
    served = {centre.region for centre in draft.centres.values()}
    for entry in document.entries("markets"):
        for position, region in enumerate(entry.value["delivery_regions"] if entry.is_sound else ()):
            if region not in served:
                what = f"no delivery centre is in the region {region!r}"
                fix = f"Use one of: {', '.join(sorted(served))}."
                draft.faults.add(entry.where("delivery_regions", position), what, fix)


def _later_rates(draft: Draft, entry: Entry) -> _LaterRates:
    """Competence -> currency -> rates that begin on a day; only where there are such."""
    found: dict[str, dict[str, _Later]] = {}
    for competence, rates in entry.value["rates"].items():
        for currency, rows in rates.items():
            if isinstance(rows, list):
                keys = ("rates", competence, currency)
                found.setdefault(competence, {})[currency] = _later_rows(draft, entry, keys, rows)
    return found


def _later_rows(draft: Draft, entry: Entry, keys: tuple[str, ...], rows: Sequence[Any]) -> _Later:
    """The rows after the first; a fault where their days do not ascend."""
    later: list[tuple[dt.date, Decimal]] = []
    for place, row in enumerate(rows[1:], start=1):
        where = entry.where(*keys, place, "from")
        begins = day(row["from"], where, draft.faults)
        if begins is None:
            continue
        if later and begins <= later[-1][0]:
            what = f"{begins.isoformat()} does not come after {later[-1][0].isoformat()}"
            draft.faults.add(where, what, "Write rates in the order of their days, each day once.")
        later.append((begins, number(row["rate"])))
    return tuple(later)


def _centre(entry: Entry, later_rates: _LaterRates) -> DeliveryCentre:
    value = entry.value
    return DeliveryCentre(
        id=value["id"],
        title=value["title"],
        country=value["country"],
        region=value["region"],
        certifications=tuple(value.get("certifications", ())),
        capacity_hours=number(value["capacity_hours"]),
        rates={competence: _first_rates(rates) for competence, rates in sorted(value["rates"].items())},
        later_rates=later_rates,
    )


def _first_rates(rates: Mapping[str, Any]) -> Mapping[str, Decimal]:
    """Currency -> the rate that holds until another one does."""
    return numbers({code: rows[0]["rate"] if isinstance(rows, list) else rows for code, rows in rates.items()})
