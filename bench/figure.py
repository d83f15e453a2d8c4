"""One measured figure, and how pairs are timed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
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
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 1):
        for kept, run in zip(times, (ours, floor), strict=True):
            began = time.perf_counter()
            run()
            if number:
                kept.append((time.perf_counter() - began) * 1000)
    return statistics.median(times[0]), statistics.median(times[1])
