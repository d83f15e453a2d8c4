"""Configure, by example."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from examples import amounts, request
from google.protobuf.json_format import MessageToDict
from small_release import small_release

from bidwright.catalog.model import Answer
from bidwright.configurator import cpsat_best, explain
from bidwright.configurator.check import check
from bidwright.configurator.configure import configure
from bidwright.configurator.cpsat_proof import ProofSearch
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.objectives import Objective
from bidwright.configurator.request import BespokeEffect, Requirements
from bidwright.configurator.solution import Solution
from bidwright.core.errors import Unavailable
from bidwright.v1.configuration_pb2 import Conflict


def _solved(requirements: Requirements) -> Solution:
    outcome = configure(requirements, amounts(), Deadline(20))
    assert isinstance(outcome, Solution), outcome
    return outcome


def _conflict(requirements: Requirements) -> Conflict:
    outcome = configure(requirements, amounts(), Deadline(20))
    assert isinstance(outcome, Conflict), outcome
    return outcome


def _members(conflict: Conflict) -> list[tuple[str, str]]:
    told = MessageToDict(conflict)["members"]
    return [(member["kind"].removeprefix("CONFLICT_KIND_"), member["id"]) for member in told]


def test_the_cheapest_configuration_is_found_with_its_packages_and_proof() -> None:
    solution = _solved(request())
    assert dict(solution.items) == {"compute.small": 1, "os.debian": 1, "support.standard": 1, "web.nginx_site": 1}
    # 24.00 + 3.15 + 19.00 + 8.00 - 3.00 for the package = 51.15 a month; apache at 7.50 has no package.
    assert vars(solution.amounts) == {"one_time": 100, "monthly": 5115, "contract_value": 61480}
    assert MessageToDict(solution.proof) == {
        "objective": "contract value",
        "value": {"currencyCode": "EUR", "units": "614", "nanos": 800000000},
        "bound": {"currencyCode": "EUR", "units": "614", "nanos": 800000000},
        "gapPercent": {"value": "0"},
        "isOptimal": True,
    }


def test_needs_decide_how_much_is_taken() -> None:
    solution = _solved(request(answers={"users": 1000}))
    # 40 GiB: 3 large (48 GiB) cost 264.00, 10 small cost 240.00 but 31.50 for their systems instead of 9.45.
    assert solution.items["compute.small"] == 10
    assert solution.items["os.debian"] == 10


def test_pins_exclusions_and_bespoke_items_are_met() -> None:
    effect = BespokeEffect(id="till", title="Till", requires=("cache",), forbids=("web.nginx_site",))
    wishes = {"pins": {"compute.large": 0}, "exclusions": ("database.postgresql_small",), "bespoke": (effect,)}
    solution = _solved(request("business_application", **wishes))
    # The standby database takes two servers; 11 GiB are consumed, the large one provides 14.
    assert dict(solution.items) == {
        "cache.valkey_small": 1,
        "compute.large": 1,
        "compute.small": 1,
        "database.postgresql_ha": 1,
        "os.debian": 2,
        "support.standard": 1,
        "web.apache_site": 1,
    }


def test_a_budget_below_the_cheapest_configuration_is_told_with_what_it_would_cost() -> None:
    conflict = _conflict(request(answers={"users": 2000}, budget={"monthly": 10000}))
    assert _members(conflict) == [("NEED", "users"), ("BUDGET", "monthly"), ("RULE", "enough_memory")]
    assert conflict.summary == (
        "These cannot hold together: you asked for 2,000 users (users); the budget allows at most 100.00 EUR a month. "
        "Reason: Every user needs 0.04 GiB of server memory. "
        "The cheapest valid configuration costs 482.25 EUR a month."
    )
    assert conflict.minimal


def test_a_budget_just_above_the_cheapest_configuration_is_enough() -> None:
    assert _solved(request(budget={"monthly": 5115})).amounts.monthly == 5115
    assert _members(_conflict(request(budget={"monthly": 5114})))[0] == ("BUDGET", "monthly")


@pytest.mark.parametrize(
    ("wishes", "members"),
    [
        # the same component asked for and ruled out
        ({"pins": {"os.debian": 0}, "exclusions": ("os.debian",)}, [("PIN", "os.debian"), ("EXCLUSION", "os.debian")]),
        # a component of a family that the offering has no slot for
        ({"pins": {"cache.valkey_small": 1}}, [("PIN", "cache.valkey_small"), ("SLOT", "cache")]),
        # two sites where one is allowed
        (
            {"pins": {"web.apache_site": 1, "web.nginx_site": 1}},
            [("PIN", "web.apache_site"), ("PIN", "web.nginx_site"), ("SLOT", "web")],
        ),
        # numbers that a rule ties together
        (
            {"pins": {"os.debian": 3, "compute.small": 2}, "exclusions": ("compute.large",)},
            [
                ("PIN", "compute.small"),
                ("PIN", "os.debian"),
                ("EXCLUSION", "compute.large"),
                ("RULE", "debian_on_every_server"),
            ],
        ),
        # a bespoke item that needs what is ruled out
        (
            {
                "bespoke": (BespokeEffect(id="till", title="Till", requires=("support.premium",)),),
                "exclusions": ("support.premium",),
            },
            [("EXCLUSION", "support.premium"), ("BESPOKE", "till")],
        ),
    ],
)
def test_a_conflict_names_what_cannot_hold_together(wishes: dict[str, object], members: list[tuple[str, str]]) -> None:
    assert _members(_conflict(request(**wishes))) == members


@pytest.mark.parametrize(
    ("rule", "feasible", "infeasible"),
    [
        # each construct of the language: with the first pins it can be met, with the second it cannot
        ('selected("compute.large")', {}, {"compute.small": 1}),
        ('selected("support")', {}, None),
        ('not selected("compute.small")', {"compute.large": 1}, {"compute.small": 1}),
        ('quantity("compute") == 3', {"compute.small": 3}, {"compute.small": 2}),
        ('quantity("compute") != 2', {"compute.small": 3}, {"compute.small": 2}),
        ('1 < quantity("compute.small") <= 3', {"compute.small": 3}, {"compute.small": 4}),
        ('kinds("web") < 1 or quantity("compute") > 4', {"compute.small": 5}, {"compute.small": 4}),
        ('total("ram_gib") >= 20.5', {"compute.small": 6}, {"compute.small": 5}),
        ('total("ram_gib", "compute") * 2 - 8 <= 3 * quantity("os") + 2', {"compute.small": 2}, {"compute.small": 3}),
        ('provided("app_ram_gib") - consumed("app_ram_gib") >= 5', {"compute.small": 2}, {"compute.small": 1}),
        ('quantity("compute") >= need.users * 0.02', {"compute.small": 2}, {"compute.small": 1}),
        ('quantity("compute") * need.users >= 300', {"compute.small": 3}, {"compute.small": 2}),
        ('need.availability > 99.5 or selected("web.apache_site")', {"web.apache_site": 1}, {"web.nginx_site": 1}),
        ('need.data_residency == "EU" or selected("web.apache_site")', {"web.apache_site": 1}, {"web.nginx_site": 1}),
        ('("database", "os") in table("supported_stacks")', {}, None),
        (
            'implies(selected("web.nginx_site"), quantity("compute") >= 2)',
            {"web.nginx_site": 1},
            {"web.nginx_site": 1, "compute.small": 1},
        ),
        (
            'selected("web.nginx_site") == selected("compute.small")',
            {"web.apache_site": 1},
            {"web.apache_site": 1, "compute.small": 1},
        ),
        (
            'selected("web.nginx_site") != (quantity("os") >= 2)',
            {"os.debian": 1},
            {"os.debian": 2, "web.nginx_site": 1},
        ),
        (
            'not (selected("web.nginx_site") and quantity("os") == 1)',
            {"os.debian": 1},
            {"os.debian": 1, "web.nginx_site": 1},
        ),
    ],
)
def test_every_construct_of_the_rule_language_binds_the_solver(
    rule: str, feasible: dict[str, int], infeasible: dict[str, int] | None
) -> None:
    _solved(request(rule=rule, pins=feasible))
    if infeasible is not None:
        assert ("RULE", "extra") in _members(_conflict(request(rule=rule, pins=infeasible)))


def test_a_table_forbids_what_is_not_in_it() -> None:
    rule = '("database", "os") in table("supported_stacks")'
    _solved(request("business_application", rule=rule))
    conflict = _conflict(request("business_application", rule=rule, answers={"highly_available": True}))
    assert _members(conflict)[0] == ("NEED", "highly_available")
    assert ("RULE", "extra") in _members(conflict)


def test_without_any_time_there_is_a_valid_configuration_and_a_bound_that_holds() -> None:
    best = _solved(request(answers={"users": 1000})).amounts.contract_value
    outcome = configure(request(answers={"users": 1000}), amounts(), Deadline(0), or_any=True)
    assert isinstance(outcome, Solution)
    assert check(request(answers={"users": 1000}), outcome.items) == []
    assert outcome.bound <= best <= outcome.amounts.contract_value


def test_without_any_time_a_budget_is_kept_where_the_cheapest_keeps_it() -> None:
    best = _solved(request(answers={"users": 1000})).amounts.contract_value
    most = (Objective(attribute="ram_gib", maximize=True),)
    asked = request(answers={"users": 1000}, budget={"contract_value": best}, objectives=most)
    outcome = configure(asked, amounts(), Deadline(0), or_any=True)
    assert isinstance(outcome, Solution)
    assert outcome.amounts.contract_value == best


def test_without_any_time_a_conflict_is_minimal_where_a_least_time_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explain, "_LEAST_S", 60.0)
    for impossible in (request(budget={"monthly": 1}), request(answers={"users": 1000}, pins={"compute.small": 1})):
        outcome = configure(impossible, amounts(), Deadline(0), or_any=True)
        assert isinstance(outcome, Conflict)
        assert outcome.minimal


def test_without_any_time_nothing_is_claimed_where_that_is_too_little_or_the_best_is_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(explain, "_LEAST_S", 0.0)
    with pytest.raises(Unavailable, match="no configuration was found within 0 seconds"):
        configure(request(budget={"monthly": 1}), amounts(), Deadline(0), or_any=True)
    with pytest.raises(Unavailable, match="no configuration was found within 0 seconds"):
        configure(request(), amounts(), Deadline(0))


def test_where_no_search_for_the_best_finds_anything_a_search_for_any_within_the_budget_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for effort in ("_QUICK_EFFORT", "_LONG_EFFORT"):
        monkeypatch.setattr(cpsat_best, effort, 0.0)
    monkeypatch.setattr(ProofSearch, "least", lambda *_: None)
    asked = request(budget={"monthly": 10000})
    outcome = configure(asked, amounts(), Deadline(20))
    assert isinstance(outcome, Solution)
    assert not check(asked, outcome.items)
    assert outcome.amounts.monthly <= 10000
    assert outcome.reached[0].bound <= outcome.reached[0].value


def test_two_processes_give_the_same_bytes() -> None:
    script = (
        "from examples import *; from bidwright.configurator.configure import *; "
        "from bidwright.configurator.deadline import Deadline\n"
        "for users in (1, 700, 3000):\n"
        "    for wishes in ({}, {'budget': {'monthly': 20000}}, {'exclusions': ('compute.large',)}):\n"
        "        asked = request('business_application', answers={'users': users}, **wishes)\n"
        "        print(configure(asked, amounts(), Deadline(20)))\n"
    )
    here = Path(__file__).parent
    outputs = []
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": f"{here}:{here.parent}"}
        run = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True)
        outputs.append(run.stdout)
    assert outputs[0] == outputs[1]
    assert outputs[0].count(b"Solution(") == 6


def test_the_answer_to_a_need_may_be_of_any_kind() -> None:
    answers: dict[str, Answer] = {"site_title": "{{ 7 * 7 }}", "data_residency": "EU"}
    assert _solved(request(answers=answers)).amounts.monthly == 5115


def _small_servers_from_leeds_alone(**more: object) -> Requirements:
    """Data must stay in the EU; nobody there can run small servers, and large ones can be run from Brno."""
    release, leeds = small_release(), small_release().centres["leeds"]
    small = replace(release.components["compute.small"], competence="tapes")
    rates = {**leeds.rates, "tapes": {"GBP": Decimal(30)}}
    changed = replace(
        release,
        components={**release.components, small.id: small},
        centres={**release.centres, "leeds": replace(leeds, rates=rates)},
        digest="tapes",
    )
    return request(answers={"data_residency": "EU"}, release=changed, market=release.markets["GB"], **more)


def test_what_no_delivery_centre_may_deliver_is_not_chosen() -> None:
    requirements = _small_servers_from_leeds_alone()
    assert dict(_solved(requirements).items) == {
        "compute.large": 1,
        "os.debian": 1,
        "support.standard": 1,
        "web.apache_site": 1,
    }
    anywhere = replace(requirements, answers={**requirements.answers, "data_residency": "any"})
    assert "compute.small" in _solved(anywhere).items


def test_a_wish_for_what_no_delivery_centre_may_deliver_is_a_conflict_that_names_the_regions() -> None:
    conflict = _conflict(_small_servers_from_leeds_alone(pins={"compute.small": 2}))
    assert _members(conflict) == [
        ("NEED", "data_residency"),
        ("PIN", "compute.small"),
        ("DELIVERY_CENTRE", "compute"),
    ]
    assert conflict.members[2].text == (
        "Compute (compute) must come from a delivery centre in the regions allowed (EU), "
        "and none can deliver compute.small"
    )


def test_what_no_delivery_centre_may_deliver_is_a_violation() -> None:
    items = {"compute.small": 1, "os.debian": 1, "support.standard": 1, "web.nginx_site": 1}
    (violation,) = check(_small_servers_from_leeds_alone(), items)
    assert (violation.id, violation.text, violation.fix) == (
        "compute",
        "No delivery centre in the regions allowed (EU) has the competence, certifications and rate for compute.small.",
        "Remove compute.small, or allow other regions.",
    )


@pytest.mark.parametrize(
    "wanted", ["need.users > 0", 'not (selected("web.apache_site") and selected("web.nginx_site"))']
)
def test_what_must_not_be_none_and_turns_out_to_be_none_is_a_conflict(wanted: str) -> None:
    """That no unit is possible follows from another rule only, when the first one has been looked at."""
    rule = f'implies({wanted}, quantity("support.premium") != 0) and quantity("support.premium") * 2 <= 1'
    assert isinstance(configure(request(rule=rule), amounts(), Deadline(20)), Conflict)
