"""Reads the constraints of UVL into postfix programs, with a stack of operators instead of recursion."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from bidwright.configurator.feature_model import COMPARISONS, Operation
from bidwright.configurator.uvl_cursor import Cursor
from bidwright.configurator.uvl_syntax import Call, WrittenConstraint, WrittenStep
from bidwright.configurator.uvl_tokens import Token

_COMPARISON_LEVEL = 6

# How tightly each operator binds, as in the grammar of UVL; all two-sided ones group from the left.
_TWO_SIDED = {
    **dict.fromkeys(COMPARISONS, _COMPARISON_LEVEL),
    Operation.SAME: 1,
    Operation.IMPLIES: 2,
    Operation.OR: 3,
    Operation.AND: 4,
    Operation.ADD: 7,
    Operation.SUBTRACT: 7,
    Operation.MULTIPLY: 8,
    Operation.DIVIDE: 8,
}
_PREFIX = {Operation.NOT: 5, Operation.NEGATIVE: 9}
_CALLS: dict[str, Operation | Call] = {
    "len": Operation.LENGTH,
    "floor": Operation.FLOOR,
    "ceil": Operation.CEIL,
    "sum": Call.SUM,
    "avg": Call.AVERAGE,
}
_OPERATORS = {operation.value: operation for operation in _TWO_SIDED}
_OPERAND_FIX = (
    "A constraint is built from names, numbers, 'texts', ( ), !, & | => <=>, == != < <= > >=, + - * /, "
    "sum, avg, len, floor, ceil."
)
_OPERATOR_FIX = "Here may stand & | => <=> == != < <= > >= + - * / or the end of the constraint."


@dataclass
class _Reading:
    """A constraint while it is being read.

    Attributes:
        program: Steps so far.
        pending: Operators and opening brackets that wait for their right side.
    """

    program: list[WrittenStep] = field(default_factory=list)
    pending: list[tuple[Operation | Call | None, Token]] = field(default_factory=list)

    def step(self, operation: Operation | Call, operand: Fraction | str | None, token: Token) -> None:
        self.program.append(WrittenStep(operation, operand, token.line, token.column))

    def reduce(self, level: int) -> None:
        """Finish all pending operators that bind at least as tightly."""
        while self.pending:
            operation, token = self.pending[-1]
            if not isinstance(operation, Operation) or (_TWO_SIDED.get(operation) or _PREFIX.get(operation, 0)) < level:
                return
            self.pending.pop()
            self.step(operation, None, token)


def read_constraint(cursor: Cursor) -> WrittenConstraint:
    """Read a constraint up to the end of its line, or a comma or bracket that closes what it stands in.

    Raises:
        InvalidInput: Something that a constraint cannot hold, with its place.
    """
    first = cursor.token
    reading = _Reading()
    while True:
        _operand(cursor, reading)
        while cursor.token.value == ")" and cursor.token.kind == "symbol" and _close(cursor, reading):
            pass
        operation = _OPERATORS.get(cursor.token.value) if cursor.token.kind == "symbol" else None
        if operation is None:
            break
        reading.reduce(_TWO_SIDED[operation])
        reading.pending.append((operation, cursor.next()))
    reading.reduce(0)
    if reading.pending:
        cursor.refuse("This bracket is never closed.", "Close it with ).", reading.pending[-1][1])
    if cursor.token.kind not in {"newline", "end"} and cursor.token.value not in {",", "]", "}"}:
        cursor.refuse(f"{cursor.token.first} does not continue a constraint.", _OPERATOR_FIX)
    return WrittenConstraint(tuple(reading.program), cursor.text_between(first, cursor.token), cursor.place(first))


def _operand(cursor: Cursor, reading: _Reading) -> None:
    """Read what stands before the next operator: prefixes, functions, opening brackets and one value."""
    while True:
        token = cursor.token
        function = _CALLS.get(token.value) if token.kind == "name" else None
        if function is not None and cursor.ahead()[:2] != ("symbol", "("):
            function = None
        if isinstance(function, Operation):
            reading.pending.append((function, cursor.next()))
        elif token.kind == "symbol" and token.value in {"!", "(", "-"}:
            prefix = {"!": Operation.NOT, "-": Operation.NEGATIVE}.get(token.value)
            reading.pending.append((prefix, cursor.next()))
        else:
            break
    if function is not None:
        _aggregate(cursor, reading, function)
    elif token.kind == "number":
        reading.step(Operation.NUMBER, Fraction(cursor.checked_number(cursor.next())), token)
    elif token.kind == "text":
        reading.step(Operation.TEXT, cursor.next().value, token)
    elif token.kind == "name" and token.value in {"true", "false"}:
        reading.program.append(WrittenStep(Operation.TRUTH, token.value == "true", token.line, token.column))
        cursor.next()
    elif token.kind in {"name", "quoted"}:
        name = cursor.reference()
        reading.program.append(WrittenStep(Call.REFERENCE, (name,), token.line, token.column))
    else:
        cursor.refuse(f"{token.first} stands where a value is expected.", _OPERAND_FIX)


def _aggregate(cursor: Cursor, reading: _Reading, function: Call) -> None:
    """Read ``sum(attribute)`` or ``sum(feature, attribute)``, and the same of avg."""
    token = cursor.next()
    cursor.next()
    names = [cursor.reference()]
    if cursor.takes("symbol", ","):
        names.append(cursor.reference())
    cursor.expect("symbol", ")", f"Write {token.value}(attribute) or {token.value}(feature, attribute).")
    reading.program.append(WrittenStep(function, tuple(names), token.line, token.column))


def _close(cursor: Cursor, reading: _Reading) -> bool:
    """Finish what stands within the bracket that closes here, and the function before it."""
    reading.reduce(0)
    if not reading.pending or reading.pending[-1][0] is not None:
        cursor.refuse("This bracket was never opened.", "Remove it, or open it with (.")
    reading.pending.pop()
    cursor.next()
    if reading.pending and reading.pending[-1][0] in {Operation.LENGTH, Operation.FLOOR, Operation.CEIL}:
        operation, token = reading.pending.pop()
        if operation is not None:
            reading.step(operation, None, token)
    return True
