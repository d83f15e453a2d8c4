"""`bidwright prices` and `bidwright portfolio preview`, as an operator types them, on real files and a real engine."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from google.type.decimal_pb2 import Decimal
from openpyxl import load_workbook
from small_release import SMALL_PORTFOLIO

from bidwright.catalog.reader import read_portfolio
from bidwright.core.clock import utc_now
from bidwright.pricing.price import price
from bidwright.quoting.records import put_quote
from bidwright.quoting.states import DRAFT, OFFERED
from bidwright.server import prices_commands
from bidwright.server.api_keys import ApiKeys
from bidwright.server.main import bidwright
from bidwright.storage.changes import Change
from bidwright.storage.connection import connect
from bidwright.storage.embedded import EmbeddedEngine
from bidwright.storage.records import Store
from bidwright.v1.configuration_pb2 import CommercialTerms, Configuration, ConfigurationItem
from bidwright.v1.quote_pb2 import Offer, Quote, QuoteState


@pytest.fixture
def portfolio(tmp_path: Path) -> Path:
    return shutil.copytree(SMALL_PORTFOLIO, tmp_path / "small")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(bidwright, [str(one) for one in arguments])


def exported(portfolio: Path, name: str = "DE.xlsx") -> Path:
    file = portfolio.parent / name
    result = run("prices", "export", "--portfolio", portfolio, "--book", "DE", "--output", file)
    assert result.exit_code == 0, result.output
    return file


def imported(portfolio: Path, file: Path, *options: object) -> Result:
    return run("prices", "import", file, "--portfolio", portfolio, "--book", "DE", *options)


def with_cell(file: Path, place: str, value: object) -> Path:
    workbook = load_workbook(file)
    workbook["prices"][place] = value
    workbook.save(file)
    return file


def test_an_export_says_what_it_does_not_hold(portfolio: Path) -> None:
    result = run("prices", "export", "--portfolio", portfolio, "--book", "DE", "--output", portfolio.parent / "DE.csv")
    assert result.stdout == f"{portfolio.parent / 'DE.csv'}: 15 rows of price book DE.\n"
    assert result.stderr.splitlines() == [
        "Not in a CSV file: the settings (prices/DE.yaml). Export to .xlsx to edit them as sheets.",
        "Not part of a price book: prices of packages (packages.yaml).",
    ]
    assert (portfolio.parent / "DE.csv").read_bytes() == (portfolio / "prices" / "DE.csv").read_bytes()


@pytest.mark.parametrize("name", ["DE.xlsx", "DE.csv"])
def test_what_was_exported_is_no_change(portfolio: Path, name: str) -> None:
    before = (portfolio / "prices" / "DE.csv").read_bytes()
    result = imported(portfolio, exported(portfolio, name), "--write")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "No change."
    assert (portfolio / "prices" / "DE.csv").read_bytes() == before


def test_a_change_is_told_and_written_only_when_asked(portfolio: Path) -> None:
    file = with_cell(exported(portfolio), "E6", 25.5)
    before = (portfolio / "prices" / "DE.csv").read_text()
    told = [
        "changed  prices: compute.small monthly from 2026-01-01",
        "           price: 24.00 -> 25.50 (+6.25 %)",
        "1 changed",
    ]
    assert imported(portfolio, file).stdout.splitlines() == [*told, "Nothing was written; --write does."]
    assert (portfolio / "prices" / "DE.csv").read_text() == before
    written = imported(portfolio, file, "--write").stdout.splitlines()
    assert written == [*told, "Written: prices/DE.csv. Publish the portfolio to make it hold."]
    assert (portfolio / "prices" / "DE.csv").read_text() == before.replace("12.00,24.00", "12.00,25.50")
    assert sorted(path.name for path in (portfolio / "prices").iterdir()) == ["DE.csv", "DE.yaml", "GB.csv", "GB.yaml"]
    assert imported(portfolio, file).stdout == "No change.\n"


def test_faults_end_with_exit_code_1_and_nothing_is_written(portfolio: Path) -> None:
    file = with_cell(exported(portfolio), "E6", "cheap")
    before = (portfolio / "prices" / "DE.csv").read_bytes()
    result = imported(portfolio, file, "--write")
    assert result.exit_code == 1
    assert "prices!E6: price is 'cheap', which is not an amount\n    Write a number such as 12.50.\n" in result.stdout
    assert result.stdout.splitlines()[-1] == "1 fault: nothing was written."
    assert (portfolio / "prices" / "DE.csv").read_bytes() == before


def test_the_report_as_json_has_changes_faults_and_files(portfolio: Path) -> None:
    file = with_cell(exported(portfolio), "E6", 25.5)
    assert json.loads(imported(portfolio, file, "--json").stdout) == {
        "counts": {"added": 0, "changed": 1, "ended": 0, "removed": 0},
        "changes": [
            {
                "kind": "changed",
                "sheet": "prices",
                "subject": "compute.small monthly from 2026-01-01",
                "cells": [{"column": "price", "before": "24.00", "after": "25.50", "percent": "6.25"}],
            }
        ],
        "faults": [],
        "notes": [],
        "files": ["prices/DE.csv"],
        "written": [],
    }
    refused = json.loads(imported(portfolio, with_cell(file, "E6", "=1+1"), "--json").stdout)
    assert refused["faults"] == [
        {
            "where": "prices!E6",
            "what": "the formula has no result",
            "fix": "Open the file in a spreadsheet program and save it there, or type the number itself.",
        }
    ]


def test_a_file_that_changed_meanwhile_is_not_overwritten(portfolio: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = with_cell(exported(portfolio), "E6", 25.5)
    real = prices_commands.import_book

    def slow(*arguments: Any, **options: Any) -> Any:
        (portfolio / "prices" / "DE.csv").write_text("somebody else's")
        return real(*arguments, **options)

    monkeypatch.setattr(prices_commands, "import_book", slow)
    result = imported(portfolio, file, "--write")
    assert result.exit_code == 1
    assert "has changed since it was read" in result.stderr
    assert (portfolio / "prices" / "DE.csv").read_text() == "somebody else's"


def test_what_cannot_be_meant_is_refused(portfolio: Path) -> None:
    wrong = run("prices", "export", "--portfolio", portfolio, "--book", "FR", "--output", portfolio.parent / "FR.csv")
    assert (wrong.exit_code, "no price book 'FR'" in wrong.stderr) == (1, True)
    other = run("prices", "export", "--portfolio", portfolio, "--book", "DE", "--output", portfolio.parent / "DE.ods")
    assert (other.exit_code, "ends neither in .xlsx nor in .csv" in other.stderr) == (2, True)


def stored_quotes(url: str) -> None:
    """Two quotes with three servers each, a draft and an offered one, of account acme."""
    release = read_portfolio(SMALL_PORTFOLIO)
    configuration = Configuration(
        release=release.name,
        offering="web_hosting",
        market="DE",
        items=[ConfigurationItem(component="compute.small", quantity=3)],
    )
    terms = CommercialTerms(term_months=12, discretionary_discount_percent=Decimal(value="0"))
    offer = Offer(configuration=configuration, terms=terms)
    offer.price.CopyFrom(price(release, configuration, terms, utc_now().date()))

    def quote(number: int, state: QuoteState) -> Quote:
        made = Quote(name=f"quotes/q-{number}", display_name=f"Bid {number}", state=state, offer=offer)
        made.expire_time.FromJsonString("2099-01-01T00:00:00Z")
        return made

    async def write() -> None:
        engine = await connect(url)
        await engine.run("FLUSHALL")
        puts = [put_quote(quote(1, DRAFT), before=0), put_quote(quote(2, OFFERED), before=0)]
        await Store(engine).commit("acme", Change(puts))
        await ApiKeys(Store(engine), utc_now).create(account="acme", principal="ada", roles=frozenset({"sales"}))
        await engine.close()

    asyncio.run(write())


def test_an_import_shows_which_open_quotes_it_would_change(portfolio: Path, embedded_engine: EmbeddedEngine) -> None:
    stored_quotes(embedded_engine.url)
    file = with_cell(exported(portfolio), "E6", 25)
    store = ("--quotes", "--redis-url", embedded_engine.url, "--state-dir", portfolio.parent / "var")
    # 3 x 24.00 were 72.00 a month; 45.00 once for each of three servers stays.
    counted = "Open quotes 2: with another price 1, without a price 0, offered, keeping theirs 1, the same 0."
    told = imported(portfolio, file, *store, "--locale", "C").stdout.splitlines()
    assert told[-8:] == [
        "quotes/q-2 of acme, 'Bid 2', offered: 999.00 -> 1035.00 (+36.00, +3.6 %) EUR over 12 months",
        "    once 135.00, a month 72.00 -> 75.00 (+3.00, +4.17 %)",
        "    compute.small monthly 72.00 -> 75.00: DE-list: compute.small monthly from 2026-01-01",
        "    It is offered: it keeps its price until it expires or is revised.",
        "quotes/q-1 of acme, 'Bid 1', draft: 999.00 -> 1035.00 (+36.00, +3.6 %) EUR over 12 months",
        "    once 135.00, a month 72.00 -> 75.00 (+3.00, +4.17 %)",
        "    compute.small monthly 72.00 -> 75.00: DE-list: compute.small monthly from 2026-01-01",
        f"{counted} Contract values together: +36.00 EUR.",
    ]
    report, offered, draft, summary = map(json.loads, imported(portfolio, file, *store, "--json").stdout.splitlines())
    assert report["counts"]["changed"] == 1
    assert (offered["keeps_its_price"], draft["keeps_its_price"]) == (True, False)
    assert draft == {
        "quote": "quotes/q-1",
        "account": "acme",
        "display_name": "Bid 1",
        "state": "draft",
        "keeps_its_price": False,
        "currency": "EUR",
        "term_months": 12,
        "before": {"contract_value": "999", "one_time": "135", "monthly": "72"},
        "after": {"contract_value": "1035", "one_time": "135", "monthly": "75"},
        "difference": "36",
        "percent": "3.6",
        "lines": [
            {
                "subject": "compute.small",
                "charge": "monthly",
                "before": "72",
                "after": "75",
                "contract_value": "36",
                "why": [
                    {
                        "before": "DE-list: compute.small monthly from 2026-01-01",
                        "after": "DE-list: compute.small monthly from 2026-01-01",
                        "amount": "3",
                        "why": "the same rule for other amounts",
                    }
                ],
            }
        ],
    }
    counts = {"quotes": 2, "changed": 1, "without_price": 0, "binding": 1, "same": 0}
    assert summary == {"summary": {**counts, "difference": {"EUR": "36"}}}


def test_a_draft_of_a_portfolio_is_previewed_before_it_is_published(
    portfolio: Path, embedded_engine: EmbeddedEngine
) -> None:
    stored_quotes(embedded_engine.url)
    settings = portfolio / "prices" / "DE.yaml"
    store = ("--redis-url", embedded_engine.url, "--state-dir", portfolio.parent / "var")
    same = run("portfolio", "preview", portfolio, *store)
    assert same.stdout == (
        "Open quotes 2: with another price 0, without a price 0, offered, keeping theirs 0, the same 2.\n"
    )
    settings.write_text(settings.read_text().replace('12: "0", ', ""))
    told = run("portfolio", "preview", portfolio, *store, "--account", "acme", "--locale", "de_DE").stdout.splitlines()
    assert told[0] == "quotes/q-2 of acme, 'Bid 2', offered: no price any more, was 999,00 EUR"
    assert "12" in told[1]
    assert told[-1].startswith("Open quotes 2: with another price 0, without a price 1, offered, keeping theirs 1")
    mistyped = run("portfolio", "preview", portfolio, *store, "--account", "acmee")
    assert (mistyped.exit_code, mistyped.stdout) == (1, "")
    assert "There is no account 'acmee': no key was ever made for it." in mistyped.stderr
    assert "Did you mean 'acme'?" in mistyped.stderr
    assert not (portfolio.parent / "var").exists()


def test_where_nothing_is_kept_no_quotes_are_counted_and_nothing_is_made(portfolio: Path) -> None:
    file, before = with_cell(exported(portfolio), "E6", 25), (portfolio / "prices" / "DE.csv").read_bytes()
    store = ("--state-dir", portfolio.parent / "vra")
    for result in (
        run("portfolio", "preview", portfolio, *store),
        imported(portfolio, file, "--write", "--quotes", *store),
    ):
        assert (result.exit_code, result.stdout) == (1, "")
        assert f"Nothing is kept in {portfolio.parent / 'vra'}." in result.stderr
        assert "Give the --state-dir or the --redis-url that Bidwright runs with." in result.stderr
    assert not (portfolio.parent / "vra").exists()
    assert (portfolio / "prices" / "DE.csv").read_bytes() == before


def test_an_account_without_quotes_to_look_at_is_refused(portfolio: Path) -> None:
    result = imported(portfolio, exported(portfolio), "--account", "acme")
    assert result.exit_code == 2
    assert "give --quotes with it" in result.stderr


def test_a_folder_that_is_missing_is_told_before_anything_is_worked_out(portfolio: Path) -> None:
    file = portfolio.parent / "none" / "DE.xlsx"
    result = run("prices", "export", "--portfolio", portfolio, "--book", "DE", "--output", file)
    assert result.exit_code == 2
    assert f"there is no folder '{file.parent}' to write to; make it first." in result.stderr


@pytest.mark.parametrize(
    ("separator", "called"),
    [
        (";", "semicolons"),  # what spreadsheet programs write where the comma is the decimal point
        ("\t", "tabs"),  # what is copied from a spreadsheet
        ("|", "vertical bars"),
    ],
)
def test_cells_that_are_not_separated_by_commas_are_told_once(portfolio: Path, separator: str, called: str) -> None:
    file = exported(portfolio, "DE.csv")
    file.write_text(file.read_text().replace(",", separator))
    result = imported(portfolio, file)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == f"DE.csv:1: its cells are separated by {called}"
    assert result.stdout.splitlines()[-1] == "1 fault: nothing was written."


def test_lines_that_end_as_on_an_old_macintosh_are_lines(portfolio: Path) -> None:
    file = exported(portfolio, "DE.csv")
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r"))
    assert imported(portfolio, file).stdout == "No change.\n"


def test_a_cell_of_several_lines_is_one_fault_at_that_cell(portfolio: Path) -> None:
    result = imported(portfolio, with_cell(exported(portfolio), "C6", "server\nof ours"))
    assert result.stdout.splitlines() == [
        "prices!C6: the text 'server\\nof ours' has several lines",
        "    Write it in one line: a row is a line.",
        "1 fault: nothing was written.",
    ]


def test_a_disk_that_fills_up_leaves_no_half_file_behind(portfolio: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = with_cell(exported(portfolio), "E6", 25.5)
    before = (portfolio / "prices" / "DE.csv").read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(prices_commands.os, "fsync", full)
    told = imported(portfolio, file, "--write")
    assert told.exit_code == 1
    assert "No space left on device" in told.stderr
    assert sorted(path.name for path in (portfolio / "prices").iterdir()) == ["DE.csv", "DE.yaml", "GB.csv", "GB.yaml"]
    assert (portfolio / "prices" / "DE.csv").read_bytes() == before
