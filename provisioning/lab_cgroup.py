"""Where the processes of lab hosts are kept together, so that all of one host are found and ended, whatever they do."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from bidwright.core.errors import Unavailable

_ROOT = Path("/sys/fs/cgroup")
# Hybrid machines have two that systemd needs; unified ones have one.
_HIERARCHIES = ("systemd", "unified", ".")
_PREFIX = "bidwright-lab"


@dataclass(frozen=True)
class HostCgroup:
    """The cgroup of a host, in each hierarchy of this machine.

    Attributes:
        name: ``bidwright-lab-<tag>-<host>``.
        root: Where cgroups are mounted.
    """

    name: str
    root: Path = _ROOT

    @classmethod
    def of(cls, tag: str, host: str) -> HostCgroup:
        """The cgroup of a host of a lab."""
        return cls(f"{_PREFIX}-{tag}-{host}")

    @property
    def folders(self) -> list[Path]:
        """Its directories, whether they exist or not."""
        return [self.root / part / self.name for part in _HIERARCHIES if (self.root / part / "cgroup.procs").exists()]

    def join(self) -> None:
        """Put this process, and what it starts, into it.

        Raises:
            Unavailable: This machine has no cgroups that we can use.
        """
        if not self.folders:
            raise Unavailable(
                f"There are no control groups below {self.root}.",
                fix="Mount them; in a container, run it with --privileged.",
                reason="LAB_NO_CGROUPS",
            )
        for folder in self.folders:
            folder.mkdir(exist_ok=True)
            (folder / "cgroup.procs").write_text(str(os.getpid()), encoding="ascii")

    def processes(self) -> set[int]:
        """Ids of all its processes."""
        found: set[int] = set()
        for part in (part for folder in self.folders for part in _parts(folder)):
            try:
                found.update(int(line) for line in (part / "cgroup.procs").read_text(encoding="ascii").split())
            except OSError:  # that part was removed while we looked: nobody is in it
                continue
        return found - {0}  # 0: a process that we cannot see from here

    def first_process(self) -> int | None:
        """The host's own process 1, by its id out here; None while the host is off or just starting."""
        return next((process for process in sorted(self.processes()) if _is_first(process)), None)

    def kill(self) -> None:
        """End every process of it at once, as a power loss does."""
        for process in self.processes():
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue

    def remove(self, *, within_s: float = 5) -> None:
        """Remove it; there must be no process in it.

        Raises:
            Unavailable: It is still in use after ``within_s`` seconds.
        """
        deadline = time.monotonic() + within_s
        while busy := [folder for folder in self.folders if folder.exists() and not _removed(folder)]:
            if time.monotonic() > deadline:
                raise Unavailable(
                    f"The control group {busy[0]} is still in use.",
                    fix="Repeat `bidwright lab down`.",
                    reason="LAB_HOST_STUCK",
                )
            time.sleep(0.02)


def cgroups_of(tag: str, root: Path = _ROOT) -> list[HostCgroup]:
    """The cgroups of all hosts of a lab, whatever is left of its directory."""
    names = {path.name for part in _HIERARCHIES for path in (root / part).glob(f"{_PREFIX}-{tag}-*")}
    return [HostCgroup(name, root) for name in sorted(names)]


def _parts(folder: Path) -> list[Path]:
    """A cgroup and all those below it, parents first; those that vanish while we look are left out."""
    return [Path(path) for path, _, _ in os.walk(folder)]


def _is_first(process: int) -> bool:
    """Whether a process is number 1 of a process namespace within ours."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:  # it has ended
        return False
    ids = next((line.split()[1:] for line in status.splitlines() if line.startswith("NSpid:")), [])
    return len(ids) > 1 and ids[-1] == "1"


def _removed(folder: Path) -> bool:
    """Whether a cgroup and those below it are gone now."""
    try:
        for part in reversed(_parts(folder)):
            part.rmdir()
    except OSError:  # a process that was killed has not left yet
        return not folder.exists()
    return True
