"""How lab hosts are reached: an Ansible inventory, known_hosts, and the ssh command that a person would type."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from ruamel.yaml import YAML

from bidwright.provisioning.lab_host import LabHost

INVENTORY = "inventory.yml"
KNOWN_HOSTS = "known_hosts"
KEY = "id_ed25519"
GROUP = "lab"


def ssh_options(directory: Path) -> list[str]:
    """Options that use the lab's key and known host keys, and nothing of the user's."""
    settings = {
        "UserKnownHostsFile": f'"{directory / KNOWN_HOSTS}"',  # ssh splits this one at spaces
        "GlobalKnownHostsFile": "/dev/null",
        "StrictHostKeyChecking": "yes",
        "IdentitiesOnly": "yes",
        "BatchMode": "yes",
        "ConnectTimeout": "10",
    }
    return ["-F", "/dev/null", *(word for name, value in settings.items() for word in ("-o", f"{name}={value}"))]


def ssh_command(directory: Path, host: LabHost, words: Sequence[str]) -> list[str]:
    """Logs in as root, or runs words there; as with any ssh, the shell there joins and reads them."""
    return ["ssh", *ssh_options(directory), "-i", str(directory / KEY), f"root@{host.ip}", *words]


def known_hosts(hosts: Sequence[LabHost]) -> str:
    """One line a host: its address and its key."""
    return "".join(f"{host.ip} {host.public_key}\n" for host in hosts)


def inventory(directory: Path, hosts: Sequence[LabHost]) -> dict[str, object]:
    """The inventory: all hosts in the group ``lab``, each also a target of Bidwright's own."""
    variables = {
        "target_kind": "host",
        "ports": "20000-20999",
        "ansible_user": "root",
        "ansible_ssh_private_key_file": str(directory / KEY),
        "ansible_ssh_common_args": shlex.join(ssh_options(directory)),
        "ansible_python_interpreter": "/usr/bin/python3",
    }
    members = {host.name: {"ansible_host": host.ip} for host in hosts}
    return {"all": {"children": {GROUP: {"hosts": members, "vars": variables}}}}


def write(directory: Path, hosts: Sequence[LabHost]) -> None:
    """Write inventory and known_hosts of a lab."""
    (directory / KNOWN_HOSTS).write_text(known_hosts(hosts), encoding="ascii")
    yaml = YAML(typ="safe")
    yaml.default_flow_style = False
    yaml.width = 10_000
    with (directory / INVENTORY).open("w", encoding="utf-8") as file:
        file.write("# Made by `bidwright lab`. Reboot with boot_time_command: stat -c %Z /proc/1\n")
        yaml.dump(inventory(directory, hosts), file)
