"""``bid change`` of a bid with sites, as a seller types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench.installations import Installation
from google.protobuf.json_format import ParseDict

from bidwright.v1 import configuration_pb2 as configuration
from bidwright.v1 import configurator_pb2 as configurator

ROOT = Path(__file__).parents[2]
NETWORKS = ROOT / "portfolios" / "branch_networks"
NEXT_YEAR = str(ROOT / "docs" / "examples" / "sites_next_year.csv")


@pytest.fixture(scope="module")
def installed(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The design of the sites in docs/examples/sites.csv."""
    assert installation.manage("portfolio", "publish", str(NETWORKS)).returncode == 0
    design = str(tmp_path_factory.mktemp("installed") / "design.json")
    sites = str(ROOT / "docs" / "examples" / "sites.csv")
    asked = ("configure", "branch_network", "--portfolio", "branch_networks", "--sites", sites)
    done = installation.bid(*asked, "--need", "support_hours=extended", "-o", design)
    assert done.returncode == 0, done.stderr
    return design


def test_without_new_sites_and_needs_nothing_is_touched(installation: Installation, installed: str) -> None:
    told = json.loads(installation.bid("change", "--installed", installed, "--json").stdout)["change"]
    assert {one["action"] for one in (*told["changes"], *told["sites"])} == {"ITEM_ACTION_KEEP"}
    assert told["disruption"]["is_optimal"] is True
    assert [one["id"] for one in told["sites"]] == ["berlin", "cologne", "dresden", "halle", "hamburg", "munich"]


def test_the_example_of_next_year_touches_only_the_sites_that_differ(
    installation: Installation, installed: str, tmp_path: Path
) -> None:
    kept = str(tmp_path / "next_year.json")
    arguments = ("change", "--installed", installed, "--sites", NEXT_YEAR, "--freeze-site", "berlin,munich", "-o", kept)
    done = installation.bid(*arguments)
    assert done.returncode == 0, done.stderr
    for told in ("Hamburg (hamburg): changed", "Leipzig (leipzig): new", "Dresden (dresden): gone"):
        assert told in " ".join(done.stdout.split())
    assert "4 of 7 sites stay as they are, 1 new, 1 changed, 1 gone." in done.stdout
    assert "proven: nothing valid disturbs less" in done.stdout
    assert installation.bid("check", kept).returncode == 0
    before, after = (json.loads(Path(name).read_text())["configuration"]["sites"] for name in (installed, kept))
    was, now = ({site["id"]: site for site in sites} for sites in (before, after))
    # What the file says nothing of stays: answers, names and components.
    assert all(was[id_] == now[id_] for id_ in ("berlin", "munich", "cologne", "halle"))


def test_a_frozen_site_in_the_way_is_named_and_one_that_is_not_there_is_refused(
    installation: Installation, installed: str
) -> None:
    arguments = ("change", "--installed", installed, "--sites", NEXT_YEAR, "--freeze-site")
    done = installation.bid(*arguments, "hamburg")
    assert done.returncode == 3
    assert "At site Hamburg (hamburg)" in " ".join(done.stdout.split())
    refused = installation.bid(*arguments, "dresden")
    assert refused.returncode == 1
    assert "dresden is frozen and not wanted any more" in " ".join(refused.stderr.split())


def test_a_customer_sees_neither_our_cost_nor_our_margin(installation: Installation, installed: str) -> None:
    design = json.loads(Path(installed).read_text())
    chosen = ParseDict(design["configuration"], configuration.Configuration())
    asked = configurator.ConfigureRequest(
        portfolio="portfolios/branch_networks",
        offering="branch_network",
        market="DE",
        needs=chosen.needs,
        terms=ParseDict(design["terms"], configuration.CommercialTerms()),
    )
    sites = [configurator.Site(id=site.id, needs=site.needs) for site in chosen.sites]
    request = configurator.ChangeConfigurationRequest(
        request=asked, installed=chosen.items, installed_sites=chosen.sites, sites=sites
    )
    with installation.client_for(account="local", roles=("customer",)) as client:
        solution = client.configurator.ChangeConfiguration(request).change.solution
    assert solution.totals.HasField("contract_value")
    assert not solution.totals.HasField("contract_cost")
    assert not solution.totals.HasField("margin_percent")
