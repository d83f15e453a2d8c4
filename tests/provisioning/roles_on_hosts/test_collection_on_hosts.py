"""The roles as an ordinary Ansible collection on hosts: docs/examples/hosts_by_hand.yml, used as docs/roles.md says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from lab_hosts import Host, LabHosts

from bidwright.provisioning.ansible_roles import PLAYBOOKS
from bidwright.provisioning.lab_inventory import INVENTORY

pytestmark = pytest.mark.slow
Play = Callable[[str], dict[str, int]]
_PLAYBOOK = Path(__file__).parents[3] / "docs" / "examples" / "hosts_by_hand.yml"


def command(directory: Path, name: str, *words: str) -> str:
    """What an Ansible command prints in a directory that holds the collection."""
    environment = os.environ | {
        "ANSIBLE_COLLECTIONS_PATH": str(directory / "collections"),
        "ANSIBLE_HOME": str(directory / "home"),
        "ANSIBLE_INJECT_FACT_VARS": "false",
        "ANSIBLE_PIPELINING": "true",
        "LC_ALL": "C.UTF-8",
    }
    full = [sys.executable, "-m", "ansible", name, *words]
    done = subprocess.run(
        full, cwd=directory, env=environment, check=False, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    return done.stdout


def play_of(directory: Path, lab: LabHosts) -> Play:
    """Run the example for an action; how many tasks changed something, by host."""
    first, second = lab["h1"], lab["h2"]
    secrets = {
        "store_seed": "planted-Seed_0123456789",
        "orders_password": "planted-Orders_0123456789",
        "orders_backup_passphrase": "planted-Passphrase_0123456789",
        "store_host_key": " ".join(second.shell("cat /etc/ssh/ssh_host_ed25519_key.pub").split()[:2]),
        "host_psql": first.target.role_variables()["host_psql"],
    }
    (directory / "secrets.json").write_text(json.dumps(secrets), encoding="utf-8")
    inventory, playbook = lab.lab.directory / INVENTORY, _PLAYBOOK

    def play(action: str) -> dict[str, int]:
        words = ["-i", str(inventory), str(playbook), "-e", "@secrets.json", "-e", f"delivery_action={action}"]
        printed = command(directory, "playbook", *words)
        assert [secret for name, secret in secrets.items() if "key" not in name and secret in printed] == []
        return {host: int(changed) for host, changed in re.findall(r"^(h\d) .*changed=(\d+)", printed, re.MULTILINE)}

    return play


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A directory with the collection installed, from the archive that ``ansible-galaxy`` builds."""
    command(tmp_path, "galaxy", "collection", "build", str(PLAYBOOKS), "--output-path", "dist")
    archive = next((tmp_path / "dist").glob("bidwright-hosting-*.tar.gz"))
    command(tmp_path, "galaxy", "collection", "install", "--offline", "-p", "collections", str(archive))
    return tmp_path


def left(*hosts: Host) -> list[str]:
    """Units of services that are still there."""
    return [line for host in hosts for line in host.shell("ls /etc/systemd/system").splitlines() if "bakeries" in line]


def test_a_database_and_its_backup_are_made_verified_and_taken_away_by_hand(lab: LabHosts, directory: Path) -> None:
    play = play_of(directory, lab)
    assert set(play("apply")) == {"h1", "h2"}
    assert play("apply") == {"h1": 0, "h2": 0}
    play("verify")
    assert left(lab["h1"]) != []
    play("withdraw")
    assert left(lab["h1"], lab["h2"]) == []
    assert play("withdraw") == {"h1": 0, "h2": 0}
