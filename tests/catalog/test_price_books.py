"""Price books that inherit, promotions and agreements: what is read, and every way to write them wrongly."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from breaking import copy_of_small
from small_release import SMALL_TODAY

from bidwright.catalog.model import PriceBook, Release
from bidwright.catalog.reader import check_report, read_portfolio

D = Decimal
HEADER = "component,charge,unit,unit_cost,price,tiers,valid_from,valid_to\n"
PARTNER = """\
price_book: DE-partner
market: DE
inherits: DE
channel: partner
adjust:
  - percent: "-12"
  - {components: ["compute.*", os.debian], percent: "-5.5"}
  - {components: [compute.large], percent: 0}
"""
PROMOTION = """\
promotions:
  - id: spring
    title: Spring
    components: ["compute.*"]
    charges: [monthly]
    percent: "10"
    term_from: 24
    from_quantity: 3
    code: SPRING26
    valid_from: 2026-03-01
    valid_to: 2026-09-01
"""
AGREEMENT = """\
agreement: acme
title: ACME
market: DE
valid_from: 2026-01-01
valid_to: 2027-01-01
prices:
  - {components: ["compute.*"], charges: [monthly], price: "20.00", valid_to: 2026-07-01}
  - {components: [compute.small], charges: [monthly], percent: "15", valid_from: 2026-07-01}
"""


def written(tmp_path: Path, files: dict[str, str]) -> Path:
    portfolio = copy_of_small(tmp_path)
    for name, content in files.items():
        file = portfolio / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(content)
    return portfolio


def read(tmp_path: Path, files: dict[str, str]) -> Release:
    return read_portfolio(written(tmp_path, files), today=SMALL_TODAY)


def faults(tmp_path: Path, files: dict[str, str]) -> list[tuple[str, str]]:
    return [(fault.where, fault.what) for fault in check_report(written(tmp_path, files), today=SMALL_TODAY)]


def percents(book: PriceBook, component: str) -> list[tuple[Decimal, str]]:
    (entry,) = book.entries[component, "monthly"]
    return [(one.percent, one.rule) for one in entry.adjustments]


def test_a_book_inherits_all_rows_with_its_percentages_and_says_where_each_is_from(tmp_path: Path) -> None:
    own = HEADER + "support.premium,monthly,piece,10.00,200.00,,2026-01-01,\n"
    release = read(tmp_path, {"prices/DE_PARTNER.yaml": PARTNER, "prices/DE_PARTNER.csv": own})
    (book,) = release.special_books["DE"]
    assert release.price_book("DE", "", "partner") is book
    assert book.entries.keys() == release.price_books["DE"].entries.keys()
    assert percents(book, "web.nginx_site") == [(D(-12), "DE-partner: -12 % on everything")]
    assert percents(book, "compute.small") == [(D("-5.5"), "DE-partner: -5.5 % on compute.* os.debian")]
    assert percents(book, "compute.large") == []  # the last one that names it counts
    (inherited,) = book.entries["compute.large", "monthly"]
    assert (inherited.book, inherited.price, len(inherited.tiers)) == ("DE-list", 88, 2)
    (row,) = book.entries["support.premium", "monthly"]
    assert (row.book, row.price, row.adjustments) == ("", 200, ())
    assert (book.terms, book.rounding, book.currency) == ({12: 0, 24: 3, 36: 6}, "half_up", "EUR")


def test_a_chain_of_books_adds_its_percentages_and_settings_one_after_the_other(tmp_path: Path) -> None:
    gold = "price_book: DE-gold\nmarket: DE\ninherits: DE_PARTNER\nchannel: gold\nadjust: [{percent: -2}]\n"
    gold += 'rounding_to: "0.05"\nterms: {12: "1"}\nbespoke_markup: {default: "20", minimum: "5"}\n'
    release = read(tmp_path, {"prices/DE_PARTNER.yaml": PARTNER, "prices/DE_GOLD.yaml": gold})
    book = release.price_book("DE", "", "gold")
    assert book is not None
    assert percents(book, "web.nginx_site") == [
        (D(-12), "DE-partner: -12 % on everything"),
        (D(-2), "DE-gold: -2 % on everything"),
    ]
    assert (book.terms, book.rounding_to, book.default_markup, book.minimum_markup) == ({12: 1}, 5, 20, 5)
    assert [one.key for one in book.ancestry] == ["DE_GOLD", "DE_PARTNER", "DE"]
    assert book.entries["web.nginx_site", "monthly"][0].book == "DE-list"


def test_the_most_specific_book_is_chosen_the_channel_before_the_segment(tmp_path: Path) -> None:
    head = "market: DE\ninherits: DE\n"
    release = read(
        tmp_path,
        {
            "prices/A.yaml": f"price_book: a\n{head}channel: partner\n",
            "prices/B.yaml": f"price_book: b\n{head}segment: public\n",
            "prices/C.yaml": f"price_book: c\n{head}channel: agent\nsegment: public\n",
            "prices/D.yaml": f"price_book: d\n{head}",  # only there to be inherited
        },
    )
    chosen = {
        ("", ""): "DE-list",
        ("", "partner"): "a",
        ("public", ""): "b",
        ("public", "partner"): "a",
        ("public", "agent"): "c",
        ("", "agent"): "DE-list",
        ("schools", ""): "DE-list",  # refused when something is priced, as no book is for schools
    }
    for (segment, channel), id_ in chosen.items():
        book = release.price_book("DE", segment, channel)
        assert book is not None
        assert book.id == id_, (segment, channel)
    assert release.price_book("FR") is None


def test_a_market_may_inherit_another_in_the_same_currency(tmp_path: Path) -> None:
    portfolio = copy_of_small(tmp_path)
    (portfolio / "prices" / "GB.csv").unlink()
    (portfolio / "prices" / "GB.yaml").write_text("price_book: GB-list\nmarket: GB\ninherits: DE\n")
    (fault,) = check_report(portfolio, today=SMALL_TODAY)
    assert (fault.where, fault.what) == (
        "prices/GB.yaml:3",
        "market GB has GBP; the inherited price book DE-list has EUR",
    )
    market = portfolio / "portfolio.yaml"
    market.write_text(market.read_text().replace("currency: GBP", "currency: EUR"))
    centres = portfolio / "delivery_centres.yaml"
    centres.write_text(centres.read_text().replace("GBP", "EUR2").replace("EUR2", "GBP"))
    release = read_portfolio(portfolio, today=SMALL_TODAY)
    assert release.price_books["GB"].entries["os.debian", "monthly"][0].book == "DE-list"


@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        # what is inherited does not exist, is the book itself, or goes round in a circle
        (("inherits: DE", "inherits: FR"), 3, "there is no price book 'FR'"),
        (("inherits: DE", "inherits: DE_PARTNER"), 3, "inherit each other: DE_PARTNER inherits DE_PARTNER"),
        # percentages
        (('percent: "-12"', 'percent: "-101"'), 6, "the adjustment is -101 %"),
        (('percent: "-12"', "percent: NaN"), 6, "NaN"),
        (('percent: "-12"', 'percent: "-12.00001"'), 6, "is not a percentage"),
        (('"compute.*", os', '"mainframe.*", os'), 7, "the pattern 'mainframe.*' matches no component"),
        # a segment or channel of a market's own book, a market that is none
        (("market: DE", "market: FR"), 2, "there is no market 'FR'"),
        (("channel: partner", "channel: Partner"), 4, "is not an id"),
        (("price_book: DE-partner", "price_book: DE-list"), 1, "price book 'DE-list' is given twice"),
        # rounding that does not divide exactly
        (("channel: partner", 'channel: partner\nrounding_to: "0.03"'), 5, "cannot be rounded to 0.03 EUR"),
        (("channel: partner", 'channel: partner\nrounding_to: "0.005"'), 5, "cannot be rounded to 0.005 EUR"),
        (("channel: partner", 'channel: partner\nrounding_to: "0"'), 5, "cannot be rounded to 0 EUR"),
    ],
)
def test_a_book_that_cannot_be_is_one_fault(tmp_path: Path, change: tuple[str, str], where: int, what: str) -> None:
    assert change[0] in PARTNER
    ((place, said),) = faults(tmp_path, {"prices/DE_PARTNER.yaml": PARTNER.replace(*change, 1)})
    assert place == f"prices/DE_PARTNER.yaml:{where}"
    assert what in said


def test_a_circle_of_books_is_one_fault_and_two_books_for_the_same_channel_another(tmp_path: Path) -> None:
    second = PARTNER.replace("DE-partner", "DE-second")
    circle = "price_book: x\nmarket: DE\ninherits: Y\nchannel: x\n"
    found = faults(
        tmp_path,
        {
            "prices/DE_PARTNER.yaml": PARTNER,
            "prices/DE_SECOND.yaml": second,
            "prices/X.yaml": circle,
            "prices/Y.yaml": circle.replace("x", "y").replace("Y", "X"),
        },
    )
    assert found == [
        ("prices/DE_SECOND.yaml:4", "price book DE-second is for the same market, segment and channel as DE-partner"),
        ("prices/X.yaml:3", "price books inherit each other: X inherits Y inherits X"),
    ]


def test_gaps_and_overlaps_of_days_are_faults(tmp_path: Path) -> None:
    portfolio = copy_of_small(tmp_path)
    file = portfolio / "prices" / "DE.csv"
    kept = [line for line in file.read_text().splitlines() if not line.startswith("os.debian,")]
    kept += [
        "os.debian,monthly,piece,1.00,3.15,,2026-01-01,2026-09-01",
        "os.debian,monthly,piece,1.00,3.30,,2026-10-01,2026-12-01",
        "os.debian,monthly,piece,1.00,3.40,,2026-11-30,",
    ]
    file.write_text("\n".join(kept) + "\n")
    assert [(fault.where, fault.what) for fault in check_report(portfolio, today=SMALL_TODAY)] == [
        ("prices/DE.csv:17", "os.debian has no monthly price from 2026-09-01 until 2026-10-01"),
        (
            "prices/DE.csv:18",
            (
                "two monthly prices of os.debian overlap: the one from 2026-10-01 until 2026-12-01 (prices/DE.csv:17) "
                "and the one from 2026-11-30"
            ),
        ),
    ]


def test_a_package_may_have_a_price_in_a_book_that_inherits(tmp_path: Path) -> None:
    portfolio = written(tmp_path, {"prices/DE_PARTNER.yaml": PARTNER})
    packages = portfolio / "packages.yaml"
    assert 'monthly: {DE: "29.00"' in packages.read_text()
    packages.write_text(packages.read_text().replace('DE: "29.00"', 'DE: "29.00", DE_PARTNER: "27.00"'))
    release = read_portfolio(portfolio, today=SMALL_TODAY)
    assert release.packages["web_starter"].monthly["DE_PARTNER"] == 27
    packages.write_text(packages.read_text().replace("DE_PARTNER", "DE_PARTNERS"))
    (fault,) = check_report(portfolio, today=SMALL_TODAY)
    assert fault.what == "there is no market 'DE_PARTNERS'"


def test_promotions_and_agreements_are_read(tmp_path: Path) -> None:
    release = read(tmp_path, {"promotions.yaml": PROMOTION, "agreements/acme.yaml": AGREEMENT})
    promotion = release.promotions["spring"]
    assert promotion.components == {"compute.large", "compute.small"}
    assert (promotion.percent, promotion.term_from, promotion.from_quantity, promotion.code) == (10, 24, 3, "SPRING26")
    assert promotion.markets == {"DE", "GB"}
    fixed, percent = release.agreements["acme"].prices
    assert (fixed.price, fixed.percent, str(fixed.period.valid_to)) == (20, None, "2026-07-01")
    assert (percent.price, percent.percent, str(percent.period.valid_to)) == (None, 15, "2027-01-01")


def test_a_promotion_may_give_free_months_alone_or_beside_a_percentage(tmp_path: Path) -> None:
    alone = PROMOTION.replace('percent: "10"', "free_months: 3")
    beside = PROMOTION.partition("\n")[2].replace("spring", "autumn").replace("SPRING", "AUTUMN")
    beside = beside.replace("percent:", "free_months: 2\n    percent:")
    promotions = read(tmp_path, {"promotions.yaml": alone + beside}).promotions
    assert [(one.percent, one.free_months, one.amounts) for one in promotions.values()] == [(10, 2, {}), (None, 3, {})]
    assert promotions["spring"].markets == {"DE", "GB"}


def test_terms_may_be_ranges_of_months_that_do_not_overlap(tmp_path: Path) -> None:
    portfolio = copy_of_small(tmp_path)
    file = portfolio / "prices" / "DE.yaml"
    settings = file.read_text()
    assert 'terms: {12: "0", 24: "3", 36: "6"}' in settings

    def with_terms(terms: str) -> list[tuple[str, str]]:
        file.write_text(settings.replace('{12: "0", 24: "3", 36: "6"}', terms))
        return [(fault.where, fault.what) for fault in check_report(portfolio, today=SMALL_TODAY)]

    assert with_terms('{1-3: "0", 4: "1.5", 82-84: "9"}') == []
    terms = read_portfolio(portfolio, today=SMALL_TODAY).price_books["DE"].terms
    assert terms == {1: 0, 2: 0, 3: 0, 4: D("1.5"), 82: 9, 83: 9, 84: 9}
    assert with_terms('{1-24: "0", 24-36: "3"}') == [
        ("prices/DE.yaml:5", "a term of 24 months is in 1-24 and in 24-36")
    ]
    assert with_terms('{24-12: "0", 36: "0"}') == [
        ("prices/DE.yaml:5", "the range of terms 24-12 ends before it begins")
    ]
    assert with_terms('{1-121: "0"}')[0][1].endswith(
        "is not a contract term in months from 1 to 120, or a range such as 13-24"
    )


@pytest.mark.parametrize(
    ("change", "line", "what"),
    [
        (('percent: "10"', 'amounts: {FR: "1"}'), 6, "there is no market 'FR'"),
        (('    percent: "10"\n', ""), 2, "neither percent nor amounts is"),
        (('percent: "10"', 'percent: "10"\n    amounts: {DE: "1"}'), 2, "both percent and amounts are stated"),
        (('percent: "10"', 'percent: "100.5"'), 6, "is not a percentage"),
        (("valid_to: 2026-09-01", "valid_to: 2026-03-01"), 11, "valid_to 2026-03-01 is not after valid_from"),
        (("valid_to: 2026-09-01", "valid_to: 2026-02-30"), 11, "there is no day 2026-02-30"),
        (("code: SPRING26", "code: spring"), 9, "is not a code"),
        (("term_from: 24", "channels: [partner]"), 7, "no price book is for channel 'partner'"),
        (('"compute.*"', "compute.tiny"), 4, "there is no component 'compute.tiny'"),
        (("charges: [monthly]", "charges: [daily]"), 5, "is not one_time, monthly"),
        (('percent: "10"', "free_months: 0"), 6, "is not free months"),
        (('[monthly]\n    percent: "10"', "[one_time]\n    free_months: 2"), 6, "none of the charges recurs"),
    ],
)
def test_a_promotion_that_cannot_be_is_one_fault(tmp_path: Path, change: tuple[str, str], line: int, what: str) -> None:
    assert change[0] in PROMOTION
    ((place, said),) = faults(tmp_path, {"promotions.yaml": PROMOTION.replace(*change)})
    assert place == f"promotions.yaml:{line}"
    assert what in said


def test_a_code_is_that_of_one_promotion(tmp_path: Path) -> None:
    again = PROMOTION.partition("\n")[2].replace("id: spring", "id: autumn")
    assert faults(tmp_path, {"promotions.yaml": PROMOTION + again}) == [
        ("promotions.yaml:19", "the code SPRING26 is that of promotion 'spring' already")
    ]


@pytest.mark.parametrize(
    ("change", "line", "what"),
    [
        (("agreement: acme", "agreement: other"), 1, "the file of agreement 'other' has another name"),
        (("market: DE", "market: FR"), 3, "there is no market 'FR'"),
        (('price: "20.00", ', ""), 7, "neither price nor percent is"),
        (("valid_to: 2026-07-01", "valid_to: 2026-07-02"), 8, "two monthly prices of compute.small overlap"),
        (("valid_to: 2026-07-01", "valid_to: 2028-07-01"), 7, "not all days of the agreement"),
        (('price: "20.00"', 'price: "-20.00"'), 7, "is not a number such as"),
        (('"compute.*"', '"mainframe.*"'), 7, "the pattern 'mainframe.*' matches no component"),
    ],
)
def test_an_agreement_that_cannot_be_is_a_fault_at_its_line(
    tmp_path: Path, change: tuple[str, str], line: int, what: str
) -> None:
    assert change[0] in AGREEMENT
    found = faults(tmp_path, {"agreements/acme.yaml": AGREEMENT.replace(*change)})
    assert any(place == f"agreements/acme.yaml:{line}" and what in said for place, said in found), found


def test_bands_of_a_commitment_ascend(tmp_path: Path) -> None:
    portfolio = copy_of_small(tmp_path)
    file = portfolio / "prices" / "DE.yaml"
    settings = file.read_text()
    bands = '[{from: "100", percent: "2"}, {from: "500", percent: "5"}]'
    commitment = f'commitments:\n  - {{id: least, title: Least, components: ["os.*"], monthly: "0", bands: {bands}}}\n'
    file.write_text(settings + commitment)
    release = read_portfolio(portfolio, today=SMALL_TODAY)
    assert release.price_books["DE"].commitments["least"].bands == ((D(100), D(2)), (D(500), D(5)))
    file.write_text(settings + commitment.replace('"500"', '"100"'))
    (fault,) = check_report(portfolio, today=SMALL_TODAY)
    assert fault.where == "prices/DE.yaml:9"
    assert fault.what == "the band from 100 with 5 % follows the one from 100 with 2 %"
