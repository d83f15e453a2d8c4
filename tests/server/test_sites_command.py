"""``bid configure --sites`` and what follows, as a seller types it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from bench.installations import Installation
from selling import TERMS

from bidwright.clients.sdk import RequestRefused
from bidwright.v1 import configurator_pb2 as configurator

BRANCHES = Path(__file__).parents[1] / "portfolios" / "branches"
YAML_SITES = """
- {id: berlin, title: Berlin, needs: {users: 60, critical: true}}
- {id: brno, title: Brno, needs: {users: 12, wireless: no}, pins: {switch.ports_24: 1}}
- {id: leeds, needs: {users: 12}, exclusions: [access.dsl_50]}
"""
CSV_SITES = """id,title,users,critical,wireless,pins,exclusions
berlin,Berlin,60,yes,,,
brno,Brno,12,,no,switch.ports_24=1,
leeds,,12,,,,access.dsl_50
"""


def test_a_bid_with_sites_of_a_file_becomes_a_quote_with_the_same_price(
    installation: Installation, tmp_path: Path
) -> None:
    assert installation.manage("portfolio", "publish", str(BRANCHES)).returncode == 0
    (tmp_path / "sites.yaml").write_text(YAML_SITES)
    (tmp_path / "sites.csv").write_text(CSV_SITES)
    asked = ("configure", "branch_network", "--portfolio", "branches", "--term", "12")
    designs = []
    for name in ("sites.yaml", "sites.csv"):
        target = tmp_path / f"{name}.json"
        done = installation.bid(*asked, "--sites", str(tmp_path / name), "-o", str(target))
        assert done.returncode == 0, done.stderr
        assert "Proven: nothing valid is cheaper." in done.stdout
        designs.append(json.loads(target.read_text())["configuration"])
    assert designs[0] == designs[1]
    sites = {site["id"]: site for site in designs[0]["sites"]}
    assert list(sites) == ["berlin", "brno", "leeds"]
    assert {"component": "switch.ports_24", "quantity": 1} in sites["brno"]["items"]
    assert not [item for item in sites["brno"]["items"] if item["component"].startswith("wifi")]
    at_sites = Counter[str]()
    for site in sites.values():
        at_sites.update({item["component"]: item["quantity"] for item in site["items"]})
    totals = {item["component"]: item["quantity"] for item in designs[0]["items"]}
    assert {c: units for c, units in totals.items() if c in at_sites} == dict(at_sites)
    assert sorted(totals.keys() - at_sites.keys()) == [
        "firewall.central_100",
        "internet.pool_1000",
        "support.office_hours",
    ]

    design = str(tmp_path / "sites.yaml.json")
    assert installation.bid("check", design).returncode == 0
    quoted = installation.bid("--json", "quote", "create", design, "--customer", "Example GmbH")
    assert quoted.returncode == 0, quoted.stderr
    quote = json.loads(quoted.stdout)
    priced = json.loads(installation.bid("--json", "price", design).stdout)
    assert quote["offer"]["price"]["totals"]["contract_value"] == priced["totals"]["contract_value"]
    assert [site["id"] for site in quote["offer"]["configuration"]["sites"]] == ["berlin", "brno", "leeds"]


def test_a_site_that_can_have_nothing_is_named_with_the_reason(installation: Installation, tmp_path: Path) -> None:
    assert installation.manage("portfolio", "publish", str(BRANCHES)).returncode == 0
    (tmp_path / "sites.csv").write_text(
        "id,title,users,exclusions\nbrno,Brno,5,switch.ports_8 switch.ports_24 switch.ports_48\n"
    )
    done = installation.bid(
        "configure", "branch_network", "--portfolio", "branches", "--sites", str(tmp_path / "sites.csv")
    )
    assert done.returncode == 3
    assert "At site Brno (brno): These cannot hold together: you ruled out Switch" in " ".join(done.stdout.split())
    assert "`bid explain` with the same options says what would mend it." in done.stderr
    kept = tmp_path / "mended.json"
    asked = ("branch_network", "--portfolio", "branches", "--sites", str(tmp_path / "sites.csv"))
    assert installation.bid("explain", *asked).returncode == 3
    done = installation.bid("explain", *asked, "--apply", "1", "-o", str(kept))
    assert done.returncode == 0, done.stderr
    assert "at site Brno (brno): do not rule out Switch" in " ".join(done.stdout.split())
    assert [site["id"] for site in json.loads(kept.read_text())["configuration"]["sites"]] == ["brno"]
    assert installation.bid("check", str(kept)).returncode == 0


def test_alternatives_of_a_bid_with_sites_are_shown_and_one_is_kept_with_its_sites(
    installation: Installation, tmp_path: Path
) -> None:
    assert installation.manage("portfolio", "publish", str(BRANCHES)).returncode == 0
    (tmp_path / "sites.csv").write_text(CSV_SITES)
    kept = tmp_path / "design.json"
    asked = ("branch_network", "--portfolio", "branches", "--sites", str(tmp_path / "sites.csv"))
    done = installation.bid("alternatives", *asked, "--quality", "support_hours", "--pick", "2", "-o", str(kept))
    assert done.returncode == 0, done.stderr
    for told in ("1 good", "2 best", "in place of"):
        assert told in done.stdout
    assert [site["id"] for site in json.loads(kept.read_text())["configuration"]["sites"]] == [
        "berlin",
        "brno",
        "leeds",
    ]
    assert installation.bid("check", str(kept)).returncode == 0


def test_a_customer_sees_of_alternatives_with_sites_neither_cost_nor_margin(installation: Installation) -> None:
    assert installation.manage("portfolio", "publish", str(BRANCHES)).returncode == 0
    request = configurator.ConfigureRequest(
        portfolio="portfolios/branches", offering="branch_network", market="DE", terms=TERMS
    )
    asked = configurator.SuggestAlternativesRequest(
        request=request, sites=[configurator.Site(id="brno")], qualities=["support_hours"]
    )
    with installation.client_for(account="local", roles=("customer",)) as client:
        suggested = client.configurator.SuggestAlternatives(asked)
    assert [len(one.solution.configuration.sites) for one in suggested.alternatives] == [1, 1]
    for one in suggested.alternatives:
        assert one.solution.totals.HasField("contract_value")
        assert not one.solution.totals.HasField("contract_cost")
        assert not one.solution.totals.HasField("margin_percent")


def test_a_customer_is_guided_through_a_bid_with_sites_as_we_are_and_asks_for_no_margin(
    installation: Installation,
) -> None:
    assert installation.manage("portfolio", "publish", str(BRANCHES)).returncode == 0
    options = [configurator.Option(component=component) for component in ("router.large", "router.small", "wifi.dense")]
    asked = configurator.GuideConfigurationRequest(
        request=configurator.ConfigureRequest(
            portfolio="portfolios/branches", offering="branch_network", market="DE", terms=TERMS
        ),
        sites=[configurator.Site(id="brno", exclusions=["router.large"]), configurator.Site(id="leeds")],
        site="brno",
        explain=options,
        price=options,
        ranges=True,
    )
    with (
        installation.client() as ours,
        installation.client_for(account="local", roles=("customer",)) as theirs,
    ):
        told = theirs.configurator.GuideConfiguration(asked)
        assert told == ours.configurator.GuideConfiguration(asked)
        assert [guided.option.component for guided in told.options if guided.reasons] == ["router.large"]
        assert any(guided.HasField("price_difference") for guided in told.options)
        asked.request.objectives.add(measure=configurator.OBJECTIVE_MEASURE_MARGIN)
        with pytest.raises(RequestRefused) as refused:
            theirs.configurator.GuideConfiguration(asked)
    assert refused.value.reason == "OBJECTIVE_OURS_ALONE"
