"""The role server on a host: the baseline and its firewall, accounts of contracts, and nothing left in the end."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from lab_hosts import (
    HOSTILE,
    HOSTILE_NAMES,
    CommandFailed,
    Host,
    LabHosts,
    assert_nothing_was_run_by_hostile_text,
    assert_refused,
    assert_successful,
)

from bidwright.provisioning.ansible_roles import PLAYBOOKS
from bidwright.provisioning.ansible_run import Action, Status

SOLD = {"server_vcpu": 4, "server_ram_gib": "7.5"}
UNOPENED = 20999
RULES = "nft list table inet bidwright"


@pytest.fixture(autouse=True)
def _with_packages(host: Host, key: str) -> None:
    host.prepare("server", {"server_login": "someone", "server_public_key": key})


@pytest.fixture(autouse=True)
def _nothing_of_a_failed_test_is_in_the_way_of_the_next(host: Host) -> Iterator[None]:
    yield
    host.shell("systemctl stop 'listener-*'; rm -f /etc/bidwright/firewall.d/{c-1.x,operator}.nft")


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("key") / "id"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "jo@example.org", "-f", path], check=True)
    return path


@pytest.fixture(scope="module")
def key(key_file: Path) -> str:
    return key_file.with_suffix(".pub").read_text()


def listen(host: Host, port: int) -> None:
    """Run something on the host that answers at a port."""
    server = f"/usr/bin/python3 -m http.server {port} --directory /srv"
    host.shell(
        f"systemctl stop listener-{port} 2>/dev/null; systemd-run --quiet --collect --unit=listener-{port} {server}"
    )
    host.shell(f"until ss -Hltn | grep -q ':{port} '; do sleep 0.1; done")


def is_silent(host: Host, port: int) -> bool:
    """Whether a port says neither yes nor no."""
    with socket.socket() as probe:
        probe.settimeout(1.5)
        try:
            probe.connect((host.address, port))
        except TimeoutError:
            return True
        except ConnectionRefusedError:
            return False
    return False


def host_service(lab: LabHosts, *words: str, **wanted: Any) -> Mapping[str, Any]:
    """Run the module itself on h1."""
    environment = {**os.environ, "ANSIBLE_CONFIG": str(PLAYBOOKS / "ansible.cfg"), "ANSIBLE_STDOUT_CALLBACK": "oneline"}
    command = [
        sys.executable,
        "-m",
        "ansible",
        "adhoc",
        "-i",
        str(lab.lab.inventory),
        "h1",
        "-m",
        "host_service",
        *words,
    ]
    done = subprocess.run(
        [*command, "-a", json.dumps({"name": "c-1.x", **wanted})],
        check=False,
        capture_output=True,
        env=environment,
        timeout=120,
    )
    answer: Mapping[str, Any] = json.loads(done.stdout.partition(b"=> ")[2])
    return answer


@pytest.mark.slow
def test_a_host_has_a_baseline_from_the_first_contract_to_the_last(host: Host) -> None:
    listen(host, UNOPENED)
    before = host.state()
    assert host.is_open(UNOPENED)
    delivered = host.run("server", Action.DELIVER, SOLD)
    assert_successful(delivered, changed=3)
    host_key = " ".join(host.shell("cat /etc/ssh/ssh_host_ed25519_key.pub").split()[:2])
    assert delivered.endpoint == {
        "scheme": "ssh",
        "host": host.address,
        "port": 22,
        "user": "",
        "facts": {"host_key": host_key},
    }
    assert_successful(host.run("server", Action.DELIVER, SOLD), changed=0)
    assert host.run("server", Action.VERIFY, {"server_vcpu": 8}).status == Status.FAILED
    assert is_silent(host, UNOPENED)
    assert "codename=bookworm-security" in host.shell("unattended-upgrades --dry-run --debug 2>&1 | head -5")
    assert host.shell("sshd -T | grep -E '^(permitrootlogin|passwordauthentication)'").splitlines() == [
        "permitrootlogin without-password",
        "passwordauthentication yes",
    ]
    assert_successful(host.run("server", Action.DELIVER, SOLD, contract="c-2"), changed=1)
    rules = host.shell(RULES)
    host.reboot()
    assert host.shell(RULES) == rules
    assert_successful(host.run("server", Action.DELIVER, SOLD), changed=0)

    assert_successful(host.run("server", Action.WITHDRAW), changed=1)
    assert host.shell(RULES) == rules
    assert_successful(host.run("server", Action.VERIFY, SOLD, contract="c-2"))
    assert_successful(host.run("server", Action.WITHDRAW, contract="c-2"), changed=2)
    listen(host, UNOPENED)  # the reboot had ended it
    assert host.changes_since(before) == {}
    assert_successful(host.run("server", Action.WITHDRAW, contract="c-2"), changed=0)
    host.shell(f"systemctl stop listener-{UNOPENED}")


@pytest.mark.slow
def test_an_ssh_server_that_a_delivery_has_for_itself_is_no_way_into_the_host(host: Host) -> None:
    host.prepare("file_exchange")
    before = host.state()
    assert_successful(host.run("server", Action.DELIVER, SOLD))
    assert_successful(host.run("file_exchange", Action.APPLY))
    assert_successful(host.run("server", Action.DELIVER, SOLD), changed=0)
    assert_successful(host.run("file_exchange", Action.WITHDRAW))
    assert f"dport {host.port('file_exchange')} " not in host.shell(RULES)
    assert_successful(host.run("server", Action.WITHDRAW))
    assert host.changes_since(before) == {}


@pytest.mark.slow
def test_rules_of_the_operator_stay_and_may_begin_anew(host: Host) -> None:
    host.shell("nft 'table ip operator { chain c { tcp dport 9 drop; }; }'")
    before = host.state()
    assert_successful(host.run("server", Action.DELIVER, SOLD))
    host.shell("systemctl start nftables")  # Debian's own, which begins with emptying the firewall
    assert "policy drop" in host.shell(RULES)
    host.shell("systemctl reload nftables")
    assert "policy drop" in host.shell(RULES)
    host.shell("systemctl stop nftables; nft 'table ip operator { chain c { tcp dport 9 drop; }; }'")
    assert_successful(host.run("server", Action.DELIVER, SOLD), changed=0)
    assert_successful(host.run("server", Action.WITHDRAW))
    assert host.changes_since(before) == {}
    host.shell("nft delete table ip operator")


@pytest.mark.slow
def test_a_firewall_that_would_cut_ssh_is_taken_back(host: Host) -> None:
    assert_successful(host.run("server", Action.DELIVER, SOLD))
    rules = host.shell(RULES)
    shorten_trials(host)
    # What an operator might do: a chain of their own, before all others, that lets nobody in.
    trap = "}; chain first { type filter hook input priority -10; tcp dport 22 ct state new drop; "
    host.shell(f"echo '{trap}' > /etc/bidwright/firewall.d/operator.nft")
    assert_refused(host.run("server", Action.APPLY, SOLD), "SSH does not come in", "former rules")
    with pytest.raises(CommandFailed, match="timed out"):
        host.shell("true")
    wait_until_reachable(host)
    assert host.shell(RULES) == rules
    website = host.run("website", Action.APPLY)  # loads its own rules only
    assert_refused(website, "There are rules of somebody else in /etc/bidwright/firewall.d.")
    host.reboot()
    assert host.shell(RULES) == rules
    host.shell("rm /etc/bidwright/firewall.d/operator.nft")
    assert_successful(host.run("server", Action.DELIVER, SOLD), changed=0)
    assert_successful(host.run("website", Action.WITHDRAW))
    assert_successful(host.run("server", Action.WITHDRAW), changed=2)


def shorten_trials(host: Host) -> None:
    """Have trials end after 45 s instead of two minutes until the host starts anew; the role gives up before."""
    timer = "/run/systemd/system/bidwright-firewall-back.timer.d"
    settings = "[Timer]\nOnActiveSec=\nOnActiveSec=45\n"
    host.shell(f"mkdir -p {timer}; cat > {timer}/short.conf; systemctl daemon-reload", text=settings)


def wait_until_reachable(host: Host) -> None:
    deadline = time.monotonic() + 60
    while not host.is_open(22):
        assert time.monotonic() < deadline


@pytest.mark.slow
def test_a_trial_that_nobody_ends_is_taken_back(host: Host) -> None:
    assert_successful(host.run("server", Action.DELIVER, SOLD))
    rules = host.shell(RULES)
    host.shell("echo 'tcp dport 20999 accept' > /etc/bidwright/firewall.d/operator.nft")
    assert host.shell("bidwright-host apply") == "firewall on trial\n"
    assert "20999" in host.shell(RULES)
    host.shell("systemctl list-timers bidwright-firewall-back.timer | grep -q bidwright-firewall-back")
    host.shell("systemctl start bidwright-firewall-back.service")  # what the timer does
    assert host.shell(RULES) == rules
    with pytest.raises(CommandFailed, match="No firewall is on trial any more"):
        host.shell("bidwright-host keep")
    assert host.shell("bidwright-host apply") == "firewall on trial\n"
    assert_successful(host.run("server", Action.DELIVER, SOLD), changed=2)  # goes on where the other one stopped
    assert "20999" in host.shell(RULES)
    host.shell("rm /etc/bidwright/firewall.d/operator.nft")
    assert_successful(host.run("server", Action.WITHDRAW), changed=2)


@pytest.mark.slow
def test_a_port_is_open_for_those_named_as_long_as_its_delivery_is_there(lab: LabHosts, host: Host) -> None:
    before = host.state()
    listen(host, UNOPENED)
    controller = host.shell("echo $SSH_CONNECTION").split()[0]
    opened = {"open": [{"port": UNOPENED, "from": [controller]}]}
    assert host_service(lab, **opened)["changes"] == ["/etc/bidwright/firewall.d/c-1.x.nft"]  # no baseline, no firewall
    assert_successful(host.run("server", Action.DELIVER, SOLD), changed=3)
    assert host.is_open(UNOPENED)
    assert host_service(lab, **opened)["changed"] is False
    other, wider = lab["h2"].address, host.shell(RULES)
    narrowed = {"open": [{"port": UNOPENED, "from": [other, "10.250.0.0/16"]}]}
    assert host_service(lab, "--check", **narrowed)["changes"] == ["/etc/bidwright/firewall.d/c-1.x.nft"]
    assert host.is_open(UNOPENED)
    assert host_service(lab, **narrowed)["changes"] == ["/etc/bidwright/firewall.d/c-1.x.nft", "firewall loaded"]
    assert is_silent(host, UNOPENED)
    lab["h2"].shell(f"timeout 5 bash -c '</dev/tcp/{host.address}/{UNOPENED}'")
    # As if a run had been killed before it loaded what it wrote.
    host.shell("nft -f -", text=f"delete table inet bidwright\n{wider}")
    assert host.is_open(UNOPENED)
    assert host_service(lab, **narrowed)["changes"] == ["firewall loaded"]
    host.reboot()
    assert host_service(lab, **narrowed)["changed"] is False
    assert host_service(lab, open=[])["changes"] == ["/etc/bidwright/firewall.d/c-1.x.nft removed", "firewall loaded"]
    assert host_service(lab, **narrowed)["changed"] is True
    assert host_service(lab, state="absent")["changes"] == [
        "/etc/bidwright/firewall.d/c-1.x.nft removed",
        "firewall loaded",
    ]
    assert_successful(host.run("server", Action.WITHDRAW), changed=2)
    assert host.changes_since(before) == {}


@pytest.mark.slow
def test_an_account_is_entered_with_its_key_only(host: Host, key: str, key_file: Path) -> None:
    before = host.state()
    account = {**SOLD, "server_login": "shop-1", "server_public_key": key}
    delivered = host.run("server", Action.DELIVER, account)
    assert_successful(delivered, changed=3)
    assert delivered.endpoint["user"] == "shop-1"
    assert_successful(host.run("server", Action.DELIVER, account), changed=0)
    enter = [word if word != "root@" + host.address else "shop-1@" + host.address for word in host.ssh("id -Gn; pwd")]
    enter[enter.index("-i") + 1] = str(key_file)
    entered = subprocess.run(enter, check=True, capture_output=True, timeout=30).stdout.decode()
    assert entered == "shop-1 bidwright\n/srv/bidwright/c-1.server/account\n"
    assert host.shell("passwd -S shop-1").split()[1] == "L"
    with pytest.raises(CommandFailed):
        host.shell("su - shop-1 -c 'sudo -n true'")

    # Another contract cannot have the same login, nor one of the host's own.
    for taken in ("shop-1", "root", "www-data"):
        refused = host.run("server", Action.APPLY, {**account, "server_login": taken}, contract="c-2")
        assert_refused(refused, f"The login {taken} is taken on this host")
    assert_successful(host.run("server", Action.DELIVER, account), changed=0)  # what another contract cannot have
    assert_successful(host.run("server", Action.WITHDRAW, contract="c-2"))
    assert host.shell("getent passwd shop-1") != ""

    host.shell("su shop-1 -c 'cd; echo kept > file; ln -s / root; (sleep 1000 >/dev/null 2>&1 &) ; mkdir /tmp/of-shop'")
    assert_successful(host.run("server", Action.DELIVER, {**account, "server_login": "shop-2"}), changed=2)
    assert host.shell("su shop-2 -c 'cat ~/file'") == "kept\n"
    assert host.shell("stat -c %U / /srv/bidwright/c-1.server/account/root").splitlines() == ["root", "shop-2"]
    assert host.shell("getent passwd shop-1; pgrep sleep; ls /tmp/of-shop 2>/dev/null; true") == ""
    other_key = {**account, "server_login": "shop-2", "server_public_key": key.replace("jo@", "al@")}
    assert_successful(host.run("server", Action.DELIVER, other_key), changed=2)
    assert_successful(host.run("server", Action.DELIVER, other_key), changed=0)
    host.reboot()
    assert_successful(host.run("server", Action.DELIVER, other_key), changed=0)
    host.shell("su shop-2 -c '(sleep 1000 >/dev/null 2>&1 &)'")
    assert_successful(host.run("server", Action.WITHDRAW), changed=2)
    assert host.changes_since(before) == {}


@pytest.mark.slow
@pytest.mark.parametrize("login", [*HOSTILE_NAMES, HOSTILE, "Root", "-x", "a" * 32])
def test_hostile_logins_are_refused(host: Host, key: str, login: str) -> None:
    host.refuse("server", {"server_login": login, "server_public_key": key.strip()}, "server_login is no login. Use")
    assert_nothing_was_run_by_hostile_text(host)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("login", "keys"),
    [
        ("shop", ""),  # nobody could enter
        ("", "{key}"),  # whose key?
        ("shop", HOSTILE),
        ("shop", 'command="reboot" {key}'),
        ("shop", "{key} $(reboot)"),
        ("shop", "{key}\nrestrict {key}"),
        ("shop", "{key}\u2028{key}"),
        ("shop", "ssh-ed25519 AAAA"),
    ],
)
def test_hostile_keys_are_refused(host: Host, key: str, login: str, keys: str) -> None:
    given = {"server_login": login, "server_public_key": keys.replace("{key}", key.strip())}
    host.refuse("server", given, "Give OpenSSH public keys")
    assert_nothing_was_run_by_hostile_text(host)


@pytest.mark.slow
def test_what_the_system_does_every_day_counts_as_no_change(host: Host) -> None:
    before = host.state()
    daily = "systemctl list-unit-files --type=timer --no-legend | awk '{print $1}' | grep -v @"
    services = f"systemctl show --property=Unit --value $({daily})"
    host.shell(f"systemctl start --wait $({services}) || true")
    assert host.changes_since(before) == {}
