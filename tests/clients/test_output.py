"""Text from elsewhere is shown on a terminal, never obeyed."""

from __future__ import annotations

import pytest
from google.type.money_pb2 import Money

from bidwright.clients.cli.output import Output, amount, shown
from bidwright.clients.cli.views import show_totals
from bidwright.v1.price_pb2 import PriceTotals


def test_escape_sequences_and_hidden_directions_become_visible() -> None:
    assert shown("\x1b[2Jgone\u202e") == "\ufffd[2Jgone\ufffd"


def test_markup_of_the_table_library_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    Output(as_json=False).table("[bold]T[/bold]", ["[red]c[/red]"], [["[link=x]y[/link]"]])
    printed = capsys.readouterr().out
    assert "[bold]T[/bold]" in printed
    assert "[red]c[/red]" in printed
    assert "[link=x]y[/link]" in printed


@pytest.mark.parametrize(
    ("units", "nanos", "expected"),
    [
        (1234, 500_000_000, "1,234.50 EUR"),
        (0, -10_000_000, "-0.01 EUR"),
        (-3, 0, "-3.00 EUR"),
        (1, 5_000_000, "1.005 EUR"),  # more digits than usual are never hidden
        (10**15, 0, "1,000,000,000,000,000.00 EUR"),
    ],
)
def test_amounts_are_printed_exactly(units: int, nanos: int, expected: str) -> None:
    assert amount(Money(currency_code="EUR", units=units, nanos=nanos)) == expected


@pytest.mark.parametrize(
    ("currency", "expected"),
    [("JPY", "-1,234 JPY"), ("KWD", "-1,234.000 KWD"), ("CLF", "-1,234.0000 CLF")],
)
def test_amounts_have_the_digits_of_their_currency(currency: str, expected: str) -> None:
    assert amount(Money(currency_code=currency, units=-1234)) == expected


def test_who_is_not_told_our_cost_sees_no_column_of_noughts(capsys: pytest.CaptureFixture[str]) -> None:
    euros = Money(currency_code="EUR", units=7)
    show_totals(Output(as_json=False), PriceTotals(contract_value=euros))
    theirs = capsys.readouterr().out
    assert "cost" not in theirs
    assert "margin" not in theirs
    show_totals(Output(as_json=False), PriceTotals(contract_value=euros, contract_cost=euros))
    ours = capsys.readouterr().out
    assert "cost" in ours
    assert "margin" in ours


def test_a_sum_that_an_old_quote_does_not_have_is_not_shown_as_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    euros = Money(currency_code="EUR", units=7)
    show_totals(Output(as_json=False), PriceTotals(contract_value=euros))
    assert "annual" not in capsys.readouterr().out
    show_totals(Output(as_json=False), PriceTotals(contract_value=euros, annual_contract_value=euros))
    assert "annual contract value" in capsys.readouterr().out
