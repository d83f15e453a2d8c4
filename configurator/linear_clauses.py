"""Weighted literals compared with a bound: exact, as a decision diagram where that stays small, else by adding bits."""

from __future__ import annotations

from collections.abc import Sequence

from bidwright.configurator.clauses import Clauses

_MOST_NODES = 20_000

Weighted = tuple[int, int]
"""A weight and the literal it counts for."""


def at_least(clauses: Clauses, terms: Sequence[Weighted], bound: int) -> int:
    """A literal that holds exactly when the weights of the literals that hold add up to the bound or more."""
    positive: list[Weighted] = []
    for weight, literal in terms:
        if weight > 0:
            positive.append((weight, literal))
        elif weight < 0:
            positive.append((-weight, -literal))
            bound -= weight
    positive.sort(reverse=True)
    if bound <= 0:
        return clauses.constant(value=True)
    if sum(weight for weight, _ in positive) < bound:
        return clauses.constant(value=False)
    layers = _layers(positive, bound)
    return _by_adding(clauses, positive, bound) if layers is None else _by_deciding(clauses, positive, layers)


def _layers(terms: Sequence[Weighted], bound: int) -> list[set[int]] | None:
    """What may still be missing before each term, from the first on; None where that is too much."""
    left = sum(weight for weight, _ in terms)
    layers, count = [{bound}], 0
    for weight, _ in terms:
        left -= weight
        layers.append({rest for missing in layers[-1] for rest in (missing, missing - weight) if 0 < rest <= left})
        count += len(layers[-1])
        if count > _MOST_NODES:
            return None
    return layers


def _by_deciding(clauses: Clauses, terms: Sequence[Weighted], layers: Sequence[set[int]]) -> int:
    below: dict[int, int] = {}
    for (weight, literal), missing in zip(reversed(terms), reversed(layers[:-1]), strict=True):
        here: dict[int, int] = {}
        for rest in sorted(missing):
            yes, no = (
                clauses.constant(value=True) if each <= 0 else below.get(each, -clauses.true)
                for each in (rest - weight, rest)
            )
            here[rest] = clauses.choice(literal, yes, no)
        below = here
    return next(iter(below.values()))


def _by_adding(clauses: Clauses, terms: Sequence[Weighted], bound: int) -> int:
    """Add the weights as binary numbers, then compare from the lowest bit up."""
    columns: dict[int, list[int]] = {}
    for weight, literal in terms:
        for bit in range(weight.bit_length()):
            if weight >> bit & 1:
                columns.setdefault(bit, []).append(literal)
    total: list[int] = []
    bit = 0
    while bit <= max(columns):
        column = columns.get(bit, [])
        while len(column) > 1:
            first, second = column.pop(), column.pop()
            third = column.pop() if column else -clauses.true
            odd = -clauses.same(first, second)
            column.insert(0, -clauses.same(odd, third))
            carry = clauses.choice(odd, third, first)
            if carry != -clauses.true:
                columns.setdefault(bit + 1, []).append(carry)
        total.append(column[0] if column else -clauses.true)
        bit += 1
    enough = clauses.constant(value=True)
    for position in range(max(len(total), bound.bit_length())):
        digit = total[position] if position < len(total) else -clauses.true
        enough = clauses.both((digit, enough)) if bound >> position & 1 else clauses.either((digit, enough))
    return enough
