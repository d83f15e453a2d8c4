"""Checks a rule before anything runs: names exist, types and units fit, products are linear."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from bidwright.catalog.model import Attribute, Need
from bidwright.catalog.rule_language import (
    UPTIME,
    AllOf,
    AnyOf,
    Arithmetic,
    Availability,
    Comparison,
    Constant,
    Expression,
    InTable,
    Kinds,
    Name,
    Not,
    Quantity,
    Selected,
    Sum,
)
from bidwright.catalog.rule_parser import ParsedRule
from bidwright.core.nearest import advice

QUOTE_NAMES: Mapping[str, Literal["number", "boolean", "text"]] = {
    "discount_percent": "number",
    "margin_percent": "number",
    "contract_value": "number",
    "monthly": "number",
    "one_time": "number",
    "term_months": "number",
    "bespoke_value": "number",
    "bespoke_share_percent": "number",
    "bespoke_effort_percent": "number",
    "bespoke_days": "number",
    "bespoke_items": "number",
    "lowest_markup_percent": "number",
    "minimum_markup_percent": "number",
    "price_date_days": "number",
    "unassured_components": "number",
    "assured_in_combination": "boolean",
    "market": "text",
}
"""What approval rules can ask of a quote. Units are not distinguished: each is compared with a plain number."""


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """What a rule may speak of.

    Attributes:
        needs: Name -> need.
        tables: Table id -> families of its columns.
        figures: (``total | provided | consumed``, attribute, family) of every figure that some component carries.
        texts: Name of a text of the quote -> its possible values; empty for rules about configurations.
        partial: Name -> why a need that some offerings have cannot be used in a rule of all.
        unknowable: Ids that exist but have faults of their own; nothing is said about them.
        incomplete: Kinds of ids (``component``, ``family``, ``attribute``, ``table``) of which some could not be read.
        is_approval: Whether names are ``quote.*`` instead of needs and components.
    """

    needs: Mapping[str, Need] = field(default_factory=dict)
    components: Collection[str] = ()
    families: Collection[str] = ()
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    tables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    figures: Collection[tuple[str, str, str]] = ()
    texts: Mapping[str, Collection[str]] = field(default_factory=dict)
    partial: Mapping[str, str] = field(default_factory=dict)
    unknowable: Collection[str] = ()
    incomplete: Collection[str] = ()
    is_approval: bool = False


@dataclass(frozen=True)
class RuleFault:
    """One thing wrong with a rule, at a column counted from 1."""

    column: int
    what: str
    fix: str


@dataclass(frozen=True)
class _Type:
    """``unit`` is None for a bare number, which fits any; ``options`` are the values of a text."""

    kind: Literal["number", "boolean", "text", "unknown"]
    unit: str | None = None
    is_constant: bool = False
    options: tuple[str, ...] | None = None


_UNKNOWN = _Type("unknown", is_constant=True)
_BOOLEAN = _Type("boolean")
_COUNT = _Type("number")


def check(rule: ParsedRule, vocabulary: Vocabulary) -> list[RuleFault]:
    """Every fault of a rule, by column; none where it may be used."""
    checker = _Checker(rule, vocabulary)
    checker.expect(rule.expression, "boolean", "A rule is a condition")
    return sorted(set(checker.faults), key=lambda fault: (fault.column, fault.what))


def parts_of(expression: Expression) -> tuple[Expression, ...]:
    """The expressions directly within an expression."""
    if isinstance(expression, Not):
        return (expression.operand,)
    if isinstance(expression, AllOf | AnyOf):
        return expression.operands
    if isinstance(expression, Comparison | Arithmetic):
        return (expression.left, expression.right)
    return ()


class _Checker:
    def __init__(self, rule: ParsedRule, vocabulary: Vocabulary) -> None:
        self.faults: list[RuleFault] = []
        self._rule = rule
        self._known = vocabulary

    def expect(self, part: Expression, kind: Literal["number", "boolean"], why: str) -> _Type:
        found = self._type(part)
        if found.kind not in {kind, "unknown"}:
            word = "a condition, which is true or false" if kind == "boolean" else "a number"
            self._refuse(part, f"this is a {found.kind}", f"{why}: write {word}.")
            return _UNKNOWN
        return found

    def _refuse(self, part: Expression, what: str, fix: str) -> _Type:
        self.faults.append(RuleFault(self._rule.column(part), what, fix))
        return _UNKNOWN

    def _type(self, part: Expression) -> _Type:
        if isinstance(part, Constant | Name):
            return _constant_type(part) if isinstance(part, Constant) else self._name(part)
        if isinstance(part, Not | AllOf | AnyOf):
            for operand in parts_of(part):
                self.expect(operand, "boolean", "and, or, not and implies join conditions")
            return _BOOLEAN
        if isinstance(part, Comparison | Arithmetic):
            return self._comparison(part) if isinstance(part, Comparison) else self._arithmetic(part)
        if self._known.is_approval:
            fix = f"Use quote.<name>: {', '.join(QUOTE_NAMES)}."
            return self._refuse(part, "approvals speak of the quote only", fix)
        return self._about_components(part)

    def _about_components(self, part: Selected | Quantity | Kinds | Sum | Availability | InTable) -> _Type:
        if isinstance(part, InTable | Sum):
            return self._table(part) if isinstance(part, InTable) else self._sum(part)
        if isinstance(part, Availability):
            return self._availability(part)
        if isinstance(part, Kinds):
            self._one_of(part, part.family, self._known.families, "family")
            return _COUNT
        self._one_of(part, part.subject, [*self._known.components, *self._known.families], "component or family")
        return _BOOLEAN if isinstance(part, Selected) else _COUNT

    def _name(self, name: Name) -> _Type:
        wanted = "quote" if self._known.is_approval else "need"
        if name.scope != wanted:
            return self._refuse(name, f"{name.scope}.{name.name} has no meaning here", f"Use {wanted}.<name>.")
        if name.name in self._known.partial:
            return self._refuse(name, self._known.partial[name.name], "Move the rule into the offerings it is for.")
        if name.name in self._known.unknowable:
            return _UNKNOWN
        return self._quote_type(name) if self._known.is_approval else self._need_type(name)

    def _quote_type(self, name: Name) -> _Type:
        kind = QUOTE_NAMES.get(name.name)
        if kind is None:
            return self._refuse(name, f"a quote has no {name.name!r}", advice(name.name, QUOTE_NAMES))
        values = self._known.texts.get(name.name)
        return _Type(kind, is_constant=True, options=None if values is None else tuple(values))

    def _need_type(self, name: Name) -> _Type:
        need = self._known.needs.get(name.name)
        if need is None:
            return self._refuse(name, f"there is no need {name.name!r}", advice(name.name, self._known.needs))
        if need.kind == "text":
            return self._refuse(name, f"need {need.name!r} is a text", "Texts cannot be used in rules; use a choice.")
        if need.kind == "choice":
            return _Type("text", is_constant=True, options=tuple(need.options))
        if need.kind == "boolean":
            return _Type("boolean", is_constant=True)
        return _Type("number", unit=need.unit or None, is_constant=True)

    def _one_of(self, part: Expression, word: str, allowed: Collection[str], kind: str) -> bool:
        if word in allowed or word in self._known.unknowable or set(kind.split(" or ")) & set(self._known.incomplete):
            return True
        self._refuse(part, f"there is no {kind} {word!r}", advice(word, allowed))
        return False

    def _sum(self, part: Sum, *, at: Expression | None = None) -> _Type:
        place = at or part
        is_known = self._one_of(place, part.attribute, self._known.attributes, "attribute")
        if part.family:
            is_known &= self._one_of(place, part.family, self._known.families, "family")
        attribute = self._known.attributes.get(part.attribute)
        if not is_known or attribute is None:
            return _UNKNOWN
        carriers = {f for source, a, f in self._known.figures if source == part.source and a == part.attribute}
        if not carriers or (part.family and part.family not in carriers):
            of_family = f" of family {part.family!r}" if part.family else ""
            what = (
                f"no component{of_family} states {part.attribute!r} under {_SECTION[part.source]!r}: this is always 0"
            )
            self._refuse(place, what, f"Families that do: {', '.join(sorted(carriers)) or 'none'}.")
        return _Type("number", unit=attribute.unit or None)

    def _availability(self, part: Availability) -> _Type:
        """Each family is a sum of its own for what may be said of it."""
        found = [self._sum(Sum("total", UPTIME, family), at=part) for family in part.families]
        if len(set(part.families)) < len(part.families):
            self._refuse(part, "a family stands here twice", "Name each family once.")
        return found[0]

    def _table(self, part: InTable) -> _Type:
        if self._one_of(part, part.table, self._known.tables, "table"):
            columns = self._known.tables.get(part.table, part.families)
            if columns != part.families:
                shown = ", ".join(f'"{family}"' for family in columns)
                what = f"table {part.table!r} has the columns {', '.join(columns)}, not {', '.join(part.families)}"
                self._refuse(part, what, f'Write ({shown}) in table("{part.table}").')
        return _BOOLEAN

    def _comparison(self, part: Comparison) -> _Type:
        left, right = self._type(part.left), self._type(part.right)
        if "unknown" in {left.kind, right.kind}:
            return _BOOLEAN
        if left.kind != right.kind:
            self._refuse(part, f"a {left.kind} is compared with a {right.kind}", "Compare two of the same kind.")
        elif left.kind == "number":
            self._same_unit(part, left, right)
        elif part.operator not in {"==", "!="}:
            self._refuse(part, f"a {left.kind} has no order for {part.operator}", "Use == or !=.")
        elif left.kind == "text":
            self._option(part.right, left)
            self._option(part.left, right)
        return _BOOLEAN

    def _option(self, part: Expression, other: _Type) -> None:
        if isinstance(part, Constant) and other.options is not None and part.value not in other.options:
            self._refuse(part, f"{part.value!r} is not one of the options", advice(str(part.value), other.options))

    def _same_unit(self, part: Expression, left: _Type, right: _Type) -> str | None:
        if left.unit is not None and right.unit is not None and left.unit != right.unit:
            fix = "Multiply one side with the conversion, for example need.users * 0.25."
            self._refuse(part, f"{left.unit} on the left, {right.unit} on the right", fix)
        return left.unit if left.unit is not None else right.unit

    def _arithmetic(self, part: Arithmetic) -> _Type:
        why = f"{part.operator} joins numbers"
        left, right = self.expect(part.left, "number", why), self.expect(part.right, "number", why)
        if "unknown" in {left.kind, right.kind}:
            return _UNKNOWN
        is_constant = left.is_constant and right.is_constant
        if part.operator != "*":
            return _Type("number", unit=self._same_unit(part, left, right), is_constant=is_constant)
        if not left.is_constant and not right.is_constant:
            fix = "A rule is linear: one side of a product is a number or a need."
            return self._refuse(part, "both sides of this product depend on the components", fix)
        units = [one.unit for one in (left, right)]
        unit = None if None in units else "·".join(sorted(str(one) for one in units))
        return _Type("number", unit=unit, is_constant=is_constant)


_SECTION = {"total": "attributes", "provided": "provides", "consumed": "consumes"}


def _constant_type(part: Constant) -> _Type:
    if isinstance(part.value, bool):
        return _Type("boolean", is_constant=True)
    return _Type("number" if isinstance(part.value, Fraction) else "text", is_constant=True)
