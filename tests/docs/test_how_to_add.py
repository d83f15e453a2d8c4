"""docs/how-to-add.md, carried out on a copy of the shipped portfolio and of the roles."""

from __future__ import annotations

import datetime as dt
import html
import re
import shutil
import socket
import urllib.request
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from documents import DOCS, ROOT, Block, blocks, blocks_of

from bidwright.catalog.model import Release
from bidwright.catalog.reader import check_report, read_portfolio
from bidwright.configurator.check import check
from bidwright.configurator.request import requirements_and_items
from bidwright.pricing.indexation import index_price
from bidwright.pricing.price import price
from bidwright.provisioning import ansible, ansible_roles
from bidwright.provisioning.ansible_run import Action, RoleRun, Status
from bidwright.provisioning.directory_target import DirectoryTarget
from bidwright.provisioning.plan import plan
from bidwright.v1.configuration_pb2 import CommercialTerms, Configuration, ConfigurationItem, NeedAnswer

TODAY = dt.date(2026, 11, 22)
GUIDE = DOCS / "how-to-add.md"


def steps() -> Iterator[tuple[str, str, str, str]]:
    """(file, what, anchor line, lines) of each block that changes a file."""
    for block in blocks(GUIDE):
        if block.info:
            yield step(block)


def step(block: Block) -> tuple[str, str, str, str]:
    first, _, rest = block.text.partition("\n")
    name, _, instruction = first.removeprefix("# ").partition(", ")
    what, _, anchor = instruction.partition(": ")
    return name, what, anchor, rest


def carry_out(root: Path, name: str, what: str, anchor: str, lines: str) -> None:
    """Change one file as a block says."""
    file = root / name if name.startswith("playbooks/") else root / "portfolio" / name
    if what == "new":
        assert not file.exists(), name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(lines, encoding="utf-8")
        return
    text = file.read_text(encoding="utf-8")
    if what == "end":
        file.write_text(text.rstrip("\n") + "\n" + lines, encoding="utf-8")
        return
    assert text.splitlines().count(anchor) == 1, f"{name} has not exactly one line {anchor!r}"
    replacement = lines if what == "instead of" else f"{anchor}\n{lines}"
    assert what in {"below", "instead of"}, what
    file.write_text(f"\n{text}".replace(f"\n{anchor}\n", f"\n{replacement}", 1)[1:], encoding="utf-8")


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the portfolio and the roles with every example of the guide in it; checked after each block."""
    root = tmp_path_factory.mktemp("how-to-add")
    shutil.copytree(ROOT / "portfolios" / "managed_hosting", root / "portfolio")
    shutil.copytree(ROOT / "playbooks", root / "playbooks")
    for one in steps():
        carry_out(root, *one)
    return root


@pytest.fixture(scope="module")
def release(changed: Path) -> Release:
    assert check_report(changed / "portfolio", today=TODAY) == []
    return read_portfolio(changed / "portfolio", today=TODAY)


def configuration(release: Release, items: dict[str, int], **answers: bool | int) -> Configuration:
    needs = [
        NeedAnswer(name=name, boolean=value) if isinstance(value, bool) else NeedAnswer(name=name, integer=value)
        for name, value in answers.items()
    ]
    return Configuration(
        release=release.name,
        offering="web_hosting",
        market="DE",
        needs=needs,
        items=[ConfigurationItem(component=component, quantity=quantity) for component, quantity in items.items()],
    )


def broken(release: Release, items: dict[str, int], **answers: bool | int) -> set[str]:
    """Ids of what a configuration violates."""
    return {one.id for one in check(*requirements_and_items(configuration(release, items, **answers), release))}


def monthly(release: Release, items: dict[str, int], on: dt.date) -> dict[str, tuple[int, int]]:
    """Subject -> (units, nanos) of the monthly lines."""
    terms = CommercialTerms(term_months=12)
    priced = price(release, configuration(release, items), terms, on)
    return {line.subject: (line.net.units, line.net.nanos) for line in priced.lines if line.charge == 2}


def test_the_portfolio_has_no_fault_after_every_single_section(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "portfolios" / "managed_hosting", tmp_path / "portfolio")
    (tmp_path / "playbooks").mkdir()
    text = GUIDE.read_text(encoding="utf-8")
    sections = re.split(r"^## (?=An? )", text, flags=re.MULTILINE)[1:]
    assert len(sections) == 10
    for section in sections:
        for block in blocks_of(section):
            if block.info:  # others are commands
                carry_out(tmp_path, *step(block))
        assert check_report(tmp_path / "portfolio", today=TODAY) == [], section.partition("\n")[0]


def test_the_new_component_is_delivered_assured_and_has_three_texts(release: Release) -> None:
    assert release.delivery_of["cache.valkey_tiny"] == "valkey_cache"
    assert any("cache.valkey_tiny" in assurance.components for assurance in release.assurances)
    assert release.components["cache.valkey_tiny"].texts.statement_of_work.startswith("We run the cache")


def test_the_new_price_holds_from_its_first_day_and_has_a_tier(release: Release) -> None:
    one, two = {"cache.valkey_tiny": 1}, {"cache.valkey_tiny": 2}
    assert monthly(release, one, dt.date(2026, 12, 31)) == {"cache.valkey_tiny": (9, 0)}
    assert monthly(release, one, dt.date(2027, 1, 1)) == {"cache.valkey_tiny": (9, 500_000_000)}
    assert monthly(release, two, dt.date(2027, 1, 1)) == {"cache.valkey_tiny": (18, 500_000_000)}


def test_seventy_percent_of_prices_follow_the_new_index(release: Release) -> None:
    series = release.price_books["DE"].indices["seventy_percent"]
    # 100 x (0.3 + 0.7 x 108.15 / 105)
    assert index_price(Decimal(100), series, dt.date(2026, 12, 1), dt.date(2027, 12, 1)) == Decimal("102.1")


def test_the_new_rate_is_that_of_its_centre_and_the_new_risk_class_counts(release: Release) -> None:
    made = configuration(release, {})
    item = made.bespoke_items.add(id="trial", title="Trial", owner="Ada", charge=1, risk_class="research")
    item.effort.add(role="tester", delivery_centre="brno").days.value = "3"
    (line,) = price(release, made, CommercialTerms(term_months=12), TODAY).lines
    # 3 x 410.00 = 1230.00 and 60 % of it
    assert (line.cost.units, line.cost.nanos) == (1968, 0)


def test_the_new_need_makes_a_cache_necessary(release: Release) -> None:
    # 64 MiB and 50 KiB for each of 100 visitors are 69 MiB: the smallest cache has room.
    assert "web_sessions_need_cache" in broken(release, {}, keeps_sessions=True)
    assert "web_sessions_need_cache" not in broken(release, {}, keeps_sessions=False)
    assert "web_sessions_need_cache" not in broken(release, {"cache.valkey_tiny": 1}, keeps_sessions=True)
    # 2000 visitors need 164 MiB.
    assert "web_sessions_need_cache" in broken(release, {"cache.valkey_tiny": 1}, keeps_sessions=True, users=2000)


def test_the_new_rule_keeps_the_small_cache_out_of_high_availability(release: Release) -> None:
    rule = "tiny_cache_not_for_high_availability"
    assert rule in broken(release, {"cache.valkey_tiny": 1, "service_level.critical": 1})
    assert rule not in broken(release, {"cache.valkey_tiny": 1, "service_level.basic": 1})


def test_the_new_package_saves_what_its_price_says(release: Release) -> None:
    site = monthly(release, {"web.nginx_site": 1}, TODAY)["web.nginx_site"]
    both = monthly(release, {"web.nginx_site": 1, "cache.valkey_tiny": 1}, TODAY)
    total_nanos = sum(units * 10**9 + nanos for units, nanos in both.values())
    assert both["web.nginx_site"] == site
    assert total_nanos == 14 * 10**9


def test_the_new_approval_is_part_of_the_release(release: Release) -> None:
    assert [rule.approver for rule in release.approvals if rule.id == "monthly_above_20k"] == ["finance_controller"]


def test_the_new_role_is_planned_for_its_component_and_a_status_page_alone_is_no_site(release: Release) -> None:
    planned = plan(release, configuration(release, {"web.status_page": 1, "compute.small": 1}))
    assert [(one.id, one.role) for one in planned.steps] == [("server", "server"), ("status_page", "status_page")]
    assert "web_status_page_beside_a_site" in broken(release, {"web.status_page": 1})
    assert "web_status_page_beside_a_site" not in broken(release, {"web.status_page": 1, "web.nginx_site": 1})


def test_the_new_role_applies_twice_answers_and_withdraws(
    changed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (ansible, ansible_roles):
        monkeypatch.setattr(module, "PLAYBOOKS", changed / "playbooks")
    target = DirectoryTarget(tmp_path / "target")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    title = "Up {{ 1 + 1 }} <b>"

    def run(action: Action, attempt: str) -> tuple[Status, str, int]:
        variables = {} if action == Action.WITHDRAW else {"status_page_title": title}
        result = ansible.run_role(
            RoleRun(
                role="status_page",
                action=action,
                target=target,
                contract="c1",
                delivery="status_page",
                attempt=attempt,
                run_dir=tmp_path / attempt,
                variables=variables,
                port=port,
            )
        )
        return result.status, result.message, result.changed

    target.ensure_running()
    try:
        assert run(Action.DELIVER, "a1") == (Status.SUCCESSFUL, "", 1)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
            assert html.escape(title) in answer.read().decode()
        assert run(Action.DELIVER, "a2") == (Status.SUCCESSFUL, "", 0)
        assert run(Action.WITHDRAW, "a3") == (Status.SUCCESSFUL, "", 1)
        assert list((target.path / "contracts").rglob("*")) == []
    finally:
        target.stop()
