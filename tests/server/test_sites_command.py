"""``bid configure --sites`` and what follows, as a seller types it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from bench.installations import Installation

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
