"""Picks one option of each slot under shared limits: a beam search that knows what the limits are worth.

The limits get prices from the linear relaxation, smoothed: each slot takes its options with probabilities that fall
with what an option loses at these prices, so that expected use meets the limits. Slots are then decided one after the
other. Of all combinations so far, those are kept that have lost least, where what is left of each limit is charged for
how far it lies from what the open slots are expected to use - measured by how well they can still make up for it (the
covariance of their use). Plain numbers in, plain numbers out: whoever asks confirms the answer.
Source: the smoothing is that of entropic regularization; beam search over groups as in reduce-and-solve methods for
the multiple-choice multi-dimensional knapsack problem (Chen and Hao 2014).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidwright.configurator.deadline import Deadline

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

_WIDTHS = (1_000, 2_000, 4_000, 8_000, 16_000, 16_000, 32_000, 32_000)
"""Combinations kept, by round: most problems need the first rounds only."""

_SMOOTHINGS = (1 / 40, 1 / 20)
"""Taken in turn: how far from the relaxation's best an option may lie, in spreads of the options' values."""

_SLACK = 0.04
"""Spread of use, squared, that is always granted: at the end no slot is open to make up for anything."""

_WORTHLESS = 1e-6
"""A lower price of a limit is none."""

_MOST_NUMBERS = 8_000_000
"""Numbers a stage may hold; a round with more keeps fewer combinations."""


@dataclass(frozen=True, kw_only=True)
class SlotProblem:
    """One option of each slot, as much value as possible, no limit exceeded.

    Attributes:
        value: By slot and option; minus infinity where a slot has no such option.
        use: By slot, option and limit.
        limit: By limit.
    """

    value: Floats
    use: Floats
    limit: Floats


@dataclass(frozen=True, kw_only=True)
class _Prices:
    """What the limits are worth.

    Attributes:
        loss: By slot and option: value given up against the slot's best at these prices.
        price: By limit.
        bound: No choice has more value.
        use, spread: By slot: expected use, and its covariance.
    """

    price: Floats
    loss: Floats
    bound: float
    use: Floats
    spread: Floats


def better_choices(problem: SlotProblem, known: float, deadline: Deadline) -> list[int] | None:
    """Look for a choice with more value than is known; None where none was found. The same for the same input.

    Ends after a number of rounds, or with the deadline; then the best so far is the answer.
    """
    scale, best = _scaled(problem), None
    value = known
    for number, width in enumerate(_WIDTHS):
        smoothing = _SMOOTHINGS[number % len(_SMOOTHINGS)]
        prices = _prices(scale.problem, smoothing)
        beam = _Beam(scale.problem, prices, smoothing, deadline)
        found = beam.search(np.random.default_rng(number).permutation(len(problem.value)), width, value / scale.size)
        if found is not None:
            reached = float(sum(problem.value[slot, option] for slot, option in enumerate(found)))
            if reached > value:
                best, value = found, reached
        if deadline.left_s <= 0 or value >= prices.bound * scale.size - 1e-6:
            break
    return best


@dataclass(frozen=True, kw_only=True)
class _Scaled:
    """A problem in spreads: of values over the options of a slot, and of the use of each limit."""

    problem: SlotProblem
    size: float


def _scaled(problem: SlotProblem) -> _Scaled:
    there = np.isfinite(problem.value)
    counts = there.sum(1, keepdims=True)
    values = np.where(there, problem.value, 0.0)
    around = np.where(there, values - values.sum(1, keepdims=True) / counts, 0.0)
    size = float(np.sqrt((around**2).sum() / there.sum())) or 1.0
    used = problem.use[there]
    spread = used.std(0)
    spread[spread == 0] = 1.0
    scaled = SlotProblem(value=problem.value / size, use=problem.use / spread, limit=problem.limit / spread)
    return _Scaled(problem=scaled, size=size)


def _prices(problem: SlotProblem, smoothing: float) -> _Prices:
    """The prices at which expected use meets the limits, at falling smoothness down to the one wanted."""
    price = np.zeros(len(problem.limit))
    width = 1.0
    while width > smoothing:
        price = _met(problem, price, width)
        width /= 2
    price = _met(problem, price, smoothing)
    worth = problem.value - problem.use @ price
    top = worth.max(1, keepdims=True)
    use, spread = _expected(problem, price, smoothing)
    return _Prices(
        price=price, loss=top - worth, bound=float(price @ problem.limit + top.sum()), use=use, spread=spread
    )


def _expected(problem: SlotProblem, price: Floats, smoothing: float) -> tuple[Floats, Floats]:
    """Expected use and its covariance, by slot."""
    worth = (problem.value - problem.use @ price) / smoothing
    share = np.exp(worth - worth.max(1, keepdims=True))
    share /= share.sum(1, keepdims=True)
    use = (share[:, :, None] * problem.use).sum(1)
    around = (problem.use - use[:, None, :]) * np.sqrt(share)[:, :, None]
    return use, np.matmul(around.transpose(0, 2, 1), around)


def _smooth_bound(problem: SlotProblem, price: Floats, smoothing: float) -> float:
    worth = (problem.value - problem.use @ price) / smoothing
    top = worth.max(1)
    return float(price @ problem.limit + smoothing * (top + np.log(np.exp(worth - top[:, None]).sum(1))).sum())


def _met(problem: SlotProblem, price: Floats, smoothing: float) -> Floats:
    """Newton's method on the smoothed bound, a convex function, over prices that are not negative."""
    bound = _smooth_bound(problem, price, smoothing)
    for _ in range(40):
        use, spread = _expected(problem, price, smoothing)
        slope = problem.limit - use.sum(0)
        free = np.flatnonzero((price > 0) | (slope < 0))
        if not free.size or np.abs(slope[free]).max() < 1e-6:
            break
        curve = spread.sum(0)[np.ix_(free, free)] / smoothing + 1e-9 * np.eye(free.size)
        step = np.zeros_like(price)
        step[free] = -np.linalg.solve(curve, slope[free])
        length = 1.0
        while length > 1e-4:
            moved = np.maximum(price + length * step, 0.0)
            reached = _smooth_bound(problem, moved, smoothing)
            if reached < bound:
                break
            length /= 2
        else:
            break
        price, bound = moved, reached
    return price


class _Beam:
    """Decides slots one after the other and keeps the combinations that promise most."""

    def __init__(self, problem: SlotProblem, prices: _Prices, smoothing: float, deadline: Deadline) -> None:
        self._problem = problem
        self._prices = prices
        self._smoothing = smoothing
        self._deadline = deadline
        there = np.isfinite(problem.value)
        self._least = np.where(there[:, :, None], problem.use, np.inf).min(1)

    def search(self, order: Indices, width: int, known: float) -> list[int] | None:
        """One option by slot with more value than is known; None where none was found or the time is over."""
        problem, prices = self._problem, self._prices
        gap = prices.bound - known
        left, lost = problem.limit[None, :].copy(), np.zeros(1)
        steps: list[tuple[int, Indices, Indices]] = []
        for position, slot in enumerate(order):
            options = np.flatnonzero(prices.loss[slot] < gap)
            if self._deadline.left_s <= 0 or not options.size:
                return None
            lost = (lost[:, None] + prices.loss[slot, options]).ravel()
            kept = np.flatnonzero(lost < gap)
            left = left[kept // options.size] - problem.use[slot, options[kept % options.size]]
            rest = order[position + 1 :]
            possible = np.flatnonzero((left >= self._least[rest].sum(0) - 1e-9).all(1))
            if not possible.size:
                return None
            kept, left, lost = kept[possible], left[possible], lost[kept[possible]]
            room = min(width, max(_MOST_NUMBERS // (problem.use.shape[1] * problem.use.shape[2]), 1))
            if kept.size > room or not rest.size:
                best = self._promising(left, lost, rest, room)
                kept, left, lost = kept[best], left[best], lost[best]
            steps.append((int(slot), kept // options.size, options[kept % options.size]))
        return _walked_back(steps)

    def _promising(self, left: Floats, lost: Floats, rest: Indices, room: int) -> Indices:
        """The combinations with the least loss and the least to make up for; the best one where no slot is open."""
        if not rest.size:
            return np.array([np.argmin(lost + left @ self._prices.price)])
        away = left - self._prices.use[rest].sum(0)
        free = self._prices.price < _WORTHLESS  # what is left of such a limit costs nothing
        away[:, free] = np.minimum(away[:, free], 0.0)
        curve = (self._prices.spread[rest].sum(0) + _SLACK * np.eye(left.shape[1])) / self._smoothing
        # einsum: as fast as a product by many threads, and the cores are not ours alone.
        effort = np.einsum("ck,ck->c", np.einsum("ck,kl->cl", away, np.linalg.inv(curve)), away) / 2
        return np.argpartition(lost + effort, room - 1)[:room]


def _walked_back(steps: list[tuple[int, Indices, Indices]]) -> list[int]:
    chosen = [0] * len(steps)
    at = 0
    for slot, parents, options in reversed(steps):
        chosen[slot] = int(options[at])
        at = int(parents[at])
    return chosen
