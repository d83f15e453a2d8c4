"""What a delivery of provisioning.yaml may say: role or task, where it stands, how often, what it supports."""

from __future__ import annotations

from collections.abc import Mapping

from bidwright.catalog.document import Entry
from bidwright.catalog.draft import Draft

_OF_ROLES = ("targets", "role_when", "variables", "instances", "spread", "apart_from", "secrets")


def check_delivery(draft: Draft, entry: Entry) -> None:
    """Report what is wrong with a delivery by itself, and which others it names that do not exist."""
    _check_components(draft, entry)
    if "role" in entry.value:
        _check_role(draft, entry)
        _check_instances(draft, entry)
    else:
        _check_task(draft, entry)
    draft.ids.check("delivery unit", entry.value["unit"], entry.where("unit"))
    for key in ("after", "supports"):
        for position, other in enumerate(entry.value.get(key, ())):
            draft.ids.check("delivery", other, entry.where(key, position))


def check_apart(draft: Draft, entry: Entry, entries: Mapping[str, Entry]) -> None:
    """Report deliveries that this one cannot stand apart from."""
    for position, other in enumerate(entry.value.get("apart_from", ())):
        where = entry.where("apart_from", position)
        if not draft.ids.check("delivery", other, where) or other not in entries:
            continue
        if other == entry.id():
            draft.faults.add(where, f"{other!r} cannot be apart from itself", "Use `spread` to deal its instances.")
        elif "role" not in entries[other].value:
            what = f"{other!r} is a manual task and has no place"
            draft.faults.add(where, what, "Remove it from `apart_from`.")
        elif _is_everywhere(entry) and _is_everywhere(entries[other]):
            what = f"{entry.id()!r} and {other!r} are on every place and cannot be apart"
            draft.faults.add(where, what, "Remove it, or change the `instances` of one of them.")


def check_circles(draft: Draft, entries: Mapping[str, Entry], key: str, said: tuple[str, str]) -> None:
    """Report deliveries that lead to themselves by a key.

    Args:
        draft: Takes the faults.
        entries: All deliveries, by id.
        key: A list of delivery ids.
        said: What such deliveries do, and the word between two of them.
    """
    what, word = said
    leads_to = {id_: [one for one in entry.value.get(key, ()) if one in entries] for id_, entry in entries.items()}
    done: set[str] = set()
    for start in leads_to:
        path: list[str] = []
        pending = [(start, 0)]
        while pending:
            id_, depth = pending.pop()
            del path[depth:]
            if id_ in path:
                circle = [*path[path.index(id_) :], id_]
                fault = f"deliveries {what} each other: {f' {word} '.join(circle)}"
                draft.faults.add(entries[circle[-2]].where(key), fault, f"Remove one `{key}` of this circle.")
            elif id_ not in done:
                done.add(id_)
                path.append(id_)
                pending.extend((one, depth + 1) for one in reversed(leads_to[id_]))


def _check_components(draft: Draft, entry: Entry) -> None:
    if "components" in entry.value and "supports" in entry.value:
        what = f"delivery {entry.id()!r} has both components and `supports`"
        draft.faults.add(entry.where("supports"), what, "Give one of the two: what supports others is not sold.")
    if "components" not in entry.value and "supports" not in entry.value:
        what = f"delivery {entry.id()!r} has neither components nor `supports`"
        draft.faults.add(entry.where(), what, "Say in `components` what it delivers.")


def _check_role(draft: Draft, entry: Entry) -> None:
    if "targets" not in entry.value:
        what = f"delivery {entry.id()!r} has a role and no targets"
        draft.faults.add(entry.where("role"), what, "Add `targets: [directory]`, or what the role can serve.")
    if "why" not in entry.value:
        what = f"delivery {entry.id()!r} has a role and no `why`"
        draft.faults.add(entry.where("role"), what, "Say in `why` what the step is for.")
    if "task" in entry.value and "instructions" not in entry.value:
        _add_no_instructions(draft, entry)
    if "role_when" in entry.value and "task" not in entry.value:
        what = f"delivery {entry.id()!r} has `role_when` and no task"
        draft.faults.add(entry.where("role_when"), what, "Add the `task` that stands for the role otherwise.")
    if "instructions" in entry.value and "task" not in entry.value:
        fix = "Remove them, or add the `task` that stands for the role where no target can run it."
        draft.faults.add(entry.where("instructions"), "a role has no instructions", fix)


def _check_task(draft: Draft, entry: Entry) -> None:
    if "task" not in entry.value:
        what = f"delivery {entry.id()!r} has neither a role nor a task"
        draft.faults.add(entry.where(), what, "Give one of the two.")
        return
    if "instructions" not in entry.value:
        _add_no_instructions(draft, entry)
    for key in _OF_ROLES:
        if key in entry.value:
            draft.faults.add(entry.where(key), f"a manual task has no {key}", "Remove them, or give it a role.")


def _add_no_instructions(draft: Draft, entry: Entry) -> None:
    what = f"task {entry.id()!r} has no instructions"
    draft.faults.add(entry.where("task"), what, "Say in `instructions` what to do.")


def _check_instances(draft: Draft, entry: Entry) -> None:
    instances, spread = entry.value.get("instances", {"value": 1}), entry.value.get("spread", 1)
    if instances != {"value": 1} and entry.id() == "bespoke":
        what = "steps of several instances of 'bespoke' would have the ids of bespoke items"
        draft.faults.add(entry.where("id"), what, "Choose another id.")
    if instances.get("from") == "quantity" and "components" not in entry.value:
        what = f"delivery {entry.id()!r} has no components whose quantity could be counted"
        draft.faults.add(entry.where("instances"), what, "Use {from: places} or {value: 2}.")
    if spread > 1 and _is_everywhere(entry):
        what = f"delivery {entry.id()!r} is on every place already"
        draft.faults.add(entry.where("spread"), what, "Remove `spread`.")
    if spread > instances.get("value", spread):
        what = f"delivery {entry.id()!r} has fewer instances than places to spread them over"
        draft.faults.add(entry.where("spread"), what, "Lower `spread`, or give it more `instances`.")


def _is_everywhere(entry: Entry) -> bool:
    """Whether it has an instance on each place."""
    return bool(entry.value.get("instances", {}).get("from") == "places")
