"""Components that do the same, and components that another one makes needless, in the small portfolio."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from small_release import SMALL_TODAY, small_release

from bidwright.catalog.model import Release, Rule
from bidwright.catalog.rule_parser import parse
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.portfolio_analysis import Scope, analyze_portfolio
from bidwright.configurator.portfolio_findings import OfferingFindings
from bidwright.core.amount_table import AmountTable, CommitmentAmount, PackageAmount, PercentageAmount


def _findings(release: Release, offering: str, *prices: AmountTable) -> OfferingFindings:
    scope = Scope(
        release=release,
        offerings=[release.offerings[offering]],
        markets=list(release.markets.values()),
        prices=prices,
        today=SMALL_TODAY,
    )
    found = analyze_portfolio(scope, Deadline(60))
    assert found.is_complete
    return found.offerings[0]


def _with_rule(text: str) -> Release:
    release = small_release()
    rule = Rule(id="new", source=text, because="Because.", expression=parse(text))
    return replace(release, digest=f"with the rule {text}", rules=(*release.rules, rule))


def _alike(text: str = "True") -> Release:
    """Both websites have the same figures."""
    release = _with_rule(text)
    apache, nginx = release.components["web.apache_site"], release.components["web.nginx_site"]
    same = replace(apache, attributes=nginx.attributes, consumes=nginx.consumes)
    components = {**release.components, apache.id: same}
    return replace(release, digest=f"{release.digest}, alike", components=components)


def _prices(apache: tuple[int, ...], nginx: tuple[int, ...]) -> AmountTable:
    """Only the websites cost anything."""
    free = {name: (0,) * (component.max_quantity + 1) for name, component in small_release().components.items()}
    return AmountTable(
        currency="EUR",
        term_months=12,
        one_time={},
        monthly={**free, "web.apache_site": apache, "web.nginx_site": nginx},
        packages={},
        bespoke_one_time=0,
        bespoke_monthly=0,
    )


def test_a_component_is_dominated_by_one_with_more_figures_wherever_it_can_be_exchanged() -> None:
    assert _findings(small_release(), "web_hosting").dominated == {
        "compute.small": "compute.large",
        "support.standard": "support.premium",
        "web.apache_site": "web.nginx_site",
    }


def test_a_component_is_not_dominated_where_the_other_could_become_too_many() -> None:
    """Beside 20 large servers there may be 10 small ones, and of large servers there are at most 20."""
    assert "compute.small" not in _findings(small_release(), "business_application").dominated


@pytest.mark.parametrize(
    ("table", "is_dominated"),
    [
        (_prices((0, 750), (0, 750)), True),
        (_prices((0, 750), (0, 751)), False),  # dearer
        (replace(_prices((0, 750), (0, 750)), one_time={"web.nginx_site": (0, 1)}), False),
        (replace(_prices((0, 750), (0, 750)), one_time={"web.apache_site": (0, 1)}), True),
        (
            replace(
                _prices((0, 750), (0, 750)),
                packages={"one": PackageAmount(components={"web.apache_site": 1, "os.debian": 1}, monthly=(0, -1))},
            ),
            False,
        ),  # a package could make it cheaper
        (
            replace(
                _prices((0, 750), (0, 750)),
                commitments={"one": CommitmentAmount(components=("web.nginx_site",), monthly=1000)},
            ),
            False,
        ),
        (
            replace(
                _prices((0, 750), (0, 0)),
                percentages=(
                    PercentageAmount(
                        component="web.nginx_site",
                        charge="monthly",
                        of=("os.debian",),
                        of_charge="monthly",
                        share=Fraction(1),
                        half_even=False,
                        minimum=None,
                        maximum=None,
                    ),
                ),
            ),
            False,
        ),
    ],
)
def test_a_component_is_dominated_only_where_the_other_is_never_dearer(
    table: AmountTable, *, is_dominated: bool
) -> None:
    found = _findings(small_release(), "web_hosting", _prices((0, 800), (0, 700)), table)
    assert ("web.apache_site" in found.dominated) == is_dominated


@pytest.mark.parametrize(
    ("rule", "is_exchangeable"),
    [
        ("True", True),
        ('implies(need.users > 10, selected("web"))', True),
        ('implies(need.users > 10, selected("web.nginx_site"))', False),
        ('quantity("web.nginx_site") + quantity("web.apache_site") >= 1', True),
        ('quantity("web.nginx_site") >= quantity("web.apache_site") * 0.5 or selected("os")', True),  # always holds
    ],
)
def test_components_overlap_where_no_configuration_tells_them_apart(rule: str, *, is_exchangeable: bool) -> None:
    found = _findings(_alike(rule), "web_hosting")
    assert (("web.apache_site", "web.nginx_site") in found.overlapping) == is_exchangeable


def test_of_components_that_dominate_each_other_neither_is_listed() -> None:
    assert "web.nginx_site" not in _findings(_alike(), "web_hosting").dominated
    release = _alike()
    apache = release.components["web.apache_site"]
    stack = replace(release.assurances[0], components=release.assurances[0].components | {apache.id})
    equal = replace(release, digest=f"{release.digest}, equal", assurances=(stack,))
    assert not {"web.nginx_site", apache.id} & _findings(equal, "web_hosting").dominated.keys()


def test_a_component_that_only_some_regions_can_deliver_does_not_take_the_place_of_another() -> None:
    release = small_release()
    nginx = replace(release.components["web.nginx_site"], certifications=("rare",))
    leeds = replace(release.centres["leeds"], certifications=("iso27001", "rare"))
    rare = replace(
        release,
        digest="of the portfolio with rare work",
        components={**release.components, nginx.id: nginx},
        centres={**release.centres, "leeds": leeds},
    )
    assert "web.apache_site" not in _findings(rare, "web_hosting").dominated
