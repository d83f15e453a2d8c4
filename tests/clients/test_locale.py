"""Amounts are written as a locale writes them, exactly, with the digits of ISO 4217."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import click
import pytest
from babel import Locale
from babel.core import get_global
from babel.numbers import get_currency_precision, get_territory_currencies
from click.testing import CliRunner, Result

from bidwright.core.command_line.locales import command_locale, environment_locale, locale_option
from bidwright.core.money import MINOR_UNITS
from bidwright.core.money_text import currency_text, number_text

D = Decimal
NBSP, NARROW, QUOTE = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", "\N{RIGHT SINGLE QUOTATION MARK}"


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "expected"),
    [
        ("1234567.5", "EUR", "de_DE", f"1.234.567,50{NBSP}€"),
        ("1234567.5", "EUR", "en_US", "€1,234,567.50"),
        ("1234567.5", "EUR", "fr_FR", f"1{NARROW}234{NARROW}567,50{NBSP}€"),
        ("1234567.5", "CHF", "de_CH", f"CHF{NBSP}1{QUOTE}234{QUOTE}567.50"),
        ("1234567.5", "INR", "en_IN", "₹12,34,567.50"),
        # digits of the currency, not two
        ("-1234", "JPY", "ja_JP", "-￥1,234"),
        ("1234.5", "KWD", "en_US", f"KWD{NBSP}1,234.500"),
        ("1234.5", "KWD", "ar_KW", f"1,234.500{NBSP}د.ك."),
        # CLDR writes no digits after the point here; ISO 4217 has two
        ("1234.56", "RSD", "en_US", f"RSD{NBSP}1,234.56"),
        # no digit is ever left out, none is made up
        ("0.005", "EUR", "de_DE", f"0,005{NBSP}€"),
        ("12345678901234567890.01", "EUR", "en_US", "€12,345,678,901,234,567,890.01"),
    ],
)
def test_an_amount_is_written_as_the_locale_writes_it(amount: str, currency: str, locale: str, expected: str) -> None:
    assert currency_text(D(amount), currency, Locale.parse(locale)) == expected


@pytest.mark.parametrize(
    ("number", "least", "locale", "expected"),
    [
        ("1234.5", 2, None, "1234.50"),
        ("1E+3", 0, None, "1000"),
        ("-0.125000", 2, None, "-0.125"),
        ("1234.5678", 0, "de_DE", "1.234,5678"),
        ("1234", 3, "sv_SE", f"1{NBSP}234,000"),
        # exact steps of a price may have far more digits than most programs calculate with
        ("-12345678901234567890.1234567890123456789", 2, None, "-12345678901234567890.1234567890123456789"),
        ("-12345678901234567890.1234567890123456789", 2, "en_US", "-12,345,678,901,234,567,890.1234567890123456789"),
    ],
)
def test_a_number_is_written_with_all_its_digits(number: str, least: int, locale: str | None, expected: str) -> None:
    assert number_text(D(number), least, Locale.parse(locale) if locale else None) == expected


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        # the first one that is set counts, and an empty one is not set
        ({"LANG": "de_DE.UTF-8"}, "de_DE"),
        ({"LANG": "de_DE.UTF-8", "LC_MONETARY": "fr_FR"}, "fr_FR"),
        ({"LC_MONETARY": "fr_FR", "LC_ALL": "ja_JP.eucJP", "LANG": "de_DE"}, "ja_JP"),
        ({"LC_ALL": "", "LANG": "de_AT@euro"}, "de_AT"),
        # plain digits
        ({}, None),
        ({"LC_ALL": "C", "LANG": "de_DE"}, None),
        ({"LANG": "C.UTF-8"}, None),
        ({"LANG": "POSIX"}, None),
        # an environment that nobody understands stops no command
        ({"LANG": "tlh_KX"}, None),
        ({"LANG": "../etc"}, None),
    ],
)
def test_the_environment_names_the_locale(environment: dict[str, str], expected: str | None) -> None:
    found = environment_locale(environment)
    assert (str(found) if found else None) == expected


@click.group()
@locale_option
def program() -> None:
    """A program with a command."""


@program.command()
def show() -> None:
    """Show an amount."""
    click.echo(currency_text(D("1234.5"), "EUR", command_locale()))


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(program, arguments, env=environment)


def test_the_option_of_a_group_holds_for_its_commands_and_comes_before_the_environment() -> None:
    assert run("--locale", "de-DE", "show", LC_ALL="fr_FR").stdout == f"1.234,50{NBSP}€\n"
    assert run("--locale", "C", "show", LC_ALL="fr_FR").stdout == "1,234.50 EUR\n"
    assert run("show", LC_ALL="fr_FR").stdout == f"1{NARROW}234,50{NBSP}€\n"
    assert run("show", LC_ALL="C").stdout == "1,234.50 EUR\n"
    assert command_locale() is None  # where no command runs


@pytest.mark.parametrize("name", ["tlh", "../etc", "de_", "12"])
def test_an_unknown_locale_is_refused(name: str) -> None:
    result = run("--locale", name, "show")
    assert result.exit_code == 2
    assert f"'{name}' is not a locale such as de_DE." in result.stderr


def test_minor_units_are_those_of_cldr_but_where_cldr_counts_coins() -> None:
    # ISO 4217 -> CLDR, which leaves out digits that are not used in cash any more
    coins = {"AFN", "ALL", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SOS", "SYP", "YER"}
    expected = dict.fromkeys(coins, (2, 0)) | {"IQD": (3, 0)}
    found = {code: (digits, get_currency_precision(code)) for code, digits in MINOR_UNITS.items()}
    assert {code: both for code, both in found.items() if both[0] != both[1]} == expected


def test_the_currency_of_every_country_is_known() -> None:
    countries, day = get_global("territory_currencies"), dt.date(2026, 11, 22)
    tender = {code for country in countries for code in get_territory_currencies(country, day, day, tender=True)}
    # Bulgaria pays in euro since 2026
    assert tender - set(MINOR_UNITS) == {"BGN"}
    # Chile's unit of account; colons of El Salvador and digital bolivars, which ISO 4217 still lists
    assert set(MINOR_UNITS) - tender == {"CLF", "SVC", "VED"}


@pytest.mark.parametrize(
    ("digits", "codes"),
    [
        (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"),
        (3, "BHD IQD JOD KWD LYD OMR TND"),
        (4, "CLF"),
    ],
)
def test_all_other_currencies_have_cents(digits: int, codes: str) -> None:
    assert {code for code, found in MINOR_UNITS.items() if found == digits} == set(codes.split())
    assert set(MINOR_UNITS.values()) == {0, 2, 3, 4}
    assert MINOR_UNITS["HUF"] == 2
