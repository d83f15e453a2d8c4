"""What one search for the least of a form came to, and what several of them know together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from bidwright.configurator.cpsat_forms import LinearForm
from bidwright.configurator.cpsat_proof import Proven

Status = Literal["found", "infeasible", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Searched:
    """The outcome of one search.

    Attributes:
        values: A solution, by index of variable; empty unless found.
        bound: What no solution is below; None where nothing is known.
    """

    status: Status
    values: tuple[int, ...] = ()
    bound: int | None = None

    @staticmethod
    def of(proven: Proven, bound: int | None) -> Searched:
        """What was found near a bound, if anything."""
        return Searched(status="found" if proven.values else "unknown", values=proven.values, bound=bound)

    def is_over(self, form: LinearForm) -> bool:
        """Whether there is nothing, or nothing better by an expression."""
        return self.status == "infeasible" or (self.status == "found" and form.at(self.values) == self.bound)

    def with_values(self, values: tuple[int, ...]) -> Searched:
        """The same with another solution."""
        return replace(self, status="found", values=values)

    def better(self, other: Searched, form: LinearForm) -> Searched:
        """What both searches know together."""
        if other.status == "infeasible":
            return self if self.values else other
        if other.is_over(form):
            return other
        bounds = [one.bound for one in (self, other) if one.bound is not None]
        values = [one.values for one in (self, other) if one.values]
        known = replace(self, bound=max(bounds, default=None))
        return known.with_values(min(values, key=form.at)) if values else known


UNKNOWN = Searched(status="unknown")
