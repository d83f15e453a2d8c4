"""provisioning.yaml: how components become real; each by exactly one delivery, and none waiting for itself."""

from __future__ import annotations

from typing import Any

from bidwright.catalog.delivery_checks import check_apart, check_circles, check_delivery
from bidwright.catalog.delivery_sources import check_sources, shared_secrets, sources
from bidwright.catalog.document import Entry
from bidwright.catalog.draft import Draft
from bidwright.catalog.model import Answer, Delivery, DeliverySecret, DeliveryVariable, Instances
from bidwright.catalog.rule_language import Expression
from bidwright.catalog.rules import component_words, read_condition

FILE = "provisioning.yaml"


def read_deliveries(draft: Draft) -> None:
    """Read all deliveries; needs components, attributes and offerings."""
    document = draft.documents.get(FILE)
    if document is None:
        return
    matched = {entry.path: _matched(draft, entry) for entry in document.entries("deliveries")}
    _check_matches(draft, [(entry, matched[entry.path]) for entry in document.entries("deliveries")])
    entries = {entry.id(): entry for entry in draft.declared(document, "deliveries", "delivery")}
    words = component_words(draft)
    for entry in entries.values():
        check_delivery(draft, entry)
        check_apart(draft, entry, entries)
        check_sources(draft, entry, entries)
        role_when = read_condition(draft, entry, "role_when", words) if "role_when" in entry.value else None
        draft.deliveries[entry.id()] = _delivery(entry, matched[entry.path], role_when)
    check_circles(draft, entries, "after", ("wait for", "after"))
    check_circles(draft, entries, "supports", ("support", "supports"))


def _matched(draft: Draft, entry: Entry) -> frozenset[str]:
    components = entry.value.get("components")
    is_list = isinstance(components, list) and all(isinstance(one, str) for one in components)
    return draft.matched(entry) if is_list else frozenset()


def _check_matches(draft: Draft, matches: list[tuple[Entry, frozenset[str]]]) -> None:
    first: dict[str, Entry] = {}
    for entry, components in matches:
        for component in sorted(components & first.keys()):
            other = first[component]
            what = f"{component} is delivered by {other.id()!r} ({other.where('components')}) and by {entry.id()!r}"
            draft.faults.add(entry.where("components"), what, "Let exactly one delivery match it.")
        first |= {component: entry for component in components if component not in first}
    draft.delivery_of = {component: first[component].id() for component in sorted(first)}
    if all(components or entry.is_sound for entry, components in matches):
        for component, where in draft.ids.of("component").items():
            if component not in first:
                fix = f"Add it to the components of one delivery in {FILE}."
                draft.faults.add(where, f"component {component!r} is delivered by nothing", fix)


def _delivery(entry: Entry, components: frozenset[str], role_when: Expression | None) -> Delivery:
    value = entry.value
    return Delivery(
        id=value["id"],
        components=components,
        role=value.get("role", ""),
        targets=tuple(value.get("targets", ())),
        role_when=role_when,
        after=tuple(value.get("after", ())),
        unit=value["unit"],
        duration_minutes=value["duration_minutes"],
        variables=tuple(_variable(name, source) for name, source in value.get("variables", {}).items()),
        task=value.get("task", ""),
        instructions=value.get("instructions", "").strip(),
        why=value.get("why", "").strip(),
        instances=_instances(value.get("instances", {})),
        spread=value.get("spread", 1),
        apart_from=tuple(value.get("apart_from", ())),
        supports=tuple(value.get("supports", ())),
        secrets=tuple(
            DeliverySecret(name=name, delivery=other, option=secret) for name, other, secret in shared_secrets(value)
        ),
    )


def _instances(stated: dict[str, Any]) -> Instances:
    return Instances(origin=stated.get("from", "value"), value=stated.get("value", 1))


def _variable(name: str, source: dict[str, Any]) -> DeliveryVariable:
    stated = sources(source)
    origin, key = stated[0] if stated else ("value", "")
    match origin:
        case "endpoint" | "endpoints" | "address" | "addresses":
            return DeliveryVariable(name=name, origin=origin, deliveries=tuple(delivery for _, delivery in stated))
        case "need":
            return DeliveryVariable(name=name, origin="need", key=key, value=source.get("default"))
        case "total":
            return DeliveryVariable(name=name, origin="total", key=key)
        case "quantity":
            return DeliveryVariable(name=name, origin="quantity")
    value: Answer | None = source.get("value")
    return DeliveryVariable(name=name, origin="value", value=value)
