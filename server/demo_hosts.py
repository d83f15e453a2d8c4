"""``bidwright demo-hosts``: a larger bid on three real hosts over SSH, looked at from outside, and taken back.

The hosts are a lab on this machine: Debian 12 with systemd, each with its own network, reached by SSH alone.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from bidwright.core.errors import Unavailable
from bidwright.provisioning.host_packages import without_packages
from bidwright.provisioning.host_snapshot import Snapshot, changes, snapshot
from bidwright.provisioning.lab import Lab, require_usable_machine
from bidwright.server import starting
from bidwright.server.demo_looks import Outside, look_at_services, page
from bidwright.server.demo_shell import Shell, deliver, sign
from bidwright.server.layout import StateDirectory

HOSTS = 3
OFFERING = "web_hosting"
TITLE = "Tickets of Example Arena: {{ 7 * 7 }} & $(reboot)"  # on purpose: customer text is text
NEEDS = ("users=800", "with_database=true", "site_domain=www.example.org", f"site_title={TITLE}")
PINS = (
    "web.nginx_site=2",
    "load_balancer.haproxy_small",
    "database.postgresql_small",
    "database_option.postgresql_standby",
    "cache.valkey_small",
    "dns.zone",
    "backup.daily_14_100",
    "monitoring.basic",
    "os.debian_12",
)
_ORDER_S = 600.0


def run_demo_hosts(state_dir: Path, *, keep: bool) -> None:
    """Run the whole path on lab hosts.

    Args:
        state_dir: Everything is kept below it, the lab in ``lab``.
        keep: Leave services and hosts running at the end, instead of taking them back.

    Raises:
        BidwrightError: A step failed; the message says which and why.
    """
    require_usable_machine()
    began = time.monotonic()
    state = StateDirectory.at(state_dir)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    folder = state.path / "demo-hosts"
    folder.mkdir(exist_ok=True)
    lab = _lab_up(console, state)
    before = {host.name: snapshot(_shell_on(lab, host.name)) for host in lab.hosts}
    console.print(Text(f"$ bidwright up --detach --state-dir {state_dir}", style="bold cyan"))
    starting.up(state_dir, "", detach=True, portfolios=(), redis_url="", account="local", service_user="nobody")
    shell = Shell(console, state.client_settings, folder)
    contract = sign(shell, _sell(shell))
    deliver(shell, contract["order"], patience_s=_ORDER_S)
    outside = Outside(console, state.authority_certificate)
    services = look_at_services(shell, contract["name"], outside)
    _restore(outside, lab, services)
    _lose_a_host(outside, lab, services)
    console.print(Text(f"\nFrom needs to verified services in {time.monotonic() - began:.0f} s.", style="bold green"))
    if keep:
        _say_how_to_go_on(console, state_dir, contract["name"])
        return
    _take_back(shell, contract["name"])
    _compare(console, lab, before)
    starting.down(state_dir, everything=False)
    lab.down()
    console.print(Text(f"Done in {time.monotonic() - began:.0f} s; nothing runs any more.", style="bold green"))


def _lab_up(console: Console, state: StateDirectory) -> Lab:
    """Start the hosts and make them the installation's targets."""
    console.print(Text(f"$ bidwright lab up {HOSTS} --state-dir {state.path}", style="bold cyan"))
    lab = Lab.at(state.path / "lab", lambda words: console.print(Text(words)))
    for host in lab.up(HOSTS):
        console.print(Text(f"{host.name}  {host.ip}"))
    inventory = lab.inventory.read_text(encoding="utf-8")
    if state.inventory.exists() and state.inventory.read_text(encoding="utf-8") != inventory:
        raise Unavailable(
            f"{state.path} is an installation with other targets.",
            fix="Give another --state-dir, or remove this one when nothing runs in it.",
            reason="STATE_DIR_IN_USE",
        )
    state.inventory.write_text(inventory, encoding="utf-8")
    return lab


def _sell(shell: Shell) -> str:
    """Configure and quote; the quote's name."""
    needs = [part for need in NEEDS for part in ("--need", need)]
    pins = [part for pin in PINS for part in ("--pin", pin)]
    shell.bid("configure", OFFERING, *needs, *pins, "--output", "design.json")
    shell.bid("check", "design.json")
    quote = shell.record("quote", "create", "design.json", "--customer", "Example Arena Ltd")
    shell.bid("quote", "show", quote["name"], "--plan")
    return str(quote["name"])


def _restore(outside: Outside, lab: Lab, services: Mapping[str, Any]) -> None:
    """Restore the newest backup of each host, and compare it with the checksums that were taken."""
    contract = services["backup_store"]["contract"].partition("/")[2]
    for step in sorted(id_ for id_ in services if id_.startswith("backup-")):
        command = lab.ssh_command(services[step]["target"], [f"/etc/bidwright/{contract}.{step}/backup", "verify"])
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
        if done.returncode:
            raise Unavailable(f"{step} cannot be restored: {done.stderr.strip()}", fix="Report this as a fault.")
        shown = f"bidwright lab ssh {services[step]['target']} {' '.join(command[-2:])}"
        outside.show(shown, f"restored, and as it was: {done.stdout.strip()}")


def _lose_a_host(outside: Outside, lab: Lab, services: Mapping[str, Any]) -> None:
    """Take the power from the host of one website: the load balancer goes on with the other."""
    host, entry = services["website-2"]["target"], services["load_balancer"]["endpoint"]
    lab.kill(host)
    outside.show(f"bidwright lab kill {host}", "its power is gone, with website-2 on it")
    for _ in range(4):
        page(outside, entry)
    outside.show(f"curl https://{entry['host']}:{entry['port']}/", "the load balancer answers, four times of four")
    lab.start(host)
    outside.show(f"bidwright lab start {host}", "back, with everything that ran there")


def _take_back(shell: Shell, contract: str) -> None:
    """Withdraw the contract and wait until everything is taken back."""
    withdrawn = shell.record("contract", "withdraw", contract)
    deliver(shell, withdrawn["name"], patience_s=_ORDER_S)


def _shell_on(lab: Lab, host: str) -> Callable[[str], str]:
    def shell(script: str) -> str:
        command = lab.ssh_command(host, [script])
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout

    return shell


def _compare(console: Console, lab: Lab, before: Mapping[str, Snapshot]) -> None:
    """Compare the hosts with how they were; packages and what these made stay.

    Raises:
        Unavailable: Something else was left behind.
    """
    left: list[str] = []
    for host in lab.hosts:
        shell = _shell_on(lab, host.name)
        found = without_packages(changes(before[host.name], snapshot(shell)), shell)
        left += [f"{host.name} {what} {line}" for what, lines in found.items() for line in lines]
    if left:
        raise Unavailable(f"The hosts are not as before: {'; '.join(left)}", fix="Report this as a fault.")
    console.print(
        Text(
            "\nThe hosts are as before: beside Debian packages and what these make, no file, port, process, unit, "
            "account or firewall rule was left."
        )
    )


def _say_how_to_go_on(console: Console, state_dir: Path, contract: str) -> None:
    commands = Path(sys.executable).parent
    console.print(
        Text(
            f"""
Services and hosts go on running.
  log in to a host:        {commands}/bidwright lab ssh h1 --state-dir {state_dir}
  take the services back:  {commands}/bid --config {state_dir}/client.yaml contract withdraw {contract}
  stop everything:         {commands}/bidwright down --state-dir {state_dir}
                           {commands}/bidwright lab down --state-dir {state_dir}"""
        )
    )
