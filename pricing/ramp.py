"""Ramps: the parts of a term in which a configuration has fewer units, or prices of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bidwright.core.errors import Faults
from bidwright.core.nearest import advice
from bidwright.pricing.numbers import Range, read_number
from bidwright.v1.configuration_pb2 import RampPhase, RampQuantity

_CHANGE = Range(top=Decimal(100), least=Decimal(-1000), places=10)
"""What a phase takes off, or adds: so many digits as 3.5 % more have, four times."""

MOST_LINES = 10_000
"""Phases times components of a ramp: what one price can hold, with the lines of every phase."""


@dataclass(frozen=True, kw_only=True)
class Phase:
    """Months of a term, one after the other.

    Attributes:
        quantities: Component id -> units, at least 1, by id.
        percent: What is taken off recurring lines, to 100; below 0 what is added, to -1000.
    """

    first_month: int
    months: int
    quantities: Mapping[str, int]
    percent: Decimal = Decimal(0)

    @property
    def title(self) -> str:
        """Its months in words."""
        return f"months {self.first_month} to {self.first_month + self.months - 1}"


def read_ramp(
    ramp: Sequence[RampPhase], quantities: Mapping[str, int], term_months: int, faults: Faults
) -> tuple[Phase, ...]:
    """The phases of a ramp: they cover the whole term, in order; none where there is no ramp.

    Args:
        ramp: As it is stated; it may begin after the first month.
        quantities: Those of the configuration, by id.
        term_months: The term.
        faults: Takes phases that do not ascend or begin after the term, and quantities that the configuration does not
            have.
    """
    if not ramp:
        return ()
    if len(ramp) * len(quantities) > MOST_LINES:
        what = f"{len(ramp)} phases of {len(quantities)} components are more than {MOST_LINES} lines"
        faults.add("terms.ramp", what, "State fewer phases, or split the bid.")
        return ()
    phases = [Phase(first_month=1, months=0, quantities=quantities)] if ramp[0].from_month > 1 else []
    before = 0
    for index, stated in enumerate(ramp):
        where = f"terms.ramp[{index}]"
        if not before < stated.from_month <= term_months:
            what = f"the phase begins with month {stated.from_month}"
            rule = f"a month after {before}, up to {term_months}: phases ascend, within the term"
            faults.add(f"{where}.from_month", what, f"Begin it with {rule}.")
        before = stated.from_month
        percent = read_number(stated.discount_percent, f"{where}.discount_percent", within=_CHANGE, faults=faults)
        phases.append(
            Phase(
                first_month=stated.from_month,
                months=0,
                quantities=_quantities(stated.quantities, quantities, where, faults),
                percent=percent or Decimal(0),
            )
        )
    starts = [*(phase.first_month for phase in phases[1:]), term_months + 1]
    return tuple(replace(phase, months=start - phase.first_month) for phase, start in zip(phases, starts, strict=True))


def _quantities(
    stated: Iterable[RampQuantity], configured: Mapping[str, int], where: str, faults: Faults
) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, one in enumerate(stated):
        place, most = f"{where}.quantities[{index}]", configured.get(one.component)
        if most is None:
            what = f"{one.component!r} is not a component of this configuration"
            faults.add(f"{place}.component", what, advice(one.component, configured))
        elif not 0 <= one.quantity <= most:
            what = f"{one.quantity} of {one.component} is not between 0 and the {most} of the configuration"
            faults.add(f"{place}.quantity", what, f"Give 0 to {most}; the configuration is what the ramp leads to.")
        if one.component in found:
            faults.add(f"{place}.component", f"{one.component} is given twice", "Give each component once in a phase.")
        found[one.component] = one.quantity
    return {
        component: units for component, units in {**configured, **found}.items() if units and component in configured
    }
