"""Alternatives for a small website, by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from examples import amounts, request

from bidwright.configurator import explain
from bidwright.configurator.alternatives import Alternatives, alternatives, qualities_of
from bidwright.configurator.check import check
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.objectives import CHEAPEST
from bidwright.core.errors import InvalidInput, Unavailable
from bidwright.v1.configuration_pb2 import Conflict

NOTHING_BUT = {"exclusions": ("compute.large",), "pins": {"compute.small": 1}}
"""Of servers there is no choice."""


def _found(*qualities: str, number: int = 3, **more: object) -> Alternatives:
    outcome = alternatives(request(**more), amounts(), qualities, Deadline(20), number=number)  # type: ignore[arg-type]  # values of one dict have many types
    assert isinstance(outcome, Alternatives)
    return outcome


def test_two_kinds_of_support_are_two_alternatives() -> None:
    found = _found("availability", **NOTHING_BUT)
    assert found.complete
    assert [one.title for one in found.found] == ["good", "best"]
    assert [one.qualities for one in found.found] == [
        {"availability": Decimal(99)},
        {"availability": Decimal("99.9")},
    ]
    # 226.00 a month more for premium in place of standard support.
    good, best = (one.solution.amounts.contract_value for one in found.found)
    assert best - good == 12 * 22_600
    assert found.found[0].differences == ()
    assert found.found[1].differences == (
        "99.9 percent availability in place of 99",
        "support premium in place of support standard",
    )


def test_the_middle_of_three_lies_near_the_middle_in_quality() -> None:
    # One kind of server, each unit of it 4 or 16 GiB: from 4 GiB to 20 x 16 GiB.
    found = _found("ram_gib")
    assert [(one.title, one.qualities["ram_gib"]) for one in found.found] == [
        ("good", Decimal(4)),
        ("better", Decimal(176)),
        ("best", Decimal(320)),
    ]
    assert found.found[1].differences[:2] == (
        "176 GiB memory in place of 4",
        "11 compute large in place of compute small",
    )


def test_a_budget_bounds_the_best() -> None:
    # Two small servers with the rest are 2 x (24.00 + 3.15) + 19.00 + 8.00 - 3.00 = 78.30; three would be 105.45.
    found = _found("ram_gib", budget={"monthly": 10_000})
    assert [one.qualities["ram_gib"] for one in found.found] == [Decimal(4), Decimal(8)]
    assert found.found[-1].solution.amounts.monthly == 7_830


def test_several_qualities_are_weighed_by_what_can_be_gained_of_each() -> None:
    found = _found("availability", "ram_gib", budget={"monthly": 40_000}, number=2)
    good, best = found.found
    assert good.qualities == {"availability": Decimal(99), "ram_gib": Decimal(4)}
    # Premium support is all that can be gained in availability; memory fills what the budget leaves.
    assert best.qualities["availability"] == Decimal("99.9")
    assert best.qualities["ram_gib"] > 4


def test_one_alternative_is_the_cheapest() -> None:
    found = _found("availability", number=1)
    assert [one.title for one in found.found] == ["good"]
    assert found.complete


def test_more_than_three_are_numbered() -> None:
    found = _found("ram_gib", number=5)
    assert [one.title for one in found.found] == ["good", "better 1", "better 2", "better 3", "best"]


def test_components_that_come_and_go_are_told() -> None:
    found = _found("cache_memory_mib", offering="business_application", exclusions=("compute.large",))
    # Database and web server fill the 3 GiB of one small server: the cache takes another one.
    assert found.found[-1].differences == (
        "256 MiB cache memory in place of 0",
        "+1 cache valkey_small",
        "2 compute small in place of 1",
        "2 os debian in place of 1",
    )


def test_needs_that_nothing_meets_are_a_conflict() -> None:
    asked = request(budget={"monthly": 1})
    outcome = alternatives(asked, amounts(), ("ram_gib",), Deadline(20), number=3)
    assert isinstance(outcome, Conflict)


def test_without_time_there_is_one_valid_alternative_and_more_are_not_ruled_out() -> None:
    outcome = alternatives(request(), amounts(), ("ram_gib",), Deadline(0), number=3)
    assert isinstance(outcome, Alternatives)
    assert not outcome.complete
    (only,) = outcome.found
    assert check(request(), only.solution.items) == []
    assert only.solution.bound < only.solution.amounts.contract_value


def test_without_time_nothing_is_claimed_of_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explain, "_LEAST_S", 0.0)
    with pytest.raises(Unavailable) as refused:
        alternatives(request(budget={"monthly": 1}), amounts(), ("ram_gib",), Deadline(0), number=3)
    assert refused.value.reason == "SEARCH_TIMED_OUT"


def test_the_offering_says_what_quality_is_unless_the_request_does() -> None:
    assert qualities_of((), request()) == ("availability", "ram_gib")
    assert qualities_of(("vcpu",), request()) == ("vcpu",)
    with pytest.raises(InvalidInput) as refused:
        qualities_of((), request("business_application"))
    assert refused.value.reason == "NO_QUALITIES"


def test_every_fault_of_the_qualities_is_told_at_once() -> None:
    asked = replace(request(), objectives=(CHEAPEST,))
    with pytest.raises(InvalidInput) as refused:
        qualities_of(("ram_gib", "colour", "ram_gib", "cache_memory_mib"), asked)
    assert [fault.where for fault in refused.value.faults] == [
        "qualities[1]",
        "qualities[2]",
        "qualities[3]",
        "request.objectives",
    ]
