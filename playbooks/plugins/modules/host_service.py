# ruff: noqa: INP001 - Ansible loads plugins by path; they are in no package
# Longer than 300 lines: Ansible sends a module to a host as one file.
"""Ansible module: makes one delivery on a Debian host be as described, or leaves nothing of it."""

from __future__ import annotations

import contextlib
import fcntl
import grp
import hashlib
import http.client
import ipaddress
import json
import os
import pwd
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule  # type: ignore[import-untyped] # it has no types

DOCUMENTATION = r"""
module: host_service
short_description: Packages, files and the systemd unit of one delivery on a Debian host, in one task
description:
  - Whatever was interrupted before, a further run mends. Files are replaced at once or not at all.
  - The unit is restarted or reloaded only if it has loaded something else than what is on disk.
  - In check mode nothing is changed; C(changes) says what would be, up to a package that is missing.
author: [The Bidwright authors]
options:
  name:
    description: Id of the delivery on this host.
    type: str
    required: true
  state:
    description: Whether the delivery is wanted.
    type: str
    choices: [present, absent]
    default: present
  fence:
    description: Runs with a lower number than one this host has seen are refused; 0 is never refused.
    type: int
    default: 0
  installation:
    description: Letters and digits that tell whose number the fence is.
    type: str
    default: ''
  packages:
    description:
      - Debian packages; what they start by themselves is not started.
      - Of alternatives, separated by C(|), the first is installed unless the host has another of them.
    type: list
    elements: str
    default: []
  while_installing:
    description: Path to text of files that lie there only while packages are installed.
    type: dict
    default: {}
  default_files:
    description: Files that a package brings, removed once after it was installed; not those that were there before.
    type: list
    elements: str
    default: []
  default_units:
    description: Units that a package enables, disabled once after it was installed; not those that were there before.
    type: list
    elements: str
    default: []
  directories:
    description: Each with path, owner, group and mode; of root, 0755, where not given.
    type: list
    elements: dict
    default: []
  prepare:
    description: A command to run once before files are written, and mark, the file that tells it is done.
    type: dict
    default: {}
  files:
    description: Each with path, text, owner, group, mode, and loaded, whether the unit reads it.
    type: list
    elements: dict
    default: []
  check:
    description: Command that must succeed before the unit loads the files; if not, they are put back.
    type: list
    elements: str
    default: []
  unit:
    description: Unit that serves the delivery.
    type: str
    default: ''
  is_shared:
    description: Whether the unit serves others too; then it is reloaded, and restarted only by a new unit file.
    type: bool
    default: false
  is_reloaded:
    description: Whether the unit loads new files by a reload, without an interruption; a new unit file restarts it.
    type: bool
    default: false
  is_outdated:
    description: Whether the unit is known to run something else than what is on disk, whatever was recorded.
    type: bool
    default: false
  others:
    description: Patterns of files; a shared unit goes on while any exists.
    type: list
    elements: str
    default: []
  port:
    description: TCP port that is open when the unit is ready.
    type: int
  probe:
    description:
      - What the unit answers once it has loaded the files, text.
      - By HTTP, path says where, and is_tls whether over TLS; the certificate is not checked.
      - At a unix socket, socket says where, and question what to ask; text is in the answer.
    type: dict
    default: {}
  open:
    description:
      - Ports that the host's firewall lets through, each with port, protocol (tcp, where not given, or udp) and
        from, the addresses, networks or host names that may reach it; without from, everybody.
      - They lie in /etc/bidwright/firewall.d and are loaded at once where the role server has set the firewall up.
    type: list
    elements: dict
    default: []
  loads_firewall:
    description: Whether the host's firewall is to be what is on disk; the role server tries that itself.
    type: bool
    default: true
  log:
    description: File with the last words of a unit that does not start.
    type: str
    default: ''
  remove:
    description: Patterns of files and directories to remove when the delivery is not wanted.
    type: list
    elements: str
    default: []
  remove_last:
    description: Patterns to remove, too, when a shared unit was ended because nothing of others exists.
    type: list
    elements: str
    default: []
"""
EXAMPLES = r"""
- host_service: {name: c1.site, files: [{path: /srv/index.html, text: Hello}]}
"""
RETURN = r"""
changes: {description: What was changed., type: list, returned: always}
"""

RUN = Path("/run/bidwright")
STATE = Path("/etc/bidwright")
SPACE = Path("/srv/bidwright")
INSTALLING = STATE / ".installing"
"""What lies there while packages are installed, and what they bring that was not there before; gone afterwards."""
FIREWALL = "/usr/local/sbin/bidwright-host"
"""Comes with the role server; ``load`` lets the kernel have the rules on disk, and says so if it had others."""
_HOST_NAME = re.compile(r"(?i:(?=.*[a-z])[a-z0-9]([a-z0-9-]{0,62})(\.[a-z0-9-]{1,63})*)")
_POLICY = "#!/bin/sh\n# Of Bidwright: nothing is started while packages are installed.\nexit 101\n"
_POLICY_PATH = "/usr/sbin/policy-rc.d"
_LOCK_PATIENCE_S = 300
_LOCKED = re.compile("Could not get lock|lock was locked by another process")
_READY_PATIENCE_S = 60


class Failed(Exception):
    """The host cannot be made as described."""


class Convergence:
    """Makes one delivery be as described, or only tells what it would do; ``changes`` says what that takes."""

    def __init__(self, wanted: dict[str, Any], *, is_rehearsal: bool = False) -> None:
        self.wanted = wanted
        self.is_rehearsal = is_rehearsal
        self.unit: str = wanted["unit"]
        self.files = {facts["path"]: facts for facts in wanted["files"]}
        self.changes: list[str] = []

    def present(self) -> None:
        """Make it so."""
        rules = firewall_rules(self.wanted["name"], self.wanted["open"])  # refuses before anything is changed
        if self.is_rehearsal:
            self._rehearse(rules)
            return
        end_interrupted_installation()
        self._install()
        self._refuse_taken_port()
        for facts in self.wanted["directories"]:
            self._directory(facts["path"], facts)
        self._prepare()
        before = {path: _read(path) for path in self.files}
        for path, facts in self.files.items():
            self._file(path, facts)
        try:
            self._run_check()
        except Failed:
            self._put_back(before)
            raise
        if self.unit:
            self._converge_unit()
        self._converge_firewall(rules)

    def absent(self) -> None:
        """Leave nothing of it."""
        if self.is_rehearsal:
            patterns = [*self.wanted["remove"], self._rules_path]
            self.changes += [f"{path} removed" for pattern in patterns for path in _matching(pattern)]
            return
        end_interrupted_installation()
        self._converge_firewall("")
        if self.unit and not self.wanted["is_shared"]:
            self._stop()
        removed = [path for pattern in self.wanted["remove"] for path in _matching(pattern) if _remove(path)]
        self.changes += [f"{path} removed" for path in removed]
        is_changed = bool(removed) or self._loaded_record.exists()
        if is_changed:  # generators make units of files that are gone now
            run("systemctl", "daemon-reload")
        if self.unit and not self.wanted["is_shared"]:
            run("systemctl", "reset-failed", self.unit, must=False)
        if self.wanted["is_shared"]:
            self._leave_shared(is_changed=is_changed)
        self._loaded_record.unlink(missing_ok=True)
        for directory in (STATE / "firewall.d", STATE, SPACE):
            with contextlib.suppress(OSError):  # there is none, or others' deliveries are still in it
                directory.rmdir()

    def _install(self) -> None:
        """Install what is missing."""
        missing = self._missing()
        if not missing:
            return
        meanwhile = dict(self.wanted["while_installing"])
        if _read(_POLICY_PATH) in (None, _POLICY.encode()):
            meanwhile[_POLICY_PATH] = _POLICY
        STATE.mkdir(mode=0o755, exist_ok=True)
        mark = {"meanwhile": meanwhile, "brought": self._defaults_that_are_new()}
        write(str(INSTALLING), json.dumps(mark), mode=0o600)
        install(missing)
        self.changes.append(f"installed {' '.join(missing)}")

    def _missing(self) -> list[str]:
        choices = [name.split("|") for name in self.wanted["packages"]]
        return [names[0] for names in choices if not any(_is_installed(name) for name in names)]

    def _defaults_that_are_new(self) -> list[str]:
        """Tell what of the packages' own was not on this host before; what was is its operator's."""
        files = [path for path in self.wanted["default_files"] if not Path(path).exists()]
        return [*files, *(unit for unit in self.wanted["default_units"] if not _is_unit(unit))]

    def _rehearse(self, rules: str) -> None:
        """Tell what differs; owners are not known before packages are installed, nor what follows from files."""
        missing = self._missing()
        self.changes += [f"installed {name}" for name in missing]
        self.changes += [facts["path"] for facts in self.wanted["directories"] if not Path(facts["path"]).is_dir()]
        self.changes += [path for path, facts in self.files.items() if _read(path) != facts["text"].encode()]
        if (_read(self._rules_path) or b"").decode() != rules:
            self.changes.append(self._rules_path)
        if missing or not self.unit:
            return
        if run("systemctl", "is-active", "--quiet", self.unit, must=False).returncode:
            self.changes.append(f"{self.unit} started")
        elif self.wanted["is_outdated"] or not self._has_loaded():
            self.changes.append(f"{self.unit} has loaded something else")

    @property
    def _rules_path(self) -> str:
        return str(STATE / "firewall.d" / f"{self.wanted['name']}.nft")

    def _converge_firewall(self, rules: str) -> None:
        """Let the firewall open what is wanted, and nothing else for this delivery."""
        path = Path(self._rules_path)
        before = _read(str(path))
        if rules and before != rules.encode():
            path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            write(str(path), rules, mode=0o644)
            self.changes.append(str(path))
        elif not rules and before is not None:
            path.unlink()
            self.changes.append(f"{path} removed")
        try:
            if self.wanted["loads_firewall"] and Path(FIREWALL).exists() and run(FIREWALL, "load").stdout:
                self.changes.append("firewall loaded")
        except Failed:
            if rules and before is None:
                path.unlink()
            elif rules:
                write(str(path), (before or b"").decode(), mode=0o644)
            raise

    def _refuse_taken_port(self) -> None:
        """Refuse a port that somebody else has, before a configuration names it that no server could start with."""
        listening = run("ss", "-Hltnp", f"sport = {self.wanted['port']}").stdout if self.wanted["port"] else ""
        for program, process in re.findall(r'\("([^"]*)",pid=(\d+)', listening):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
                if f"/{self.unit}" not in Path(f"/proc/{process}/cgroup").read_text(encoding="utf-8"):
                    raise Failed(
                        f"Port {self.wanted['port']} is taken by another program of this host, {program} (process"
                        f" {process}). End it, and repeat the step."
                    )

    def _directory(self, path: str, facts: dict[str, Any]) -> None:
        Path(path).mkdir(parents=True, exist_ok=True)
        if _set_owner_and_mode(path, facts, default_mode="0755"):
            self.changes.append(path)

    def _file(self, path: str, facts: dict[str, Any]) -> None:
        text = facts["text"]
        if _read(path) != text.encode():
            owner, group = _owner(facts)
            write(path, text, mode=int(facts.get("mode", "0644"), 8), owner=owner, group=group)
            self.changes.append(path)
        elif _set_owner_and_mode(path, facts, default_mode="0644"):
            self.changes.append(path)

    def _prepare(self) -> None:
        steps = self.wanted["prepare"]
        if steps and not Path(steps["mark"]).exists():
            run(*steps["command"])
            write(steps["mark"], "Done; without this file it would be done again.\n", mode=0o600)
            self.changes.append(steps["mark"])

    def _run_check(self) -> None:
        if self.wanted["check"]:
            run(*self.wanted["check"])

    def _put_back(self, before: dict[str, bytes | None]) -> None:
        for path, content in before.items():
            if content is None:
                Path(path).unlink(missing_ok=True)
            elif content != _read(path):
                facts = self.files[path]
                owner, group = _owner(facts)
                write(path, content.decode(), mode=int(facts.get("mode", "0644"), 8), owner=owner, group=group)

    def _converge_unit(self) -> None:
        """Let the unit run, at every start of the host too, with what is on disk."""
        if any(path.startswith("/etc/systemd/") for path in self.changes):
            run("systemctl", "daemon-reload")
        if run("systemctl", "is-enabled", "--quiet", self.unit, must=False).returncode:
            run("systemctl", "enable", "--quiet", self.unit)
            self.changes.append(f"{self.unit} enabled")
        is_running = run("systemctl", "is-active", "--quiet", self.unit, must=False).returncode == 0
        if not is_running or self.wanted["is_outdated"] or not self._has_loaded() or not self._answers():
            verb = self._verb() if is_running else "start"
            run("systemctl", "reset-failed", self.unit, must=False)
            if run("systemctl", verb, self.unit, must=False).returncode:
                raise Failed(f"{self.unit} does not {verb}: {self._last_words()}")
            self.changes.append(f"{self.unit} {verb}ed")
        self._wait_until_ready()
        RUN.mkdir(mode=0o755, exist_ok=True)
        write(str(self._loaded_record), f"{self._invocation()} {self._checksum()}\n", mode=0o600)

    def _verb(self) -> str:
        """Let a running unit load what is on disk with as little interruption as it allows."""
        is_reloaded = self.wanted["is_shared"] or self.wanted["is_reloaded"]
        unit_files = [path for path in self.files if path.startswith("/etc/systemd/")]
        return "reload" if is_reloaded and self._is_younger_than(unit_files) else "restart"

    @property
    def _loaded_record(self) -> Path:
        return RUN / f"{self.wanted['name']}.loaded"

    def _loaded_files(self) -> list[str]:
        return sorted(path for path, facts in self.files.items() if facts.get("loaded", True))

    def _checksum(self) -> str:
        digest = hashlib.sha256()
        for path in self._loaded_files():
            digest.update(path.encode() + b"\0" + hashlib.sha256(_read(path) or b"").digest())
        return digest.hexdigest()

    def _invocation(self) -> str:
        return run("systemctl", "show", "--value", "-p", "InvocationID", self.unit).stdout.strip()

    def _has_loaded(self) -> bool:
        """Tell whether the running unit has loaded what is on disk.

        What this module let it load is on record. A unit that was started since, with the host for example, has loaded
        what is on disk if none of it was written later.
        """
        invocation, _, checksum = (_read(str(self._loaded_record)) or b"").decode().strip().partition(" ")
        if invocation and invocation == self._invocation():
            return checksum == self._checksum()
        return self._is_younger_than(self._loaded_files())

    def _is_younger_than(self, paths: list[str]) -> bool:
        """Tell whether the unit was started after all these files were written."""
        started = run("systemctl", "show", "--value", "-p", "InactiveExitTimestampMonotonic", self.unit).stdout.strip()
        since_boot = time.time() - time.clock_gettime(time.CLOCK_MONOTONIC)
        written = max((Path(path).stat().st_ctime for path in paths), default=0.0)
        return int(started or 0) / 1e6 > written - since_boot

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_PATIENCE_S
        while self.wanted["port"] and not (_is_open(self.wanted["port"]) and self._answers()):
            is_gone = run("systemctl", "is-active", "--quiet", self.unit, must=False).returncode != 0
            if is_gone or time.monotonic() > deadline:
                raise Failed(f"{self.unit} does not answer on port {self.wanted['port']}: {self._last_words()}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        """Ask the running server itself which files it has loaded."""
        probe = self.wanted["probe"]
        if not probe:
            return True
        try:
            if "socket" in probe:
                return probe["text"] in _said(probe["socket"], probe["question"])
            return bool(_page(self.wanted["port"], probe["path"], is_tls=probe.get("is_tls", False)) == probe["text"])
        except (OSError, http.client.HTTPException):
            return False

    def _last_words(self) -> str:
        words = run("journalctl", "-q", "-o", "cat", "-n", "8", "-u", self.unit, must=False).stdout
        if self.wanted["log"]:
            words += (_read(self.wanted["log"]) or b"")[-600:].decode(errors="replace")
        return " ".join(words.split())[-800:] or "no word in its journal"

    def _stop(self) -> None:
        is_active = run("systemctl", "is-active", "--quiet", self.unit, must=False).returncode == 0
        is_enabled = run("systemctl", "is-enabled", "--quiet", self.unit, must=False).returncode == 0
        if is_active or is_enabled:
            run("systemctl", "disable", "--quiet", "--now", self.unit)
            self.changes.append(f"{self.unit} stopped")

    def _leave_shared(self, *, is_changed: bool) -> None:
        """Let a shared unit go on without this delivery, or end it with the last one."""
        if not any(_matching(pattern) for pattern in self.wanted["others"]):
            self._stop()
            removed = [path for pattern in self.wanted["remove_last"] for path in _matching(pattern) if _remove(path)]
            self.changes += [f"{path} removed" for path in removed]
            if removed:
                run("systemctl", "daemon-reload")
            run("systemctl", "reset-failed", self.unit, must=False)
        elif is_changed:
            run("systemctl", "try-reload-or-restart", self.unit)


def install(missing: list[str]) -> None:
    """Install packages, and leave nothing of what the mark says but them; it goes last, so that the next run mends.

    Raises:
        Failed: The package manager cannot, or is in use for too long.
    """
    mark = json.loads(INSTALLING.read_text(encoding="utf-8"))
    try:
        for path, text in mark["meanwhile"].items():
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            write(path, text, mode=0o755)
        run_packages("dpkg", "--configure", "-a", "--force-confold")
        if missing:
            _install_from_sources(missing)
    finally:
        for path in mark["meanwhile"]:
            Path(path).unlink(missing_ok=True)
    for brought in mark["brought"]:
        if brought.startswith("/"):
            Path(brought).unlink(missing_ok=True)
        elif _is_unit(brought):  # of alternatives, only the one that was installed has brought its unit
            run("systemctl", "disable", "--quiet", "--now", brought)
    INSTALLING.unlink()


def end_interrupted_installation() -> None:
    """Mend what an installation has left that failed or was killed, whosever it was, before anything else is done."""
    if INSTALLING.exists():
        install([])


def _install_from_sources(missing: list[str]) -> None:
    """Install packages; if that fails, tell first what is wrong with the sources, which alone fails nothing."""
    updated = run_packages("apt-get", "-q", "update")
    try:
        run_packages("apt-get", "-qy", "--no-install-recommends", "install", *missing)
    except Failed as error:
        raise Failed(f"{' '.join(updated.stderr.split())[:800]} {error}".strip()) from error


def run_packages(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the package manager as soon as nobody else is at work with it, daily upgrades for example.

    Raises:
        Failed: It did not succeed, or somebody else was at work for five minutes.
    """
    environment = {"DEBIAN_FRONTEND": "noninteractive", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
    deadline = time.monotonic() + _LOCK_PATIENCE_S
    while True:
        try:
            return run(*command, environment=environment)
        except Failed as error:
            if not _LOCKED.search(str(error)) or time.monotonic() > deadline:
                raise
        time.sleep(1)


def firewall_rules(name: str, wanted: list[dict[str, Any]]) -> str:
    """Make the rules that let a delivery's ports through; without any, an empty text.

    Raises:
        Failed: A port, protocol or source is none. What is here becomes part of the firewall.
    """
    rules = set()
    for facts in wanted:
        port, protocol, sources = facts.get("port"), facts.get("protocol", "tcp"), facts.get("from") or []
        if not re.fullmatch(r"[0-9]{1,5}", str(port)) or not 0 < int(str(port)) < 65536:
            raise Failed(f"{port!r} is no port to open. Use a number from 1 to 65535.")
        if protocol not in ("tcp", "udp"):
            raise Failed(f"{protocol!r} is no protocol to open a port for. Use tcp or udp.")
        if not isinstance(sources, list):
            raise Failed(f"{sources!r} is no list of addresses that may reach port {port}.")
        opened = f"{protocol} dport {int(str(port))} accept"
        networks = [network for source in sources for network in _networks(str(source))]
        rules |= {f"ip{'6' * (n.version == 6)} saddr {n} {opened}" for n in networks} if sources else {opened}
    return "".join([f"# Of {name}.\n", *(f"{rule}\n" for rule in sorted(rules))]) if rules else ""


def _networks(source: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Understand an address or a network, or ask for the addresses of a host's name."""
    if "%" in source:  # a zone of IPv6, which may be any text
        raise Failed(f"{source!r} is no source. Use an IP address, a network or the name of a host.")
    try:
        return [ipaddress.ip_network(source, strict=False)]
    except ValueError:
        if not _HOST_NAME.fullmatch(source):
            raise Failed(f"{source!r} is no source. Use an IP address, a network or the name of a host.") from None
    try:
        found = socket.getaddrinfo(source, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise Failed(f"This host does not know the address of {source}: {error.strerror}.") from error
    return [ipaddress.ip_network(str(address[0]).partition("%")[0]) for *_, address in found]


def run(
    *command: str, must: bool = True, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command.

    Raises:
        Failed: It did not succeed, and must.
    """
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        env=environment,
    )
    if must and done.returncode:
        words = " ".join((done.stderr + " " + done.stdout).split())[-800:]
        raise Failed(f"{' '.join(command[:3])} ended with {done.returncode}: {words}")
    return done


def write(path: str, text: str, *, mode: int, owner: int = 0, group: int = 0) -> None:
    """Replace a file at once; a crash leaves the old one or the new one.

    Raises:
        Failed: It cannot be written, for example because its disk is full.
    """
    try:
        handle, new = tempfile.mkstemp(dir=Path(path).parent, prefix=".bidwright-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode())
                os.fchown(file.fileno(), owner, group)
                os.fchmod(file.fileno(), mode)
                file.flush()
                os.fsync(file.fileno())
            Path(new).replace(path)
        except BaseException:
            Path(new).unlink()
            raise
    except OSError as error:
        raise Failed(f"{path} cannot be written: {error.strerror}.") from error


def _read(path: str) -> bytes | None:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        return None


def _matching(pattern: str) -> list[str]:
    return sorted(str(path) for path in Path("/").glob(pattern.removeprefix("/")))


def _remove(path: str) -> bool:
    if Path(path).is_dir() and not Path(path).is_symlink():
        shutil.rmtree(path)
        return True
    try:
        Path(path).unlink()
    except FileNotFoundError:
        return False
    return True


def _owner(facts: dict[str, Any]) -> tuple[int, int]:
    return pwd.getpwnam(facts.get("owner", "root")).pw_uid, grp.getgrnam(facts.get("group", "root")).gr_gid


def _set_owner_and_mode(path: str, facts: dict[str, Any], *, default_mode: str) -> bool:
    wanted = (*_owner(facts), int(facts.get("mode", default_mode), 8))
    found = Path(path).lstat()
    if (found.st_uid, found.st_gid, found.st_mode & 0o7777) == wanted:
        return False
    os.chown(path, wanted[0], wanted[1], follow_symlinks=False)
    Path(path).chmod(wanted[2])
    return True


def _is_installed(package: str) -> bool:
    asked = run("dpkg-query", "-W", "-f", "${db:Status-Status}", package, must=False)
    return asked.returncode == 0 and asked.stdout == "installed"


def _is_unit(name: str) -> bool:
    return run("systemctl", "cat", name, must=False).returncode == 0


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _page(port: int, path: str, *, is_tls: bool) -> str:
    """Ask this host by HTTP; over TLS it is enough to know that the port is ours."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    if is_tls:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=5, context=context)
    with contextlib.closing(connection):
        connection.request("GET", path)
        return connection.getresponse().read(200).decode(errors="replace")


def _said(path: str, question: str) -> str:
    """Ask at a unix socket, and read until the other side has closed it."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(path)
        connection.sendall(question.encode())
        with connection.makefile(encoding="utf-8", errors="replace") as answer:
            return answer.read()


@contextlib.contextmanager
def alone(installation: str, fence: int) -> Iterator[None]:
    """Be the only run on this host, and refuse one whose worker has been replaced meanwhile."""
    RUN.mkdir(mode=0o755, exist_ok=True)
    with (RUN / "lock").open("a", encoding="ascii") as lock:
        deadline = time.monotonic() + _LOCK_PATIENCE_S
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    raise Failed("Another run has been changing this host for five minutes.") from error
                time.sleep(0.1)
        seen = RUN / f"fence-{installation}"
        newest = int(_read(str(seen)) or 0)
        if fence and fence < newest:
            raise Failed(f"This run is out of date: its number is {fence}, and {newest} was here already.")
        if fence > newest:
            write(str(seen), str(fence), mode=0o600)
        yield


def main() -> None:
    """Read what is wanted, make it so, and say what that took."""
    text, mapping = {"type": "str", "default": ""}, {"type": "dict", "default": {}}
    words = {"type": "list", "elements": "str", "default": []}
    things = {"type": "list", "elements": "dict", "default": []}
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "fence": {"type": "int", "default": 0},
            "installation": text,
            "packages": words,
            "while_installing": mapping,
            "default_files": words,
            "default_units": words,
            "directories": things,
            "files": things,
            "check": words,
            "unit": text,
            "is_shared": {"type": "bool", "default": False},
            "is_reloaded": {"type": "bool", "default": False},
            "is_outdated": {"type": "bool", "default": False},
            "others": words,
            "port": {"type": "int"},
            "probe": mapping,
            "prepare": mapping,
            "open": things,
            "loads_firewall": {"type": "bool", "default": True},
            "log": text,
            "remove": words,
            "remove_last": words,
        },
        supports_check_mode=True,
    )
    convergence = Convergence(module.params, is_rehearsal=module.check_mode)
    try:
        rehearsal = contextlib.nullcontext()
        with rehearsal if module.check_mode else alone(module.params["installation"], module.params["fence"]):
            convergence.present() if module.params["state"] == "present" else convergence.absent()
    except (Failed, OSError) as error:
        module.fail_json(msg=str(error), changes=convergence.changes, changed=bool(convergence.changes))
    module.exit_json(changes=convergence.changes, changed=bool(convergence.changes))


if __name__ == "__main__":
    main()
