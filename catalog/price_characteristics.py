"""Rows priced by a table or a formula: what they name is there, of the right kind, and every case has a price."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import product
from math import prod

from bidwright.catalog.csv_source import Row
from bidwright.catalog.draft import Draft
from bidwright.catalog.model import Component, Need, Offering
from bidwright.catalog.price_entry import PriceEntry
from bidwright.catalog.price_formulas import QUANTITY, read_formula
from bidwright.catalog.price_tables import PriceTable, Value
from bidwright.catalog.rule_language import Name
from bidwright.catalog.rule_parser import RuleRefused
from bidwright.core.nearest import advice

_MOST_CASES = 20_000
_NUMBERS = {"integer", "decimal"}


def with_characteristics(draft: Draft, entry: PriceEntry, row: Row) -> PriceEntry:
    """A row with its table or formula, and a fault for everything that these name wrongly; other rows as they are."""
    component = draft.components.get(entry.component)
    if component is None or entry.model not in {"table", "formula"}:
        return entry
    return _with_table(draft, entry, row, component) if entry.model == "table" else _with_formula(draft, entry, row)


def _with_table(draft: Draft, entry: PriceEntry, row: Row, component: Component) -> PriceEntry:
    id_ = row.cells["table"]
    table = draft.price_tables.get(id_)
    if table is None:
        draft.faults.add(row.where, f"there is no price table {id_!r}", advice(id_, draft.price_tables))
        return entry
    before = len(draft.faults.found)
    _check_names(draft, table.columns, component, row)
    if len(draft.faults.found) == before:
        _check_words(draft, table, component, row)
    for offering in _offerings(draft, component):
        if len(draft.faults.found) == before:
            _check_complete(draft, table, component, row, offering=offering)
    return replace(entry, table=table)


def _with_formula(draft: Draft, entry: PriceEntry, row: Row) -> PriceEntry:
    try:
        formula, faults = read_formula(row.cells["formula"])
    except RuleRefused as refusal:
        draft.faults.add(row.where, f"formula, {refusal.message}", refusal.fix)
        return entry
    for fault in faults:
        draft.faults.add(row.where, f"formula, column {fault.column}: {fault.what}", fault.fix)
    component = draft.components[entry.component]
    names = sorted(formula.names(), key=lambda name: (name.scope, name.name)) if not faults else []
    _check_names(draft, names, component, row, kinds=_NUMBERS)
    return replace(entry, formula=formula)


def _check_names(
    draft: Draft, names: Iterable[Name], component: Component, row: Row, *, kinds: Iterable[str] = ()
) -> None:
    """Every characteristic is one of the component, or a need of all offerings that it can be chosen in.

    Args:
        draft: Takes the faults.
        names: The characteristics.
        component: Whose row it is.
        row: The row.
        kinds: The kinds that needs may have; every kind but text where empty.
    """
    for name in names:
        if name.scope == "component":
            if name.name not in component.attributes and name != QUANTITY:
                what = f"{component.id} has no characteristic {name.name!r}, by which it is priced"
                draft.faults.add(row.where, what, advice(name.name, component.attributes))
            elif name == QUANTITY and not kinds:
                what = "a table cannot ask for the quantity"
                draft.faults.add(row.where, what, "Use tiers, or a formula.")
            continue
        for offering in _offerings(draft, component):
            fault = _need_fault(offering, name.name, kinds)
            if fault:
                fix = "Use a need that all its offerings ask once, or price the component otherwise."
                draft.faults.add(row.where, f"{component.id} is priced by need {name.name!r}, {fault}", fix)


def _need_fault(offering: Offering, name: str, kinds: Iterable[str]) -> str:
    need = offering.needs.get(name)
    if need is None:
        return f"which offering {offering.id} does not ask"
    if need.kind == "text" or (kinds and need.kind not in kinds):
        return f"which is a {need.kind} in offering {offering.id}"
    return f"which offering {offering.id} asks for each site" if need.per_site else ""


def _offerings(draft: Draft, component: Component) -> list[Offering]:
    return [one for one in draft.offerings.values() if component.family in one.slots]


def _check_words(draft: Draft, table: PriceTable, component: Component, row: Row) -> None:
    """Report cells that no answer can ever meet: a misspelled option, a word where numbers are asked for."""
    for position, name in enumerate(table.columns):
        needs = [one.needs[name.name] for one in _offerings(draft, component)] if name.scope == "need" else []
        allowed = {word for need in needs for word in _words(need)}
        if all(need.kind in _NUMBERS for need in needs):
            wrong = [cell for one in table.rows if isinstance((cell := one.cells[position]).value, str) and cell.value]
        else:
            wrong = [
                cell
                for one in table.rows
                if (cell := one.cells[position]).operator != "*" and cell.value not in allowed
            ]
        for cell in wrong:
            what = f"price table {table.id} asks for {name.scope}.{name.name} {cell.value}, which it never is"
            fix = advice(str(cell.value), allowed) if allowed else "Write *, a number, or <= and a number."
            draft.faults.add(row.where, what, fix)


def _words(need: Need) -> Iterable[str]:
    return ("true", "false") if need.kind == "boolean" else need.options


def _check_complete(draft: Draft, table: PriceTable, component: Component, row: Row, *, offering: Offering) -> None:
    """Every answer that a customer may give has a price."""
    cases = [list(_cases(table, position, component, offering.needs)) for position in range(len(table.columns))]
    if prod(map(len, cases)) > _MOST_CASES:
        what = f"price table {table.id} has more than {_MOST_CASES} cases in offering {offering.id}"
        draft.faults.add(row.where, what, "Use fewer columns, or fewer different numbers.")
        return
    for values in product(*cases):
        told = dict(zip(table.columns, values, strict=True))
        if table.price(told.__getitem__) is None:
            said = ", ".join(f"{name.scope}.{name.name} {_said(value)}" for name, value in told.items())
            what = f"price table {table.id} has no price of {component.id} for {said}"
            draft.faults.add(row.where, what, "Add a row for it; * stands for any value.")
            return


def _cases(table: PriceTable, position: int, component: Component, needs: Mapping[str, Need]) -> Iterator[Value]:
    """Values of a characteristic such that every other one is treated like one of them."""
    name = table.columns[position]
    if name.scope == "component":
        yield component.attributes[name.name]
        return
    need = needs[name.name]
    if need.kind == "boolean":
        yield from (True, False)
    elif need.kind == "choice":
        yield from need.options
    elif need.minimum is not None and need.maximum is not None:
        yield from _numbers(table, position, need.minimum, need.maximum)


def _numbers(table: PriceTable, position: int, least: Decimal, most: Decimal) -> Iterator[Value]:
    """Every bound, and a number between each two and beyond the last, as far as the need allows it."""
    step = Decimal("0.000001")
    stated = {row.cells[position].value for row in table.rows}
    bounds = sorted(value for value in stated if isinstance(value, Decimal))
    near = {number for bound in bounds for number in (bound, bound + step) if least <= number <= most}
    yield from sorted({least, most, *near})


def _said(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
