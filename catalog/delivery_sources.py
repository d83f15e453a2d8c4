"""Where variables and secrets of a delivery come from, and whether it can be known when they are needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bidwright.catalog.document import Entry
from bidwright.catalog.draft import Draft
from bidwright.catalog.offerings import need_kind
from bidwright.core.nearest import advice

_ENDPOINTS = frozenset({"endpoint", "endpoints"})
_REFERENCES = _ENDPOINTS | {"address", "addresses"}


def sources(variable: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """The ``from`` of a variable as (origin, key): one, several of a list, or none."""
    stated = variable.get("from", [])
    parts = [one.partition(".") for one in (stated if isinstance(stated, list) else [stated])]
    return [(origin, key) for origin, _, key in parts]


def shared_secrets(delivery: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The ``secrets`` of a delivery as (option, delivery, option there)."""
    for name, source in delivery.get("secrets", {}).items():
        other, _, secret = source.partition(".")
        yield name, other, secret


def check_sources(draft: Draft, entry: Entry, entries: Mapping[str, Entry]) -> None:
    """Report variables and secrets whose source is missing, or is not known when the delivery begins.

    Args:
        draft: Takes the faults.
        entry: The delivery.
        entries: All deliveries with a sound shape, by id.
    """
    for name, variable in entry.value.get("variables", {}).items():
        _check_variable(draft, entry, name, variable)
        for origin, key in sources(variable):
            if origin in _REFERENCES and _is_role(draft, entry.where("variables", name), key, entries):
                _check_order(draft, entry, name, (origin, key))
    for name, other, _ in shared_secrets(entry.value):
        where = entry.where("secrets", name)
        if name in entry.value.get("variables", {}):
            draft.faults.add(where, f"{name!r} is a variable and a secret", "Remove one of the two.")
        if _is_role(draft, where, other, entries):
            _check_circle(draft, where, (entry.id(), name), entries)


def _check_variable(draft: Draft, entry: Entry, name: str, variable: Mapping[str, Any]) -> None:
    where, stated = entry.where("variables", name), sources(variable)
    if ("from" in variable) == ("value" in variable):
        draft.faults.add(where, f"variable {name!r} needs one source", "Give either `from` or `value`.")
    if len({origin for origin, _ in stated}) > 1:
        what = f"the sources of variable {name!r} are of different kinds"
        draft.faults.add(where, what, "Write the same word before each delivery, such as `endpoint.`.")
    origin, key = stated[0] if stated else ("", "")
    if origin == "total":
        draft.ids.check("attribute", key, where)
    if origin == "need":
        _check_need(draft, where, key, has_default="default" in variable)
    elif "default" in variable:
        what = f"variable {name!r} has a default but comes from no need"
        fix = "Remove `default`: without the delivery, the role's own default holds."
        fix = fix if origin in _REFERENCES else "Remove `default`, or write `value` instead."
        draft.faults.add(where, what, fix)


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


def _is_role(draft: Draft, where: str, delivery: str, entries: Mapping[str, Entry]) -> bool:
    """Whether a delivery named as a source can be one; reports where it cannot."""
    if not draft.ids.check("delivery", delivery, where) or delivery not in entries:
        return False
    if "role" not in entries[delivery].value:
        what = f"{delivery!r} is a manual task: it has neither address nor endpoint nor secret"
        draft.faults.add(where, what, "Name a delivery with a role.")
        return False
    return True


def _check_order(draft: Draft, entry: Entry, name: str, source: tuple[str, str]) -> None:
    origin, delivery = source
    if origin in _ENDPOINTS and delivery not in entry.value.get("after", ()):
        what = f"variable {name!r} needs an endpoint of {delivery!r}, which may not be there yet"
        draft.faults.add(entry.where("variables", name), what, f"Add {delivery} to `after`.")


def _check_circle(draft: Draft, where: str, start: tuple[str, str], entries: Mapping[str, Entry]) -> None:
    """Report a secret that has no origin: it is shared by others of whom it is shared. One of its own has one."""
    seen = [start]
    while True:
        delivery, name = seen[-1]
        shared = {one: (other, secret) for one, other, secret in shared_secrets(entries[delivery].value)}
        source = shared.get(name, seen[-1])
        if source == seen[-1] or source[0] not in entries:
            return
        if source in seen:
            if source == start:
                circle = " shares ".join(f"{one}.{option}" for one, option in (*seen, start))
                draft.faults.add(where, f"secrets share each other: {circle}", "Remove one of them.")
            return
        seen.append(source)
