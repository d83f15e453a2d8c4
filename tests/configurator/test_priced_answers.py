"""What explains and mends a request where prices depend on its answers."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

from branch_bids import BRANCHES, TODAY, request, site
from google.type.money_pb2 import Money
from test_guide_cases import sold

from bidwright.catalog.model import Release
from bidwright.catalog.reader import read_portfolio
from bidwright.configurator.answers import Answers
from bidwright.configurator.deadline import Deadline
from bidwright.pricing.amounts import AmountTables
from bidwright.pricing.price import price
from bidwright.v1.configuration_pb2 import Budget, CommercialTerms, NeedAnswer
from bidwright.v1.configurator_pb2 import (
    ConfigureRequest,
    ExplainConfigurationRequest,
    ExplainConfigurationResponse,
    Pin,
)


def explained(
    release: Release, answer: NeedAnswer, *, budget: int, small_servers: int = 0
) -> ExplainConfigurationResponse:
    """A website for a year with standard support."""
    asked = ConfigureRequest(
        portfolio="portfolios/small",
        offering="web_hosting",
        market="DE",
        terms=CommercialTerms(term_months=12),
        needs=[answer],
        exclusions=["support.premium"],
    )
    asked.budget.monthly.CopyFrom(Money(currency_code="EUR", units=budget))
    if small_servers:
        asked.pins.append(Pin(component="compute.small", quantity=small_servers))
    answers = Answers(AmountTables(), price, lambda: dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC))
    return answers.explain(ExplainConfigurationRequest(request=asked), answers.question(asked, release), Deadline(20))


def test_a_conflict_with_a_budget_names_the_answer_that_its_prices_are_for(tmp_path: Path) -> None:
    row = "support.standard,monthly,piece,5.00,,,2026-01-01,,table,place"
    release = sold(tmp_path, row, place="need.data_residency,price\nEU,300.00\n*,19.00\n")
    found = explained(release, NeedAnswer(name="data_residency", text="EU"), budget=100)
    assert {"monthly", "data_residency"} <= {member.id for member in found.conflict.members}
    assert not found.conflict.minimal
    assert not found.complete  # "anywhere" would do, for 51.15


def test_a_bid_with_sites_is_mended_by_an_answer_that_costs_less(tmp_path: Path) -> None:
    portfolio = shutil.copytree(BRANCHES, tmp_path / "branches")
    prices = portfolio / "prices" / "DE.csv"
    header, rest = prices.read_text().split("\n", 1)
    row = "firewall.central_100,monthly,piece,140.00,290.00,,2026-01-01,"
    by_support = rest.replace(row, "firewall.central_100,monthly,piece,140.00,,,2026-01-01,,table,watch")
    prices.write_text(f"{header},model,table\n{by_support}")
    (portfolio / "price_tables").mkdir()
    rows = "need.round_the_clock,price\ntrue,290.00\nfalse,2000.00\n"
    (portfolio / "price_tables" / "watch.csv").write_text(rows)
    release = read_portfolio(portfolio, today=TODAY)

    limit = Budget(monthly=Money(currency_code="EUR", units=2600))
    asked = request(budget=limit, exclusions=["firewall.central_600"])
    sites = [site("a", users=10, wireless=False), site("b", users=10, wireless=False)]
    answers = Answers(AmountTables(), price, lambda: dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC))
    question = answers.question(asked, release, sites=sites)
    found = answers.explain(ExplainConfigurationRequest(request=asked, sites=sites), question, Deadline(60))
    assert {"monthly", "round_the_clock"} <= {member.id for member in found.conflict.members}
    assert not found.conflict.minimal
    # 1,868.40 a month; 2,478.40 with support around the clock for 1,690.00; and 2,888.40 with that in office hours.
    assert [change.text for repair in found.repairs for change in repair.changes] == [
        "do not rule out Central firewall for 600 sites (firewall.central_600)",
        'answer yes instead of no to "Must support be there around the clock?" (round_the_clock)',
        "allow 2,888.40 EUR a month instead of 2,600.00 EUR a month",
    ]
    assert not found.complete


def test_giving_up_an_answer_is_no_repair_where_another_one_costs_more_than_the_budget(tmp_path: Path) -> None:
    row = "support.standard,monthly,piece,5.00,,,2026-01-01,,formula,,5000 - need.users * 3"
    # 1,600 users pay 200.00 and need sixteen small servers; the 100 that one suffices for pay 4700.00.
    found = explained(sold(tmp_path, row), NeedAnswer(name="users", integer=1600), budget=400, small_servers=1)
    changed = [{change.member.id for change in repair.changes} for repair in found.repairs]
    assert {"users"} not in changed
    assert not found.complete
