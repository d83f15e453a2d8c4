"""offerings/*.yaml: what a customer can ask for. Their rules are read by ``catalog.rules``."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePosixPath

from bidwright.catalog.centres import ANYWHERE
from bidwright.catalog.document import Document
from bidwright.catalog.draft import Draft
from bidwright.catalog.model import Need, Offering, Slot
from bidwright.catalog.needs import read_need
from bidwright.catalog.qualities import read_qualities
from bidwright.core.nearest import advice


def read_offerings(draft: Draft) -> None:
    """Read all offerings without their rules; needs markets and families."""
    for document in draft.documents_in("offerings"):
        offering = document.whole.id("offering")
        if not offering:
            continue
        where = document.whole.where("offering")
        draft.ids.declare("offering", offering, where)
        if offering != PurePosixPath(document.file).stem:
            what = f"the file of offering {offering!r} is called {PurePosixPath(document.file).name}"
            draft.faults.add(where, what, f"Rename the file to offerings/{offering}.yaml.")
        needs = _needs(draft, document, offering)
        slots = _slots(draft, document, offering)
        _check_residency(draft, document, needs)
        value = document.value if document.whole.is_sound else {}
        draft.offerings.setdefault(
            offering,
            Offering(
                id=offering,
                title=value.get("title", ""),
                description=value.get("description", ""),
                approach=value.get("approach", ""),
                residency_need=value.get("residency_need", ""),
                needs=needs,
                slots=slots,
                rules=(),
                qualities=read_qualities(draft, document, slots),
            ),
        )


def need_kind(offering: str) -> str:
    """The kind under which the ids of an offering's needs are kept."""
    return f"need of offering {offering}"


def _needs(draft: Draft, document: Document, offering: str) -> dict[str, Need]:
    needs: dict[str, Need] = {}
    for entry in draft.declared(document, "needs", need_kind(offering), "name"):
        need = read_need(entry, draft.faults)
        if need is not None:
            needs.setdefault(need.name, need)
    return needs


def _slots(draft: Draft, document: Document, offering: str) -> dict[str, Slot]:
    slots: dict[str, Slot] = {}
    sizes = Counter(component.partition(".")[0] for component in draft.ids.of("component"))
    for entry in draft.declared(document, "slots", f"slot of offering {offering} for family", "family"):
        value = entry.value
        draft.ids.check("family", value["family"], entry.where("family"))
        if value["min"] > value["max"]:
            what = f"min {value['min']} is above max {value['max']}"
            draft.faults.add(entry.where("min"), what, "Exchange the two, or correct one.")
        members = sizes[value["family"]]
        if value["min"] > members and value["family"] in draft.families and "component" not in draft.ids.incomplete:
            what = f"at least {value['min']} different components are asked for; {value['family']} has {members}"
            draft.faults.add(entry.where("min"), what, "Lower min, or add components to the family.")
        if "max_quantity" in value and value["max_quantity"] < value["min"]:
            what = f"max_quantity {value['max_quantity']} is below min {value['min']}"
            draft.faults.add(entry.where("max_quantity"), what, "Raise max_quantity, or lower min.")
        slot = Slot(
            family=value["family"],
            minimum=value["min"],
            maximum=value["max"],
            max_quantity=value.get("max_quantity"),
            per_site=value.get("per") == "site",
        )
        slots.setdefault(slot.family, slot)
    return slots


def _check_residency(draft: Draft, document: Document, needs: dict[str, Need]) -> None:
    whole = document.whole
    name = whole.id("residency_need")
    if not name:
        return
    where = whole.where("residency_need")
    need = needs.get(name)
    if need is None:
        if name not in draft.ids.of(need_kind(whole.id("offering"))):
            draft.faults.add(where, f"there is no need {name!r}", advice(name, needs))
        return
    if need.kind != "choice":
        draft.faults.add(where, f"need {name!r} is of type {need.kind}", "Make it a choice of delivery regions.")
        return
    if need.per_site:
        what = f"need {name!r} is asked for each site, and where work is done is said once for all"
        draft.faults.add(where, what, "Make it a need of the whole bid.")
    regions = draft.regions()
    place = next((e for e in document.entries("needs") if e.id("name") == name), whole)
    for option in need.options:
        if regions and option != ANYWHERE and option not in regions:
            what = f"the option {option!r} is no delivery region of any market"
            draft.faults.add(place.where("options", option), what, f"Use `{ANYWHERE}` or one of: {', '.join(regions)}.")
