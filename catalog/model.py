"""A portfolio as it is computed on: frozen values, valid once built. The file format is in docs/portfolio.md.

Only ``catalog.reader`` builds these, after every check has passed; whoever holds a ``Release`` may rely on it.
All numbers are exact (``int`` or ``Decimal``). Mappings are ordered by id; needs, options and slots as written.
One file, longer than others, because a release is one value and is read as a whole.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Literal, get_args

from bidwright.catalog.price_charges import CHARGES, ChargeName
from bidwright.catalog.price_entry import Adjustment, Commitment, IndexSeries, PriceEntry
from bidwright.catalog.price_offers import CustomerAgreement, Promotion
from bidwright.catalog.rule_guards import guards
from bidwright.catalog.rule_language import Expression, FigurePlace, FigureSource, WorkSource, whole_or_fraction

DEFAULT_HOURS_PER_MONTH = Decimal(730)
"""8,760 hours a year in twelve equal months, as providers count."""

DEFAULT_HOURS_PER_DAY = Decimal(8)

NeedKind = Literal["boolean", "integer", "decimal", "choice", "text"]
Answer = bool | int | Decimal | str
"""A customer's answer: bool for boolean, int for integer, Decimal for decimal, str for choice (option id) and text."""


@dataclass(frozen=True, kw_only=True)
class Market:
    """Where something is sold. ``time_zone``: IANA name of the zone in which its people count their days."""

    id: str
    title: str
    currency: str
    time_zone: str
    delivery_regions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DeliveryUnit:
    """An organization that answers for steps of a delivery."""

    id: str
    title: str
    accountable: str


@dataclass(frozen=True, kw_only=True)
class Family:
    """A kind of component. ``redundant``: any unit of it does the work of all when the others fail."""

    id: str
    title: str
    unit: str
    redundant: bool = False


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """What components are measured in; ``places`` are digits after the point."""

    id: str
    title: str
    unit: str
    places: int = 0


@dataclass(frozen=True, kw_only=True)
class Texts:
    """The three texts of a component, in Markdown."""

    service_specification: str
    statement_of_work: str
    delivery_description: str


@dataclass(frozen=True, kw_only=True)
class Component:
    """A granular standardized component.

    Attributes:
        attributes, provides, consumes: Attribute id -> value of one unit.
        one_time_hours, monthly_hours: Work per unit.
        lead_time_days: Working days until it can be delivered.
    """

    id: str
    family: str
    name: str
    max_quantity: int
    competence: str
    unit: str
    attributes: Mapping[str, Decimal] = field(default_factory=dict)
    provides: Mapping[str, Decimal] = field(default_factory=dict)
    consumes: Mapping[str, Decimal] = field(default_factory=dict)
    one_time_hours: Decimal = Decimal(0)
    monthly_hours: Decimal = Decimal(0)
    certifications: tuple[str, ...] = ()
    lead_time_days: int = 0
    texts: Texts

    @cached_property
    def skills(self) -> str:
        """What a delivery centre must have to do its work: competence and certifications, as one id."""
        return "|".join((self.competence, *sorted(self.certifications)))

    def figures(self, source: FigureSource | WorkSource) -> Mapping[str, Decimal]:
        """The figures of one unit that a rule speaks of, by attribute; hours of work by skills."""
        match source:
            case "total":
                return self.attributes
            case "provided":
                return self.provides
            case "consumed":
                return self.consumes
            case "one_time_hours":
                return {self.skills: self.one_time_hours} if self.one_time_hours else {}
            case "monthly_hours":
                return {self.skills: self.monthly_hours} if self.monthly_hours else {}


@dataclass(frozen=True, kw_only=True)
class Need:
    """A question an offering asks; ``default`` is None where it must be answered.

    ``per_site``: Whether each site of a bid gives an answer of its own.
    """

    name: str
    question: str
    kind: NeedKind
    unit: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    places: int = 0
    options: Mapping[str, str] = field(default_factory=dict)
    max_length: int = 0
    pattern: str = ""
    default: Answer | None = None
    per_site: bool = False


@dataclass(frozen=True, kw_only=True)
class Slot:
    """How many different components of a family an offering holds; ``max_quantity`` limits units where not None.

    ``per_site``: Whether each site of a bid has its own; where it is False, all sites share them.
    """

    family: str
    minimum: int
    maximum: int
    max_quantity: int | None = None
    per_site: bool = False


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A condition every configuration meets, and the reason for it.

    ``over_bid``: Whether it holds for all sites of a bid together, even where it speaks only of what each site has.
    """

    id: str
    source: str
    because: str
    expression: Expression
    over_bid: bool = False

    @cached_property
    def guards(self) -> frozenset[str]:
        """Components and families of which each must be chosen for the rule to be broken."""
        return guards(self.expression)


@dataclass(frozen=True, kw_only=True)
class Offering:
    """What a customer can ask for. ``rules`` are its own; those of the portfolio hold as well.

    Attributes:
        qualities: Attributes of whose total a buyer wants more, the most telling first.
    """

    id: str
    title: str
    description: str
    approach: str
    residency_need: str
    needs: Mapping[str, Need]
    slots: Mapping[str, Slot]
    rules: tuple[Rule, ...]
    qualities: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Ancestry:
    """A price book among those that another one is made from.

    Attributes:
        key: Its file in ``prices/``, without the ending; that of a market's own book is the market.
        overall: What it adds to everything it inherits; None where it adds nothing.
    """

    key: str
    overall: Adjustment | None = None


@dataclass(frozen=True, kw_only=True)
class DayRates:
    """Cost of one day of bespoke work of a role.

    Attributes:
        general: Where no delivery centre is stated; None where one must be.
        by_centre: Delivery centre -> its own rate, by id.
    """

    general: Decimal | None = None
    by_centre: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RiskClasses:
    """What is added to the cost of bespoke items for their risk: class -> percent; ``default`` is one of them."""

    default: str
    percents: Mapping[str, Decimal]


@dataclass(frozen=True, kw_only=True)
class PriceBook:
    """Prices of one market with their settings; what it inherits is already in it.

    Attributes:
        segment, channel: Whom it is for; empty for everybody.
        ancestry: The book itself, then its parent, and so on; empty for a market's own book without a parent.
        rounding_to: Minor units of the currency that net prices are multiples of.
        entries: (component, charge) -> entries ascending by ``valid_from``, never overlapping.
        needs: Names of the needs that tables and formulas of its rows ask for.
        terms: Contract term in months -> discount on recurring charges in percent.
        hours_per_month: What an hourly price is multiplied by for a month.
        bespoke_rates: By role.
        risk_classes: None where no contingency is asked for.
        hours_per_day: What a day of bespoke work counts as where effort is compared.
        default_markup, minimum_markup: Percent on the cost of bespoke items.
    """

    id: str
    market: str
    currency: str
    rounding: str
    entries: Mapping[tuple[str, ChargeName], tuple[PriceEntry, ...]]
    terms: Mapping[int, Decimal]
    bespoke_rates: Mapping[str, DayRates]
    default_markup: Decimal
    minimum_markup: Decimal
    hours_per_month: Decimal = DEFAULT_HOURS_PER_MONTH
    hours_per_day: Decimal = DEFAULT_HOURS_PER_DAY
    risk_classes: RiskClasses | None = None
    commitments: Mapping[str, Commitment] = field(default_factory=dict)
    segment: str = ""
    channel: str = ""
    ancestry: tuple[Ancestry, ...] = ()
    rounding_to: int = 1
    needs: frozenset[str] = frozenset()
    indices: Mapping[str, IndexSeries] = field(default_factory=dict)

    @cached_property
    def rows(self) -> Mapping[str, Sequence[tuple[ChargeName, tuple[PriceEntry, ...]]]]:
        """The same entries by component, each with its charges in their order."""
        found: dict[str, list[tuple[ChargeName, tuple[PriceEntry, ...]]]] = {id_: [] for id_, _ in self.entries}
        for charge in CHARGES:
            for id_, own in found.items():
                if (id_, charge) in self.entries:
                    own.append((charge, self.entries[id_, charge]))
        return found


@dataclass(frozen=True, kw_only=True)
class Package:
    """A combination with a monthly price of its own, by price book (``Ancestry.key``)."""

    id: str
    title: str
    components: Mapping[str, int]
    monthly: Mapping[str, Decimal]
    because: str


@dataclass(frozen=True, kw_only=True)
class DeliveryCentre:
    """Where work is done.

    Attributes:
        capacity_hours: Hours a month for new work.
        rates: Competence -> currency -> cost of one hour.
        later_rates: Competence -> currency -> from which days on it is another, ascending; only where it changes.
    """

    id: str
    title: str
    country: str
    region: str
    certifications: tuple[str, ...]
    capacity_hours: Decimal
    rates: Mapping[str, Mapping[str, Decimal]]
    later_rates: Mapping[str, Mapping[str, tuple[tuple[dt.date, Decimal], ...]]] = field(default_factory=dict)

    def rate(self, competence: str, currency: str, date: dt.date) -> Decimal:
        """Cost of one hour on a day; the centre has the competence and a rate in the currency."""
        found = self.rates[competence][currency]
        for begins, later in self.later_rates.get(competence, {}).get(currency, ()):
            if begins <= date:
                found = later
        return found


@dataclass(frozen=True, kw_only=True)
class Assurance:
    """Evidence that components work, alone and together; ``components`` are ids, patterns already resolved."""

    id: str
    components: frozenset[str]
    evidence: str
    valid_until: dt.date


@dataclass(frozen=True, kw_only=True)
class ApprovalRule:
    """Who must approve a quote for which ``expression`` holds."""

    id: str
    source: str
    expression: Expression
    approver: str
    because: str


VariableOrigin = Literal["value", "need", "total", "quantity", "endpoint", "endpoints", "address", "addresses"]


@dataclass(frozen=True, kw_only=True)
class DeliveryVariable:
    """Where a role's variable takes its value from.

    Attributes:
        origin: The last four are references to other deliveries of the plan.
        key: Name of the need or attribute; empty for the others.
        value: The value itself, or the default of a need that the offering does not have.
        deliveries: Of a reference: the first of them that a role makes real in the plan counts.
    """

    name: str
    origin: VariableOrigin
    key: str = ""
    value: Answer | None = None
    deliveries: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Instances:
    """How many steps a delivery becomes: a number, one for each unit sold, or one on each place of the plan."""

    origin: Literal["value", "quantity", "places"] = "value"
    value: int = 1


@dataclass(frozen=True, kw_only=True)
class DeliverySecret:
    """A secret that a role has in common with the role of another delivery, whose ``option`` it is."""

    name: str
    delivery: str
    option: str


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """How components become real: a role, or a manual task where ``role`` is empty.

    Attributes:
        components: Ids it delivers, patterns already resolved; none where it supports others.
        targets: Kinds of target its role can serve.
        after: Deliveries that come before it where both are in a plan.
        role_when: Condition on the components of a configuration under which the role can do it; always where None.
        task: Title of the manual task; beside a role it stands for it where no target can run it, or not ``role_when``.
        instructions: Of the task, in Markdown.
        instances: How many steps it becomes.
        spread: Over how many places its instances are dealt.
        apart_from: Deliveries that are never at a place with it.
        supports: It is in a plan when one of these is.
        secrets: Those that are not its own.
    """

    id: str
    components: frozenset[str]
    role: str
    targets: tuple[str, ...]
    after: tuple[str, ...]
    unit: str
    duration_minutes: int
    variables: tuple[DeliveryVariable, ...]
    task: str
    instructions: str
    why: str
    role_when: Expression | None = None
    instances: Instances = Instances()
    spread: int = 1
    apart_from: tuple[str, ...] = ()
    supports: tuple[str, ...] = ()
    secrets: tuple[DeliverySecret, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Release:
    """A portfolio without faults, immutable, addressed by the digest of its files.

    Attributes:
        digest: SHA-256 over the names and contents of all files, hexadecimal.
        tables: Table id -> (families, allowed rows of component ids).
        rules: Rules that hold in every offering.
        price_books: Market id -> its own price book.
        special_books: Market id -> the price books for some segments and channels of it.
        promotions: By id.
        delivery_of: Component id -> the one delivery that makes it real.
    """

    portfolio: str
    title: str
    version: str
    description: str
    digest: str
    markets: Mapping[str, Market]
    delivery_units: Mapping[str, DeliveryUnit]
    families: Mapping[str, Family]
    attributes: Mapping[str, Attribute]
    components: Mapping[str, Component]
    offerings: Mapping[str, Offering]
    rules: tuple[Rule, ...]
    tables: Mapping[str, tuple[tuple[str, ...], frozenset[tuple[str, ...]]]]
    price_books: Mapping[str, PriceBook]
    packages: Mapping[str, Package]
    centres: Mapping[str, DeliveryCentre]
    assurances: tuple[Assurance, ...]
    approvals: tuple[ApprovalRule, ...]
    deliveries: Mapping[str, Delivery]
    delivery_of: Mapping[str, str]
    special_books: Mapping[str, tuple[PriceBook, ...]] = field(default_factory=dict)
    promotions: Mapping[str, Promotion] = field(default_factory=dict)
    agreements: Mapping[str, CustomerAgreement] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its resource name: portfolios/{portfolio}/releases/{digest}."""
        return f"portfolios/{self.portfolio}/releases/{self.digest}"

    def price_book(self, market: str, segment: str = "", channel: str = "") -> PriceBook | None:
        """The price book for a segment and channel of a market; None for an unknown market.

        The most specific one: for both, then for the channel, then for the segment, then the market's own.
        """
        books = {(book.segment, book.channel): book for book in self.special_books.get(market, ())}
        wanted = ((segment, channel), ("", channel), (segment, ""))
        return next((books[one] for one in wanted if one in books), self.price_books.get(market))

    def members(self, family_or_component: str) -> tuple[str, ...]:
        """The component ids that a name in a rule stands for: one component, or all of a family, by id."""
        if family_or_component in self.components:
            return (family_or_component,)
        return self._by_family.get(family_or_component, ())

    @cached_property
    def resources(self) -> tuple[str, ...]:
        """The attributes that some component provides or consumes, by id."""
        components = self.components.values()
        return tuple(sorted({name for component in components for name in (*component.provides, *component.consumes)}))

    @cached_property
    def exact_figures(self) -> Mapping[str, Sequence[tuple[tuple[FigurePlace, FigurePlace], int | Fraction]]]:
        """Component -> figures of one unit, and of what they are added up: over all families and over its own."""
        return {
            component.id: tuple(
                (((source, attribute, ""), (source, attribute, component.family)), whole_or_fraction(figure))
                for source in get_args(FigureSource)
                for attribute, figure in component.figures(source).items()
            )
            for component in self.components.values()
        }

    @cached_property
    def _by_family(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for component in self.components.values():
            found.setdefault(component.family, []).append(component.id)
        return {family: tuple(ids) for family, ids in found.items()}
