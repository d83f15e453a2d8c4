"""Published feature models, imported: their published figures come out, and they can be configured."""

from __future__ import annotations

import csv
import datetime as dt
import os
from pathlib import Path

import pytest

from bidwright.catalog.model import Release
from bidwright.catalog.reader import read_files
from bidwright.configurator.check import check
from bidwright.configurator.configure import Solution, configure
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.feature_check import violations
from bidwright.configurator.portfolio_analysis import Scope, analyze_portfolio
from bidwright.configurator.request import Requirements
from bidwright.configurator.uvl_files import read_uvl
from bidwright.configurator.uvl_import import Imported, import_model
from bidwright.configurator.uvl_import_files import files_of
from bidwright.core.amount_table import AmountTable
from bidwright.core.errors import InvalidInput

_REPOSITORY = Path(__file__).resolve().parents[2]
_FOLDER = Path(os.environ.get("BIDWRIGHT_TEST_DATA") or _REPOSITORY / "../shared/data") / "feature_models"
_ANSWERS = _FOLDER / "known_answers.csv"
_KNOWN = (
    {row["model"]: row for row in csv.DictReader(_ANSWERS.read_text(encoding="utf-8").splitlines())}
    if _ANSWERS.exists()
    else {}
)
_TODAY = dt.date(2026, 7, 1)

pytestmark = pytest.mark.skipif(
    not _KNOWN, reason="needs the published feature models: set BIDWRIGHT_TEST_DATA to their folder"
)

_MODELS = [
    "financialservices01_nieke2018_2017_05_22",
    "multicloud_gonzalezrojas2019",
    pytest.param("automotive01_kowal2016", marks=pytest.mark.slow),
    pytest.param("aaed2000_knuppel2017", marks=pytest.mark.slow),
]


def _imported(name: str) -> tuple[Imported, Release]:
    imported = import_model(read_uvl(_FOLDER / f"{name}.uvl"))
    files = files_of(imported, source=f"{name}.uvl")
    return imported, read_files({file: text.encode() for file, text in files.items()}, today=_TODAY)


@pytest.mark.parametrize("name", _MODELS)
def test_the_published_figures_come_out_of_the_import(name: str) -> None:
    _, release = _imported(name)
    scope = Scope(
        release=release,
        offerings=list(release.offerings.values()),
        markets=list(release.markets.values()),
        prices=[],
        today=_TODAY,
    )
    found = analyze_portfolio(scope, Deadline(120))
    known, offering = _KNOWN[name], found.offerings[0]
    assert found.is_complete
    assert (len(offering.core), len(offering.dead)) == (int(known["core"]), int(known["dead"]))
    if known["exact_configurations"]:
        assert offering.configurations == int(known["exact_configurations"])
    elif known["digits_of_configurations"] != "?":
        assert len(str(offering.configurations)) == int(known["digits_of_configurations"])


@pytest.mark.parametrize("name", _MODELS)
def test_the_import_can_be_configured_and_the_model_allows_the_outcome(name: str) -> None:
    imported, release = _imported(name)
    (offering,) = release.offerings.values()
    told = Requirements(release=release, offering=offering, market=release.markets["WORLD"], answers={})
    prices = AmountTable(
        currency="EUR",
        term_months=12,
        one_time={},
        monthly=dict.fromkeys(release.components, (0, 100)),
        packages={},
        bespoke_one_time=0,
        bespoke_monthly=0,
    )
    outcome = configure(told, prices, Deadline(60))
    assert isinstance(outcome, Solution)
    assert check(told, outcome.items) == []
    selected = [index for index, component in enumerate(imported.components) if component in outcome.items]
    assert violations(imported.model, selected, {}) == []
    assert outcome.amounts.contract_value == 1200 * len(selected)


@pytest.mark.slow
def test_a_model_of_sixty_thousand_constraints_is_refused_with_its_place() -> None:
    model = read_uvl(_FOLDER / "erp_system_pereira2016.uvl")
    with pytest.raises(InvalidInput, match="over 9,000 rules") as refusal:
        import_model(model)
    assert refusal.value.faults[0].where.startswith("erp_system_pereira2016.uvl:")
