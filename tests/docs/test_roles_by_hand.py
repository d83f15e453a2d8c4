"""The roles as an ordinary Ansible collection: the commands of docs/roles.md, and what the collection is."""

from __future__ import annotations

import random
import shutil
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from console import Command, commands_of, reader_directory, run
from documents import DOCS, ROOT, blocks
from ruamel.yaml import YAML


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Path]:
    """A directory in which docs/roles.md can be followed; a target that was left running is ended."""
    directory = reader_directory(tmp_path / "clone")
    (directory / "playbooks").symlink_to(ROOT / "playbooks")
    _place_commands(directory / ".venv")
    yield directory
    command = [sys.executable, str(DOCS / "examples" / "directory_target.py"), str(directory / "target"), "--stop"]
    subprocess.run(command, check=True, timeout=60)


def _place_commands(environment: Path) -> None:
    """Offer our commands below another path; a linked python would take that for its own, out of services' reach."""
    environment.unlink()
    (environment / "bin").mkdir(parents=True)
    for name in ("python", "ansible-galaxy", "ansible-playbook"):
        command = environment / "bin" / name
        command.write_text(f'#!/bin/sh\nexec "{Path(sys.executable).with_name(name)}" "$@"\n', encoding="utf-8")
        command.chmod(0o755)


def _move_ports(directory: Path, commands: list[Command]) -> None:
    """Use free ports instead of those in the example, so that many can run this at once."""
    (directory / "docs").unlink()
    shutil.copytree(DOCS, directory / "docs")
    playbook = directory / "docs" / "examples" / "by_hand.yml"
    text = playbook.read_text(encoding="utf-8")
    for shown in ("23080", "23432"):
        assert text.count(shown) == 1
        free = str(_free_port())
        text = text.replace(shown, free)
        for command in commands:
            command.text = command.text.replace(shown, free)
    playbook.write_text(text, encoding="utf-8")


def _free_port() -> int:
    """A port nobody listens on, below those that the system gives to outgoing connections."""
    while True:
        port = random.SystemRandom().randrange(24000, 30000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


@pytest.mark.slow
def test_every_command_for_use_by_hand_works_as_it_stands(clone: Path) -> None:
    marked = [block for block in blocks(DOCS / "roles.md") if block.info == "console roles"]
    commands = [command for block in marked for command in commands_of(block.text)]
    assert len(commands) == 12
    _move_ports(clone, commands)
    run(commands, clone, timeout_s=240)
    installed = clone / "collections" / "ansible_collections" / "bidwright" / "hosting"
    parts = {"CHANGELOG.md", "FILES.json", "MANIFEST.json", "README.md", "meta", "plugins", "roles"}
    assert {path.name for path in installed.iterdir()} == parts
    assert list(installed.rglob("__pycache__")) == []
    assert [path for path in (clone / "target" / "contracts").rglob("*") if path.is_file()] == []
    assert [line for command in commands for line in command.output.splitlines() if "duplicate" in line] == []


def test_the_collection_has_the_version_and_license_of_the_package() -> None:
    collection = YAML(typ="safe").load(ROOT / "playbooks" / "galaxy.yml")
    package = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert (collection["version"], collection["license"]) == (package["version"], [package["license"]])


def test_no_role_has_plugins_of_its_own_because_a_collection_would_not_find_them() -> None:
    roles = ROOT / "playbooks" / "roles"
    assert [*roles.glob("*/*_plugins/*.py"), *roles.glob("*/library/*.py")] == []
