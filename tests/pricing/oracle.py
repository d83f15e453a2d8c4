"""An independent reading of docs/pricing.md: fractions, no code of ``bidwright.pricing``, packages by trying all.

It knows the messages of the contract and the release, and returns plain Python values.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from google.type.money_pb2 import Money

from bidwright.catalog.model import Component, Package, Release
from bidwright.catalog.price_entry import PriceEntry
from bidwright.catalog.price_offers import Period, Promotion
from bidwright.catalog.price_tables import Cell
from bidwright.catalog.rule_language import Arithmetic, Constant, Expression, Name
from bidwright.v1.configuration_pb2 import BespokeItem, CommercialTerms, Configuration

_DIGITS = {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3}
ONE_TIME, MONTHLY, QUARTERLY, YEARLY, USAGE = 1, 2, 3, 4, 5
# charge of a row -> when its line falls due, months from one time to the next
DUE = {
    "one_time": (ONE_TIME, 0),
    "monthly": (MONTHLY, 1),
    "hourly": (MONTHLY, 1),
    "quarterly": (QUARTERLY, 3),
    "yearly": (YEARLY, 12),
    "usage": (USAGE, 0),
}
LIST, PACKAGE, VOLUME, TERM, DISCRETIONARY, ROUNDING, BESPOKE_COST, MARKUP = 1, 2, 3, 4, 6, 7, 8, 9
MINIMUM, MAXIMUM, WAIVER, COMMITMENT, PROMOTION, CONTRACT, COMMITTED, RAMP = 10, 11, 12, 13, 14, 15, 16, 17
CHANNEL, CONTINGENCY = 5, 18
CHANGES = (TERM, COMMITTED, RAMP, CHANNEL, PROMOTION, CONTRACT, DISCRETIONARY)
# what a change makes of a running amount, for so many units that are not free
Change = tuple[int, Callable[[Fraction, Fraction, Fraction], Fraction]]


@dataclass
class Line:
    """kind 1 component, 2 package, 3 bespoke, 4 commitment; ``steps`` are (kind, amount)."""

    kind: int
    subject: str
    charge: int
    quantity: int
    steps: list[tuple[int, Fraction]] = field(default_factory=list)
    cost: Fraction = Fraction(0)
    centre: str = ""
    free_months: int = 0

    @property
    def running(self) -> Fraction:
        return sum((amount for _, amount in self.steps), Fraction(0))


class Oracle:
    """Prices one configuration. Every price must exist and all work must be deliverable."""

    def __init__(self, release: Release, configuration: Configuration, terms: CommercialTerms, today: dt.date) -> None:
        self.release, self.configuration = release, configuration
        books = [release.price_books[configuration.market], *release.special_books.get(configuration.market, ())]
        wanted = {(a, b) for a in ("", terms.segment) for b in ("", terms.channel)}
        fitting = [book for book in books if (book.segment, book.channel) in wanted]
        self.book = max(fitting, key=lambda book: (bool(book.channel), bool(book.segment)))
        self.terms = terms
        self.months = terms.term_months
        self.term = Fraction(self.book.terms[terms.term_months])
        self.discount = Fraction(terms.discretionary_discount_percent.value or "0")
        self.date = today
        if terms.HasField("price_date"):
            self.date = dt.date(terms.price_date.year, terms.price_date.month, terms.price_date.day)
        self.quantities = self.configured = {item.component: item.quantity for item in configuration.items}
        self.ramp = Fraction(0)
        needs = release.offerings[configuration.offering].needs
        self.answers = {name: need.default for name, need in needs.items()}
        self.answers |= {one.name: getattr(one, one.WhichOneof("value") or "text") for one in configuration.needs}
        self.metered = {estimate.component: Fraction(estimate.quantity.value) for estimate in configuration.usage}

    @property
    def minor_units(self) -> int:
        """Of one unit of the currency."""
        return int(10 ** _DIGITS[self.book.currency])

    def lines(self) -> list[Line]:
        found = []
        later: dict[int, tuple[Line, PriceEntry]] = {}
        for id_ in sorted(self.quantities):
            months_are_costed = False
            for name in DUE:
                entry = self.entry(id_, name)
                if entry is not None:
                    line = self.component_line(self.release.components[id_], entry, months_are_costed)
                    line.free_months = self.free_months(entry)
                    months_are_costed |= DUE[name][1] > 0
                    found.append(line)
                    if entry.model == "percentage":
                        later[id(line)] = (line, entry)
        while later:
            # one whose base holds none that is still to be computed
            for line, entry in list(later.values()):
                base = [
                    o for o in found if o.subject in entry.of and o.charge == DUE[entry.of_charge or entry.charge][0]
                ]
                if not any(id(o) in later for o in base):
                    line.steps = [(LIST, sum((o.running for o in base), Fraction(0)) * Fraction(entry.price) / 100)]
                    self.waive(line, entry)
                    self.limit_and_round(line, entry)
                    del later[id(line)]
        counts = self.package_counts()
        found += [self.package_line(self.release.packages[id_], counts[id_]) for id_ in sorted(counts) if counts[id_]]
        found += self.commitment_lines(found)
        found += [self.bespoke_line(item) for item in sorted(self.configuration.bespoke_items, key=lambda i: i.id)]
        self.take_off(found, ONE_TIME, self.terms.one_time_discount)
        self.take_off(found, MONTHLY, self.terms.monthly_discount)
        return found

    def take_off(self, lines: list[Line], charge: int, discount: Money) -> None:
        cent = Fraction(1, 10 ** _DIGITS[self.book.currency])
        left = Fraction(discount.units) + Fraction(discount.nanos, 10**9)
        own = [line for line in lines if line.charge == charge and line.running > 0]
        nets = [line.running for line in own]
        exact = [left * net / sum(nets) for net in nets]
        shares = [share // cent * cent for share in exact]
        while left > sum(shares):
            rests = [share - cut for share, cut in zip(exact, shares, strict=True)]
            shares[rests.index(max(rests))] += cent
        for line, share in zip(own, shares, strict=True):
            if share:
                line.steps.append((DISCRETIONARY, -share))

    def committed(self, id_: str) -> tuple[Fraction, Fraction]:
        """What is committed to, and the percentage it takes off."""
        commitment = self.book.commitments[id_]
        amount = Fraction(commitment.monthly)
        for stated in self.terms.commitments:
            if stated.commitment == id_:
                amount = Fraction(stated.monthly.units) + Fraction(stated.monthly.nanos, 10**9)
        return amount, max((Fraction(p) for start, p in commitment.bands if start <= amount), default=Fraction(0))

    def commitment_lines(self, lines: list[Line]) -> list[Line]:
        found = []
        for id_, commitment in sorted(self.book.commitments.items()):
            own = [line for line in lines if line.kind == 1 and line.subject in commitment.components]
            monthly = sum((line.running for line in own if line.charge == MONTHLY), Fraction(0))
            usage = sum((line.running for line in own if line.charge == USAGE), Fraction(0))
            missing = self.committed(id_)[0] - monthly
            if own and missing > 0:
                free_months = self.terms.free_months
                found.append(Line(4, id_, MONTHLY, 1, [(COMMITMENT, missing)], free_months=free_months))
                if usage > 0:
                    steps = [(COMMITMENT, -min(missing, usage))]
                    found.append(Line(4, id_, USAGE, 1, steps, free_months=free_months))
        return found

    def entry(self, component: str, charge: str) -> PriceEntry | None:
        for (id_, name), rows in self.book.entries.items():
            if (id_, name) == (component, charge):
                (row,) = [r for r in rows if r.valid_from <= self.date and (not r.valid_to or self.date < r.valid_to)]
                return row
        return None

    def rounded(self, amount: Fraction) -> Fraction:
        scale = Fraction(10 ** _DIGITS[self.book.currency], self.book.rounding_to)
        size = abs(amount) * scale
        whole, rest = math.floor(size), size - math.floor(size)
        up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and (self.book.rounding == "half_up" or whole % 2 == 1))
        return (whole + up) / scale * (-1 if amount < 0 else 1)

    def rounded_cost(self, amount: Fraction) -> Fraction:
        scale = 10 ** _DIGITS[self.book.currency]
        size = amount * scale
        up = size % 1 > Fraction(1, 2) or (
            size % 1 == Fraction(1, 2) and (self.book.rounding == "half_up" or math.floor(size) % 2 == 1)
        )
        return Fraction(math.floor(size) + up, scale)

    def changes(self, entry: PriceEntry, units: Fraction) -> Iterator[Change]:
        """All steps from TERM to DISCRETIONARY of a row that are not left out for so many units."""
        component = entry.component
        if DUE[entry.charge][1] > 0:
            yield from self.recurring_changes({component})
        for adjustment in entry.adjustments:
            yield percentage(CHANNEL, Fraction(adjustment.percent))
        yield from self.promotion_changes(entry, units)
        yield from self.agreed_changes(entry)
        for one in self.terms.line_discounts:
            if one.component == component and Fraction(one.percent.value or "0"):
                yield percentage(DISCRETIONARY, -Fraction(one.percent.value))
        if self.discount:
            yield percentage(DISCRETIONARY, -self.discount)

    def promotion_changes(self, entry: PriceEntry, units: Fraction) -> Iterator[Change]:
        for _, promotion in sorted(self.release.promotions.items()):
            if self.holds(promotion) and entry.component in promotion.components and entry.charge in promotion.charges:
                if promotion.percent is not None and units >= promotion.from_quantity:
                    yield reduction(PROMOTION, Fraction(promotion.percent), promotion.of_list)
                elif promotion.amounts and units >= promotion.from_quantity and not self.is_waived(entry):
                    yield off_each(Fraction(promotion.amounts[self.book.market]) * self.times(entry))

    def free_months(self, entry: PriceEntry) -> int:
        if DUE[entry.charge][1] == 0:
            return 0
        units = 1 if entry.model == "percentage" else self.configured[entry.component]
        return self.greatest_free({entry.component}, entry.charge, units)

    def greatest_free(self, components: set[str], charge: str, units: int) -> int:
        found = [self.terms.free_months]
        for promotion in self.release.promotions.values():
            if self.holds(promotion) and promotion.components & components and charge in promotion.charges:
                found += [promotion.free_months] if units >= promotion.from_quantity else []
        return min(self.months, max(found))

    def agreed_changes(self, entry: PriceEntry) -> Iterator[Change]:
        for agreed in self.release.agreements[self.terms.agreement].prices if self.terms.agreement else ():
            if self.is_in(agreed.period) and entry.component in agreed.components and entry.charge in agreed.charges:
                if agreed.percent is not None:
                    yield reduction(CONTRACT, Fraction(agreed.percent), agreed.of_list)
                elif not self.is_waived(entry):
                    yield fixed_each(Fraction(agreed.price or 0) * self.times(entry))

    def holds(self, promotion: Promotion) -> bool:
        return (
            self.book.market in promotion.markets
            and self.is_in(promotion.period)
            and self.months >= promotion.term_from
            and (not promotion.segments or self.terms.segment in promotion.segments)
            and (not promotion.channels or self.terms.channel in promotion.channels)
            and (not promotion.code or promotion.code in self.terms.promotion_codes)
        )

    def is_in(self, period: Period) -> bool:
        return period.valid_from <= self.date and (period.valid_to is None or self.date < period.valid_to)

    def is_waived(self, entry: PriceEntry) -> bool:
        return entry.waived_from is not None and self.months >= entry.waived_from

    def times(self, entry: PriceEntry) -> Fraction:
        return Fraction(self.book.hours_per_month) if entry.charge == "hourly" else Fraction(1)

    def recurring_changes(self, components: set[str]) -> Iterator[Change]:
        if self.term:
            yield percentage(TERM, -self.term)
        for id_, commitment in sorted(self.book.commitments.items()):
            if components <= commitment.components and self.committed(id_)[1]:
                yield percentage(COMMITTED, -self.committed(id_)[1])
        if self.ramp:
            yield percentage(RAMP, -self.ramp)

    def round_line(self, line: Line, net: Fraction | None = None) -> Line:
        off = (self.rounded(line.running) if net is None else net) - line.running
        if off:
            line.steps.append((ROUNDING, off))
        return line

    def counted(self, entry: PriceEntry, quantity: Fraction) -> Fraction:
        """Units that are not free, or the blocks they begin: what tiers count, and prices and promotions multiply."""
        free = Fraction(entry.included) + Fraction(entry.included_each) * self.quantities[entry.component]
        units = quantity - min(quantity, free)
        return units if entry.block_size is None else Fraction(math.ceil(units / Fraction(entry.block_size)))

    def row_steps(self, entry: PriceEntry, quantity: Fraction) -> list[tuple[int, Fraction]]:
        """What the model of a row makes of a quantity, from the table in docs/pricing.md."""
        units = self.counted(entry, quantity)
        price = Fraction(entry.price)
        bands = [
            (Fraction(band.up_to) if band.up_to is not None else None, Fraction(band.price), Fraction(band.fee))
            for band in entry.bands
        ]
        if entry.table is not None or entry.formula is not None:
            return [(LIST, self.characteristic_amount(entry, quantity, units))]
        if entry.model in {"flat", "percentage"}:  # what a percentage is taken of is not known yet
            return [(LIST, price if entry.model == "flat" else Fraction(0))]
        if entry.model == "graduated":
            lower = [Fraction(-1), *(up_to for up_to, _, _ in bands[:-1] if up_to is not None)]
            return [
                (LIST, each * (min(units, units if up_to is None else up_to) - max(after, Fraction(0))) + fee)
                for after, (up_to, each, fee) in zip(lower, bands, strict=True)
                if units > after
            ]
        if bands:
            ((each, fee), *_) = [(each, fee) for up_to, each, fee in bands if up_to is None or units <= up_to]
            return [(LIST, each * units + fee)]
        steps = [(LIST, price * units)]
        reached = [tier for tier in entry.tiers if tier.from_quantity <= units]
        if reached:
            highest = max(reached, key=lambda tier: tier.from_quantity)
            steps.append((VOLUME, (Fraction(highest.price) - price) * units))
        return steps

    def characteristic_amount(self, entry: PriceEntry, quantity: Fraction, units: Fraction) -> Fraction:
        if entry.formula is not None:
            return max(Fraction(0), self.value(entry, entry.formula.expression, quantity))
        assert entry.table is not None
        values = [self.characteristic(entry, name) for name in entry.table.columns]
        fitting = [
            row for row in entry.table.rows if all(fits(cell, one) for cell, one in zip(row.cells, values, strict=True))
        ]
        return Fraction(fitting[0].price) * units

    def characteristic(self, entry: PriceEntry, name: Name) -> object:
        if name.scope == "need":
            return self.answers[name.name]
        return self.release.components[entry.component].attributes[name.name]

    def value(self, entry: PriceEntry, part: Expression, quantity: Fraction) -> Fraction:
        if isinstance(part, Name):
            is_quantity = (part.scope, part.name) == ("component", "quantity")
            return quantity if is_quantity else Fraction(str(self.characteristic(entry, part)))
        if isinstance(part, Arithmetic):
            left, right = self.value(entry, part.left, quantity), self.value(entry, part.right, quantity)
            return {"+": left + right, "-": left - right, "*": left * right}[part.operator]
        assert isinstance(part, Constant)
        return Fraction(part.value)

    def component_line(self, component: Component, entry: PriceEntry, months_are_costed: bool) -> Line:  # noqa: FBT001
        due, months = DUE[entry.charge]
        units = Fraction(self.quantities[component.id])
        if entry.charge == "usage":
            units = self.metered.get(component.id, Fraction(0))
        times = self.times(entry)
        steps = [(kind, amount * times) for kind, amount in self.row_steps(entry, units)]
        line = Line(1, component.id, due, self.quantities[component.id], steps)
        self.waive(line, entry)
        if entry.model != "percentage":
            listed = line.running
            for kind, change in self.changes(entry, units):
                counted = self.counted(entry, units)
                line.steps.append((kind, change(line.running, counted, listed) - line.running))
        self.limit_and_round(line, entry)
        hours = Fraction(0)
        if entry.charge == "one_time":
            hours = Fraction(component.one_time_hours)
        elif months and not months_are_costed:
            hours = Fraction(component.monthly_hours) * months
        unit = Fraction(entry.unit_cost) * times
        if hours:
            rate, line.centre = self.cheapest(component)
            unit += hours * rate
        line.cost = self.rounded_cost(unit * units)
        return line

    def waive(self, line: Line, entry: PriceEntry) -> None:
        if self.is_waived(entry):
            line.steps.append((WAIVER, -line.running))

    def limit_and_round(self, line: Line, entry: PriceEntry) -> None:
        if entry.maximum is not None and line.running > Fraction(entry.maximum):
            line.steps.append((MAXIMUM, Fraction(entry.maximum) - line.running))
        if entry.minimum is not None and line.running < Fraction(entry.minimum):
            line.steps.append((MINIMUM, Fraction(entry.minimum) - line.running))
        self.round_line(line)

    def cheapest(self, component: Component) -> tuple[Fraction, str]:
        regions = set(self.release.markets[self.configuration.market].delivery_regions)
        offering = self.release.offerings[self.configuration.offering]
        answers = {answer.name: answer.text for answer in self.configuration.needs}
        residency = answers.get(offering.residency_need, offering.needs[offering.residency_need].default)
        return min(
            (Fraction(centre.rates[component.competence][self.book.currency]), centre.id)
            for centre in self.release.centres.values()
            if centre.region in regions
            and residency in ("any", centre.region)
            and self.book.currency in centre.rates.get(component.competence, {})
            and all(needed in centre.certifications for needed in component.certifications)
        )

    def savings(self, package: Package) -> list[Fraction]:
        """The saving of one application at list prices, and after each kind of change."""
        ways: list[tuple[Fraction, Fraction, list[Change]]] = []
        for component, units in package.components.items():
            entry = self.entry(component, "monthly")
            if entry:
                ways.append((Fraction(entry.price) * units, Fraction(units), list(self.changes(entry, Fraction(1)))))
        own, price = self.package_price(package)
        ways.append((-price, Fraction(1), own))
        listed = [amount for amount, _, _ in ways]
        found = [sum(listed, Fraction(0))]
        for kind in CHANGES:
            for position, (amount, number, changes) in enumerate(ways):
                left = amount
                for one, change in changes:
                    left = change(left, number, listed[position]) if one == kind else left
                ways[position] = (left, number, changes)
            found.append(sum((amount for amount, _, _ in ways), Fraction(0)))
        return found

    def package_price(self, package: Package) -> tuple[list[Change], Fraction]:
        """The changes of the package's price, and the price."""
        adjustments: list[Fraction] = []
        for key, overall in [(a.key, a.overall) for a in self.book.ancestry] or [(self.book.market, None)]:
            if key in package.monthly:
                changes = [*self.recurring_changes(set(package.components))]
                changes += [percentage(CHANNEL, one) for one in reversed(adjustments)]
                changes += [percentage(DISCRETIONARY, -self.discount)]
                return changes, Fraction(package.monthly[key])
            if overall:
                adjustments.append(Fraction(overall.percent))
        raise AssertionError("a package without a price")

    def has_price(self, package: Package) -> bool:
        return bool({self.book.market, *(one.key for one in self.book.ancestry)} & package.monthly.keys())

    def net_saving(self, package: Package) -> Fraction:
        return self.rounded(self.savings(package)[-1])

    def package_counts(self) -> dict[str, int]:
        offers = [
            package
            for _, package in sorted(self.release.packages.items())
            if self.has_price(package)
            and set(package.components) <= set(self.quantities)
            and self.net_saving(package) * self.package_months(package) > 0
        ]
        most = [min(self.quantities[c] // units for c, units in package.components.items()) for package in offers]
        possible = [
            counts
            for counts in itertools.product(*(range(limit + 1) for limit in most))
            if all(
                sum(n * p.components.get(c, 0) for n, p in zip(counts, offers, strict=True)) <= quantity
                for c, quantity in self.quantities.items()
            )
        ]
        savings = [self.net_saving(package) * self.package_months(package) for package in offers]
        best = max(possible, key=lambda counts: (sum(n * s for n, s in zip(counts, savings, strict=True)), counts))
        return {package.id: n for package, n in zip(offers, best, strict=True)}

    def package_months(self, package: Package) -> int:
        """Months in which its line is due."""
        return self.months - self.greatest_free(set(package.components), "monthly", 1)

    def package_line(self, package: Package, count: int) -> Line:
        savings = self.savings(package)
        line = Line(2, package.id, MONTHLY, count, [(PACKAGE, -savings[0] * count)])
        line.free_months = self.months - self.package_months(package)
        for kind, before, after in zip(CHANGES, savings, savings[1:], strict=False):
            if after != before:
                line.steps.append((kind, (before - after) * count))
        return self.round_line(line, -self.net_saving(package) * count)

    def bespoke_line(self, item: BespokeItem) -> Line:
        line = Line(3, item.id, item.charge, 1)
        for effort in item.effort:
            rates = self.book.bespoke_rates[effort.role]
            rate = Fraction(rates.by_centre[effort.delivery_centre] if effort.delivery_centre else rates.general or 0)
            line.steps.append((BESPOKE_COST, Fraction(effort.days.value or "0") * rate))
        material = Fraction(item.material_cost.units) + Fraction(item.material_cost.nanos, 10**9)
        if material or not line.steps:
            line.steps.append((BESPOKE_COST, material))
        if self.book.risk_classes is not None:
            percent = Fraction(self.book.risk_classes.percents[item.risk_class or self.book.risk_classes.default])
            if percent:
                line.steps.append((CONTINGENCY, line.running * percent / 100))
        line.cost = self.rounded_cost(line.running)
        markup = Fraction(item.markup_percent.value or "0") if item.HasField("markup_percent") else None
        markup = Fraction(self.book.default_markup) if markup is None else markup
        line.steps.append((MARKUP, line.running * markup / 100))
        if self.discount:
            line.steps.append((DISCRETIONARY, -line.running * self.discount / 100))
        return self.round_line(line)

    def totals(self) -> dict[str, Fraction]:
        lines = self.lines()

        def total(what: str, charge: int) -> Fraction:
            return sum((getattr(line, what) for line in lines if line.charge == charge), Fraction(0))

        def over(what: str, months: int) -> Fraction:
            quarters, years = math.ceil(Fraction(months, 3)), math.ceil(Fraction(months, 12))
            return (
                total(what, ONE_TIME)
                + months * total(what, MONTHLY)
                + quarters * total(what, QUARTERLY)
                + years * total(what, YEARLY)
            )

        def average(what: str) -> Fraction:
            scale = 10 ** _DIGITS[self.book.currency]
            exact = total(what, MONTHLY) + total(what, QUARTERLY) / 3 + total(what, YEARLY) / 12
            return Fraction(math.floor(exact * scale + Fraction(1, 2)), scale)

        value, cost = over("running", self.months), over("cost", self.months)
        return {
            "one_time": total("running", ONE_TIME),
            "monthly": average("running"),
            "contract_value": value,
            "first_year": over("running", min(12, self.months)),
            "one_time_cost": total("cost", ONE_TIME),
            "monthly_cost": average("cost"),
            "contract_cost": cost,
            "margin_percent": round((value - cost) / value * 100, 2) if value else Fraction(0),
            "billed_monthly": total("running", MONTHLY),
            "billed_quarterly": total("running", QUARTERLY),
            "billed_yearly": total("running", YEARLY),
            "usage": total("running", USAGE),
            "usage_cost": total("cost", USAGE),
            "estimated_contract_value": value + self.months * total("running", USAGE),
        }


def percentage(kind: int, percent: Fraction) -> Change:
    return kind, lambda running, _units, _listed: running * (100 + percent) / 100


def reduction(kind: int, percent: Fraction, of_list: bool) -> Change:  # noqa: FBT001
    return percentage_of_list(kind, percent) if of_list else percentage(kind, -percent)


def percentage_of_list(kind: int, percent: Fraction) -> Change:
    return kind, lambda running, _units, listed: max(Fraction(0), running - listed * percent / 100)


def off_each(amount: Fraction) -> Change:
    return PROMOTION, lambda running, units, _listed: max(Fraction(0), running - amount * units)


def fixed_each(price: Fraction) -> Change:
    return CONTRACT, lambda _running, units, _listed: price * units


def fits(cell: Cell, value: object) -> bool:
    if cell.operator == "*":
        return True
    if isinstance(value, str):
        return value == cell.value
    number, bound = Fraction(str(value)), Fraction(str(cell.value))
    return number <= bound if cell.operator == "<=" else number == bound
