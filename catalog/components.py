"""components/*.yaml: what the services are made of."""

from __future__ import annotations

from decimal import Decimal
from pathlib import PurePosixPath

from bidwright.catalog.document import Document, Entry
from bidwright.catalog.draft import Draft
from bidwright.catalog.figures import number, numbers, places_of
from bidwright.catalog.model import Component, Texts
from bidwright.catalog.reach import MOST_STEPS, reach_of_figures
from bidwright.catalog.rule_language import FigureSource

_SECTIONS = ("attributes", "provides", "consumes")
_BALANCED: tuple[FigureSource, ...] = ("provided", "consumed")
_NO_TEXTS = Texts(service_specification="", statement_of_work="", delivery_description="")


def declare_components(draft: Draft) -> None:
    """Make every component id known, before anything refers to one."""
    for document in draft.documents_in("components"):
        for entry in document.entries("components"):
            draft.declare("component", entry)


def read_components(draft: Draft) -> None:
    """Read all components; needs general data and texts."""
    for document in draft.documents_in("components"):
        _check_family(draft, document)
        for entry in document.entries("components"):
            if entry.is_sound:
                _check(draft, entry, document)
                draft.components.setdefault(entry.id(), _component(draft, entry))


def check_resources(draft: Draft) -> None:
    """Refuse a resource that components consume and none provides: they could never be chosen."""
    provided = {attribute for one in draft.components.values() for attribute in one.provides}
    if not draft.is_whole("component", draft.components):
        return  # a component with faults may be the one that provides
    for document in draft.documents_in("components"):
        for entry in document.entries("components"):
            for attribute in entry.value.get("consumes", {}) if entry.is_sound else ():
                if attribute in draft.attributes and attribute not in provided:
                    what = f"{entry.id()} consumes {attribute!r}, which no component provides"
                    where = entry.where("consumes", attribute)
                    draft.faults.add(where, what, "Let a component provide it, or remove it here.")


def check_balances(draft: Draft) -> None:
    """Refuse resources of which there can be more than the configurator can count; needs components."""
    document = draft.documents.get("portfolio.yaml")
    for entry in document.entries("attributes") if document else ():
        components = draft.components.values()
        figures = [
            (one.figures(source).get(entry.id(), Decimal(0)), one.max_quantity)
            for one in components
            for source in _BALANCED
        ]
        steps = reach_of_figures(figures).steps
        if steps > MOST_STEPS:
            what = (
                f"{entry.id()!r} can add up to {int(steps):,} of its smallest steps, and {MOST_STEPS:,} can be counted"
            )
            draft.faults.add(entry.where(), what, "Use a larger unit, fewer places, or lower max_quantity.")


def _check_family(draft: Draft, document: Document) -> None:
    family = document.value.get("family")
    stem = PurePosixPath(document.file).stem
    if not isinstance(family, str):
        return
    where = document.whole.where("family")
    if draft.ids.check("family", family, where) and family != stem:
        what = f"the file of family {family!r} is called {stem}.yaml"
        draft.faults.add(where, what, f"Rename the file to components/{family}.yaml.")


def _check(draft: Draft, entry: Entry, document: Document) -> None:
    family = document.value.get("family")
    if isinstance(family, str) and not entry.id().startswith(f"{family}."):
        what = f"component {entry.id()!r} is in the file of family {family!r}"
        suggestion = f"{family}.{entry.id().partition('.')[2]}"
        draft.faults.add(entry.where("id"), what, f"Call it {suggestion!r}, or move it to the file of its family.")
    draft.ids.check("delivery unit", entry.value["unit"], entry.where("unit"))
    for section in _SECTIONS:
        for attribute, value in entry.value.get(section, {}).items():
            where = entry.where(section, attribute)
            if draft.ids.check("attribute", attribute, where):
                _check_places(draft, attribute, number(value), where)


def _check_places(draft: Draft, attribute: str, value: Decimal, where: str) -> None:
    declared = draft.attributes.get(attribute)
    if declared is not None and places_of(value) > declared.places:
        what = f"{attribute} is {value}, with more than {declared.places} digits after the point"
        fix = f"Round the figure, or raise `places` of {attribute!r} in portfolio.yaml."
        draft.faults.add(where, what, fix)


def _component(draft: Draft, entry: Entry) -> Component:
    value = entry.value
    effort = value.get("effort", {})
    return Component(
        id=value["id"],
        family=value["id"].partition(".")[0],
        name=value["name"],
        max_quantity=value.get("max_quantity", 1),
        competence=value["competence"],
        unit=value["unit"],
        attributes=numbers(value.get("attributes", {})),
        provides=numbers(value.get("provides", {})),
        consumes=numbers(value.get("consumes", {})),
        one_time_hours=number(effort.get("one_time_hours", 0)),
        monthly_hours=number(effort.get("monthly_hours", 0)),
        certifications=tuple(value.get("certifications", ())),
        lead_time_days=value.get("lead_time_days", 0),
        texts=draft.texts.get(value["id"], _NO_TEXTS),
    )
