"""Requests against the small release, and what they cost, for hand-written examples."""

from __future__ import annotations

from dataclasses import replace

from small_release import small_release

from bidwright.catalog.model import Answer, Release, Rule
from bidwright.catalog.rule_parser import parse
from bidwright.configurator.request import Requirements
from bidwright.core.amount_table import AmountTable, PackageAmount

MONTHLY = {
    "cache.valkey_small": 990,
    "compute.large": 8800,
    "compute.small": 2400,
    "database.postgresql_ha": 18900,
    "database.postgresql_small": 4900,
    "os.debian": 315,
    "support.premium": 24500,
    "support.standard": 1900,
    "web.apache_site": 750,
    "web.nginx_site": 800,
}


def amounts(**more: object) -> AmountTable:
    """List prices in euro cents over 12 months, no one-time charges, no tiers."""
    release = small_release()
    table = AmountTable(
        currency="EUR",
        term_months=12,
        one_time={"compute.small": tuple(100 * n for n in range(21))},
        monthly={
            c: tuple(price * n for n in range(release.components[c].max_quantity + 1)) for c, price in MONTHLY.items()
        },
        packages={
            "web_starter": PackageAmount(components={"compute.small": 1, "web.nginx_site": 1}, monthly=(0, -300))
        },
        bespoke_one_time=0,
        bespoke_monthly=0,
    )
    return replace(table, **more)  # type: ignore[arg-type]  # values of one dict have many types


def request(
    offering: str = "web_hosting", *, rule: str = "", answers: dict[str, Answer] | None = None, **more: object
) -> Requirements:
    """A request with default answers, with one more rule where given."""
    release = small_release()
    if rule:
        release = with_rule(release, rule)
    chosen = release.offerings[offering]
    defaults = {name: need.default for name, need in chosen.needs.items() if need.default is not None}
    requirements = Requirements(
        release=release, offering=chosen, market=release.markets["DE"], answers=defaults | (answers or {})
    )
    return replace(requirements, **more)  # type: ignore[arg-type]  # values of one dict have many types


def with_rule(release: Release, source: str) -> Release:
    """The release with one more rule, under a digest of its own."""
    rule = Rule(id="extra", source=source, because="It is so.", expression=parse(source))
    return replace(release, rules=(*release.rules, rule), digest=source.encode().hex())
