"""Reads the rule language. The syntax is Python's, read with ``ast`` and never run; reference: docs/portfolio.md.

``parse`` knows the grammar only; whether names exist and units fit is told by ``catalog.rule_types``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, cast

from bidwright.catalog.rule_language import (
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
from bidwright.catalog.rule_slips import first_slip, no_expression
from bidwright.core.errors import InvalidInput
from bidwright.core.nearest import advice

LONGEST_RULE = 2000
DEEPEST_RULE = 100
LARGEST_RULE = 500
"""Parts of one rule."""

_MOST_FAMILIES = 12
"""Of one availability."""

_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)?")
_FUNCTIONS = ("selected", "quantity", "kinds", "total", "provided", "consumed", "availability", "implies", "table")
_ALLOWED = (
    "Allowed are selected, quantity, kinds, total, provided, consumed, availability, implies, need.<name>, numbers, "
    'texts, comparisons, and, or, not, + - *, and ("a", "b") in table("t").'
)
_COMPARISONS: Mapping[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_ARITHMETIC: Mapping[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}


class RuleRefused(InvalidInput):
    """A rule cannot be read.

    Attributes:
        column: Where, counted from 1 in characters.
    """

    reason = "RULE_REFUSED"

    def __init__(self, column: int, message: str, fix: str) -> None:
        super().__init__(f"column {column}: {message}", fix=fix, facts={"column": str(column)})
        self.column = column


@dataclass(frozen=True)
class ParsedRule:
    """A rule that is grammatical.

    Attributes:
        columns: ``id()`` of each part of the expression -> its column, from 1.
    """

    expression: Expression
    columns: Mapping[int, int]

    def column(self, part: Expression) -> int:
        """Where a part of this expression begins."""
        return self.columns.get(id(part), 1)


def parse(text: str) -> Expression:
    """Read a rule.

    Raises:
        RuleRefused: With the column of the first thing that is not allowed.
    """
    return parse_located(text).expression


def parse_located(text: str) -> ParsedRule:
    """Read a rule and keep the column of every part.

    Raises:
        RuleRefused: With the column of the first thing that is not allowed.
    """
    source = _clean(text)
    slip = first_slip(source)
    if slip is not None:
        raise RuleRefused(slip.column, f"{slip.written!r} is not part of the rule language", slip.instead)
    try:
        tree = ast.parse(source, mode="eval")
    except SyntaxError as error:
        raise RuleRefused(*no_expression(source, error), _ALLOWED) from error
    except (RecursionError, MemoryError, ValueError) as error:
        raise RuleRefused(1, "this is nested too deeply", f"Use at most {DEEPEST_RULE} levels.") from error
    reader = _Reader(source)
    expression = reader.read(tree.body, 1)
    return ParsedRule(expression, reader.columns)


def _clean(text: str) -> str:
    if len(text) > LONGEST_RULE:
        what = f"the rule has {len(text)} characters"
        raise RuleRefused(LONGEST_RULE + 1, what, f"Use at most {LONGEST_RULE}; split it into several rules.")
    source = re.sub(r"[\r\n\t]", " ", text)
    start = len(source) - len(source.lstrip())
    for column, letter in enumerate(source, 1):
        if letter in "\\#`;{}" or not letter.isprintable():
            raise RuleRefused(column, f"the character {letter!r} is not part of the rule language", _ALLOWED)
    if start == len(source):
        raise RuleRefused(1, "the rule is empty", "Write a condition.")
    # A space in front would be an indentation to Python; an opening bracket is none and keeps the columns.
    return source.strip() if start == 0 else "(" + " " * (start - 1) + source.strip() + ")"


class _Reader:
    """Turns Python's syntax tree into ours, refusing all that is not in the language."""

    def __init__(self, source: str) -> None:
        self.columns: dict[int, int] = {}
        self._source = source
        self._parts = 0
        self._keep: list[Expression] = []  # so that no id() is used twice
        self._readers: Mapping[type[ast.AST], Callable[[ast.AST, int], Expression]] = {
            ast.Constant: self._constant,
            ast.Attribute: self._attribute,
            ast.Call: self._call,
            ast.BoolOp: self._boolean,
            ast.UnaryOp: self._unary,
            ast.BinOp: self._arithmetic,
            ast.Compare: self._compare,
        }

    def read(self, node: ast.AST, depth: int) -> Expression:
        self._parts += 1
        if depth > DEEPEST_RULE:
            raise self._refuse(node, "this is nested too deeply", f"Use at most {DEEPEST_RULE} levels.")
        if self._parts > LARGEST_RULE:
            raise self._refuse(node, f"the rule has more than {LARGEST_RULE} parts", "Split it into several rules.")
        reader = self._readers.get(type(node))
        if reader is None:
            raise self._unknown(node)
        return self._at(node, reader(node, depth + 1))

    def _at(self, node: ast.AST, expression: Expression) -> Expression:
        self._keep.append(expression)
        self.columns.setdefault(id(expression), self._column(node))
        return expression

    def _column(self, node: ast.AST) -> int:
        # ``ast`` counts bytes of UTF-8; people count characters.
        offset = cast("int", getattr(node, "col_offset", 0))
        return len(self._source.encode()[:offset].decode(errors="replace")) + 1

    def _text(self, node: ast.AST) -> str:
        start, end = cast("ast.expr", node).col_offset, cast("ast.expr", node).end_col_offset
        return self._source.encode()[start:end].decode(errors="replace")

    def _refuse(self, node: ast.AST, what: str, fix: str) -> RuleRefused:
        return RuleRefused(self._column(node), what, fix)

    def _unknown(self, node: ast.AST) -> RuleRefused:
        if isinstance(node, ast.Name):
            fix = f'Did you mean need.{node.id}, or a text "{node.id}"? {_ALLOWED}'
            return self._refuse(node, f"{node.id!r} alone has no meaning", fix)
        return self._refuse(node, f"{self._text(node)[:60]!r} is not part of the rule language", _ALLOWED)

    def _constant(self, node: ast.AST, _: int) -> Expression:
        value = cast("ast.Constant", node).value
        if isinstance(value, bool | str):
            return Constant(value)
        text = self._text(node)
        if not isinstance(value, int | float) or not _NUMBER.fullmatch(text):
            fix = "Write a plain number such as 12 or 0.25, of at most 12 digits before and 9 after the point."
            raise self._refuse(node, f"{text[:40]!r} is not a plain number", fix)
        return Constant(Fraction(text))

    def _attribute(self, node: ast.AST, _: int) -> Expression:
        attribute = cast("ast.Attribute", node)
        scope = attribute.value.id if isinstance(attribute.value, ast.Name) else ""
        if scope not in {"need", "quote", "component"}:
            what = f"{self._text(node)[:60]!r} is not a name"
            fix = "Names are need.<name> in rules, quote.<name> in approvals, component.<attribute> in formulas."
            raise self._refuse(node, what, fix)
        return Name(cast("Literal['need', 'quote', 'component']", scope), attribute.attr)

    def _call(self, node: ast.AST, depth: int) -> Expression:
        call = cast("ast.Call", node)
        function = call.func.id if isinstance(call.func, ast.Name) else self._text(call.func)
        if function not in _FUNCTIONS:
            raise self._refuse(node, f"there is no function {function[:60]!r}", advice(function, _FUNCTIONS))
        if call.keywords:
            raise self._refuse(node, f"{function}() takes no named arguments", f'Write {function}("...").')
        if function == "implies":
            self._count(call, 2, 2)
            condition, result = (self.read(argument, depth) for argument in call.args)
            return AnyOf((self._at(call.args[0], Not(condition)), result))
        if function == "table":
            raise self._refuse(node, "table() stands alone", 'Write ("family", "family") in table("name").')
        return self._counting(function, call)

    def _counting(self, function: str, call: ast.Call) -> Expression:
        if function == "availability":
            self._count(call, 1, _MOST_FAMILIES)
            return Availability(tuple(self._word(argument) for argument in call.args))
        is_sum = function in {"total", "provided", "consumed"}
        self._count(call, 1, 2 if is_sum else 1)
        words = [self._word(argument) for argument in call.args]
        if is_sum:
            return Sum(cast("Literal['total', 'provided', 'consumed']", function), *words)
        if function == "kinds":
            return Kinds(words[0])
        return Selected(words[0]) if function == "selected" else Quantity(words[0])

    def _count(self, call: ast.Call, least: int, most: int) -> None:
        if not least <= len(call.args) <= most:
            many = str(least) if least == most else f"{least} {'or' if most == least + 1 else 'to'} {most}"
            what = f"{self._text(call.func)}() has {len(call.args)} arguments"
            raise self._refuse(call, what, f"Give {many}.")

    def _word(self, node: ast.AST) -> str:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _WORD.fullmatch(node.value):
            return node.value
        text = self._text(node)
        what = f"{text[:60]} is not an id in quotes"
        is_id = _WORD.fullmatch(text) and not text.startswith("need.")
        fix = f'Write "{text}".' if is_id else 'Write one, such as "compute" or "compute.small".'
        raise self._refuse(node, what, fix)

    def _boolean(self, node: ast.AST, depth: int) -> Expression:
        operation = cast("ast.BoolOp", node)
        operands = tuple(self.read(value, depth) for value in operation.values)
        return AllOf(operands) if isinstance(operation.op, ast.And) else AnyOf(operands)

    def _unary(self, node: ast.AST, depth: int) -> Expression:
        operation = cast("ast.UnaryOp", node)
        if isinstance(operation.op, ast.Not):
            return Not(self.read(operation.operand, depth))
        if not isinstance(operation.op, ast.USub):
            raise self._unknown(node)
        operand = self.read(operation.operand, depth)
        if isinstance(operand, Constant) and isinstance(operand.value, Fraction):
            return Constant(-operand.value)
        return Arithmetic("-", self._at(node, Constant(Fraction(0))), operand)

    def _arithmetic(self, node: ast.AST, depth: int) -> Expression:
        operation = cast("ast.BinOp", node)
        operator = _ARITHMETIC.get(type(operation.op))
        if operator is None:
            fix = "Use + - *; instead of a division, multiply: 0.25 for / 4."
            raise self._refuse(node, f"the operator in {self._text(node)[:60]!r} is not allowed", fix)
        left, right = self.read(operation.left, depth), self.read(operation.right, depth)
        return Arithmetic(cast("Literal['+', '-', '*']", operator), left, right)

    def _compare(self, node: ast.AST, depth: int) -> Expression:
        compare = cast("ast.Compare", node)
        if any(isinstance(one, ast.In | ast.NotIn) for one in compare.ops):
            return self._in_table(compare)
        sides = [self.read(side, depth) for side in (compare.left, *compare.comparators)]
        parts: list[Expression] = []
        for operator, left, right, side in zip(compare.ops, sides, sides[1:], compare.comparators, strict=False):
            word = _COMPARISONS.get(type(operator))
            if word is None:
                raise self._refuse(side, "'is' does not compare values here", "Use == or !=.")
            comparison = Comparison(cast("Literal['==', '!=', '<', '<=', '>', '>=']", word), left, right)
            parts.append(self._at(compare.left, comparison))
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _in_table(self, compare: ast.Compare) -> Expression:
        right = compare.comparators[0]
        is_table = isinstance(right, ast.Call) and isinstance(right.func, ast.Name) and right.func.id == "table"
        if not is_table or not isinstance(compare.ops[0], ast.In) or len(compare.ops) > 1:
            what = f"{self._text(compare)[:60]!r} is not allowed"
            raise self._refuse(right, what, 'After `in` comes one table: ("os", "database") in table("name").')
        call = cast("ast.Call", right)
        self._count(call, 1, 1)
        families = compare.left.elts if isinstance(compare.left, ast.Tuple) else []
        if not 2 <= len(families) <= 5:
            raise self._refuse(compare.left, "2 to 5 families in brackets belong here", 'Write ("os", "database").')
        return InTable(tuple(self._word(family) for family in families), self._word(call.args[0]))
