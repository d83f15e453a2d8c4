"""Rows priced by characteristics become rows with a price: a table says it, a formula becomes a polynomial."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from bidwright.catalog.answers import answer_fault, answer_text, answers_from_proto
from bidwright.catalog.model import Answer, Offering
from bidwright.catalog.price_entry import PriceEntry
from bidwright.catalog.price_formulas import coefficients
from bidwright.catalog.price_tables import Value
from bidwright.catalog.rule_language import Name
from bidwright.core.errors import Fault, Faults, InvalidInput
from bidwright.core.money import plain
from bidwright.pricing.sale import Sale
from bidwright.v1.configuration_pb2 import NeedAnswer


def read_answers(
    offering: Offering, messages: Iterable[NeedAnswer], needs: frozenset[str], faults: Faults
) -> dict[str, Answer]:
    """The answers that prices depend on: those given, otherwise the defaults of the offering.

    Args:
        offering: Whose needs are answered.
        messages: The answers of a configuration; those to other needs are not looked at.
        needs: Names of the needs that the price book asks for.
        faults: Takes answers that are none.
    """
    try:
        given = answers_from_proto(message for message in messages if message.name in needs)
    except InvalidInput as error:
        faults.found.extend(error.faults)
        return {}
    found: dict[str, Answer] = {}
    for name in sorted(needs & offering.needs.keys()):
        need = offering.needs[name]
        answer = given.get(name, need.default)
        fault = answer_fault(need, answer) if answer is not None else None
        if fault is not None:
            faults.add(f"needs.{name}", fault.what, fault.fix)
        elif answer is not None:
            found[name] = answer
    return found


def is_told(sale: Sale, entry: PriceEntry) -> bool:
    """Whether every characteristic is known that a row is priced by."""
    return not _missing(sale, entry)


def told(sale: Sale, entry: PriceEntry) -> PriceEntry:
    """A row with its price, or with its formula in powers of the quantity; all characteristics are known."""
    values = {name: _value(sale, entry, name) for name in _names(entry)}
    known = {name: value for name, value in values.items() if value is not None}
    said = ", ".join(f"{name.scope}.{name.name} {_said(known[name])}" for name in known)
    if entry.table is not None:
        price = entry.table.price(known.__getitem__)
        if price is None:
            raise AssertionError(
                f"publishing let a case of price table {entry.table.id} pass that has no price: {said}"
            )
        return replace(entry, price=price, told=f"table {entry.table.id}: {said}, {plain(price)} each")
    if entry.formula is not None:
        polynomial = coefficients(entry.formula.expression, lambda name: _number(known[name]))
        says = f"{entry.formula.source} with {said}" if said else entry.formula.source
        return replace(entry, coefficients=polynomial, told=says)
    return entry


def check_told(sale: Sale, entries: Iterable[PriceEntry]) -> None:
    """Refuse rows that are priced by what is not known.

    Raises:
        InvalidInput: ``CHARACTERISTIC_MISSING``, with every such row and characteristic.
    """
    faults = [
        Fault(
            entry.component,
            f"the {entry.charge} price depends on {name.scope}.{name.name}, which is not known here",
            f"Answer the need {name.name}, choose another offering, or leave the component out.",
        )
        for entry in entries
        for name in _missing(sale, entry)
    ]
    if faults:
        raise InvalidInput(
            "; ".join(f"{fault.where}: {fault.what}" for fault in faults),
            fix=faults[0].fix,
            reason="CHARACTERISTIC_MISSING",
            facts={"component": faults[0].where},
            faults=faults,
        )


def _names(entry: PriceEntry) -> tuple[Name, ...]:
    if entry.table is not None:
        return entry.table.columns
    if entry.formula is not None:
        return tuple(sorted(entry.formula.names(), key=lambda name: (name.scope, name.name)))
    return ()


def _missing(sale: Sale, entry: PriceEntry) -> list[Name]:
    return [name for name in _names(entry) if _value(sale, entry, name) is None]


def _value(sale: Sale, entry: PriceEntry, name: Name) -> Value | None:
    known: Mapping[str, Value] = sale.answers
    if name.scope == "component":
        known = sale.release.components[entry.component].attributes
    return known.get(name.name)


def _number(value: Value) -> Decimal:
    # Publishing lets only whole and decimal numbers into a formula.
    return Decimal(value)


def _said(value: Value) -> str:
    return plain(value) if isinstance(value, Decimal) else answer_text(value)
