"""What all lab hosts share and nobody changes: an installed Debian 12 and the package repository, made once."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bidwright.core.errors import Unavailable
from bidwright.provisioning import lab_repository
from bidwright.provisioning.lab_mirror import SUITE, Source, own_sources, proxy_variables
from bidwright.provisioning.lab_tools import ENDS_WITH_US, run

PACKAGES = (
    "ca-certificates",
    "dbus",
    "iproute2",
    "openssh-server",
    "procps",
    "python3",
    "python3-apt",
    "sudo",
    "systemd-sysv",
)
_REVISION = 1  # to be raised when the base is made otherwise from the same packages
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_INSTALL_TIMEOUT_S = 900
_NOT_IN_A_NAMESPACE = ("console-getty.service",)


@dataclass(frozen=True)
class Cache:
    """The shared, unchanging part of a lab.

    Attributes:
        folder: Where base and repository are kept, below names that change with what is in them.
        packages: What the repository offers beyond the base.
    """

    folder: Path
    packages: tuple[str, ...]

    @classmethod
    def at(cls, folder: Path) -> Cache:
        """The cache in a folder, with the packages that ship with Bidwright."""
        return cls(folder, tuple(lab_repository.wanted_packages(lab_repository.LIST.read_text(encoding="utf-8"))))

    @property
    def base(self) -> Path:
        """Root of the installed base."""
        return self.folder / f"base-{_digest([str(_REVISION), SUITE, *PACKAGES])}"

    @property
    def repository(self) -> Path:
        """The package repository."""
        return self.folder / f"repository-{_digest([self.base.name, *self.packages])}"

    def fill(self, say: Callable[[str], None]) -> None:
        """Make what is missing; waits for somebody else who is at it.

        Raises:
            Unavailable: A tool failed, or the mirror does not answer.
        """
        if self.base.exists() and self.repository.exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with _alone(self.folder / "lock"):
            sources = own_sources()
            if not self.base.exists():
                say("Installing Debian 12 for all hosts, once (about a minute) ...")
                install_base(self.base, sources[0])
            if not self.repository.exists():
                say(f"Downloading {len(self.packages)} packages with all they need, once (about a minute) ...")
                lab_repository.fill(self.repository, base=self.base, packages=self.packages, sources=sources)


def install_base(base: Path, source: Source) -> None:
    """Install the base; it appears at its path complete or not at all.

    Raises:
        Unavailable: debootstrap failed, or cannot check the mirror's signatures.
    """
    if not _KEYRING.exists():
        raise Unavailable(
            f"{_KEYRING} is missing, with which packages are checked.",
            fix="Run: apt-get install debian-archive-keyring",
            reason="LAB_TOOL_MISSING",
        )
    partial = base.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    hurry = partial / "etc/dpkg/dpkg.cfg.d/hurry"
    hurry.parent.mkdir(parents=True)
    for folder in (partial, *hurry.relative_to(partial).parents[:-1]):
        (partial / folder).chmod(0o755)  # whatever the umask is
    hurry.write_text("force-unsafe-io\n", encoding="ascii")  # what is interrupted is made anew anyway
    try:
        run(install_command(partial, source), more_environment=proxy_variables(), timeout_s=_INSTALL_TIMEOUT_S)
    except Unavailable as error:
        log = partial / "debootstrap/debootstrap.log"
        if not log.exists():
            raise
        last = " / ".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-3:])
        raise Unavailable(f"{error.message} Its log ends: {last}", fix=error.fix, reason=error.reason) from error
    hurry.unlink()
    make_anonymous(partial)
    partial.rename(base)


def install_command(target: Path, source: Source) -> list[str]:
    """Debootstrap in namespaces of its own: if it is killed, its mounts and processes are gone with it."""
    alone = ["unshare", "--mount", "--propagation=private", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"]
    install = ["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", f"--keyring={_KEYRING}"]
    return [*ENDS_WITH_US, *alone, *install, SUITE, str(target), source.address]


def make_anonymous(root: Path) -> None:
    """Take away what one machine alone may have, and what came from this one; hosts get their own."""
    (root / "etc/machine-id").write_text("", encoding="ascii")
    for pattern in ("etc/ssh/ssh_host_*", "etc/resolv.conf", "etc/hostname", "var/cache/apt/archives/*.deb"):
        for path in root.glob(pattern):
            path.unlink()
    for path in (root / "var/lib/apt/lists").iterdir():
        path.unlink() if path.is_file() else shutil.rmtree(path)
    (root / "etc/apt/sources.list").write_text(lab_repository.SOURCES_INSIDE, encoding="ascii")
    (root / lab_repository.INSIDE.lstrip("/")).mkdir(exist_ok=True)
    for unit in _NOT_IN_A_NAMESPACE:
        (root / "etc/systemd/system" / unit).symlink_to("/dev/null")


def _digest(words: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:12]


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock; whoever holds it now finishes first."""
    with path.open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
