"""How hosts bear what cannot be timed there: packages and files that fail, and runs killed at a certain point."""

from __future__ import annotations

import errno
import importlib.util
import multiprocessing
import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import pytest

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
MODULE = PLAYBOOKS / "plugins" / "modules" / "host_service.py"
HOST_SCRIPT = PLAYBOOKS / "roles" / "server" / "files" / "bidwright_host.py"
INSTALL = ("apt-get", "-qy", "--no-install-recommends", "install", "nginx")


def loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Killed(BaseException):
    """Ends a program at a certain point, as a signal would."""


@dataclass
class Host:
    """A host on which commands do nothing but what a test says.

    Attributes:
        module: With all its paths below a directory of the test.
        commands: What was run.
        outcomes: By command; others succeed and say nothing.
    """

    module: ModuleType
    root: Path
    commands: list[tuple[str, ...]] = field(default_factory=list)
    outcomes: dict[tuple[str, ...], Callable[[], str]] = field(default_factory=dict)

    def run(self, *command: str, must: bool = True, **_: Any) -> subprocess.CompletedProcess[str]:
        self.commands.append(command)
        try:
            said = self.outcomes.get(command, str)()
        except self.module.Failed:
            if must:
                raise
            return subprocess.CompletedProcess(command, 1, "", "")
        return subprocess.CompletedProcess(command, 0, said, said)

    def fails(self, *command: str, words: str = "") -> None:
        def fail() -> NoReturn:
            raise self.module.Failed(words)

        self.outcomes[command] = fail

    def deliver(self, **more: Any) -> None:
        defaults = {"default_units": ["nginx.service"], "default_files": [str(self.root / "default")]}
        settings = {str(self.root / "settings"): "Nothing by itself.\n"}
        self._convergence(packages=["nginx"], while_installing=settings, **defaults, **more).present()

    def withdraw(self) -> None:
        self._convergence().absent()

    def _convergence(self, **wanted: Any) -> Any:
        lists = (
            "packages",
            "default_files",
            "default_units",
            "directories",
            "files",
            "check",
            "others",
            "open",
            "remove",
        )
        nothing = {"unit": "", "is_shared": False, "port": None, "prepare": {}, "while_installing": {}}
        given = {"name": "c-1.site", "loads_firewall": False, **wanted}
        return self.module.Convergence({**{name: [] for name in lists}, **nothing, **given})

    def files(self) -> list[str]:
        return sorted(str(path.relative_to(self.root)) for path in self.root.rglob("*"))


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    made = Host(loaded(MODULE), tmp_path)
    paths: dict[str, Path | str] = {"STATE": tmp_path / "etc", "RUN": tmp_path, "SPACE": tmp_path / "srv"}
    paths |= {"INSTALLING": tmp_path / "etc" / ".installing", "_POLICY_PATH": str(tmp_path / "policy")}
    for name, path in paths.items():
        monkeypatch.setattr(made.module, name, path)
    monkeypatch.setattr(made.module, "run", made.run)
    monkeypatch.setattr(os, "fchown", lambda *_: None)  # which only root may
    made.fails("systemctl", "cat", "nginx.service")  # a unit that only the package brings
    made.fails("dpkg-query", "-W", "-f", "${db:Status-Status}", "nginx")
    return made


def test_an_installation_leaves_nothing_but_packages(host: Host) -> None:
    def install() -> str:
        assert host.files() == ["etc", "etc/.installing", "policy", "settings"]
        (host.root / "default").touch()
        del host.outcomes["systemctl", "cat", "nginx.service"]
        return ""

    host.outcomes[INSTALL] = install
    host.deliver()
    assert host.commands[-1] == ("systemctl", "disable", "--quiet", "--now", "nginx.service")
    assert host.files() == ["etc"]


def test_what_an_installation_has_left_that_failed_goes_with_the_withdrawal(host: Host) -> None:
    host.fails(*INSTALL, words="apt-get ended with 100: E: Unable to locate package nginx")
    host.outcomes["apt-get", "-q", "update"] = lambda: "W: Failed to fetch http://192.0.2.1/\n"
    with pytest.raises(host.module.Failed) as caught:
        host.deliver()
    # Unreachable sources alone are a warning of apt; so they are told first.
    assert str(caught.value) == (
        "W: Failed to fetch http://192.0.2.1/ apt-get ended with 100: E: Unable to locate package nginx"
    )
    assert host.files() == ["etc", "etc/.installing"]
    host.withdraw()
    assert host.files() == []


def test_what_a_killed_installation_has_left_goes_with_the_withdrawal(host: Host) -> None:
    def die() -> NoReturn:
        (host.root / "default").touch()
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    host.outcomes[INSTALL] = die
    killed = multiprocessing.get_context("fork").Process(target=host.deliver)
    killed.start()
    killed.join()
    assert killed.exitcode == -signal.SIGKILL
    assert host.files() == ["default", "etc", "etc/.installing", "policy", "settings"]

    def configure() -> str:
        assert {"policy", "settings"} < set(host.files())  # what is half installed must not start yet
        del host.outcomes["systemctl", "cat", "nginx.service"]
        return ""

    host.outcomes["dpkg", "--configure", "-a", "--force-confold"] = configure
    host.withdraw()
    assert ("systemctl", "disable", "--quiet", "--now", "nginx.service") in host.commands
    assert host.files() == []


def test_an_installation_waits_until_nobody_else_changes_packages(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    lists, packages = ("apt-get", "-q", "update"), ("dpkg", "--configure", "-a", "--force-confold")
    host.fails(*packages, words="dpkg: error: dpkg frontend lock was locked by another process with pid 7")
    host.fails(*lists, words="E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (apt-get)")
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        host.outcomes.pop(packages if packages in host.outcomes else lists)

    monkeypatch.setattr(host.module.time, "sleep", pause)
    host.deliver()
    assert [host.commands.count(command) for command in (packages, lists, INSTALL)] == [2, 2, 1]
    assert len(pauses) == 2


def test_a_port_of_another_program_is_refused_before_a_file_names_it(host: Host) -> None:
    listening = 'LISTEN 0 5 127.0.0.1:20001 0.0.0.0:* users:(("python3",pid=%s,fd=3))\n'
    wanted: dict[str, Any] = {
        "unit": "nginx.service",
        "port": 20001,
        "directories": [{"path": str(host.root / "site")}],
    }
    host.outcomes["ss", "-Hltnp", "sport = 20001"] = lambda: listening % os.getpid()
    with pytest.raises(host.module.Failed, match=rf"Port 20001 is taken .* python3 \(process {os.getpid()}\)"):
        host.deliver(**wanted)
    assert "site" not in host.files()


@pytest.mark.parametrize("path", [MODULE, HOST_SCRIPT])
def test_a_full_disk_is_told_with_the_file_and_keeps_nothing_of_it(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fchown", lambda *_: None)
    module, file = loaded(path), tmp_path / "site.conf"
    monkeypatch.setattr(os, "fsync", full)
    more = {"mode": 0o600} if path == MODULE else {}
    with pytest.raises(module.Failed, match=f"{file} cannot be written: No space left on device"):
        module.write(file, "listen 80;", **more)
    assert list(tmp_path.iterdir()) == []


def test_a_baseline_whose_removal_was_killed_is_removed_by_the_repeat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = loaded(HOST_SCRIPT)
    paths = {name: value for name, value in vars(module).items() if isinstance(value, Path)}
    for name, path in paths.items():
        monkeypatch.setattr(module, name, tmp_path / path.relative_to("/"))
    monkeypatch.setattr(module, "BASELINE", tuple(tmp_path / path.relative_to("/") for path in module.BASELINE))
    for path in (module.RUN / "lock", *module.BASELINE):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    commands: list[tuple[str, ...]] = []
    reload = ("systemctl", "daemon-reload")

    def run(*command: str, **_: Any) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        if command == reload and commands.count(reload) == 1:
            raise Killed
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(module, "run", run)
    with pytest.raises(Killed):
        module.leave()
    assert module.BASELINE[-1].exists()  # without it, the role would take the baseline for removed
    module.leave()
    assert [path for path in (*module.BASELINE, module.BASELINE[1].parent, module.ETC) if path.exists()] == []
