"""How long a search may still take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Deadline:
    """A moment by which an answer must be there.

    Attributes:
        at_s: The moment, in seconds of ``now_s``.
        now_s: A clock that never goes back.
    """

    at_s: float
    now_s: Callable[[], float] = time.monotonic

    @classmethod
    def after(cls, seconds: float, now_s: Callable[[], float] = time.monotonic) -> Deadline:
        """The moment so many seconds from now."""
        return cls(now_s() + seconds, now_s)

    @property
    def left_s(self) -> float:
        """Seconds left; 0 when it is over."""
        return max(self.at_s - self.now_s(), 0.0)
