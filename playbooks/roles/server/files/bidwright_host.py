#!/usr/bin/python3 -I
# Longer than 300 lines: a host gets it as one file, which is removed as the last trace.
"""Makes the baseline of a shared host be as the files below /etc/bidwright say. Written by the role server.

Verbs, each safe to repeat after any interruption; what was changed is printed, a line each:

apply   accounts, time, SSH, and the firewall on trial: without ``keep`` the rules of before return after 2 min. A
        delivery may be named: then it fails if its account is refused.
keep    keeps the firewall that is on trial. To be called over a new connection only.
back    ends a trial. A timer calls it.
load    lets the kernel have the firewall that is on disk, if it has another one.
leave   removes accounts whose contracts are gone and, with the last one, the baseline.
status  tells what there is, as JSON.
"""

from __future__ import annotations

import contextlib
import fcntl
import grp
import json
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

ETC = Path("/etc/bidwright")
SPACE = Path("/srv/bidwright")
RUN = Path("/run/bidwright")
HOME = "account"  # directory of an account, in the space of its delivery
KEYS = ETC / "keys"
WANTED = ETC / "firewall.wanted.nft"  # with the present content of firewall.d
KEPT = ETC / "firewall.nft"  # what was loaded and kept last, whatever lies in firewall.d now
TRIED = RUN / "firewall.nft"  # on trial; forgotten when the host starts anew
OPENED = ETC / "firewall.d"
TIME = ETC / "time-unit"
UNIT, BACK = "bidwright-firewall.service", "bidwright-firewall-back"
GROUP = "bidwright"
SSH_CONFIGURATION = Path("/etc/ssh/sshd_config.d/10-bidwright.conf")
BASELINE = (
    Path("/etc/systemd/system", UNIT),
    Path("/etc/systemd/system/nftables.service.d/bidwright.conf"),
    Path("/etc/apt/apt.conf.d/60bidwright"),
    Path("/usr/local/sbin/bidwright-host"),
)
TIME_UNITS = ("systemd-timesyncd.service", "chrony.service", "ntpsec.service", "openntpd.service", "ntp.service")
TRIAL_S = 120  # as `netplan try`: a controller and a host that are slow keep it in time, too
EMPTY = "table inet bidwright\ndelete table inet bidwright\n"
RULES = """\
# The firewall of Bidwright: one table, beside those of others. Written by bidwright-host; changes are overwritten.
# What deliveries open lies in firewall.d; so may files of the operator's own.
table inet bidwright {{
	chain input {{
		type filter hook input priority filter; policy drop;
		ct state established,related accept
		ct state invalid drop
		iifname "lo" accept
		icmp type {{ echo-request, destination-unreachable, time-exceeded, parameter-problem }} accept
		icmpv6 type {{ echo-request, destination-unreachable, packet-too-big, time-exceeded, parameter-problem }} accept
		icmpv6 type {{ nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, mld-listener-query }} accept
		udp sport 67 udp dport 68 accept
		ip6 saddr fe80::/10 udp dport 546 accept
		tcp dport {{ {ports} }} accept
		include "/etc/bidwright/firewall.d/*.nft"
	}}
}}
"""


class Failed(Exception):
    """The host cannot be made as described."""


def run(*command: str, must: bool = True, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command, by default one that must succeed."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, input=text or "")
    if must and done.returncode:
        raise Failed(f"{' '.join(command[:3])} ended with {done.returncode}: {' '.join(done.stderr.split())[-600:]}")
    return done


def succeeds(*command: str) -> bool:
    """Tell whether a command succeeds."""
    return run(*command, must=False).returncode == 0


def say(change: str) -> None:
    """Print what was changed."""
    sys.stdout.write(f"{change}\n")


def write(path: Path, text: str) -> None:
    """Replace a file at once; everybody may read it."""
    handle, new = tempfile.mkstemp(dir=path.parent, prefix=".bidwright-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            os.fchmod(file.fileno(), 0o644)
            file.flush()
            os.fsync(file.fileno())
        Path(new).replace(path)
    except OSError as error:
        Path(new).unlink()
        raise Failed(f"{path} cannot be written: {error.strerror}.") from error


# Firewall


def is_way_in(listening: str) -> bool:
    """Tell whether a line of ss is an SSH server for the host, not one that a delivery has for itself.

    The port of the latter is opened by the delivery, to whom it wants and as long as it is there.
    """
    found = re.search(r'\("sshd",pid=(\d+)', listening)
    if not found:
        return False
    try:
        groups = Path(f"/proc/{found[1]}/cgroup").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
        return False
    return "/bidwright-" not in groups


def ssh_ports() -> list[int]:
    """Find every port SSH can come in by: configured, listening, and that of the connection we run in."""
    found = [int(port) for port in re.findall(r"(?m)^port (\d+)$", run("/usr/sbin/sshd", "-T").stdout)]
    listening = run("ss", "-Hltnp").stdout.splitlines()
    found += [int(line.split()[3].rpartition(":")[2]) for line in listening if is_way_in(line)]
    sockets = run("systemctl", "show", "ssh.socket", "-p", "Listen", "-p", "ActiveState").stdout
    if "ActiveState=active" in sockets:
        found += [int(port) for port in re.findall(r"Listen=\S*?(\d+) \(Stream\)", sockets)]
    process = os.getpid()
    while process > 1:  # sudo does not hand the connection's variables on; those who called it have them
        connection = re.search(
            rb"(?:^|\0)SSH_CONNECTION=\S+ \d+ \S+ (\d+)", Path(f"/proc/{process}/environ").read_bytes()
        )
        if connection:
            found.append(int(connection[1]))
        process = int(Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[1])
    return sorted(set(found))


def in_kernel() -> str:
    """List the table as the kernel has it; empty without one."""
    return run("nft", "list", "table", "inet", "bidwright", must=False).stdout


def as_loaded(rules: Path) -> str:
    """List the table as it would be, by loading the rules in a network of their own; refuses what is no firewall."""
    script = 'nft -f "$1" && nft list table inet bidwright'
    return run("unshare", "--net", "sh", "-c", script, "sh", str(rules)).stdout


def must_only_accept_more(listed: str) -> None:
    """Refuse rules that were not kept and do something else than accept: somebody else's, which could cut SSH."""
    new = set(listed.splitlines()) - set(KEPT.read_text(encoding="utf-8").splitlines())
    if not all(line.endswith(" accept") for line in new):
        raise Failed(
            f"There are rules of somebody else in {OPENED}. Repeat the step of the role server, which tries them."
        )


def load() -> None:
    """Let the kernel, now and at every start of the host, have what is wanted."""
    if not KEPT.exists():
        return
    if TRIED.exists():
        raise Failed("A firewall is on trial on this host. Repeat the step.")
    listed = as_loaded(WANTED)
    must_only_accept_more(listed)
    if listed != in_kernel():
        run("nft", "-f", "-", text=EMPTY + listed)
        say("firewall loaded")
    if KEPT.read_text(encoding="utf-8") != EMPTY + listed:
        write(KEPT, EMPTY + listed)


def back() -> None:
    """Return to the rules that were kept last; to none, if there are none."""
    run("nft", "-f", "-", text=KEPT.read_text(encoding="utf-8") if KEPT.exists() else EMPTY)
    TRIED.unlink(missing_ok=True)
    run("systemctl", "stop", f"{BACK}.timer", must=False)


def try_firewall() -> None:
    """Load the firewall on trial, unless it is what was kept."""
    OPENED.mkdir(mode=0o755, exist_ok=True)
    if TRIED.exists():
        back()
    write(WANTED, RULES.format(ports=", ".join(map(str, ssh_ports()))))
    listed = as_loaded(WANTED)
    kept = KEPT.read_text(encoding="utf-8") if KEPT.exists() else ""
    if kept == EMPTY + listed and listed == in_kernel():
        enable_firewall()
        return
    write(TRIED, EMPTY + listed)
    delay = (f"--on-active={TRIAL_S}", "--timer-property=AccuracySec=1s")
    run("systemd-run", "--quiet", "--collect", f"--unit={BACK}", *delay, str(BASELINE[-1]), "back")
    run("nft", "-f", str(TRIED))
    say("firewall on trial")


def keep() -> None:
    """Keep the firewall on trial, now and at every start of the host."""
    if not TRIED.exists() or TRIED.read_text(encoding="utf-8") != EMPTY + in_kernel():
        raise Failed("No firewall is on trial any more. Repeat the step.")
    write(KEPT, TRIED.read_text(encoding="utf-8"))
    TRIED.unlink()
    run("systemctl", "stop", f"{BACK}.timer", must=False)
    enable_firewall()
    say("firewall kept")


def enable_firewall() -> None:
    """Load the firewall at every start of the host."""
    run("systemctl", "daemon-reload")
    if not succeeds("systemctl", "is-enabled", "--quiet", UNIT):
        run("systemctl", "enable", "--quiet", UNIT)
        say(f"{UNIT} enabled")
    if not succeeds("systemctl", "is-active", "--quiet", UNIT):
        run("systemctl", "start", UNIT)
        say(f"{UNIT} started")


# Accounts


def converge_accounts(delivery: str = "") -> None:
    """Have the accounts that contracts describe, and no other of ours; a refused one fails its own delivery only."""
    described = {path.parent.name: json.loads(path.read_text(encoding="utf-8")) for path in ETC.glob("*/login.json")}
    wanted = {str(SPACE / name / HOME): facts for name, facts in described.items() if facts["login"]}
    for account in pwd.getpwall():
        home = Path(account.pw_dir)
        is_ours = home.name == HOME and home.parent.parent == SPACE
        if is_ours and wanted.get(account.pw_dir, {}).get("login") != account.pw_name:
            remove_account(account, keeps_home=account.pw_dir in wanted)
    for home in SPACE.glob(f"*/{HOME}"):
        if str(home) not in wanted:
            shutil.rmtree(home)
            say(f"{home} removed")
            with contextlib.suppress(OSError):  # other things of the delivery are in it
                home.parent.rmdir()
    refused = {}
    for home_path, facts in sorted(wanted.items()):
        try:
            have_account(Path(home_path), facts)
        except Failed as error:
            refused[Path(home_path).parent.name] = error
    for path in KEYS.glob("*"):
        if path.name not in {facts["login"] for facts in wanted.values()}:
            path.unlink()
    if delivery in refused:
        raise refused[delivery]


def have_account(home: Path, facts: Mapping[str, Any]) -> None:
    """Have an account with its keys; refuse a login that is somebody else's."""
    login = facts["login"]
    try:
        found = pwd.getpwnam(login)
    except KeyError:
        if GROUP not in {group.gr_name for group in grp.getgrall()}:
            run("groupadd", "--system", GROUP)
        home.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        made = ("--groups", GROUP, "--user-group", "--password", "*", "--shell", "/bin/bash")
        run("useradd", *made, "--home-dir", str(home), "--comment", f"Contract {home.parent.name}", login)
        found = pwd.getpwnam(login)
        say(f"account {login} made")
    if found.pw_dir != str(home):
        raise Failed(f"The login {login} is taken on this host. Choose another server_login.")
    if not home.exists():
        home.mkdir(mode=0o700)
    if home.stat().st_uid != found.pw_uid:
        for path in (home, *home.rglob("*")):
            os.chown(path, found.pw_uid, found.pw_gid, follow_symlinks=False)
        say(f"{home} given to {login}")
    KEYS.mkdir(mode=0o755, exist_ok=True)
    keys = "".join(f"{key}\n" for key in facts["keys"])
    if not (KEYS / login).exists() or (KEYS / login).read_text(encoding="utf-8") != keys:
        write(KEYS / login, keys)
        say(f"keys of {login} changed")


def remove_account(account: pwd.struct_passwd, *, keeps_home: bool) -> None:
    """End what an account runs and remove it with what it has outside its home."""
    (KEYS / account.pw_name).unlink(missing_ok=True)
    run("usermod", "--expiredate", "1", account.pw_name)
    run("loginctl", "disable-linger", account.pw_name, must=False)
    run("loginctl", "terminate-user", account.pw_name, must=False)
    run("pkill", "-KILL", "-U", str(account.pw_uid), must=False)
    if shutil.which("crontab"):
        run("crontab", "-r", "-u", account.pw_name, must=False)
    for shared in ("/tmp", "/var/tmp", "/dev/shm", "/var/mail"):  # noqa: S108 - to clean them up
        run("find", shared, "-xdev", "-depth", "-uid", str(account.pw_uid), "-delete", must=False)
    run("userdel", "--force", account.pw_name)
    say(f"account {account.pw_name} removed{', its home kept' if keeps_home else ''}")


# Time and SSH


def time_unit() -> str:
    """Name the enabled time service, or else one that is installed; empty without one."""
    installed = [unit for unit in TIME_UNITS if succeeds("systemctl", "cat", unit)]
    enabled = [unit for unit in installed if succeeds("systemctl", "is-enabled", "--quiet", unit)]
    return next(iter([*enabled, *installed]), "")


def converge_time() -> None:
    """Have one time service at every start; that of the operator, if there is one."""
    unit = time_unit()
    if not succeeds("systemctl", "is-enabled", "--quiet", unit):
        write(TIME, f"{unit}\n")
        run("systemctl", "enable", "--quiet", "--now", unit)
        say(f"{unit} enabled")


def reload_ssh() -> None:
    """Let sshd have its configuration; connections go on. A socket starts a new sshd for each connection anyway."""
    loaded, configuration = RUN / "sshd.loaded", SSH_CONFIGURATION
    text = configuration.read_text(encoding="utf-8") if configuration.exists() else ""
    if (loaded.read_text(encoding="utf-8") if loaded.exists() else None) == text:
        return
    run("/usr/sbin/sshd", "-t")
    if succeeds("systemctl", "is-active", "--quiet", "ssh.service"):
        run("systemctl", "reload", "ssh.service")
    write(loaded, text)


# Verbs


def apply(delivery: str = "") -> None:
    """Make the baseline as described; the firewall is on trial then, if it differs."""
    converge_accounts(delivery)
    converge_time()
    reload_ssh()
    try_firewall()


def leave() -> None:
    """Remove the accounts of contracts that are gone, and the baseline if there is no contract left."""
    converge_accounts()
    if any(ETC.glob("*/limits.json")):
        return
    run("systemctl", "disable", "--quiet", "--now", UNIT, must=False)
    for unit in TIME.read_text(encoding="ascii").split() if TIME.exists() else []:
        run("systemctl", "disable", "--quiet", "--now", unit)
    KEPT.unlink(missing_ok=True)
    back()
    WANTED.unlink(missing_ok=True)
    SSH_CONFIGURATION.unlink(missing_ok=True)
    reload_ssh()
    (RUN / "sshd.loaded").unlink()
    if GROUP in {group.gr_name for group in grp.getgrall()}:
        run("groupdel", GROUP)
    TIME.unlink(missing_ok=True)
    for path in BASELINE[:-1]:
        path.unlink(missing_ok=True)
    run("systemctl", "daemon-reload")
    for directory in (BASELINE[1].parent, KEYS, OPENED, ETC, SPACE):
        with contextlib.suppress(OSError):  # there is none, or there are things of others in it
            directory.rmdir()
    BASELINE[-1].unlink()  # this script, at last: as long as it is there, all this is repeated
    say("baseline removed")


def status() -> None:
    """Tell what there is; text of the host's own, nothing secret."""
    unit = time_unit()
    conditions = run("systemctl", "show", "--value", "-p", "ConditionResult", unit).stdout.strip()
    apt = run("apt-config", "dump", "APT::Periodic::Unattended-Upgrade").stdout
    facts = {
        "ssh_ports": ssh_ports(),
        "host_keys": [
            " ".join(path.read_text(encoding="ascii").split()[:2])
            for path in sorted(Path("/etc/ssh").glob("ssh_host_*_key.pub"))
        ],
        "is_firewall_kept": KEPT.exists() and not TRIED.exists() and as_loaded(WANTED) == in_kernel(),
        "time_unit": unit,
        # systemd starts no time service where the clock may not be set, as in containers
        "is_time_kept": succeeds("systemctl", "is-active", "--quiet", unit) or conditions == "no",
        "is_upgraded": '"1"' in apt and succeeds("systemctl", "is-enabled", "--quiet", "apt-daily-upgrade.timer"),
        "limits": {
            path.parent.name: json.loads(path.read_text(encoding="utf-8")) for path in ETC.glob("*/limits.json")
        },
    }
    sys.stdout.write(json.dumps(facts))


VERBS: dict[str, Callable[[], None]] = {
    "keep": keep,
    "back": back,
    "load": load,
    "leave": leave,
    "status": status,
}


def main(arguments: list[str]) -> int:
    """Do what a verb says, alone on this host; 1 with a reason on standard error if it cannot be done."""
    act: Callable[[], None]
    match arguments:
        case ["apply"]:
            act = apply
        case ["apply", delivery]:
            act = partial(apply, delivery)
        case [verb] if verb in VERBS:
            act = VERBS[verb]
        case _:
            sys.stderr.write(f"{__doc__}\n")
            return 2
    RUN.mkdir(mode=0o755, exist_ok=True)
    with (RUN / "host.lock").open("a", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            act()
        except (Failed, OSError) as error:
            sys.stderr.write(f"{error}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
