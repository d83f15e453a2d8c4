"""Importing an edited price book: what it changes, what stays to the byte, and every fault at its cell."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from book_files import after, edited, exported, imported, small_files, told
from draws import drawn
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from small_release import SMALL_TODAY

from bidwright.catalog.book_csv_reader import read_rows
from bidwright.catalog.book_import import BookImport, import_book
from bidwright.catalog.book_workbook_reader import read_workbook
from bidwright.core.errors import Faults, NotFound

# Rows of the sheet: 2 cache.valkey_small, 3 and 4 compute.large, 5 compute.small one_time, 6 compute.small monthly,
# 7 and 8 database.postgresql_ha, 9 and 10 database.postgresql_small, 11 os.debian, 12 support.premium.
SETTINGS = """\
# What finance has decided.
price_book: DE-list
market: DE
currency: EUR
rounding: half_up  # as in the contract
terms: {12: "0", 24: "3", 36: "6"}
bespoke_rates: {engineer: "640.00", solution_architect: "880.00"}
bespoke_markup: {default: "25", minimum: "10"}
"""
TABLE = """\
component.ram_gib,price
<=4,21.00
*,48.00
"""


EXCEL_WORKBOOK = Path(__file__).with_name("excel_workbook")
SMALL_BOOK = exported(small_files())
with zipfile.ZipFile(io.BytesIO(SMALL_BOOK)) as _archive:
    PARTS = {name: _archive.read(name).decode() for name in _archive.namelist()}


def prices(**cells: object) -> Callable[[Workbook], None]:
    def edit(workbook: Workbook) -> None:
        for place, value in cells.items():
            workbook["prices"][place] = value

    return edit


def setting(name: str, value: object) -> Callable[[Workbook], None]:
    def edit(workbook: Workbook) -> None:
        sheet = workbook["settings"]
        row = next((row for row in range(2, 60) if sheet.cell(row, 1).value == name), sheet.max_row + 1)
        sheet.cell(row, 1).value, sheet.cell(row, 2).value = name, value

    return edit


def line(found: BookImport, start: str, name: str = "prices/DE.csv") -> str:
    assert not found.faults
    return next(text for text in found.files[name].decode().splitlines() if text.startswith(start))


def places(found: BookImport) -> list[tuple[str, str]]:
    return [(fault.where, fault.what) for fault in found.faults]


def test_a_changed_price_says_old_new_and_percent_and_touches_no_other_line() -> None:
    files = small_files()
    found = after(files, prices(E6=25.5))
    assert told(found) == [("changed", "compute.small monthly from 2026-01-01", {"price": ("24.00", "25.50", "6.25")})]
    before = files["prices/DE.csv"].decode()
    assert found.files == {
        "prices/DE.csv": before.replace(
            "compute.small,monthly,piece,12.00,24.00,", "compute.small,monthly,piece,12.00,25.50,"
        ).encode()
    }
    assert found.release is not None
    assert str(found.release.price_books["DE"].entries["compute.small", "monthly"][0].price) == "25.50"


def test_a_price_that_ends_and_its_successor_are_told_as_such() -> None:
    def edit(workbook: Workbook) -> None:
        sheet = workbook["prices"]
        sheet["H6"] = dt.datetime(2027, 1, 1)  # noqa: DTZ001  # days of spreadsheets have no zone
        sheet.append(["compute.small", "monthly", "piece", 12, 26.4, None, dt.date(2027, 1, 1), None])

    found = after(small_files(), edit)
    assert told(found) == [
        ("ended", "compute.small monthly from 2026-01-01", {"valid_to": ("", "2027-01-01", "")}),
        (
            "added",
            "compute.small monthly from 2027-01-01",
            {
                "component": ("", "compute.small", ""),
                "charge": ("", "monthly", ""),
                "unit": ("", "piece", ""),
                "unit_cost": ("", "12.00", ""),
                "price": ("24.00", "26.40", "10.00"),
                "valid_from": ("", "2027-01-01", ""),
            },
        ),
    ]
    rows = found.files["prices/DE.csv"].decode().splitlines()
    assert rows[5:7] == [
        "compute.small,monthly,piece,12.00,24.00,5:22.80 10:21.55,2026-01-01,2027-01-01",
        "compute.small,monthly,piece,12.00,26.40,,2027-01-01,",
    ]


def test_a_removed_row_is_told_and_a_component_without_prices_is_a_fault_of_the_whole_portfolio() -> None:
    found = after(small_files(), lambda workbook: workbook["prices"].delete_rows(2))
    assert [(change.kind, change.subject) for change in found.changes] == [
        ("removed", "cache.valkey_small monthly from 2026-01-01")
    ]
    assert [fault.what for fault in found.faults] == ["component 'cache.valkey_small' has no price in market DE"]
    assert found.files == {}


def test_a_sheet_in_another_order_changes_nothing() -> None:
    def edit(workbook: Workbook) -> None:
        sheet = workbook["prices"]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        sheet.delete_rows(2, len(rows))
        for row in reversed(rows):
            sheet.append(row)
        sheet.move_range(f"A1:H{len(rows) + 1}", cols=1)
        for number in range(1, len(rows) + 2):  # the last column comes first
            sheet.cell(number, 1, sheet.cell(number, 9).value)
            sheet.cell(number, 9).value = None

    found = after(small_files(), edit)
    assert (found.faults, found.changes, dict(found.files)) == ((), (), {})


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        (0.1, "0.10"),  # not the binary fraction nearest to it
        (25, "25.00"),
        (24.123456, "24.123456"),
        (1e-6, "0.000001"),
        ("25.5", "25.50"),
        (99999999.99, "99999999.99"),
    ],
)
def test_a_number_is_written_as_it_is_shown(typed: float | str, written: str) -> None:
    found = after(small_files(), prices(E4=typed, F4=None))
    assert not found.faults
    assert line(found, "compute.large,monthly").split(",")[4] == written


def test_a_new_column_is_added_to_the_list_and_an_empty_one_is_not() -> None:
    def edit(workbook: Workbook) -> None:
        sheet = workbook["prices"]
        sheet["I1"], sheet["J1"], sheet["J4"] = "maximum", "minimum", 90
        sheet["I2"] = "  "

    found = after(small_files(), edit)
    assert not found.faults
    rows = found.files["prices/DE.csv"].decode().splitlines()
    assert rows[0] == "component,charge,unit,unit_cost,price,tiers,valid_from,valid_to,minimum"
    assert rows[1] == "cache.valkey_small,monthly,piece,4.00,9.90,,2026-01-01,,"
    assert rows[3] == "compute.large,monthly,piece,48.00,88.00,5:84.00 10:79.50,2026-01-01,,90"


def test_settings_change_in_their_file_and_comments_and_quotation_marks_stay() -> None:
    files = small_files(prices__DE_yaml=SETTINGS)
    workbook = exported(files)
    for name, value in (
        ("terms / 24", 3.5),
        ("terms / 48", 8),
        ("bespoke_rates / engineer", None),
        ("bespoke_markup / default", "25.0"),  # the same number
        ("commitments / #1 / id", "servers"),
        ("commitments / #1 / title", "Servers"),
        ("commitments / #1 / components / #1", "compute.*"),
        ("commitments / #1 / monthly", 500),
    ):
        workbook = edited(workbook, setting(name, value))
    found = imported(files, workbook)
    assert [
        (change.kind, change.subject, change.cells[0].before, change.cells[0].after) for change in found.changes
    ] == [
        ("changed", "terms / 24", "3", "3.5"),
        ("added", "terms / 48", "", "8"),
        ("added", "commitments / #1 / id", "", "servers"),
        ("added", "commitments / #1 / title", "", "Servers"),
        ("added", "commitments / #1 / components / #1", "", "compute.*"),
        ("added", "commitments / #1 / monthly", "", "500"),
        ("removed", "bespoke_rates / engineer", "640.00", ""),
    ]
    assert (
        found.files["prices/DE.yaml"].decode()
        == """\
# What finance has decided.
price_book: DE-list
market: DE
currency: EUR
rounding: half_up  # as in the contract
terms: {12: "0", 24: "3.5", 36: "6", 48: 8}
bespoke_rates: {solution_architect: "880.00"}
bespoke_markup: {default: "25", minimum: "10"}
commitments:
  - id: servers
    title: Servers
    components:
      - compute.*
    monthly: 500
"""
    )
    assert found.release is not None
    assert found.release.price_books["DE"].commitments["servers"].monthly == 500


def test_price_tables_of_a_book_are_sheets_too() -> None:
    files = small_files(price_tables__vm_csv=TABLE)
    header, *rows = files["prices/DE.csv"].decode().splitlines()
    rows = [f"{row},table,vm" if row.startswith("compute.large,monthly") else f"{row},," for row in rows]
    rows = [row.replace(",88.00,5:84.00 10:79.50,", ",,,") for row in rows]
    files["prices/DE.csv"] = "\n".join([f"{header},model,table", *rows, ""]).encode()

    def edit(workbook: Workbook) -> None:
        sheet = workbook["table vm"]
        assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
            ["component.ram_gib", "price"],
            ["<=4", 21],
            ["*", 48],
        ]
        sheet["B2"], sheet["A3"], sheet["B3"] = 22.1, 8, 30
        sheet.append(["*", 48])

    found = after(files, edit)
    assert not found.faults
    assert [(change.kind, change.sheet, change.subject, change.cells[0].after) for change in found.changes] == [
        ("changed", "table vm", "row 1", "22.10"),
        ("added", "table vm", "row 2", "8"),
    ]
    assert found.files["price_tables/vm.csv"].decode() == "component.ram_gib,price\n<=4,22.10\n8,30.00\n*,48.00\n"
    assert not found.faults


def test_a_book_that_only_inherits_gets_a_list_with_its_first_own_row() -> None:
    partner = 'price_book: DE-partner\nmarket: DE\ninherits: DE\nchannel: partner\nadjust: [{percent: "-12"}]\n'
    files = small_files(prices__DE_PARTNER_yaml=partner)
    same = after(files, lambda _: None, "DE_PARTNER")
    assert (same.faults, same.changes, dict(same.files)) == ((), (), {})
    row = ["support.premium", "monthly", "piece", 10, 200, None, "2026-01-01"]
    found = after(files, lambda workbook: workbook["prices"].append(row), "DE_PARTNER")
    assert {name: content.decode().splitlines()[1] for name, content in found.files.items()} == {
        "prices/DE_PARTNER.csv": "support.premium,monthly,piece,10,200,,2026-01-01,"
    }


@pytest.mark.parametrize(
    ("cells", "where", "what"),
    [
        ({"A6": "compute.smal"}, "prices!A6", "there is no component 'compute.smal'"),
        ({"B6": "weekly"}, "prices!B6", "the charge is 'weekly'"),
        ({"E6": -1}, "prices!E6", "price is -1.00"),
        ({"E6": "about 20"}, "prices!E6", "price is 'about 20', which is not an amount"),
        ({"E6": 24.1234567890123}, "prices!E6", "price 24.1234567890123 has more than 12 digits after the point"),
        ({"F6": "10:5 5:6"}, "prices!F6", "the tier from 5 units follows the one from 10"),
        ({"G6": "2026-02-30"}, "prices!G6", "there is no day 2026-02-30"),
        ({"H6": "2025-01-01"}, "prices!H6", "valid_to 2025-01-01 is not after valid_from 2026-01-01"),
        ({"A7": "compute.small", "B7": "monthly"}, "prices!G7", "two monthly prices of compute.small overlap"),
    ],
)
def test_a_fault_of_the_portfolio_is_told_at_its_cell(cells: dict[str, object], where: str, what: str) -> None:
    found = after(small_files(), prices(**cells))
    assert any(place == where and text.startswith(what) for place, text in places(found)), places(found)
    assert found.files == {}
    assert found.release is None


def test_faults_that_name_another_row_name_its_cell() -> None:
    found = after(small_files(), prices(A7="compute.small", B7="monthly"))
    (overlap,) = [text for place, text in places(found) if "overlap" in text]
    assert "(prices!G6)" in overlap


@pytest.mark.parametrize(
    ("name", "value", "where", "what"),
    [
        ("rounding", "up", "settings!B5", "'rounding' is \"up\", which is not half_up or half_even"),
        ("terms / 24", 101, "settings!B7", "'terms', '24' is \"101\""),
        ("rebates / #1", 3, "settings!B13", "the file has no key 'rebates'"),
    ],
)
def test_a_fault_of_a_setting_is_told_at_its_cell(name: str, value: object, where: str, what: str) -> None:
    found = after(small_files(), setting(name, value))
    assert any(place == where and text.startswith(what) for place, text in places(found)), places(found)


def test_settings_stated_twice_are_refused() -> None:
    def edit(workbook: Workbook) -> None:
        for row in (["rounding", "half_even"], ["rounding / more", 1], [None, 5]):
            workbook["settings"].append(row)

    assert places(after(small_files(), edit)) == [
        ("settings!A13", "the setting 'rounding' is stated twice, or as a value and as a collection"),
        ("settings!A14", "the setting 'rounding / more' is stated twice, or as a value and as a collection"),
        ("settings!A15", "the setting has no name"),
    ]


def test_missing_and_unknown_columns_and_sheets_are_named() -> None:
    def edit(workbook: Workbook) -> None:
        workbook["prices"]["E1"], workbook["prices"]["I1"] = "prise", "unit"
        workbook.remove(workbook["settings"])
        workbook.create_sheet("Notes")["A1"] = "Mine"

    found = after(small_files(), edit)
    assert places(found) == [
        ("prices!A1", "the sheet has no column 'price'"),
        ("prices!E1", "there is no column 'prise'"),
        ("prices!I1", "two columns are called 'unit'"),
    ]
    assert found.notes == (
        "The sheet 'Notes' is not read.",
        "There is no sheet 'settings': what it would hold stays as it is.",
    )
    without = edited(exported(small_files()), lambda workbook: workbook.remove(workbook["prices"]))
    assert places(imported(small_files(), without)) == [("prices", "there is no sheet 'prices'")]


def test_an_unknown_book_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(NotFound, match="no price book 'DR'") as refused:
        exported(small_files(), "DR")
    assert refused.value.reason == "PRICE_BOOK_NOT_FOUND"


def unread(content: bytes) -> list[tuple[str, str]]:
    faults = Faults()
    read_workbook(content, "book.xlsx", faults)
    assert all(fault.fix.endswith(".") for fault in faults.found)
    return [(fault.where, fault.what) for fault in faults.found]


@pytest.mark.parametrize(
    ("cells", "where", "what"),
    [
        ({"E6": "=D6*2"}, "prices!E6", "the formula has no result"),  # saved by a program that computes nothing
        ({"E6": 12345678901234567}, "prices!E6", "the number 12345678901234570 has more than 15 digits"),
        ({"F6": dt.time(10, 11)}, "prices!F6", "the cell is a time: 10:11:00"),
        ({"E6": dt.datetime(2026, 5, 12)}, "prices!E6", "the cell is a day: 2026-05-12 00:00:00"),  # noqa: DTZ001
        ({"G6": dt.datetime(2026, 5, 12, 7)}, "prices!G6", "the cell is a time: 2026-05-12 07:00:00"),  # noqa: DTZ001
        ({"E6": "#REF!"}, "prices!E6", "the cell is an error: #REF!"),
        ({"J6": 5}, "prices!J6", "something stands in a column without a name"),
        ({"BA6": 5}, "prices!BA6", "the sheet has more than 40 columns"),
    ],
)
def test_a_cell_without_an_exact_text_is_refused(cells: dict[str, object], where: str, what: str) -> None:
    assert unread(edited(exported(small_files()), prices(**cells))) == [(where, what)]


def test_a_number_that_is_shown_as_a_percentage_is_refused_as_it_is_kept_as_its_hundredth() -> None:
    def edit(shown_as: str) -> bytes:
        def put(workbook: Workbook) -> None:
            cell = workbook["settings"]["B6"]
            cell.value, cell.number_format = 0.1, shown_as

        return edited(exported(small_files()), put)

    assert unread(edit("0%")) == unread(edit("0.00 %")) == [("settings!B6", "the cell shows 0.1 as a percentage")]
    assert unread(edit('0.00" %"')) == []  # words beside a number that is shown as it is


def rewritten(content: bytes, part: str, old: str, new: str) -> bytes:
    """A spreadsheet with another text in one of its parts."""
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            text = source.read(name).decode()
            if name == part:
                assert old in text, text[:2000]
                text = text.replace(old, new, 1)
            archive.writestr(name, text)
    return target.getvalue()


def test_a_formula_counts_as_what_it_came_to_and_is_named() -> None:
    saved = edited(exported(small_files()), prices(E6="=24*1.05"))
    computed = rewritten(saved, "xl/worksheets/sheet1.xml", "<f>24*1.05</f><v />", "<f>24*1.05</f><v>25.2</v>")
    faults = Faults()
    workbook = read_workbook(computed, "book.xlsx", faults)
    assert (faults.found, workbook.computed) == ([], ("prices!E6",))
    assert workbook.sheets["prices"].rows[4].cells["price"] == "25.2"


def test_a_spreadsheet_is_read_as_excel_writes_it_with_shared_texts_and_seventeen_digits() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(path for path in EXCEL_WORKBOOK.rglob("*") if path.is_file()):
            archive.write(part, part.relative_to(EXCEL_WORKBOOK).as_posix())
    faults = Faults()
    workbook = read_workbook(target.getvalue(), "book.xlsx", faults)
    assert [(fault.where, fault.what) for fault in faults.found] == [("prices!B4", "the formula has no result")]
    assert [(row.number, row.cells) for row in workbook.sheets["prices"].rows] == [
        (3, {"price": "0.1", "valid_from": "2026-01-01", "tiers": "5:22.80"}),
        (4, {"price": "0.2", "valid_from": "", "tiers": ""}),
        (5, {"price": "0.0012", "valid_from": "", "tiers": ""}),
    ]


def test_text_that_begins_like_a_formula_is_refused_and_exported_text_never_is_one() -> None:
    files = small_files()
    files["prices/DE.csv"] = files["prices/DE.csv"].replace(b"os.debian,monthly,piece", b"os.debian,monthly,=1+1")
    content = exported(files)
    cell = load_workbook(io.BytesIO(content))["prices"]["C11"]
    assert (cell.value, cell.data_type) == ("'=1+1", "s")
    as_text = rewritten(content, "xl/worksheets/sheet1.xml", "'=1+1", "=1+1")
    assert unread(as_text) == [("prices!C11", "the text '=1+1' looks like a formula")]


def bomb(size: int, parts: int = 1, *, text: bytes = b" ", packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", packed) as archive:
        for number in range(parts):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", text * size)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"component,charge\n", "this is not an .xlsx file: File is not a zip file"),
        (bomb(150_000_001), "the file unfolds to 150000001 bytes in 1 parts"),  # 150 KB that become 150 MB
        (bomb(10_000_001, text=b"<"), "the file unfolds to 10000001 bytes in 1 parts, or to too many cells"),
        (bomb(10, packed=zipfile.ZIP_LZMA), "this is not an .xlsx file: xl/worksheets/sheet0.xml is packed in a way"),
        (SMALL_BOOK[:1000] + b"?" + SMALL_BOOK[1001:], "this is not an .xlsx file"),
        (bomb(1, 501), "the file unfolds to 501 bytes in 501 parts"),
        (bomb(10), "this is no spreadsheet that can be read"),
        (b"PK" + b" " * 20_000_000, "the file has more than 20000000 bytes"),
    ],
)
def test_a_file_that_is_no_bearable_spreadsheet_is_refused(content: bytes, what: str) -> None:
    ((where, said),) = unread(content)
    assert where == "book.xlsx"
    assert said.startswith(what)


def test_entities_are_not_unfolded() -> None:
    entities = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    for part in ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"):
        text = PARTS[part]
        begin = text[: text.index("<", 5)] if text.startswith("<?xml") else ""
        hostile = rewritten(SMALL_BOOK, part, text[: len(begin) + 1], f"{begin}{entities}<")
        ((_, said),) = unread(hostile)
        assert said.startswith("this is no spreadsheet that can be read")


def test_a_cell_far_below_ends_the_reading() -> None:
    content = edited(exported(small_files()), prices(A1048576="far"))
    assert unread(content) == [("prices!A100002", "the sheet has more than 100000 rows")]


def assert_read_or_refused(content: bytes) -> None:
    faults = Faults()
    sheets = read_workbook(content, "book.xlsx", faults).sheets
    found = import_book(small_files(), "DE", sheets, today=SMALL_TODAY)
    assert faults.found or found.faults or found.release is not None


@settings(max_examples=drawn(60))
@given(st.data())
def test_a_damaged_spreadsheet_is_read_or_refused_with_faults(data: st.DataObject) -> None:
    damaged = bytearray(SMALL_BOOK)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    assert_read_or_refused(bytes(damaged[: data.draw(st.integers(0, len(damaged)))]))


@settings(max_examples=drawn(60))
@given(st.data())
def test_a_spreadsheet_with_damaged_parts_is_read_or_refused_with_faults(data: st.DataObject) -> None:
    part = data.draw(st.sampled_from(sorted(PARTS)))
    text = PARTS[part]
    begin = data.draw(st.integers(0, len(text)))
    end = begin + data.draw(st.integers(0, 12))
    new = text[:begin] + data.draw(st.text("<>/=\"' 0123456789abcxr&;-", max_size=6)) + text[end:]
    assert_read_or_refused(rewritten(SMALL_BOOK, part, text, new))


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        (b"component;charge;unit\n", [("DE.csv:1", "its cells are separated by semicolons")]),
        (b"", [("DE.csv:1", "the file is empty")]),
        (b"component,unit\nx,=1\n", [("DE.csv:2", "unit '=1' looks like a formula")]),
        (b"component\n\xff\n", [("DE.csv:2", "byte 0xff is not UTF-8 text")]),
        (b"a" * 10_000_001, [("DE.csv:1", "the file has more than 10000000 bytes")]),
    ],
)
def test_a_csv_file_that_cannot_be_read_exactly_is_refused(content: bytes, faults: list[tuple[str, str]]) -> None:
    found = Faults()
    read_rows(content, "DE.csv", found)
    assert [(fault.where, fault.what) for fault in found.found] == faults


def test_rows_from_a_csv_file_are_imported_with_their_lines_in_faults() -> None:
    files, faults = small_files(), Faults()
    edited_text = files["prices/DE.csv"].decode().replace("12.00,24.00", "12.00,-24").encode()
    rows = read_rows(edited_text, "mine.csv", faults)
    assert rows is not None
    found = import_book(files, "DE", {"prices": rows}, today=SMALL_TODAY)
    assert places(found) == [("mine.csv:6", "price is -24.00")]


def test_a_number_with_more_digits_than_a_spreadsheet_keeps_is_refused_as_it_stands_in_the_file() -> None:
    saved = edited(SMALL_BOOK, prices(E4=0.3, F4=None))
    computed = rewritten(saved, "xl/worksheets/sheet1.xml", "<v>0.3</v>", "<v>0.30000000000000004</v>")
    assert unread(computed) == [("prices!E4", "the number 0.30000000000000004 has more than 15 digits")]
    exact = rewritten(saved, "xl/worksheets/sheet1.xml", "<v>0.3</v>", "<v>0.29999999999999999</v>")
    assert line(imported(small_files(), exact), "compute.large,monthly").split(",")[4] == "0.30"
