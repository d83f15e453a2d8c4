"""Price models in a price list: what is read, and every way to write them wrongly, each one fault with its line."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from breaking import copy_of_small
from small_release import SMALL_TODAY

from bidwright.catalog.price_entry import Band, PriceEntry
from bidwright.catalog.reader import check_report, read_portfolio
from bidwright.core.errors import Fault

D = Decimal
REQUIRED = "component,charge,unit,unit_cost,price,tiers,valid_from,valid_to"
HEADER = REQUIRED + ",model,included,block_size,minimum,maximum,waived_from"


def with_row(tmp_path: Path, row: str, header: str = HEADER) -> Path:
    """The small portfolio with a one-time price of os.debian, of which there may be 40, in line 17 of prices/DE.csv."""
    portfolio = copy_of_small(tmp_path)
    file = portfolio / "prices" / "DE.csv"
    more = "," * (header.count(",") - 7)
    _, *rows = file.read_text().splitlines()
    file.write_text(
        "\n".join(
            [
                header,
                *(one + more for one in rows),
                row if "os.debian" in row else f"os.debian,one_time,piece,1.00,{row}",
            ]
        )
        + "\n"
    )
    return portfolio


def entry_of(tmp_path: Path, row: str) -> PriceEntry:
    release = read_portfolio(with_row(tmp_path, row), today=SMALL_TODAY)
    (entry,) = release.price_books["DE"].entries["os.debian", "one_time"]
    return entry


def faults_of(tmp_path: Path, row: str, header: str = HEADER) -> list[Fault]:
    return check_report(with_row(tmp_path, row, header), today=SMALL_TODAY)


def test_a_row_without_the_new_cells_is_what_it_was(tmp_path: Path) -> None:
    entry = entry_of(tmp_path, "5.00,,2026-01-01,,,,,,,")
    assert (entry.model, entry.price, entry.tiers, entry.bands) == ("per_unit", D(5), (), ())
    assert (entry.included, entry.minimum, entry.maximum, entry.valid_to) == (0, None, None, None)
    assert entry.is_plain
    assert entry.valid_from == dt.date(2026, 1, 1)


@pytest.mark.parametrize(
    ("row", "model", "bands"),
    [
        # graduated, each tier with a price and a fee
        (
            ",<=10:10.00+2.00 <=20:5+3 *:5+3,2026-01-01,,graduated,,,,,",
            "graduated",
            (
                Band(up_to=D(10), price=D(10), fee=D(2)),
                Band(up_to=D(20), price=D(5), fee=D(3)),
                Band(up_to=None, price=D(5), fee=D(3)),
            ),
        ),
        # volume with an amount or a price for each unit, the last tier closed where max_quantity is reached
        (
            ",<=5:+100 <=40:10,2026-01-01,,volume,,,,,",
            "volume",
            (Band(up_to=D(5), price=D(0), fee=D(100)), Band(up_to=D(40), price=D(10), fee=D(0))),
        ),
        # stairstep: amounts only
        (
            ",<=2.5:+100 *:+150,2026-01-01,,stairstep,,,,,",
            "stairstep",
            (Band(up_to=D("2.5"), price=D(0), fee=D(100)), Band(up_to=None, price=D(0), fee=D(150))),
        ),
    ],
)
def test_tiers_that_say_up_to_where_they_reach(tmp_path: Path, row: str, model: str, bands: tuple[Band, ...]) -> None:
    entry = entry_of(tmp_path, row)
    assert (entry.model, entry.bands, entry.price, entry.is_plain) == (model, bands, 0, False)


def test_tiers_may_count_blocks(tmp_path: Path) -> None:
    entry = entry_of(tmp_path, ",<=5:10 <=10:8,2026-01-01,,graduated,3,4,,,")
    # Tiers up to 5 and to 10 blocks of 4, and 3 units free: 43 units.
    assert (entry.included, entry.block_size, entry.most_units) == (3, 4, 43)


def test_blocks_free_units_and_limits(tmp_path: Path) -> None:
    entry = entry_of(tmp_path, "100,,2026-01-01,,block,10,2.5,20,300.50,")
    assert (entry.price, entry.included, entry.block_size) == (100, 10, D("2.5"))
    assert (entry.minimum, entry.maximum) == (20, D("300.50"))


@pytest.mark.parametrize(
    ("row", "what"),
    [
        # the model
        ("5.00,,2026-01-01,,linear,,,,,", "there is no model 'linear'"),
        (",<=10:5 *:4,2026-01-01,,,,,,,", "no model says what they mean"),
        # tiers and model do not fit
        ("5.00,5:4.00,2026-01-01,,per_unit,,,,,", "a per_unit price has no tiers"),
        ("5.00,<=5:4.00,2026-01-01,,block,,10,,,", "a block price has no tiers"),
        ("5.00,,2026-01-01,,volume,,,,,", "a volume price needs tiers"),
        ("5.00,5:4.00,2026-01-01,,graduated,,,,,", "a graduated price needs tiers that say up to where"),
        (",<=5:100 *:+150,2026-01-01,,stairstep,,,,,", "100 is the price of a unit"),
        # columns that mean nothing in the model
        (
            "5.00,<=5:4.00 *:3,2026-01-01,,graduated,,,,,",
            "price is '5.00', which means nothing in this graduated price",
        ),
        ("5.00,,2026-01-01,,flat,3,,,,", "included is '3', which means nothing in this flat price"),
        ("5.00,,2026-01-01,,per_unit,,10,,,", "block_size is '10', which means nothing"),
        # tiers that cannot be
        (",<=10:5 <=10:4 *:3,2026-01-01,,graduated,,,,,", "the tier up to 10 follows the one up to 10"),
        (",<=20:5 <=10:4 *:3,2026-01-01,,graduated,,,,,", "the tier up to 10 follows the one up to 20"),
        (",*:5 <=10:4,2026-01-01,,graduated,,,,,", "a tier follows the one without end"),
        (",<=10:NaN *:3,2026-01-01,,graduated,,,,,", "'<=10:NaN' cannot be read"),
        (",<=10:-5 *:3,2026-01-01,,graduated,,,,,", "'<=10:-5' cannot be read"),
        (",<=10: *:3,2026-01-01,,graduated,,,,,", "'<=10:' cannot be read"),
        (",<=10:5 20:3,2026-01-01,,graduated,,,,,", "'20:3' cannot be read"),
        # a closed last tier covers all that may be sold
        (",<=10:5 <=39:4,2026-01-01,,graduated,,,,,", "the tiers end at 39 units, but max_quantity is 40"),
        (",<=10:5 <=35:4,2026-01-01,,graduated,4,,,,", "the tiers end at 39 units, but max_quantity is 40"),
        # figures
        (",,2026-01-01,,flat,,,,,", "price is '', which is not an amount"),
        ("5.00,,2026-01-01,,block,,,,,", "a block price needs the size of a block"),
        ("5.00,,2026-01-01,,block,,0,,,", "a block price needs the size of a block"),
        ("5.00,,2026-01-01,,,-3,,,,", "included is -3"),
        ("5.00,,2026-01-01,,,NaN,,,,", "included is 'NaN', which is not an amount"),
        ("5.00,,2026-01-01,,,,,Infinity,,", "minimum is 'Infinity', which is not an amount"),
        ("5.00,,2026-01-01,,,,,1e3,,", "minimum is '1e3', which is not an amount"),
        ("5.00,,2026-01-01,,,,,20,10,", "maximum 10 is below minimum 20"),
        # waivers
        ("5.00,,2026-01-01,,,,,,,0", "waived_from is '0'"),
        ("5.00,,2026-01-01,,,,,,,121", "waived_from is '121'"),
        ("5.00,,2026-01-01,,,,,3,,36", "a charge with a minimum cannot be waived"),
        ("os.debian,yearly,piece,1,5.00,,2026-01-01,,,,,,,36", "only a one_time charge can be waived"),
        # charges
        ("os.debian,weekly,piece,1,5.00,,2026-01-01,,,,,,,", "the charge is 'weekly'"),
    ],
)
def test_each_mistake_is_one_fault_with_its_line(tmp_path: Path, row: str, what: str) -> None:
    (fault,) = faults_of(tmp_path, row)
    assert fault.where == "prices/DE.csv:17"
    assert what in fault.what
    assert fault.fix


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("one_time,piece,1,5.00,,2026-01-01,,,10", "only usage has free units for each unit of the component"),
        ("usage,piece,1,5.00,,2026-01-01,,flat,10", "included_each is '10', which means nothing in this flat price"),
        ("usage,piece,1,5.00,,2026-01-01,,,-1", "included_each is -1"),
    ],
)
def test_only_what_is_metered_is_free_for_each_unit(tmp_path: Path, row: str, what: str) -> None:
    (fault,) = faults_of(tmp_path, f"os.debian,{row}", REQUIRED + ",model,included_each")
    assert fault.where == "prices/DE.csv:17"
    assert what in fault.what


def test_all_mistakes_of_a_row_are_told_at_once(tmp_path: Path) -> None:
    found = faults_of(tmp_path, "x,,2026-02-30,,block,-1,0,9,3,")
    assert [fault.what for fault in found] == [
        "there is no day 2026-02-30",
        "price is 'x', which is not an amount",
        "included is -1",
        "a block price needs the size of a block",
        "maximum 3 is below minimum 9",
    ]


@pytest.mark.parametrize(
    "header",
    [
        HEADER.replace("included", "inclusive"),  # unknown
        HEADER.replace("included", "model"),  # twice
        "model," + HEADER.replace(",model", ""),  # before those that must be there
    ],
)
def test_other_columns_are_refused(tmp_path: Path, header: str) -> None:
    (fault,) = [
        fault for fault in faults_of(tmp_path, "5.00,,2026-01-01,,,,,,,", header) if fault.where.endswith("csv:1")
    ]
    assert "the header is" in fault.what
    assert "and after them any of model, included, included_each, block_size, minimum, maximum" in fault.fix


def test_usage_has_no_greatest_quantity(tmp_path: Path) -> None:
    portfolio = with_row(tmp_path, "os.debian,usage,GB,0,,<=10:5 <=30:4,2026-01-01,,graduated,,,,,")
    assert check_report(portfolio, today=SMALL_TODAY) == []


@pytest.mark.parametrize(
    ("hours", "faults"),
    [
        ('"730.5"', 0),  # a year of 8,766 hours
        ("744", 0),  # the longest month
        ("0", 1),  # no hours
        ("744.5", 1),  # a float, and more than a month has
        ('"745"', 1),
    ],
)
def test_the_hours_of_a_month_are_a_setting(tmp_path: Path, hours: str, faults: int) -> None:
    portfolio = copy_of_small(tmp_path)
    with (portfolio / "prices" / "DE.yaml").open("a") as file:
        file.write(f"hours_per_month: {hours}\n")
    assert len(check_report(portfolio, today=SMALL_TODAY)) == faults


def test_optional_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    header = REQUIRED + ",maximum,model"
    assert faults_of(tmp_path, "5.00,,2026-01-01,,7,flat", header) == []


def test_a_package_is_made_of_parts_with_plain_unit_prices(tmp_path: Path) -> None:
    portfolio = with_row(tmp_path, "5.00,,2026-01-01,,,,,,,")
    file = portfolio / "prices" / "DE.csv"
    file.write_text(
        file.read_text().replace(
            "web.nginx_site,monthly,piece,2.00,8.00,,2026-01-01,,,,,,,",
            "web.nginx_site,monthly,piece,2.00,8.00,,2026-01-01,,flat,,,,,",
        )
    )
    (fault,) = check_report(portfolio, today=SMALL_TODAY)
    assert fault.where.startswith("packages.yaml:")
    assert "package 'web_starter' saves on unit prices, but web.nginx_site has no plain ones in market DE" in fault.what


@pytest.mark.parametrize(
    ("commitment", "what"),
    [
        ('{id: least, title: Least, components: ["compute.*", os.debian], monthly: "500.50"}', ""),
        ('{id: least, title: Least, components: ["mainframe.*"], monthly: "500"}', "matches no component"),
        ('{id: least, title: Least, components: [os.debian], monthly: "0.005"}', "more than 2 digits after the point"),
        ('{id: least, title: Least, components: [os.debian], monthly: "-5"}', "which is not a number such as"),
        ("{id: other, title: Other, components: [web.nginx_site], monthly: 7}", "counts towards 'other' already"),
    ],
)
def test_commitments_are_a_setting_of_the_price_book(tmp_path: Path, commitment: str, what: str) -> None:
    portfolio = copy_of_small(tmp_path)
    more = f"commitments:\n  - {commitment}\n"
    if "other" in what:
        more += "  - {id: one_more, title: One more, components: [web.nginx_site], monthly: 7}\n"
    with (portfolio / "prices" / "DE.yaml").open("a") as file:
        file.write(more)
    found = check_report(portfolio, today=SMALL_TODAY)
    assert len(found) == (1 if what else 0)
    assert all(what in fault.what and fault.where.startswith("prices/DE.yaml:") for fault in found)


WITH_PERCENTAGE = REQUIRED + ",model,of,minimum"
WITH_BASE = REQUIRED + ",model,of,of_charge"
OF_ONE_TIME = "support.standard,yearly,piece,0,1,,2026-01-01,,percentage,os.debian,one_time"


def test_a_percentage_names_the_components_it_is_taken_of(tmp_path: Path) -> None:
    portfolio = with_row(tmp_path, "15,,2026-01-01,,percentage,compute.* web.nginx_site,", WITH_PERCENTAGE)
    (entry,) = read_portfolio(portfolio, today=SMALL_TODAY).price_books["DE"].entries["os.debian", "one_time"]
    assert (entry.model, entry.price, entry.is_plain) == ("percentage", 15, False)
    assert entry.of == {"compute.large", "compute.small", "web.nginx_site"}


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("15,,2026-01-01,,percentage,,", "needs the components whose lines it is taken of"),
        ("15,,2026-01-01,,percentage,mainframe.*,", "the pattern 'mainframe.*' matches no component"),
        ("15,,2026-01-01,,percentage,compute.smal,", "there is no component 'compute.smal'"),
        ("1000.5,,2026-01-01,,percentage,compute.*,", "the percentage is 1000.5"),
        ("1.00001,,2026-01-01,,percentage,compute.*,", "the percentage is 1.00001"),
        ("-1,,2026-01-01,,percentage,compute.*,", "price is -1"),
        ("15,<=5:3 *:2,2026-01-01,,percentage,compute.*,", "a percentage price has no tiers"),
        ("15,,2026-01-01,,flat,compute.*,", "of is 'compute.*', which means nothing in this flat price"),
        ("15,,2026-01-01,,percentage,os.*,", "the one_time price of os.debian is a percentage of itself"),
        ("os.debian,hourly,piece,1,15,,2026-01-01,,percentage,compute.*,", "an hourly price cannot be a percentage"),
    ],
)
def test_a_percentage_that_cannot_be_is_one_fault(tmp_path: Path, row: str, what: str) -> None:
    (fault,) = faults_of(tmp_path, row, WITH_PERCENTAGE)
    assert fault.where == "prices/DE.csv:17"
    assert what in fault.what


def test_percentages_of_each_other_are_one_fault(tmp_path: Path) -> None:
    portfolio = with_row(tmp_path, "15,,2026-01-01,,percentage,support.standard,", WITH_PERCENTAGE)
    with (portfolio / "prices" / "DE.csv").open("a") as file:
        file.write("support.standard,one_time,piece,0,10,,2026-01-01,,percentage,os.debian,\n")
    (fault,) = check_report(portfolio, today=SMALL_TODAY)
    assert fault.where == "prices/DE.csv:17"
    assert fault.what == ("the one_time price of os.debian is a percentage of support.standard, which is one of itself")


def test_a_percentage_may_be_of_what_is_due_at_other_times(tmp_path: Path) -> None:
    portfolio = with_row(tmp_path, "150,,2026-01-01,,percentage,compute.*,monthly", WITH_BASE)
    (entry,) = read_portfolio(portfolio, today=SMALL_TODAY).price_books["DE"].entries["os.debian", "one_time"]
    assert (entry.charge, entry.base_charge) == ("one_time", "monthly")


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("15,,2026-01-01,,percentage,compute.*,weekly", "of_charge is 'weekly'"),
        ("15,,2026-01-01,,percentage,compute.*,hourly", "of_charge is 'hourly'"),
        ("15,,2026-01-01,,percentage,compute.*,usage", "a one_time price cannot be a percentage of usage prices"),
        ("15,,2026-01-01,,flat,,monthly", "of_charge is 'monthly', which means nothing in this flat price"),
        # it would always come to nothing
        ("15,,2026-01-01,,percentage,compute.*,yearly", "of components of which none has a yearly price"),
        # over the yearly price of another it is a percentage of itself
        (
            f"15,,2026-01-01,,percentage,support.standard,yearly\n{OF_ONE_TIME}",
            "the one_time price of os.debian is a percentage of support.standard, which is one of itself",
        ),
    ],
)
def test_a_percentage_of_what_is_never_due_is_one_fault(tmp_path: Path, row: str, what: str) -> None:
    first, *others = row.split("\n")
    portfolio = with_row(tmp_path, first, WITH_BASE)
    with (portfolio / "prices" / "DE.csv").open("a") as file:
        file.writelines(f"{other}\n" for other in others)
    (fault,) = check_report(portfolio, today=SMALL_TODAY)
    assert what in fault.what


def test_a_row_may_end_before_the_columns_that_it_does_not_use(tmp_path: Path) -> None:
    portfolio = with_row(tmp_path, "5.00,,2026-01-01,,flat", HEADER)
    (entry,) = read_portfolio(portfolio, today=SMALL_TODAY).price_books["DE"].entries["os.debian", "one_time"]
    assert (entry.model, entry.included, entry.waived_from) == ("flat", 0, None)


@pytest.mark.parametrize("row", ["os.debian,one_time,piece,1", "5.00,,2026-01-01,,flat,,,,,,,"])
def test_a_row_with_too_few_or_too_many_cells_is_one_fault(tmp_path: Path, row: str) -> None:
    portfolio = with_row(tmp_path, row)
    file = portfolio / "prices" / "DE.csv"
    file.write_text(file.read_text().replace("os.debian,monthly", "os.debian,monthly,"))  # a row that is lost
    assert [fault.where for fault in check_report(portfolio, today=SMALL_TODAY)] == [
        "prices/DE.csv:11",
        "prices/DE.csv:17",
    ]


def test_everything_wrong_with_a_price_book_is_told_at_once(tmp_path: Path) -> None:
    portfolio = with_row(tmp_path, "NaN,,2026-01-01,,per_unit", HEADER + ",of")
    rows, settings = portfolio / "prices" / "DE.csv", portfolio / "prices" / "DE.yaml"
    rows.write_text(
        rows.read_text()
        + "os.debian,usage,piece,-1,1e3,,2026-01-01,\n"
        + "os.debian,quarterly,piece,0,1,,2026-01-01,2027-01-01\n"
        + "os.debian,quarterly,piece,0,2,,2026-12-01,\n"
        + "os.debian,yearly,piece,0,5,,2026-01-01,,percentage,,,,,,support.standard\n"
        + "support.standard,yearly,piece,0,5,,2026-01-01,,percentage,,,,,,os.debian\n"
    )
    stated = settings.read_text()
    assert "currency: EUR" in stated
    commitment = "commitments:\n  - {id: least, title: Least, components: [os.debian], monthly: '1.001'}\n"
    settings.write_text(
        stated.replace("currency: EUR", "currency: XYZ").replace("half_up", "upwards").rstrip() + "\n" + commitment
    )
    found = "\n".join(f"{fault.where}: {fault.what}" for fault in check_report(portfolio, today=SMALL_TODAY))
    for what in (
        "DE.csv:17: price is 'NaN', which is not an amount",
        "DE.csv:18: unit_cost is -1",
        "DE.csv:18: price is '1e3', which is not an amount",
        "DE.csv:20: two quarterly prices of os.debian overlap",
        "DE.csv:21: the yearly price of os.debian is a percentage of support.standard, which is one of itself",
        "the currency 'XYZ' is not known",
        "'rounding' is \"upwards\"",
        "the commitment 1.001 has more than 2 digits",
    ):
        assert what in found
    assert found.count("\n") == 7  # and nothing else
