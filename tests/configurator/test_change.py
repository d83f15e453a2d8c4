"""Changes of a small website, by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from examples import amounts, request

from bidwright.catalog.model import Answer
from bidwright.configurator import explain
from bidwright.configurator.change import Change, change
from bidwright.configurator.check import check
from bidwright.configurator.cpsat_change import Weights
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.installed import Installed, installed_of
from bidwright.core.errors import InvalidInput, Unavailable
from bidwright.v1.configuration_pb2 import CONFLICT_KIND_EXCLUSION, CONFLICT_KIND_PIN, ConfigurationItem, Conflict
from bidwright.v1.configurator_pb2 import (
    ITEM_ACTION_ADD,
    ITEM_ACTION_DELETE,
    ITEM_ACTION_KEEP,
    ITEM_ACTION_MODIFY,
    ChangeConfigurationRequest,
    ConfigureRequest,
    Objective,
)

WEBSITE = {"compute.small": 1, "os.debian": 1, "support.standard": 1, "web.nginx_site": 1}


def _changed(installed: Installed, answers: dict[str, Answer] | None = None, **more: object) -> Change | Conflict:
    return change(request(answers=answers, **more), installed, amounts(), Deadline(20))


def _actions(found: Change | Conflict) -> dict[str, tuple[int, int, int]]:
    assert isinstance(found, Change)
    return {one.component: (one.action, one.installed, one.wanted) for one in found.items}


def test_what_meets_the_needs_stays_as_it_is() -> None:
    found = _changed(Installed(items=WEBSITE))
    assert _actions(found) == dict.fromkeys(WEBSITE, (ITEM_ACTION_KEEP, 1, 1))
    assert isinstance(found, Change)
    assert (found.disruption, found.bound) == (0, 0)
    assert found.proof.is_optimal
    assert found.proof.gap_percent.value == "0"


def test_more_users_need_more_servers_and_nothing_else_is_touched() -> None:
    # 300 users need 12 GiB: three small servers, each with its Debian; another kind would disturb by 1 + 4, not by 2.
    found = _changed(Installed(items=WEBSITE), {"users": 300})
    assert _actions(found) == {
        "compute.small": (ITEM_ACTION_MODIFY, 1, 3),
        "os.debian": (ITEM_ACTION_MODIFY, 1, 3),
        "support.standard": (ITEM_ACTION_KEEP, 1, 1),
        "web.nginx_site": (ITEM_ACTION_KEEP, 1, 1),
    }
    assert isinstance(found, Change)
    assert found.disruption == 4


def test_units_that_are_more_than_enough_stay() -> None:
    installed = {**WEBSITE, "compute.small": 4, "os.debian": 4}
    found = _changed(Installed(items=dict(sorted(installed.items()))))
    assert _actions(found) == {name: (ITEM_ACTION_KEEP, units, units) for name, units in installed.items()}
    assert isinstance(found, Change)
    assert (found.disruption, found.bound) == (0, 0)


def test_weights_decide_what_disturbs_least() -> None:
    # Of one kind of server, one large one in place of a small one leaves Debian alone: 1 + 1 against 9 + 9.
    weights = Weights(add=1, modify=9, delete=1)
    found = _changed(Installed(items=WEBSITE, weights=weights), {"users": 300})
    assert _actions(found) == {
        "compute.large": (ITEM_ACTION_ADD, 0, 1),
        "compute.small": (ITEM_ACTION_DELETE, 1, 0),
        "os.debian": (ITEM_ACTION_KEEP, 1, 1),
        "support.standard": (ITEM_ACTION_KEEP, 1, 1),
        "web.nginx_site": (ITEM_ACTION_KEEP, 1, 1),
    }


def test_components_that_are_no_longer_sold_go() -> None:
    # A mail server is unknown; a cache is known, and this offering has no slot for it.
    installed = {**WEBSITE, "cache.valkey_small": 1, "mail.server": 2}
    found = _changed(Installed(items=dict(sorted(installed.items()))))
    actions = _actions(found)
    assert actions["mail.server"] == (ITEM_ACTION_DELETE, 2, 0)
    assert actions["cache.valkey_small"] == (ITEM_ACTION_DELETE, 1, 0)
    assert isinstance(found, Change)
    assert found.disruption == 8


def test_with_nothing_installed_the_fewest_components_are_added() -> None:
    found = _changed(Installed(items={}))
    assert isinstance(found, Change)
    assert found.disruption == 4
    assert set(found.solution.items) == set(WEBSITE)


def test_a_frozen_server_stays_and_a_better_support_is_added() -> None:
    found = _changed(
        Installed(items=WEBSITE, frozen=frozenset(WEBSITE) - {"support.standard"}), {"availability": Decimal("99.9")}
    )
    assert _actions(found)["support.premium"] == (ITEM_ACTION_ADD, 0, 1)


def test_a_frozen_component_that_is_ruled_out_is_blamed_as_a_pin() -> None:
    found = _changed(Installed(items=WEBSITE, frozen=frozenset({"web.nginx_site"})), exclusions=("web.nginx_site",))
    assert isinstance(found, Conflict)
    assert [(member.kind, member.id, member.text) for member in found.members] == [
        (CONFLICT_KIND_PIN, "web.nginx_site", "web nginx_site (web.nginx_site) is frozen with its installed 1 unit"),
        (CONFLICT_KIND_EXCLUSION, "web.nginx_site", "you ruled out web nginx_site (web.nginx_site)"),
    ]


@pytest.mark.parametrize(
    ("component", "units", "text"),
    [
        # The release has no such component.
        ("mail.server", 2, "mail.server is frozen with its installed 2 units, and the portfolio no longer has it"),
        # One configuration holds at most 20.
        (
            "compute.small",
            30,
            "compute.small is frozen with its installed 30 units, and one configuration holds at most 20",
        ),
    ],
)
def test_a_frozen_component_that_cannot_stay_at_all_is_a_conflict_of_its_own(
    component: str, units: int, text: str
) -> None:
    found = _changed(Installed(items={**WEBSITE, component: units}, frozen=frozenset({component})))
    assert isinstance(found, Conflict)
    assert found.minimal
    assert [(member.kind, member.id, member.text) for member in found.members] == [(CONFLICT_KIND_PIN, component, text)]


def test_another_number_of_units_of_a_frozen_component_is_a_conflict_of_both_wishes() -> None:
    found = _changed(Installed(items=WEBSITE, frozen=frozenset({"compute.small"})), pins={"compute.small": 3})
    assert isinstance(found, Conflict)
    assert [member.text for member in found.members] == [
        "you asked for exactly 3 units of compute small (compute.small)",
        "compute.small is frozen with its installed 1 unit",
    ]


def test_a_frozen_component_may_be_asked_for_as_well() -> None:
    found = _changed(Installed(items=WEBSITE, frozen=frozenset({"compute.small"})), pins={"compute.small": 0})
    assert isinstance(found, Change)
    assert found.disruption == 0


def test_more_units_than_are_allowed_now_are_brought_down() -> None:
    installed = {**WEBSITE, "compute.small": 30, "os.debian": 30}
    found = _changed(Installed(items=installed))
    assert isinstance(found, Change)
    assert _actions(found)["compute.small"][0] == ITEM_ACTION_MODIFY
    assert found.solution.items["compute.small"] <= 20


def test_a_budget_is_kept_though_that_disturbs_more() -> None:
    # Premium support is not needed any more: keeping it disturbs nothing, and costs 245.00 a month.
    installed = {"compute.small": 1, "os.debian": 1, "support.premium": 1, "web.nginx_site": 1}
    kept = _changed(Installed(items=installed))
    assert isinstance(kept, Change)
    assert kept.disruption == 0
    found = _changed(Installed(items=installed), budget={"monthly": 10_000})
    assert _actions(found)["support.premium"] == (ITEM_ACTION_DELETE, 1, 0)
    assert isinstance(found, Change)
    assert (found.disruption, found.bound) == (5, 5)


def test_needs_that_nothing_meets_are_a_conflict_as_when_configuring() -> None:
    found = _changed(Installed(items=WEBSITE), budget={"monthly": 1})
    assert isinstance(found, Conflict)
    assert "the budget allows at most 0.01 EUR a month" in found.summary


def test_without_time_there_is_no_answer() -> None:
    with pytest.raises(Unavailable) as refused:
        change(request(answers={"users": 300}), Installed(items=WEBSITE), amounts(), Deadline(0))
    assert refused.value.reason == "SEARCH_TIMED_OUT"


def test_without_time_any_valid_change_is_an_answer_where_that_will_do() -> None:
    asked, installed = request(answers={"users": 300}), Installed(items=WEBSITE, frozen=frozenset(["support.standard"]))
    found = change(asked, installed, amounts(), Deadline(0), or_any=True)
    assert isinstance(found, Change)
    assert check(asked, found.solution.items) == []
    assert found.solution.items["support.standard"] == 1
    assert found.bound <= 4 <= found.disruption
    assert not found.proof.is_optimal


def test_without_time_a_change_within_a_budget_is_one_to_what_is_cheap() -> None:
    cheapest = change(request(answers={"users": 300}), Installed(items={}), amounts(), Deadline(20))
    assert isinstance(cheapest, Change)
    budget = {"contract_value": cheapest.solution.amounts.contract_value}
    asked = request(answers={"users": 300}, budget=budget)
    found = change(asked, Installed(items=WEBSITE), amounts(), Deadline(0), or_any=True)
    assert isinstance(found, Change)
    assert found.solution.amounts.contract_value <= budget["contract_value"]
    assert found.bound <= found.disruption


def test_without_time_nothing_is_claimed_of_a_budget_that_nothing_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explain, "_LEAST_S", 0.0)
    asked = request(budget={"monthly": 1})
    with pytest.raises(Unavailable, match="no change was found"):
        change(asked, Installed(items=WEBSITE), amounts(), Deadline(0), or_any=True)


def test_every_fault_of_what_is_installed_is_told_at_once() -> None:
    item = ConfigurationItem(component="compute.small", quantity=1)
    asked = ChangeConfigurationRequest(
        request=ConfigureRequest(objectives=[Objective(attribute="ram_gib")]),
        installed=[item, item],
        frozen=["web.nginx_site"],
    )
    with pytest.raises(InvalidInput) as refused:
        installed_of(asked)
    assert [fault.where for fault in refused.value.faults] == [
        "installed[1].component",
        "frozen[0]",
        "request.objectives",
    ]


def test_the_same_change_is_the_same_answer() -> None:
    first, second = (_changed(Installed(items=WEBSITE), {"users": 700}) for _ in range(2))
    assert first == second
