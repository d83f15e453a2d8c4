"""portfolio.yaml: markets, delivery units, families and attributes."""

from __future__ import annotations

from bidwright.catalog.draft import Draft
from bidwright.catalog.figures import known_currency, known_time_zone
from bidwright.catalog.model import Attribute, DeliveryUnit, Family, Market


def read_general(draft: Draft) -> None:
    """Declare what every other file refers to."""
    document = draft.documents.get("portfolio.yaml")
    for entry in draft.declared(document, "markets", "market"):
        market = entry.value
        known_currency(market["currency"], entry.where("currency"), draft.faults)
        known_time_zone(market["time_zone"], entry.where("time_zone"), draft.faults)
        draft.markets[market["id"]] = Market(
            id=market["id"],
            title=market["title"],
            currency=market["currency"],
            time_zone=market["time_zone"],
            delivery_regions=tuple(market["delivery_regions"]),
        )
    for entry in draft.declared(document, "delivery_units", "delivery unit"):
        draft.delivery_units[entry.id()] = DeliveryUnit(**entry.value)
    for entry in draft.declared(document, "families", "family"):
        draft.families[entry.id()] = Family(**entry.value)
    for entry in draft.declared(document, "attributes", "attribute"):
        draft.attributes[entry.id()] = Attribute(**entry.value)
