"""A small portfolio for tests: ten components in six families, two markets, two offerings."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

from bidwright.catalog.model import (
    ApprovalRule,
    Assurance,
    Attribute,
    ChargeName,
    Component,
    Delivery,
    DeliveryCentre,
    DeliveryUnit,
    DeliveryVariable,
    Family,
    Market,
    Need,
    Offering,
    Package,
    PriceBook,
    PriceEntry,
    Release,
    Rule,
    Slot,
    Texts,
    Tier,
)
from bidwright.catalog.rule_language import (
    AnyOf,
    Arithmetic,
    Comparison,
    Constant,
    Name,
    Not,
    Quantity,
    Selected,
    Sum,
)

D = Decimal
_TEXTS = Texts(service_specification="A server.", statement_of_work="We run it.", delivery_description="Make it.")


def _component(id_: str, **more: object) -> Component:
    values: dict[str, object] = {
        "id": id_,
        "family": id_.split(".", maxsplit=1)[0],
        "name": id_.replace(".", " "),
        "max_quantity": 1,
        "competence": "unix",
        "unit": "platform",
        "texts": _TEXTS,
    }
    return Component(**(values | more))  # type: ignore[arg-type]  # values of one dict have many types


_COMPONENTS = (
    _component("cache.valkey_small", attributes={"cache_memory_mib": D(256)}, consumes={"app_ram_gib": D(1)}),
    _component(
        "compute.large",
        max_quantity=20,
        attributes={"ram_gib": D(16), "vcpu": D(8)},
        provides={"app_ram_gib": D(14)},
        one_time_hours=D("1.5"),
        monthly_hours=D("0.25"),
    ),
    _component(
        "compute.small",
        max_quantity=20,
        attributes={"ram_gib": D(4), "vcpu": D(2)},
        provides={"app_ram_gib": D(3)},
        one_time_hours=D("1.5"),
        monthly_hours=D("0.25"),
    ),
    _component("database.postgresql_ha", consumes={"app_ram_gib": D(8)}, competence="database", monthly_hours=D(1)),
    _component("database.postgresql_small", consumes={"app_ram_gib": D(2)}, competence="database"),
    _component("os.debian", max_quantity=40),
    _component("support.premium", attributes={"availability": D("99.900")}, competence="service", monthly_hours=D(4)),
    _component("support.standard", attributes={"availability": D("99.000")}, competence="service"),
    _component("web.apache_site", attributes={"connections": D(500)}, consumes={"app_ram_gib": D(2)}),
    _component("web.nginx_site", attributes={"connections": D(1000)}, consumes={"app_ram_gib": D(1)}),
)

_NEEDS = {
    need.name: need
    for need in (
        Need(
            name="users",
            question="How many users?",
            kind="integer",
            unit="users",
            minimum=D(1),
            maximum=D(5000),
            default=100,
        ),
        Need(
            name="availability",
            question="Which availability?",
            kind="decimal",
            unit="percent",
            minimum=D("99.000"),
            maximum=D("99.900"),
            places=3,
            default=D("99.000"),
        ),
        Need(
            name="data_residency",
            question="Where may data be?",
            kind="choice",
            options={"any": "Anywhere", "EU": "European Union"},
            default="any",
        ),
        Need(name="highly_available", question="Must it survive a failure?", kind="boolean", default=False),
        Need(name="site_title", question="Which title?", kind="text", max_length=80, default="Welcome"),
    )
}

_RULES = (
    Rule(
        id="debian_on_every_server",
        source='quantity("os") == quantity("compute")',
        because="Every server runs an operating system.",
        expression=Comparison("==", Quantity("os"), Quantity("compute")),
    ),
    Rule(
        id="standby_needs_two_servers",
        source='implies(selected("database.postgresql_ha"), quantity("compute") >= 2)',
        because="A standby needs a server of its own.",
        expression=AnyOf(
            (Not(Selected("database.postgresql_ha")), Comparison(">=", Quantity("compute"), Constant(Fraction(2))))
        ),
    ),
)

_OFFERING_RULES = (
    Rule(
        id="enough_memory",
        source='total("ram_gib", "compute") >= need.users * 0.04',
        because="Every user needs 0.04 GiB of server memory.",
        expression=Comparison(
            ">=", Sum("total", "ram_gib", "compute"), Arithmetic("*", Name("need", "users"), Constant(Fraction(1, 25)))
        ),
    ),
    Rule(
        id="support_meets_availability",
        source='total("availability", "support") >= need.availability',
        because="The support level must cover the availability asked for.",
        expression=Comparison(">=", Sum("total", "availability", "support"), Name("need", "availability")),
    ),
)

_HA_RULE = Rule(
    id="ha_database",
    source='implies(need.highly_available, selected("database.postgresql_ha"))',
    because="Surviving a failure takes a standby database.",
    expression=AnyOf((Not(Name("need", "highly_available")), Selected("database.postgresql_ha"))),
)


def _slots(*slots: Slot) -> dict[str, Slot]:
    return {slot.family: slot for slot in slots}


_OFFERINGS = (
    Offering(
        id="business_application",
        title="Business application",
        description="Web, database and cache.",
        approach="standardized",
        residency_need="data_residency",
        needs=_NEEDS,
        slots=_slots(
            Slot(family="compute", minimum=1, maximum=2, max_quantity=30),
            Slot(family="os", minimum=1, maximum=1),
            Slot(family="web", minimum=1, maximum=1),
            Slot(family="database", minimum=1, maximum=1),
            Slot(family="cache", minimum=0, maximum=1),
            Slot(family="support", minimum=1, maximum=1),
        ),
        rules=(*_OFFERING_RULES, _HA_RULE),
    ),
    Offering(
        id="web_hosting",
        title="Web hosting",
        description="A website.",
        approach="standardized",
        residency_need="data_residency",
        needs={name: need for name, need in _NEEDS.items() if name != "highly_available"},
        slots=_slots(
            Slot(family="compute", minimum=1, maximum=1),
            Slot(family="os", minimum=1, maximum=1),
            Slot(family="web", minimum=1, maximum=1),
            Slot(family="support", minimum=1, maximum=1),
        ),
        rules=_OFFERING_RULES,
    ),
)

# component, one-time cost and price, monthly cost and price, monthly volume tiers
_EUR_PRICES = (
    ("cache.valkey_small", None, None, "4.00", "9.90", ()),
    ("compute.large", "10.00", "45.00", "48.00", "88.00", ((5, "84.00"), (10, "79.50"))),
    ("compute.small", "10.00", "45.00", "12.00", "24.00", ((5, "22.80"), (10, "21.55"))),
    ("database.postgresql_ha", "40.00", "190.00", "60.00", "189.00", ()),
    ("database.postgresql_small", "20.00", "90.00", "15.00", "49.00", ()),
    ("os.debian", None, None, "1.00", "3.15", ((10, "2.85"),)),
    ("support.premium", None, None, "10.00", "245.00", ()),
    ("support.standard", None, None, "5.00", "19.00", ()),
    ("web.apache_site", None, None, "2.00", "7.50", ()),
    ("web.nginx_site", "5.00", "19.00", "2.00", "8.00", ()),
)


def _book(market: str, currency: str, factor: str) -> PriceBook:
    entries: dict[tuple[str, ChargeName], tuple[PriceEntry, ...]] = {}
    for component, setup_cost, setup, cost, price, tiers in _EUR_PRICES:
        rows: tuple[tuple[ChargeName, str | None, str | None], ...] = (
            ("one_time", setup_cost, setup),
            ("monthly", cost, price),
        )
        for charge, unit_cost, list_price in rows:
            if unit_cost is None or list_price is None:
                continue
            entries[component, charge] = (
                PriceEntry(
                    component=component,
                    charge=charge,
                    unit="piece",
                    unit_cost=D(unit_cost) * D(factor),
                    price=D(list_price) * D(factor),
                    tiers=tuple(Tier(from_quantity=n, price=D(p) * D(factor)) for n, p in tiers)
                    if charge == "monthly"
                    else (),
                    valid_from=dt.date(2026, 1, 1),
                    valid_to=None,
                ),
            )
    return PriceBook(
        id=f"{market}-list",
        market=market,
        currency=currency,
        rounding="half_up",
        entries=entries,
        terms={12: D(0), 24: D(3), 36: D(6)},
        bespoke_rates={"engineer": D("640.00"), "solution_architect": D("880.00")},
        default_markup=D(25),
        minimum_markup=D(10),
    )


def _rates(hour: str) -> dict[str, Decimal]:
    return {"EUR": D(hour), "GBP": D(hour) * D("0.9")}


_CENTRES = (
    DeliveryCentre(
        id="brno",
        title="Brno",
        country="CZ",
        region="EU",
        certifications=("iso27001",),
        capacity_hours=D(3200),
        rates={"unix": _rates("38.00"), "database": _rates("46.00"), "service": _rates("30.00")},
    ),
    DeliveryCentre(
        id="leeds",
        title="Leeds",
        country="GB",
        region="UK",
        certifications=("iso27001",),
        capacity_hours=D(1600),
        rates={"unix": _rates("36.00"), "database": _rates("58.00"), "service": _rates("41.00")},
    ),
)


def _delivery(id_: str, components: tuple[str, ...], **more: object) -> Delivery:
    values: dict[str, object] = {
        "id": id_,
        "components": frozenset(components),
        "role": id_,
        "targets": ("directory",),
        "after": (),
        "unit": "platform",
        "duration_minutes": 2,
        "variables": (),
        "task": "",
        "instructions": "",
        "why": f"The {id_} must run.",
    }
    return Delivery(**(values | more))  # type: ignore[arg-type]  # values of one dict have many types


_TITLE = DeliveryVariable(name="website_title", origin="need", key="site_title", value="Welcome")
_DELIVERIES = (
    _delivery("postgresql_database", ("database.postgresql_ha", "database.postgresql_small"), after=("server",)),
    _delivery("server", ("compute.large", "compute.small", "os.debian")),
    _delivery(
        "service_desk",
        ("support.premium", "support.standard"),
        role="",
        targets=(),
        task="Register the support level.",
        instructions="Enter the contract and its support hours.",
        duration_minutes=240,
    ),
    _delivery("valkey_cache", ("cache.valkey_small",), after=("server",)),
    _delivery("website", ("web.apache_site", "web.nginx_site"), after=("server",), variables=(_TITLE,)),
)


def small_release() -> Release:
    """The release; equal on every call."""
    families = ("cache", "compute", "database", "os", "support", "web")
    attributes = (
        Attribute(id="app_ram_gib", title="Memory for applications", unit="GiB"),
        Attribute(id="availability", title="Availability", unit="percent", places=3),
        Attribute(id="cache_memory_mib", title="Cache memory", unit="MiB"),
        Attribute(id="connections", title="Connections", unit="connections"),
        Attribute(id="ram_gib", title="Memory", unit="GiB"),
        Attribute(id="vcpu", title="Virtual processors", unit="vCPU"),
    )
    assured = frozenset(c.id for c in _COMPONENTS if c.id != "web.apache_site")
    return Release(
        portfolio="small",
        title="Small",
        version="1",
        description="For tests.",
        digest="5" * 64,
        markets={
            "DE": Market(id="DE", title="Germany", currency="EUR", delivery_regions=("EU",)),
            "GB": Market(id="GB", title="United Kingdom", currency="GBP", delivery_regions=("EU", "UK")),
        },
        delivery_units={"platform": DeliveryUnit(id="platform", title="Platform", accountable="Head of platform")},
        families={f: Family(id=f, title=f.title(), unit="piece") for f in families},
        attributes={a.id: a for a in attributes},
        components={c.id: c for c in _COMPONENTS},
        offerings={o.id: o for o in _OFFERINGS},
        rules=_RULES,
        tables={"supported_stacks": (("os", "database"), frozenset({("os.debian", "database.postgresql_small")}))},
        price_books={"DE": _book("DE", "EUR", "1"), "GB": _book("GB", "GBP", "0.9")},
        packages={
            "web_starter": Package(
                id="web_starter",
                title="Web starter",
                components={"compute.small": 1, "web.nginx_site": 1},
                monthly={"DE": D("29.00"), "GB": D("26.00")},
                because="Sold as one unit.",
            ),
        },
        centres={c.id: c for c in _CENTRES},
        assurances=(Assurance(id="stack", components=assured, evidence="TR-1", valid_until=dt.date(2030, 12, 31)),),
        approvals=(
            ApprovalRule(
                id="discount_above_5",
                source="quote.discount_percent > 5",
                expression=Comparison(">", Name("quote", "discount_percent"), Constant(Fraction(5))),
                approver="sales_director",
                because="Discounts above 5 % cost margin.",
            ),
        ),
        deliveries={d.id: d for d in _DELIVERIES},
        delivery_of={c: d.id for d in _DELIVERIES for c in sorted(d.components)},
    )
