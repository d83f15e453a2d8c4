"""`bidwright price` writes figures as a locale does; JSON stays as it is."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result
from small_release import SMALL_PORTFOLIO

from bidwright.server.main import bidwright

HAND = """\
offering: web_hosting
market: DE
term_months: 24
discount_percent: "2.5"
price_date: 2026-11-22
components: {compute.small: 20}
"""


def run(tmp_path: Path, *options: str, **environment: str) -> Result:
    file = tmp_path / "configuration.yaml"
    file.write_text(HAND)
    arguments = ["price", "--portfolio", str(SMALL_PORTFOLIO), "--configuration", str(file), *options]
    return CliRunner().invoke(bidwright, arguments, env=environment)


def lines(result: Result) -> list[str]:
    assert result.exit_code == 0, result.stderr
    return [" ".join(line.split()) for line in result.stdout.splitlines()]


def test_figures_are_written_as_the_locale_writes_them(tmp_path: Path) -> None:
    german = lines(run(tmp_path, "--locale", "de_DE"))
    # 20 x 21.55 = 431.00 less 3 % is 418.07, less 2.5 % 407.61825
    assert "compute.small, 20 piece, a month: 407,62 (cost 430,00, margin -5,49 %)" in german
    assert "term -3 % -12,93 418,07 DE-list: term of 24 months" in german
    assert "discretionary -2,5 % -10,45175 407,61825" in " ".join(german)
    # 20 x 45.00 less 2.5 % is 877.50; 24 x 407.62 = 9782.88
    assert "contract value 10.660,38 cost 11.660,00" in german


def test_the_environment_says_which_locale_where_no_option_does(tmp_path: Path) -> None:
    assert lines(run(tmp_path, LC_ALL="de_DE.UTF-8")) == lines(run(tmp_path, "--locale", "de_DE"))
    plain = lines(run(tmp_path, "--locale", "C", LC_ALL="de_DE.UTF-8"))
    assert "contract value 10660.38 cost 11660.00" in plain


def test_what_if_answers_follow_the_locale_too(tmp_path: Path) -> None:
    grid = lines(run(tmp_path, "--terms", "12,24", "--locale", "de_DE"))
    assert "- 24 2,5 % 877,50 407,62 10.660,38 11.660,00 -9,38 %" in grid


def test_json_has_no_locale(tmp_path: Path) -> None:
    assert run(tmp_path, "--json", "--locale", "de_DE").stdout == run(tmp_path, "--json").stdout


def test_an_unknown_locale_is_refused(tmp_path: Path) -> None:
    result = run(tmp_path, "--locale", "tlh")
    assert result.exit_code == 2
    assert "'tlh' is not a locale such as de_DE." in result.stderr
