"""provisioning.yaml: how components become real; each by exactly one delivery, and none waiting for itself."""

from __future__ import annotations

from typing import Any

from bidwright.catalog.document import Entry
from bidwright.catalog.draft import Draft
from bidwright.catalog.model import Answer, Delivery, DeliveryVariable
from bidwright.catalog.nearest import advice
from bidwright.catalog.offerings import need_kind

FILE = "provisioning.yaml"


def read_deliveries(draft: Draft) -> None:
    """Read all deliveries; needs components, attributes and offerings."""
    document = draft.documents.get(FILE)
    if document is None:
        return
    matched = {entry.path: _matched(draft, entry) for entry in document.entries("deliveries")}
    _check_matches(draft, [(entry, matched[entry.path]) for entry in document.entries("deliveries")])
    entries = {entry.id(): entry for entry in draft.declared(document, "deliveries", "delivery")}
    for entry in entries.values():
        _check(draft, entry)
        draft.deliveries[entry.id()] = _delivery(entry, matched[entry.path])
    _check_cycles(draft, entries)


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


def _check(draft: Draft, entry: Entry) -> None:
    value = entry.value
    if ("role" in value) == ("task" in value):
        both = "both a role and a task" if "role" in value else "neither a role nor a task"
        draft.faults.add(entry.where(), f"delivery {entry.id()!r} has {both}", "Give one of the two.")
    if "role" in value and "targets" not in value:
        what = f"delivery {entry.id()!r} has a role and no targets"
        draft.faults.add(entry.where("role"), what, "Add `targets: [directory]`, or what the role can serve.")
    if "role" in value and "why" not in value:
        what = f"delivery {entry.id()!r} has a role and no `why`"
        draft.faults.add(entry.where("role"), what, "Say in `why` what the step is for.")
    if "role" in value and "instructions" in value:
        draft.faults.add(entry.where("instructions"), "a role has no instructions", "Remove them, or make it a task.")
    if "task" in value and "instructions" not in value:
        what = f"task {entry.id()!r} has no instructions"
        draft.faults.add(entry.where("task"), what, "Say in `instructions` what to do.")
    for key in ("targets", "variables") if "task" in value and "role" not in value else ():
        if key in value:
            draft.faults.add(entry.where(key), f"a manual task has no {key}", "Remove them, or give it a role.")
    draft.ids.check("delivery unit", value["unit"], entry.where("unit"))
    for position, other in enumerate(value.get("after", ())):
        draft.ids.check("delivery", other, entry.where("after", position))
    for name, source in value.get("variables", {}).items():
        _check_variable(draft, entry, name, source)


def _check_variable(draft: Draft, entry: Entry, name: str, source: dict[str, Any]) -> None:
    where = entry.where("variables", name)
    if ("from" in source) == ("value" in source):
        draft.faults.add(where, f"variable {name!r} needs one source", "Give either `from` or `value`.")
    origin, _, key = str(source.get("from", "")).partition(".")
    if origin == "total":
        draft.ids.check("attribute", key, where)
    if origin == "need":
        _check_need(draft, where, key, has_default="default" in source)
    elif "default" in source:
        what = f"variable {name!r} has a default but comes from no need"
        draft.faults.add(where, what, "Remove `default`, or write `value` instead.")


def _check_need(draft: Draft, where: str, need: str, *, has_default: bool) -> None:
    known = {id_: draft.ids.of(need_kind(id_)) for id_ in draft.offerings}
    lacking = sorted(id_ for id_, needs in known.items() if need not in needs)
    if len(lacking) == len(known):
        if "offering" not in draft.ids.incomplete:
            every = set().union(*known.values()) if known else set()
            draft.faults.add(where, f"no offering has a need {need!r}", advice(need, every))
    elif lacking and not has_default:
        what = f"need {need!r} is unknown to {', '.join(lacking)}"
        draft.faults.add(where, what, "Add a `default` for the offerings that do not have it.")


def _check_cycles(draft: Draft, entries: dict[str, Entry]) -> None:
    after = {id_: [one for one in entry.value.get("after", ()) if one in entries] for id_, entry in entries.items()}
    done: set[str] = set()
    for start in after:
        path: list[str] = []
        pending = [(start, 0)]
        while pending:
            id_, depth = pending.pop()
            del path[depth:]
            if id_ in path:
                circle = [*path[path.index(id_) :], id_]
                what = f"deliveries wait for each other: {' after '.join(circle)}"
                draft.faults.add(entries[circle[-2]].where("after"), what, "Remove one `after` of this circle.")
            elif id_ not in done:
                done.add(id_)
                path.append(id_)
                pending.extend((one, depth + 1) for one in reversed(after[id_]))


def _delivery(entry: Entry, components: frozenset[str]) -> Delivery:
    value = entry.value
    return Delivery(
        id=value["id"],
        components=components,
        role=value.get("role", ""),
        targets=tuple(value.get("targets", ())),
        after=tuple(value.get("after", ())),
        unit=value["unit"],
        duration_minutes=value["duration_minutes"],
        variables=tuple(_variable(name, source) for name, source in value.get("variables", {}).items()),
        task=value.get("task", ""),
        instructions=value.get("instructions", "").strip(),
        why=value.get("why", "").strip(),
    )


def _variable(name: str, source: dict[str, Any]) -> DeliveryVariable:
    origin, _, key = str(source.get("from", "")).partition(".")
    default: Answer | None = source.get("default", source.get("value"))
    if origin == "need":
        return DeliveryVariable(name=name, origin="need", key=key, value=default)
    if origin == "total":
        return DeliveryVariable(name=name, origin="total", key=key)
    if origin == "quantity":
        return DeliveryVariable(name=name, origin="quantity")
    return DeliveryVariable(name=name, origin="value", value=default)
