"""How long a search may still take."""

from __future__ import annotations

import time
from collections.abc import Callable


class Deadline:
    """A moment by which an answer must be there; it can be brought forward to now from another thread.

    Attributes:
        given_s: Seconds it was set for, to a tenth, for messages.
    """

    def __init__(self, given_s: float, now_s: Callable[[], float] = time.monotonic) -> None:
        self.given_s = round(given_s, 1)
        self._now_s = now_s
        self._at_s = now_s() + given_s
        self._stops: list[Callable[[], None]] = []

    @property
    def left_s(self) -> float:
        """Seconds left; 0 when it is over."""
        return max(self._at_s - self._now_s(), 0.0)

    def after(self, part: float) -> Deadline:
        """A deadline when this part of the time that is left is over, and at the latest with this one."""
        earlier = Deadline(self.left_s * part, self._now_s)
        self.on_end(earlier.end_now)
        return earlier

    def at_least(self, seconds: float) -> Deadline:
        """This one, or one in so many seconds where that is later."""
        if self.left_s >= seconds:
            return self
        later = Deadline(seconds, self._now_s)
        self.on_end(later.end_now)
        return later

    def on_end(self, stop: Callable[[], None]) -> None:
        """Have something stopped when the deadline is brought forward."""
        self._stops.append(stop)

    def end_now(self) -> None:
        """Bring the deadline forward: nobody waits for the answer any more."""
        self._at_s = self._now_s()
        for stop in tuple(self._stops):
            stop()
