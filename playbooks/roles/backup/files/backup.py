#!/usr/bin/python3 -I
"""Backs up what one contract has on this host, and proves that it can be restored. Written by the role backup.

``run`` makes a backup, ``ensure`` prepares the repository and has the unit make one where none is fresh, ``verify``
restores the newest. Settings and secrets lie beside this file; no secret is in an argument or an environment.
"""

import contextlib
import datetime as dt
import fcntl
import hashlib
import io
import json
import os
import pwd
import shlex
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

FOLDER = Path(__file__).resolve().parent
SETTINGS: dict[str, Any] = json.loads((FOLDER / "settings.json").read_text(encoding="utf-8"))
CACHE = Path(SETTINGS["cache"])
SPACE, RECORDS = Path("/srv/bidwright"), Path("/etc/bidwright")
MANIFEST = "manifest.json"
NAME = "%Y-%m-%dT%H:%M:%SZ"  # of an archive: when it was begun, UTC
OLDEST = dt.timedelta(hours=26)  # a day, the timer's delay, and time to make it
_ABSENT = ("Repository.DoesNotExist", "Repository.InvalidRepository")


class Failed(Exception):
    """There is no backup, or it cannot be restored."""


class Measured:
    """Reads as much of a file as was announced, whatever happens to it meanwhile, and takes the checksum of that."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    def read(self, count: int) -> bytes:
        """Read exactly so many bytes; where the file has become shorter they are zero, as with GNU tar."""
        content = self._file.read(count).ljust(count, b"\0")
        self._digest.update(content)
        return content

    @property
    def checksum(self) -> str:
        """Of all that was read."""
        return self._digest.hexdigest()


def borg(*words: str) -> list[str]:
    """The command that runs Borg."""
    return ["borg", "--log-json", "--lock-wait", "120", *words]


def environment() -> dict[str, str]:
    """How Borg finds the repository and what opens it; paths of secrets, not secrets."""
    options = {
        "IdentityFile": str(FOLDER / "key"),
        "UserKnownHostsFile": str(FOLDER / "known_hosts"),
        "GlobalKnownHostsFile": "/dev/null",
        "StrictHostKeyChecking": "yes",
        "HostKeyAlgorithms": "ssh-ed25519",
        "IdentitiesOnly": "yes",
        "BatchMode": "yes",
        "ConnectTimeout": "20",
        "ServerAliveInterval": "30",
    }
    return {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "LC_ALL": "C.UTF-8",
        "BORG_BASE_DIR": str(CACHE),
        "BORG_REPO": SETTINGS["repository"],
        "BORG_PASSCOMMAND": f"cat {FOLDER}/passphrase",
        "BORG_RSH": "ssh -F /dev/null " + " ".join(f"-o {name}={value}" for name, value in options.items()),
    }


def ask_borg(*words: str, folder: Path | None = None) -> str:
    """Run Borg to its end and return what it prints.

    Raises:
        Failed: It failed; with its own words.
    """
    done = subprocess.run(borg(*words), check=False, capture_output=True, text=True, env=environment(), cwd=folder)
    if done.returncode > 1:  # 1 is a warning
        raise Failed(f"borg {words[0]} ended with {done.returncode}: {_words(done.stderr)}")
    return done.stdout


def newest() -> str:
    """Name of the newest archive; empty if there is none."""
    return max(ask_borg("list", "--short").split(), default="")


def run() -> None:
    """Make a backup, then mark those as deleted that are older than was agreed."""
    name = dt.datetime.now(dt.UTC).strftime(NAME)
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="dumps-") as spool:
        said = Path(spool) / "said"
        dumps = list(dump_databases(Path(spool)))
        with said.open("wb") as words:
            archive = subprocess.Popen(
                borg("import-tar", f"::{name}", "-"), stdin=subprocess.PIPE, stderr=words, env=environment()
            )
            try:
                send(archive.stdin, dumps)
                archive.communicate()
            except BrokenPipeError:  # it has ended, and says why
                archive.wait()
            except BaseException:
                archive.kill()  # or it would keep half an archive
                raise
        if archive.returncode > 1:
            raise Failed(f"borg import-tar ended with {archive.returncode}: {_words(said.read_text())}")
    ask_borg("prune", "--keep-within", f"{SETTINGS['retention_days']}d")


def send(stream: IO[bytes] | None, dumps: list[tuple[str, Path]]) -> None:
    """Write everything as one tar file, each file read once; its last member holds the checksums of all others."""
    manifest: dict[str, str] = {}
    with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for name, path in [*contract_files(), *dumps]:
            with contextlib.suppress(FileNotFoundError):  # it has gone meanwhile
                add(tar, name, path, manifest)
        content = json.dumps(manifest).encode()
        facts = tarfile.TarInfo(MANIFEST)
        facts.size = len(content)
        tar.addfile(facts, io.BytesIO(content))


def add(tar: tarfile.TarFile, name: str, path: Path, manifest: dict[str, str]) -> None:
    """Add a file, a link or a directory; other kinds have no content."""
    facts = tar.gettarinfo(str(path), name)
    if facts is None:  # a socket
        return
    if facts.islnk():  # a further name of a file: kept as a file
        facts.type, facts.size = tarfile.REGTYPE, path.lstat().st_size
    if facts.isreg():
        with path.open("rb") as file:
            measured = Measured(file)
            tar.addfile(facts, cast("IO[bytes]", measured))
        manifest[name] = measured.checksum
    elif facts.issym():
        tar.addfile(facts)
        manifest[name] = f"-> {facts.linkname}"
    elif facts.isdir():
        tar.addfile(facts)


def contract_files() -> Iterator[tuple[str, Path]]:
    """What the contract's deliveries keep on this host, each with its name in the archive; not a store of backups."""
    for space in sorted(SPACE.glob(f"{SETTINGS['contract']}.*")):
        if str(space) == SETTINGS["store"]:
            continue
        yield f"files/{space.name}", space
        for folder, folders, files in os.walk(space):
            folders.sort()
            for name in sorted([*folders, *files]):
                path = Path(folder) / name
                yield f"files/{path.relative_to(SPACE)}", path


def clusters() -> Iterator[tuple[str, str]]:
    """PostgreSQL clusters of the contract on this host: version and name."""
    for mark in sorted(RECORDS.glob(f"{SETTINGS['contract']}.*/cluster_*")):
        name = mark.name.removeprefix("cluster_")
        for settings in Path("/etc/postgresql").glob(f"*/{name}"):
            yield settings.parent.name, name


def dump_databases(spool: Path) -> Iterator[tuple[str, Path]]:
    """Dump the accounts and every database of every cluster, each with its name in the archive."""
    for version, cluster in clusters():
        there = ["--cluster", f"{version}/{cluster}"]
        asked = "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate AND datname <> 'postgres'"
        names = as_postgres(["psql", *there, "-XAtc", asked, "postgres"]).decode().split("\n")[:-1]
        commands = {"accounts.sql": ["pg_dumpall", *there, "--globals-only"]}
        for name in names:  # uncompressed, so that Borg finds what did not change
            commands[f"{name}.dump"] = [
                "pg_dump",
                *there,
                "--format=custom",
                "--compress=0",
                f"--dbname=dbname='{name}'",
            ]
        for number, (name, command) in enumerate(commands.items()):
            path = spool / f"{cluster}-{number}"
            with path.open("wb") as file:
                as_postgres(command, output=file)
            yield f"databases/{version}/{cluster}/{name}", path


def verify() -> None:
    """Restore the newest backup beside what is there, and compare it with what was backed up."""
    name = newest()
    if not name or age(name) > OLDEST:
        raise Failed(f"The newest backup is {name or 'none'}; it must be younger than 26 hours.")
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="restored-") as place:
        restored = Path(place)
        ask_borg("extract", f"::{name}", folder=restored)
        if not (restored / MANIFEST).is_file():
            raise Failed(f"The backup {name} is not complete.")
        manifest: dict[str, str] = json.loads((restored / MANIFEST).read_text(encoding="utf-8"))
        found = {path: content_of(restored / path) for path in manifest}
        differing = sorted(path for path, content in manifest.items() if found[path] != content)
        if differing:
            raise Failed(f"{len(differing)} files of the backup {name} differ, first {differing[0]}.")
        for cluster in sorted(restored.glob("databases/*/*")):
            restore_databases(cluster)
    sys.stdout.write(f"{name}: {len(manifest)} files and links\n")


def content_of(path: Path) -> str:
    """The checksum of a file, or where a link leads, as in the manifest; empty if there is none."""
    if path.is_symlink():
        return f"-> {path.readlink()}"
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def restore_databases(dumps: Path) -> None:
    """Restore all databases of a cluster into a new one, which nobody else reaches and which is removed afterwards."""
    programs = Path("/usr/lib/postgresql") / dumps.parent.name / "bin"
    account = pwd.getpwnam("postgres")
    with tempfile.TemporaryDirectory(prefix="bidwright-restore-") as place:
        os.chown(place, account.pw_uid, account.pw_gid)
        data = f"{place}/data"
        as_postgres(
            [f"{programs}/initdb", "-D", data, "--auth=peer", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        )
        alone = f"-c listen_addresses= -c fsync=off -k {place}"
        as_postgres([f"{programs}/pg_ctl", "-D", data, "-w", "-s", "-l", f"{place}/log", "-o", alone, "start"])
        try:
            psql = [f"{programs}/psql", "-h", place, "-X", "-q", "-o", "/dev/null", "postgres"]
            as_postgres(psql, text=dumps / "accounts.sql")  # that postgres exists already is no fault
            for dump in sorted(dumps.glob("*.dump")):
                restore = [f"{programs}/pg_restore", "-h", place, "--create", "--exit-on-error", "-d", "postgres"]
                as_postgres(restore, text=dump)
        finally:
            as_postgres([f"{programs}/pg_ctl", "-D", data, "-w", "-s", "-m", "immediate", "stop"])


def as_postgres(command: list[str], *, text: Path | None = None, output: IO[bytes] | None = None) -> bytes:
    """Run a program as PostgreSQL's account, and return what it prints.

    Raises:
        Failed: It failed; with its own words.
    """
    with (text or Path(os.devnull)).open("rb") as file:
        done = subprocess.run(
            command,
            check=False,
            stdin=file,
            stdout=output or subprocess.PIPE,
            stderr=subprocess.PIPE,
            user="postgres",
            group="postgres",
            extra_groups=[],
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        )
    if done.returncode:
        raise Failed(
            f"{Path(command[0]).name} ended with {done.returncode}: {_words(done.stderr.decode(errors='replace'))}"
        )
    return done.stdout or b""


def ensure() -> None:
    """Prepare the repository, and have the unit make a backup where none is fresh."""
    try:
        name = newest()
    except Failed as error:
        if not any(absent in str(error) for absent in _ABSENT):
            raise
        ask_borg("init", "--encryption", "repokey-blake2")
        name = ""
    if name and age(name) <= OLDEST:
        return
    unit = SETTINGS["unit"]
    if subprocess.run(["systemctl", "start", unit], check=False, capture_output=True).returncode:
        journal = ["journalctl", "-q", "-o", "cat", "-n", "8", "-u", unit]
        said = subprocess.run(journal, check=False, capture_output=True, text=True).stdout
        raise Failed(f"{unit} does not make a backup: {_words(said)}")
    sys.stdout.write("backup made\n")


def show_environment() -> None:
    """Print for a shell how Borg is to be run by hand."""
    for name, value in environment().items():
        sys.stdout.write(f"export {name}={shlex.quote(value)}\n")


def age(name: str) -> dt.timedelta:
    """How long ago an archive was begun."""
    return dt.datetime.now(dt.UTC) - dt.datetime.strptime(name, NAME).replace(tzinfo=dt.UTC)


def _words(text: str) -> str:
    return " ".join(text.split())[-800:] or "not a word"


def main() -> int:
    """Do what the only argument says, alone; 1 with the reason on standard error if it fails."""
    acts = {"run": run, "ensure": ensure, "verify": verify, "environment": show_environment}
    with (FOLDER / "settings.json").open("rb") as lock:
        if sys.argv[1] != "ensure":  # which waits for a run
            fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            acts[sys.argv[1]]()
        except (Failed, OSError, tarfile.TarError) as error:
            sys.stderr.write(f"{error}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
