"""The offline package repository of lab hosts: filled once from this machine's mirror, then read by every host."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Sequence
from email.utils import formatdate
from pathlib import Path

from bidwright.provisioning.lab_mirror import SUITE, Source
from bidwright.provisioning.lab_tools import ENDS_WITH_US, run

LIST = Path(__file__).with_name("lab_packages.txt")
INSIDE = "/srv/repo"  # where hosts find it
SOURCES_INSIDE = f"deb [trusted=yes] file:{INSIDE} ./\n"
_DOWNLOAD_TIMEOUT_S = 900


def wanted_packages(text: str) -> list[str]:
    """Packages of a list: one a line, ``#`` begins a comment; sorted, each once."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return sorted({line for line in lines if line})


def fill(repository: Path, *, base: Path, packages: Sequence[str], sources: Iterable[Source]) -> None:
    """Download packages with all that they need on the base, and upgrades of the base, into a new repository.

    apt resolves for the base, with this machine's proxy and credentials, and touches nothing of this machine.

    Args:
        repository: Appears at the end, complete.
        base: Root of the installed base.
        packages: Names of packages that can be installed together.
        sources: Where from.

    Raises:
        Unavailable: A package does not exist, or the mirror does not answer.
    """
    work = repository.with_suffix(".partial")
    shutil.rmtree(work, ignore_errors=True)
    for folder in ("lists/partial", "archives/partial", "etc"):
        (work / folder).mkdir(parents=True)
    (work / "etc/sources.list").write_text("".join(source.line for source in sources), encoding="utf-8")
    settings = work / "etc/apt.conf"
    settings.write_text(apt_settings(work, base), encoding="utf-8")
    apt = [*ENDS_WITH_US, "apt-get", "-c", str(settings), "--quiet", "--yes"]
    run([*apt, "update"], timeout_s=_DOWNLOAD_TIMEOUT_S)
    run([*apt, "--download-only", "dist-upgrade"], timeout_s=_DOWNLOAD_TIMEOUT_S)
    run([*apt, "--download-only", "install", *packages], timeout_s=_DOWNLOAD_TIMEOUT_S)
    for name in ("lists", "etc", "archives/partial", "archives/lock"):
        path = work / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    write_index(work / "archives")
    (work / "archives").chmod(0o755)  # apt on hosts reads as its own user
    (work / "archives").rename(repository)
    shutil.rmtree(work)


def apt_settings(work: Path, base: Path) -> str:
    """Settings with which apt resolves for another root, and runs no hook of this machine."""
    return f"""\
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
Dir::State "{work}";
Dir::State::lists "{work}/lists";
Dir::State::status "{base}/var/lib/dpkg/status";
Dir::State::extended_states "{work}/etc/extended_states";
Dir::Cache "{work}";
Dir::Cache::archives "{work}/archives";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Dir::Etc::sourcelist "{work}/etc/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
APT::Get::List-Cleanup "false";
APT::Keep-Downloaded-Packages "true";
Acquire::Languages "none";
"""


def write_index(repository: Path) -> None:
    """Write what apt reads of a flat repository: ``Packages`` and ``Release``."""
    packages = sorted(repository.glob("*.deb"))
    index = "".join(_entry(package) for package in packages).encode()
    date = formatdate(max((package.stat().st_mtime for package in packages), default=0), usegmt=True)
    (repository / "Packages").write_bytes(index)
    (repository / "Release").write_text(
        # As Debian's own, so that unattended-upgrades takes from it with the settings that it has in production.
        f"Origin: Debian\nLabel: Debian\nSuite: {SUITE}\nCodename: {SUITE}\nComponents: main\nDate: {date}\n"
        f"SHA256:\n {hashlib.sha256(index).hexdigest()} {len(index)} Packages\n",
        encoding="ascii",
    )
    for path in repository.iterdir():
        path.chmod(0o644)


def _entry(package: Path) -> str:
    fields = run(["dpkg-deb", "--field", str(package)]).rstrip("\n")
    content = package.read_bytes()
    return (
        f"{fields}\nFilename: ./{package.name}\nSize: {len(content)}\nSHA256: {hashlib.sha256(content).hexdigest()}\n\n"
    )
