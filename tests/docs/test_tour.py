"""The commands of README and docs/operations.md, run as they stand."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from console import Command, commands_of, reader_directory, run
from documents import DOCS, ROOT, blocks


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Path]:
    """A directory in which documentation can be followed; whatever was started there is ended."""
    directory = reader_directory(tmp_path / "clone")
    yield directory
    if (directory / "var").exists():
        command = [sys.executable, "-m", "bidwright.server.main", "down", "--all", "--state-dir", "var"]
        subprocess.run(command, check=True, cwd=directory, timeout=120)


def commands_in(page: Path, info: str) -> list[Command]:
    """All commands of the blocks of a page that are marked so."""
    return [command for block in blocks(page) if block.info == info for command in commands_of(block.text)]


@pytest.mark.slow
def test_every_command_of_the_tour_in_readme_works_as_it_stands(clone: Path) -> None:
    commands = commands_in(ROOT / "README.md", "console tour")
    assert len(commands) > 25
    run(commands, clone, timeout_s=240)
    assert list((clone / "var" / "target" / "contracts").iterdir()) == []


@pytest.mark.slow
def test_every_command_for_operators_and_for_callers_works_as_it_stands(clone: Path) -> None:
    *operations, the_end = commands_in(DOCS / "operations.md", "console operations")
    calls = commands_in(DOCS / "api.md", "console api")
    assert len(operations) > 20
    assert len(calls) > 1
    run([*operations, *calls, the_end], clone, timeout_s=240)
