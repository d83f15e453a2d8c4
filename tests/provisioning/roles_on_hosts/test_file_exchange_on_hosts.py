"""The role file_exchange on a host: files go in and out, and nothing else does."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from lab_hosts import PLANTED, Host, LabHosts, assert_successful

from bidwright.provisioning.ansible_run import Action, Status

PORT = Host.port("file_exchange")
RECORD = "/etc/bidwright/c-1.file_exchange"
pytestmark = pytest.mark.slow


def sftp(host: Host, key: Path, lines: str) -> subprocess.CompletedProcess[str]:
    options = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes"]
    command = [
        "sftp",
        "-F",
        "/dev/null",
        *options,
        "-i",
        str(key),
        "-P",
        str(PORT),
        "-b",
        "-",
        f"exchange@{host.address}",
    ]
    return subprocess.run(command, check=False, capture_output=True, text=True, input=lines, timeout=60)


def test_files_are_exchanged_over_changes_and_a_reboot_until_the_withdrawal(host: Host, tmp_path: Path) -> None:
    host.prepare("file_exchange")
    before = host.state()
    delivered = host.run("file_exchange", Action.DELIVER)
    assert_successful(delivered, changed=1)
    assert {name: delivered.endpoint[name] for name in ("scheme", "host", "port", "path", "user")} == {
        "scheme": "sftp",
        "host": host.address,
        "port": PORT,
        "path": "/exchange",
        "user": "exchange",
    }
    assert_successful(host.run("file_exchange", Action.DELIVER), changed=0)

    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "a@b", "-f", str(key)], check=True)
    keys = {"file_exchange_public_keys": f"\n{key.with_suffix('.pub').read_text()}\n"}
    assert sftp(host, key, "ls").returncode != 0
    server = host.shell("systemctl show --value -p MainPID bidwright-c-1.file_exchange")
    assert_successful(host.run("file_exchange", Action.DELIVER, keys), changed=1)
    assert host.shell("systemctl show --value -p MainPID bidwright-c-1.file_exchange") == server  # keys need no restart
    (tmp_path / "kept").write_text("kept")
    assert sftp(host, key, f"put {tmp_path}/kept").returncode == 0
    assert "/exchange/kept" in sftp(host, key, "ls -l /exchange/*").stdout
    assert sftp(host, key, f"get /etc/passwd {tmp_path}/escaped").returncode != 0
    assert sftp(host, key, "symlink /etc x\nls x/passwd").returncode != 0

    host.reboot()
    assert_successful(host.run("file_exchange", Action.DELIVER, keys), changed=0)
    assert sftp(host, key, f"get kept {tmp_path}/back").returncode == 0
    assert (tmp_path / "back").read_text() == "kept"
    other = {"file_exchange_password": "another-Secret_0123456789"}
    assert host.run("file_exchange", Action.VERIFY, keys, secrets=other).status == Status.FAILED
    assert_successful(host.run("file_exchange", Action.DELIVER, keys, secrets=other), changed=1)

    assert_successful(host.run("file_exchange", Action.WITHDRAW), changed=1)
    assert not host.is_open(PORT)
    assert host.changes_since(before) == {}
    assert_successful(host.run("file_exchange", Action.WITHDRAW), changed=0)


def test_its_account_opens_nothing_else_and_its_password_is_nowhere(lab: LabHosts, host: Host) -> None:
    with host.watched() as seen:
        assert_successful(host.run("file_exchange", Action.DELIVER))
        assert PLANTED.encode() not in seen()
    assert host.shell("getent passwd exchange || echo unknown") == "unknown\n"
    assert host.grep_for_secrets(PLANTED) == []
    assert lab.files_of_runs_with(PLANTED) == []
    assert host.shell(f"stat -c '%a %U' {RECORD}/shadow {RECORD}/host_key") == "600 root\n600 root\n"


@pytest.mark.parametrize(
    "keys",
    [
        f'command="id" ssh-ed25519 {"A" * 68}',  # an option
        f"ssh-ed25519 {'A' * 68} a b",  # a comment of two words
        f"ssh-dss {'A' * 68}",  # a kind that is not accepted any more
        f"ssh-ed25519 {'A' * 68}\nPermitRootLogin yes",  # a second line of another kind
        "{{ lookup('pipe', 'touch /tmp/owned') }}",
    ],
)
def test_keys_that_are_more_than_keys_are_refused(host: Host, keys: str) -> None:
    host.refuse("file_exchange", {"file_exchange_public_keys": keys}, "without options")
