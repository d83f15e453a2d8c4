"""The months of a term, read once more from docs/pricing.md: one month after the other, with fractions."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from fractions import Fraction

from oracle import MONTHLY, ONE_TIME, QUARTERLY, USAGE, YEARLY, Line, Oracle

from bidwright.catalog.model import Release
from bidwright.v1.configuration_pb2 import CommercialTerms, Configuration

_RHYTHM = {MONTHLY: 1, USAGE: 1, QUARTERLY: 3, YEARLY: 12}


@dataclass(frozen=True)
class Month:
    """What falls due in it, what that costs, and what is used."""

    value: Fraction
    cost: Fraction
    usage: Fraction


class TermOracle:
    """Prices one configuration over its term; the arguments are those of ``Oracle``."""

    def __init__(self, release: Release, configuration: Configuration, terms: CommercialTerms, today: dt.date) -> None:
        self._made_from = (release, configuration, terms, today)
        self.terms = terms
        self.whole = Oracle(release, configuration, terms, today)
        self.lines = self.whole.lines()
        self._by_phase = {number: self._lines_of(number) for number in range(-1, len(terms.ramp))}
        self.months = self._months()

    def phases(self) -> list[tuple[int, int, list[Line]]]:
        """First month, months and lines of each part of the term; none without a ramp."""
        found: list[tuple[int, int, list[Line]]] = []
        numbers = [self._phase_in(month) for month in range(1, self.terms.term_months + 1)] if self.terms.ramp else []
        for month, number in enumerate(numbers, start=1):
            if month > 1 and numbers[month - 2] == number:
                first, months, lines = found[-1]
                found[-1] = (first, months + 1, lines)
            else:
                found.append((month, 1, self._by_phase[number]))
        return found

    def _phase_in(self, month: int) -> int:
        begun = [number for number, phase in enumerate(self.terms.ramp) if phase.from_month <= month]
        return max(begun, default=-1)

    def _lines_of(self, number: int) -> list[Line]:
        """Lines that recur in a phase; phase -1 is the whole configuration without a ramp."""
        release, configuration, stated, today = self._made_from
        terms = CommercialTerms()
        terms.CopyFrom(stated)
        terms.ClearField("one_time_discount")
        oracle = Oracle(release, configuration, terms, today)
        if number >= 0:
            phase = stated.ramp[number]
            units = oracle.configured | {one.component: one.quantity for one in phase.quantities}
            oracle.quantities = {component: n for component, n in units.items() if n > 0}
            oracle.ramp = Fraction(phase.discount_percent.value or "0")
        return [line for line in oracle.lines() if line.charge != ONE_TIME]

    def _months(self) -> list[Month]:
        once = [line for line in self.lines if line.charge == ONE_TIME]
        found = []
        paid_since: dict[tuple[int, str, int], int] = {}
        there_since: dict[tuple[int, str, int], int] = {}
        for month in range(1, self.terms.term_months + 1):
            value, cost, usage = Fraction(0), Fraction(0), Fraction(0)
            if month == 1:
                value, cost = sum(line.running for line in once), sum(line.cost for line in once)
            for line in self._by_phase[self._phase_in(month)]:
                key, rhythm = (line.kind, line.subject, line.charge), _RHYTHM[line.charge]
                is_paid = month > line.free_months
                if is_paid:
                    is_paid = (month - paid_since.setdefault(key, month)) % rhythm == 0
                if line.charge == USAGE:
                    usage += line.running if is_paid else 0
                    continue
                value += line.running if is_paid else 0
                cost += line.cost if (month - there_since.setdefault(key, month)) % rhythm == 0 else 0
            found.append(Month(Fraction(value), Fraction(cost), Fraction(usage)))
        return found

    def totals(self) -> dict[str, Fraction]:
        """All sums in money."""
        value, cost = sum(month.value for month in self.months), sum(month.cost for month in self.months)
        found = self.whole.totals()
        found |= {
            "contract_value": Fraction(value),
            "first_year": Fraction(sum(month.value for month in self.months[:12])),
            "contract_cost": Fraction(cost),
            "margin_percent": round((value - cost) / value * 100, 2) if value else Fraction(0),
            "estimated_contract_value": Fraction(value + sum(month.usage for month in self.months)),
            "annual_contract_value": self.half_up((value - found["one_time"]) * 12 / self.terms.term_months),
        }
        if self.terms.present_value_rate_percent.value:
            found["net_present_value"] = self.half_up(self._worth([month.value for month in self.months]))
            found["net_present_cost"] = self.half_up(self._worth([month.cost for month in self.months]))
        return found

    def bespoke_percents(self) -> tuple[Fraction, Fraction]:
        """What bespoke items are of the contract value, and of all hours of work; unrounded."""
        release, configuration, terms, _ = self._made_from
        value, days, standard = Fraction(0), Fraction(0), Fraction(0)
        for item in configuration.bespoke_items:
            months = terms.term_months if item.charge == MONTHLY else 1
            days += months * sum(Fraction(part.days.value or "0") for part in item.effort)
        for month in range(1, terms.term_months + 1):
            recurring = self._by_phase[self._phase_in(month)]
            lines = [*recurring, *(line for line in self.lines if line.charge == ONE_TIME and month == 1)]
            value += sum(line.running for line in lines if line.kind == 3)
            for subject, is_once in {(line.subject, line.charge == ONE_TIME) for line in lines if line.kind == 1}:
                own = [line for line in lines if line.subject == subject and line.charge != USAGE]
                units = next((line.quantity for line in own if (line.charge == ONE_TIME) == is_once), 0)
                component = release.components[subject]
                standard += units * Fraction(component.one_time_hours if is_once else component.monthly_hours)
        whole, hours = sum(month.value for month in self.months), days * Fraction(self.whole.book.hours_per_day)
        return Fraction(value / whole * 100 if whole else 0), Fraction(hours / (hours + standard) * 100 if hours else 0)

    def _worth(self, amounts: list[Fraction]) -> Fraction:
        growth = 1 + Fraction(self.terms.present_value_rate_percent.value) / 1200
        return sum((amount / growth**month for month, amount in enumerate(amounts)), Fraction(0))

    def half_up(self, exact: Fraction) -> Fraction:
        """To the minor unit; a half away from zero."""
        scale = self.whole.minor_units
        size = math.floor(abs(exact) * scale + Fraction(1, 2))
        return Fraction(size, scale) * (-1 if exact < 0 else 1)
