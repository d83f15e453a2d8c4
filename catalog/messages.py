"""Offerings and components as they go over the wire."""

from __future__ import annotations

from decimal import Decimal

from google.type import decimal_pb2

from bidwright.catalog.answers import answer_text
from bidwright.catalog.model import Component, Need, Offering, Release
from bidwright.v1 import catalog_pb2

_NEED_TYPES = {
    "boolean": catalog_pb2.NEED_TYPE_BOOLEAN,
    "integer": catalog_pb2.NEED_TYPE_INTEGER,
    "decimal": catalog_pb2.NEED_TYPE_DECIMAL,
    "choice": catalog_pb2.NEED_TYPE_CHOICE,
    "text": catalog_pb2.NEED_TYPE_TEXT,
}


def offering_message(release: Release, offering: Offering) -> catalog_pb2.Offering:
    """An offering with its needs and slots."""
    return catalog_pb2.Offering(
        name=f"portfolios/{release.portfolio}/offerings/{offering.id}",
        title=offering.title,
        description=offering.description,
        approach=offering.approach,
        needs=[_need(need) for need in offering.needs.values()],
        slots=[
            catalog_pb2.Slot(
                family=slot.family,
                title=release.families[slot.family].title,
                min=slot.minimum,
                max=slot.maximum,
                max_quantity=slot.max_quantity or 0,
                per_site=slot.per_site,
            )
            for slot in offering.slots.values()
        ],
        qualities=[_quality(release, id_) for id_ in offering.qualities],
    )


def component_message(
    release: Release, component: Component, *, is_assured: bool, with_texts: bool
) -> catalog_pb2.Component:
    """A component; its texts are long, so lists leave them out."""
    message = catalog_pb2.Component(
        name=f"portfolios/{release.portfolio}/components/{component.id}",
        id=component.id,
        title=component.name,
        family=component.family,
        max_quantity=component.max_quantity,
        attributes=[_attribute(release, id_, value) for id_, value in component.attributes.items()],
        assured=is_assured,
    )
    if with_texts:
        message.service_specification = component.texts.service_specification
        message.statement_of_work = component.texts.statement_of_work
        message.delivery_description = component.texts.delivery_description
    return message


def _need(need: Need) -> catalog_pb2.Need:
    return catalog_pb2.Need(
        name=need.name,
        question=need.question,
        type=_NEED_TYPES[need.kind],
        unit=need.unit,
        min=_decimal(need.minimum),
        max=_decimal(need.maximum),
        places=need.places,
        options=[catalog_pb2.NeedOption(id=id_, title=title) for id_, title in need.options.items()],
        max_length=need.max_length,
        pattern=need.pattern,
        default_value="" if need.default is None else answer_text(need.default),
        required=need.default is None,
        per_site=need.per_site,
    )


def _quality(release: Release, id_: str) -> catalog_pb2.OfferingQuality:
    attribute = release.attributes[id_]
    return catalog_pb2.OfferingQuality(attribute=id_, title=attribute.title, unit=attribute.unit)


def _attribute(release: Release, id_: str, value: Decimal) -> catalog_pb2.ComponentAttribute:
    attribute = release.attributes[id_]
    return catalog_pb2.ComponentAttribute(id=id_, title=attribute.title, unit=attribute.unit, value=_decimal(value))


def _decimal(value: Decimal | None) -> decimal_pb2.Decimal | None:
    return None if value is None else decimal_pb2.Decimal(value=format(value, "f"))
