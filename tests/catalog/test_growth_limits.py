"""How large a portfolio may grow: a price book of 30,000 rows is read, and what is above a limit is refused clearly."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from breaking import copy_of_small
from small_release import SMALL_TODAY

from bidwright.catalog.reader import check_report, read_portfolio


def _daily_rows(component: str, days: int) -> list[str]:
    """A monthly price that changes every day, the last one without end."""
    first = dt.date(2026, 7, 1)
    dates = [first + dt.timedelta(days=day) for day in range(days)]
    ends = [*map(str, dates[1:]), ""]
    return [
        f"{component},monthly,piece,12.00,24.{day % 100:02},5:22.80 10:21.55,{start},{end}"
        for day, (start, end) in enumerate(zip(dates, ends, strict=True))
    ]


def test_a_price_book_of_30000_rows_is_read(tmp_path: Path) -> None:
    portfolio = copy_of_small(tmp_path)
    book = portfolio / "prices" / "DE.csv"
    others = [line for line in book.read_text().splitlines() if not line.startswith("compute.")]
    rows = [*others, *_daily_rows("compute.small", 15_000), *_daily_rows("compute.large", 15_000)]
    book.write_text("\n".join(rows) + "\n")
    entries = read_portfolio(portfolio, today=SMALL_TODAY).price_books["DE"].entries
    assert sum(len(one) for one in entries.values()) == 30_000 + len(others) - 1


def test_a_price_list_with_too_many_rows_is_refused_with_its_first_row_too_many(tmp_path: Path) -> None:
    portfolio = copy_of_small(tmp_path)
    (portfolio / "tables" / "large.csv").write_text("os,web\n" + "os.debian,web.nginx_site\n" * 100_001)
    found = {fault.where: fault.what for fault in check_report(portfolio, today=SMALL_TODAY)}
    assert found["tables/large.csv:100002"] == "the file has more than 100000 rows"


def test_lists_may_be_larger_than_other_files_and_neither_without_end(tmp_path: Path) -> None:
    portfolio = copy_of_small(tmp_path)
    (portfolio / "rules.yaml").write_text("#" * 1_000_001)
    (portfolio / "prices" / "DE.csv").write_text("#" * 10_000_001)
    found = [(fault.where, fault.what) for fault in check_report(portfolio, today=SMALL_TODAY)]
    assert ("rules.yaml:1", "the file has 1000001 bytes; at most 1000000 bytes are allowed") in found
    assert ("prices/DE.csv:1", "the file has 10000001 bytes; at most 10000000 bytes are allowed") in found
