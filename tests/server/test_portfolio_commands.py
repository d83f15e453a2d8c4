"""``bidwright portfolio analyze`` of a portfolio, and ``import``, as an operator types them."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copytree
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result
from small_release import SMALL_PORTFOLIO

from bidwright.server.main import bidwright

_MODEL = (
    "features\n\tShop {price 10}\n\t\tmandatory\n\t\t\tPayment\n\t\t\t\tor\n\t\t\t\t\tCard {price 3}\n"
    '\t\t\t\t\t"Bank, transfer"\n\t\toptional\n\t\t\tSearch\nconstraints\n\tCard => Search\n'
)


def _run(*words: str) -> Result:
    return CliRunner().invoke(bidwright, ["portfolio", *words])


def _replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(name="directory")
def _directory(tmp_path: Path) -> Path:
    """The small portfolio with faults of every kind."""
    directory = copytree(SMALL_PORTFOLIO, tmp_path / "portfolio")
    offering = directory / "offerings" / "web_hosting.yaml"
    _replace(
        offering,
        "rules:\n",
        "rules:\n"
        "  - {id: no_apache, rule: 'not selected(\"web.apache_site\")', because: Apache is <no> longer sold.}\n"
        "  - {id: said_twice, rule: 'quantity(\"web.apache_site\") == 0', because: Said before.}\n"
        "  - {id: small_only, rule: 'need.users <= 2000', because: Larger sites are projects.}\n",
    )
    _replace(directory / "assurances.yaml", "2030-12-31", "2026-01-31")
    return directory


def test_a_portfolio_is_not_published_into_itself(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(directory)
    monkeypatch.delenv("BIDWRIGHT_STATE_DIR", raising=False)
    before = sorted(directory.rglob("*"))
    result = _run("publish", ".")
    assert result.exit_code == 2
    assert "var lies in the portfolio ." in result.output
    assert sorted(directory.rglob("*")) == before


def test_analyze_prints_what_is_wrong_with_a_portfolio(directory: Path) -> None:
    result = _run("analyze", str(directory), "--offering", "web_hosting", "--json")
    assert result.exit_code == 0
    record = json.loads(result.stdout)
    assert record["complete"]
    assert record["expired_assurances"] == {"stack": "2026-01-31"}
    assert record["never_sold"] == []  # the other offering may sell it
    found = record["offerings"]["web_hosting"]
    assert found["void"] is False
    reason = {"kind": "rule", "id": "no_apache", "text": "Apache is <no> longer sold."}
    assert list(found["dead"]) == ["web.apache_site"]
    assert found["dead"]["web.apache_site"] in ([reason], [{**reason, "id": "said_twice", "text": "Said before."}])
    assert found["core"] == ["os.debian", "web.nginx_site"]
    assert found["false_optional"] == ["web.nginx_site"]
    assert [each["id"] for each in found["redundant_rules"]["said_twice"]] == ["no_apache"]
    assert found["redundant_rules"]["standby_needs_two_servers"] == []
    assert found["unmet_ranges"] == [{"need": "users", "asked": ["1", "5000"], "met": ["1", "2000"]}]
    assert found["configurations"] is None
    assert found["not_counted"] == "users asks for one of 5,000 numbers"


def test_analyze_says_the_same_in_words_and_can_be_strict(directory: Path) -> None:
    result = _run("analyze", str(directory), "--market", "DE", "--strict")
    assert result.exit_code == 3
    assert "  Dead (1):\n    web.apache_site (" in result.stdout
    assert "    users: 1 to 5000 may be asked, 1 to 2000 is met\n" in result.stdout
    assert "    stack on 2026-01-31\n" in result.stdout
    assert "10 components, 2 offerings, 1 market" in result.stdout


def test_analyze_tells_why_an_offering_is_void(directory: Path) -> None:
    _replace(directory / "offerings" / "web_hosting.yaml", "need.users <= 2000", 'selected("web.apache_site")')
    record = json.loads(_run("analyze", str(directory), "--offering", "web_hosting", "--json").stdout)
    found = record["offerings"]["web_hosting"]
    assert found["void"] is True
    assert found["configurations"] == 0
    assert {each["id"] for each in found["conflict"]} in ({"no_apache", "small_only"}, {"said_twice", "small_only"})
    assert "Void: no configuration is valid" in _run("analyze", str(directory)).stdout


def test_the_picture_is_svg_that_names_every_component_and_escapes_what_it_tells(directory: Path) -> None:
    drawing = directory.parent / "portfolio.svg"
    assert _run("analyze", str(directory), "--picture", str(drawing)).exit_code == 0
    text = drawing.read_text(encoding="utf-8")
    assert "Apache is &lt;no&gt; longer sold." in text or "Said before." in text
    root = ET.fromstring(text)  # noqa: S314 - it was written by us just now
    told = [element.text for element in root.iter("{http://www.w3.org/2000/svg}title")]
    for component in ("web.apache_site", "compute.large", "database.postgresql_ha"):
        assert any(component in (each or "") for each in told)


def test_analyze_refuses_offerings_and_markets_that_are_not_there(directory: Path) -> None:
    assert _run("analyze", str(directory), "--offering", "web").exit_code == 2
    assert "there are DE, GB" in _run("analyze", str(directory), "--market", "FR").stderr


def test_an_import_passes_the_check_and_is_analyzed_like_its_model(tmp_path: Path) -> None:
    model, output = tmp_path / "shop.uvl", tmp_path / "shop"
    model.write_text(_MODEL, encoding="utf-8")
    result = _run("import", str(model), "--output", str(output), "--price-attribute", "price")
    assert result.exit_code == 0, result.stderr
    assert "5 components" in result.stdout
    assert _run("check", str(output)).exit_code == 0
    assert "payment_parts.card,monthly,feature,0.00,3,,2000-01-01," in (output / "prices" / "WORLD.csv").read_text()
    record = json.loads(_run("analyze", str(output), "--json").stdout)["offerings"]["shop"]
    known = json.loads(_run("analyze", "--uvl", str(model), "--json").stdout)
    assert record["configurations"] == known["configurations"] == 4
    assert record["core"] == ["payment.payment", "shop.shop"]
    assert known["core"] == ["Shop", "Payment"]
    assert _run("import", "--uvl", str(model), "--output", str(output)).exit_code == 2  # it is not empty


def test_an_import_that_cannot_be_said_leaves_nothing_behind(tmp_path: Path) -> None:
    model, output = tmp_path / "shop.uvl", tmp_path / "shop"
    model.write_text(_MODEL + "\tCard.price * Shop.price > 3\n", encoding="utf-8")
    result = _run("import", str(model), "--output", str(output))
    assert result.exit_code == 1
    assert "shop.uvl:12:" in result.stderr
    assert not output.exists()


def test_an_import_wants_one_file_of_a_known_format(tmp_path: Path) -> None:
    path = tmp_path / "shop.dimacs"
    path.write_text("p cnf 1 1\n1 0\n", encoding="utf-8")
    assert _run("import", "--output", str(tmp_path / "out")).exit_code == 2
    result = _run("import", str(path), "--output", str(tmp_path / "out"))
    assert result.exit_code == 2
    assert "does not end in .uvl" in result.stderr
