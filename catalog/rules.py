"""rules.yaml and the rules of offerings: read, and checked against the words each may use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import get_args

from bidwright.catalog.availability import availability_faults
from bidwright.catalog.document import Document, Entry
from bidwright.catalog.draft import Draft
from bidwright.catalog.model import Need, Offering, Rule
from bidwright.catalog.offerings import need_kind
from bidwright.catalog.reach import MOST_STEPS, most_steps
from bidwright.catalog.rule_language import Expression, FigureSource
from bidwright.catalog.rule_parser import RuleRefused, parse_located
from bidwright.catalog.rule_types import Vocabulary, check
from bidwright.catalog.scopes import holds_over_bid, spoken_of

_SOURCES: tuple[FigureSource, ...] = get_args(FigureSource)
_SHARED = "rule"
"""The kind of ids of rules.yaml; an offering may not use them for rules of its own."""


def read_rules(draft: Draft) -> None:
    """Read all rules; needs components, tables and offerings."""
    shared = draft.documents.get("rules.yaml")
    words = component_words(draft)
    if shared is not None:
        draft.rules = _rules(draft, shared, _SHARED, _for_all_offerings(draft, words))
        _check_reach(draft, shared, draft.rules, draft.offerings.values())
        for one in draft.offerings.values():
            _check_scopes(draft, shared, draft.rules, one)
    for document in draft.documents_in("offerings"):
        offering = draft.offerings.get(document.whole.id("offering"))
        if offering is not None:
            unsound = draft.ids.of(need_kind(offering.id)).keys() - offering.needs.keys()
            known = replace(words, needs=offering.needs, unknowable={*words.unknowable, *unsound})
            rules = _rules(draft, document, f"rule of offering {offering.id}", known)
            _check_reach(draft, document, rules, [offering])
            _check_scopes(draft, document, rules, offering)
            draft.offerings[offering.id] = replace(offering, rules=rules)


def read_condition(draft: Draft, entry: Entry, key: str, vocabulary: Vocabulary) -> Expression | None:
    """Read one condition; None and faults where it may not be used."""
    where = entry.where(key)
    try:
        parsed = parse_located(entry.value[key].rstrip())
    except RuleRefused as refusal:
        draft.faults.add(where, refusal.message, refusal.fix)
        return None
    faults = check(parsed, vocabulary)
    for fault in faults:
        draft.faults.add(where, f"column {fault.column}: {fault.what}", fault.fix)
    return None if faults else parsed.expression


def _rules(draft: Draft, document: Document, kind: str, vocabulary: Vocabulary) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    for entry in draft.declared(document, "rules", kind):
        shared = draft.ids.of(_SHARED).get(entry.id())
        if kind != _SHARED and shared:
            what = f"rule {entry.id()!r} is given twice, first at {shared}"
            draft.faults.add(entry.where("id"), what, "Give each its own id, or remove one.")
        expression = read_condition(draft, entry, "rule", vocabulary)
        if expression is not None:
            value = entry.value
            rule = Rule(
                id=value["id"],
                source=" ".join(value["rule"].split()),
                because=value["because"].strip(),
                expression=expression,
                over_bid=value.get("per") == "bid",
            )
            rules.append(rule)
    return tuple(rules)


def _check_reach(draft: Draft, document: Document, rules: Iterable[Rule], offerings: Iterable[Offering]) -> None:
    """Refuse rules whose numbers are larger than the configurator can count; they are otherwise sound."""
    places = {entry.id(): entry.where("rule") for entry in document.entries("rules")}
    components = draft.components.values()
    for rule in rules:
        steps = max((most_steps(rule.expression, one.needs, components) for one in offerings), default=0)
        if steps > MOST_STEPS:
            what = f"rule {rule.id!r} can take {steps:,} of its smallest steps, and {MOST_STEPS:,} can be counted"
            fix = "Lower the figures, the limits of needs or max_quantity, or use fewer digits after the point."
            draft.faults.add(places[rule.id], what, fix)
        for what, fix in availability_faults(rule.expression, draft.families, components):
            draft.faults.add(places[rule.id], what, fix)


def _check_scopes(draft: Draft, document: Document, rules: Iterable[Rule], offering: Offering) -> None:
    """Refuse rules that hold for the whole bid and speak of an answer that each site gives."""
    if not any(need.per_site for need in offering.needs.values()):
        return
    places = {entry.id(): entry.where("rule") for entry in document.entries("rules")}
    for rule in rules:
        needs = spoken_of(rule, offering, draft.components).site_needs
        if needs and holds_over_bid(rule, offering, draft.components):
            what = f"rule {rule.id!r} holds for the whole bid in {offering.id}, and each site answers need {needs[0]!r}"
            fix = "Speak of families per site alone, or let components of sites consume what shared ones provide."
            draft.faults.add(places[rule.id], what, fix)


def component_words(draft: Draft) -> Vocabulary:
    """What conditions may say of components, without needs."""
    figures: set[tuple[str, str, str]] = set()
    for one in draft.components.values():
        figures.update((source, attribute, one.family) for source in _SOURCES for attribute in one.figures(source))
    declared = {kind: draft.ids.of(kind).keys() for kind in ("component", "family", "attribute", "table")}
    unsound = declared["attribute"] - draft.attributes.keys() | declared["table"] - draft.tables.keys()
    if not draft.is_whole("component", draft.components):
        # A component with faults may carry any figure.
        figures.update((s, a, f) for s in _SOURCES for a in draft.attributes for f in draft.families)
    return Vocabulary(
        components=declared["component"],
        families=declared["family"],
        attributes=draft.attributes,
        tables={table: families for table, (families, _) in draft.tables.items()},
        figures=figures,
        unknowable=unsound,
        incomplete=draft.ids.incomplete,
    )


def _for_all_offerings(draft: Draft, words: Vocabulary) -> Vocabulary:
    """The needs that every offering has, alike; of the others, why they cannot be used."""
    needs: dict[str, Need] = {}
    partial: dict[str, str] = {}
    unsound: set[str] = set()
    for offering in draft.offerings.values():
        for name, need in offering.needs.items():
            first = needs.setdefault(name, need)
            if (first.kind, first.unit, tuple(first.options)) != (need.kind, need.unit, tuple(need.options)):
                partial[name] = f"need {name!r} differs between offerings in type, unit or options"
        unsound |= draft.ids.of(need_kind(offering.id)).keys() - offering.needs.keys()
    for name in needs:
        lacking = [one.id for one in draft.offerings.values() if name not in one.needs]
        if lacking and name not in unsound:
            partial[name] = f"need {name!r} is not in every offering; {', '.join(sorted(lacking))} lacks it"
    return replace(words, needs=needs, partial=partial, unknowable={*words.unknowable, *unsound})
