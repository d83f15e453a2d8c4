"""The session's lab for tests of roles, and a line for each of them: which of how many, how it went, how long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from lab_hosts import Host, LabHosts, hosts_of
from lab_session import is_missing, lab_of, reason_of, require_lab_machine

from bidwright.core.errors import BidwrightError

_HERE = Path(__file__).parent
_HOSTS = 3
_BUDGET_S = 15 * 60  # for all tests on hosts; what is above is told at the end
_LONGEST_FIRST = (
    "server",
    "load_balancer",
    "backup",
    "postgresql_standby",
    "monitoring_server",
    "postgresql_database",
    "dns_zone",
    "dns_secondary",
    "website",
    "runs",
    "collection",
)
"""So that of several processes none is alone with a long file at the end; the rest, a minute or two each, as found."""


@dataclass
class _Progress:
    wanted: int = 0
    done: int = 0
    seconds: float = 0  # of all tests, one after the other
    began: float = field(default_factory=time.monotonic)
    reasons: set[str] = field(default_factory=set)  # why tests were skipped


_PROGRESS = pytest.StashKey[_Progress]()


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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests of roles begin with the files that take longest."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    is_ours = _HERE in item.path.parents
    return (
        _LONGEST_FIRST.index(_role(item.path))
        if is_ours and _role(item.path) in _LONGEST_FIRST
        else len(_LONGEST_FIRST)
    )


def _role(path: Path) -> str:
    return path.stem.removeprefix("test_").removesuffix("_on_hosts")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Count the tests that are going to run here."""
    _progress(session.config).wanted = len([item for item in session.items if _HERE in item.path.parents])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any, ids: list[str]) -> None:
    """Count them where others run them: each of several processes finds all of them."""
    _progress(node.config).wanted = len([id_ for id_ in ids if f"{_HERE.name}/" in id_])


def pytest_configure(config: pytest.Config) -> None:
    """Tell how each test went where all reports arrive: in the only process, or in the one above several."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Teller(config))


class _Teller:
    """Writes a line for each test, with all that it needed."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._of: dict[str, list[pytest.TestReport]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect the parts of a test; the last one is its teardown."""
        if f"{_HERE.name}/" not in report.nodeid:  # of this hook, pytest calls all there are
            return
        self._of.setdefault(report.nodeid, []).append(report)
        if report.when == "teardown":
            self._tell(report.nodeid, self._of.pop(report.nodeid))

    def _tell(self, id_: str, parts: list[pytest.TestReport]) -> None:
        progress = _progress(self._config)
        progress.done += 1
        outcome = next((part.outcome for part in parts if part.outcome != "passed"), "passed")
        if outcome == "skipped":
            progress.reasons |= {str(part.longrepr[2]).removeprefix("Skipped: ") for part in parts if part.longrepr}
            return
        seconds = sum(part.duration for part in parts)
        progress.seconds += seconds
        path, _, name = id_.partition("::")
        what = name.removeprefix("test_").replace("_", " ")
        elapsed = time.monotonic() - progress.began
        text = f"[{progress.done:>3}/{progress.wanted}] {_role(Path(path))}: {what} ... {outcome}, {seconds:.0f} s"
        _say(self._config, f"{text} ({elapsed:.0f} s in all)")


def _progress(config: pytest.Config) -> _Progress:
    return config.stash.setdefault(_PROGRESS, _Progress())


def pytest_report_teststatus(report: pytest.CollectReport | pytest.TestReport) -> tuple[str, str, str] | None:
    """No dots: the lines say more."""
    is_ours = isinstance(report, pytest.TestReport) and f"{_HERE.name}/" in report.nodeid
    return (report.outcome, "", "") if is_ours and report.when == "call" else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say once why tests on hosts were skipped, or that they take too long."""
    progress = _progress(config)
    for reason in sorted(progress.reasons):
        terminalreporter.write_line(f"Tests on hosts were skipped: {reason}")
    elapsed = time.monotonic() - progress.began
    if progress.seconds and elapsed > _BUDGET_S:
        terminalreporter.write_line(f"Tests on hosts took {elapsed:.0f} s; they should stay below {_BUDGET_S} s.")


def _say(config: pytest.Config, text: str) -> None:
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None:
        terminal.ensure_newline()
        terminal.write_line(text)
