"""`bid alternatives`: good, better, best, side by side."""

from __future__ import annotations

import json
from pathlib import Path

from bench.installations import Installation
from selling import PORTFOLIO, TERMS

from bidwright.v1 import configurator_pb2 as configurator


def test_alternatives_are_shown_side_by_side_and_one_is_kept(installation: Installation, tmp_path: Path) -> None:
    kept = tmp_path / "design.json"
    done = installation.bid("alternatives", "web_hosting", "--pick", "2", "--output", str(kept))
    assert done.returncode == 0, done.stderr
    for told in ("1 good", "2 better", "3 best", "Availability (percent)", "in place of", "Proven"):
        assert told in done.stdout
    assert installation.bid("check", str(kept)).returncode == 0


def test_a_budget_bounds_the_best(installation: Installation) -> None:
    arguments = ("--quality", "support_hours_week", "--budget-monthly", "300", "--number", "2", "--json")
    told = json.loads(installation.bid("alternatives", "web_hosting", *arguments).stdout)
    assert told["complete"] is True
    assert [one["title"] for one in told["alternatives"]] == ["good", "best"]
    assert all(int(one["solution"]["totals"]["monthly"]["units"]) < 300 for one in told["alternatives"])


def test_needs_that_nothing_meets_are_a_conflict_and_an_unknown_quality_is_refused(installation: Installation) -> None:
    assert installation.bid("alternatives", "web_hosting", "--budget-monthly", "1").returncode == 3
    refused = installation.bid("alternatives", "web_hosting", "--quality", "colour")
    assert refused.returncode == 1
    assert "no component of web_hosting carries an attribute 'colour'" in refused.stderr
    assert installation.bid("alternatives", "web_hosting", "--pick", "1").returncode == 2


def test_a_customer_sees_neither_our_cost_nor_our_margin(installation: Installation) -> None:
    asked = configurator.ConfigureRequest(portfolio=PORTFOLIO, offering="web_hosting", market="DE", terms=TERMS)
    with installation.client_for(account="local", roles=("customer",)) as client:
        suggested = client.configurator.SuggestAlternatives(
            configurator.SuggestAlternativesRequest(request=asked, max_alternatives=1)
        )
        changed = client.configurator.ChangeConfiguration(configurator.ChangeConfigurationRequest(request=asked))
    for solution in (suggested.alternatives[0].solution, changed.change.solution):
        assert solution.totals.HasField("contract_value")
        assert not solution.totals.HasField("contract_cost")
        assert not solution.totals.HasField("margin_percent")
