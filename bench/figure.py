"""One measured figure, and how pairs are timed."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Two medians of one run and their ratio.

    Attributes:
        bench: Name.
        ours, floor: What was measured, and what it is compared with, in ``unit``.
        target: The ratio that shall not be exceeded; None where nothing is promised.
        note: What is to be known about it.
    """

    bench: str
    ours: float
    floor: float
    unit: str
    target: float | None
    note: str = ""

    def as_dict(self) -> dict[str, str | float | bool | None]:
        """The figure as it is printed."""
        ratio = self.ours / self.floor
        return {
            "bench": self.bench,
            "ours": round(self.ours, 3),
            "floor": round(self.floor, 3),
            "unit": self.unit,
            "ratio": round(ratio, 2),
            "target": self.target,
            "ok": self.target is None or ratio <= self.target,
            **({"note": self.note} if self.note else {}),
        }


def medians_ms(ours: Callable[[], object], floor: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Time two things in turn, A B A B ..., after one round that does not count; their medians in milliseconds."""
    first, second = _medians_s((ours, floor), rounds, time.perf_counter)
    return first * 1000, second * 1000


def cpu_medians_ms(runs: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """Time things in turn by the processor time of this process; each begins without the garbage of the one before."""
    return [seconds * 1000 for seconds in _medians_s(runs, rounds, time.process_time, before=gc.collect)]


def _medians_s(
    runs: Sequence[Callable[[], object]],
    rounds: int,
    clock: Callable[[], float],
    before: Callable[[], object] = lambda: None,
) -> list[float]:
    times: list[list[float]] = [[] for _ in runs]
    for number in range(rounds + 1):
        for kept, run in zip(times, runs, strict=True):
            before()
            began = clock()
            run()
            if number:
                kept.append(clock() - began)
    return [statistics.median(kept) for kept in times]
