"""The session's lab for tests of roles, and a line for each of them: which of how many, how it went, how long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from lab_hosts import Host, LabHosts, hosts_of
from lab_session import is_missing, lab_of, reason_of, require_lab_machine

from bidwright.core.errors import BidwrightError

_HERE = Path(__file__).parent
_HOSTS = 3
_BUDGET_S = 15 * 60  # for all tests on hosts; what is above is told at the end


@dataclass
class _Progress:
    wanted: int
    done: int = 0
    seconds: float = 0
    reasons: set[str] = field(default_factory=set)  # why tests were skipped


_PROGRESS = pytest.StashKey[_Progress]()
_OUTCOME = pytest.StashKey[str]()


@pytest.fixture(scope="session")
def lab(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabHosts]:
    """Hosts h1, h2 and h3. Tests leave them as they were, except packages."""
    require_lab_machine()
    with ExitStack() as stack:
        try:
            lab = stack.enter_context(lab_of(_HOSTS, lambda text: _say(pytestconfig, text)))
        except BidwrightError as error:
            if not is_missing(error):
                raise
            pytest.skip(reason_of(error))
        yield hosts_of(lab, tmp_path_factory.mktemp("runs"))


@pytest.fixture(autouse=True)
def _nothing_is_left_to_the_next_test(lab: LabHosts) -> Iterator[None]:
    yield
    for host in lab.hosts.values():
        host.clear()


@pytest.fixture
def host(lab: LabHosts) -> Host:
    """The first host, for tests that need only one."""
    return lab["h1"]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Count the tests that are going to run here."""
    session.config.stash[_PROGRESS] = _Progress(len([item for item in session.items if _HERE in item.path.parents]))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Time a test with all that it needs, and tell how it went."""
    began = time.monotonic()
    outcome = yield
    if _HERE not in item.path.parents:  # of this hook alone, pytest calls all there are
        return outcome
    progress = item.config.stash[_PROGRESS]
    progress.done += 1
    if item.stash[_OUTCOME] == "skipped":
        return outcome
    seconds = time.monotonic() - began
    progress.seconds += seconds
    role = item.path.stem.removeprefix("test_").removesuffix("_on_hosts")
    what = item.name.removeprefix("test_").replace("_", " ")
    _say(
        item.config,
        f"[{progress.done:>3}/{progress.wanted}] {role}: {what} ... {item.stash[_OUTCOME]}, {seconds:.0f} s"
        f" ({progress.seconds:.0f} s in all)",
    )
    return outcome


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Keep how it went: the first part of a test that did not pass counts."""
    report = yield
    if item.stash.get(_OUTCOME, "passed") == "passed":
        item.stash[_OUTCOME] = report.outcome
    if report.skipped and isinstance(report.longrepr, tuple):
        item.config.stash[_PROGRESS].reasons.add(report.longrepr[2].removeprefix("Skipped: "))
    return report


def pytest_report_teststatus(report: pytest.CollectReport | pytest.TestReport) -> tuple[str, str, str] | None:
    """No dots: the lines say more."""
    is_ours = isinstance(report, pytest.TestReport) and "roles_on_hosts" in report.nodeid
    return (report.outcome, "", "") if is_ours and report.when == "call" else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say once why tests on hosts were skipped, or that they take too long."""
    progress = config.stash.get(_PROGRESS, _Progress(0))
    for reason in sorted(progress.reasons):
        terminalreporter.write_line(f"Tests on hosts were skipped: {reason}")
    if progress.seconds > _BUDGET_S:
        terminalreporter.write_line(
            f"Tests on hosts took {progress.seconds:.0f} s; they should stay below {_BUDGET_S} s."
        )


def _say(config: pytest.Config, text: str) -> None:
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None:
        terminal.ensure_newline()
        terminal.write_line(text)
