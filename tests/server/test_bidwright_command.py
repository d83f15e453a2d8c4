"""The ``bidwright`` command reads only what the command that is typed needs."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from command_groups import commands_of

from bidwright.core.file_faults import in_words
from bidwright.server.main import bidwright

_HEAVY = {"ortools", "pandas", "pysat", "ansible_runner", "redis"}


def heavy_after(*words: str) -> set[str]:
    """Packages that take long to read, of those that were read when a command has ended."""
    code = (
        "import sys\nfrom bidwright.server.main import bidwright\n"
        "bidwright(sys.argv[1:], standalone_mode=False)\nprint(*sys.modules, sep=chr(10))"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], check=True, capture_output=True, text=True, timeout=60)
    return _HEAVY & {line.partition(".")[0] for line in done.stdout.splitlines()}


@pytest.mark.parametrize("words", [("--help",), ("portfolio", "--help")])
def test_the_help_of_a_group_reads_nothing_that_takes_long(words: tuple[str, ...]) -> None:
    assert heavy_after(*words) == set()


@pytest.mark.parametrize(
    ("words", "offered"), [("bidwright po", {"portfolio"}), ("bidwright portfolio c", {"check", "complete"})]
)
def test_the_tabulator_key_offers_commands_and_reads_nothing_that_takes_long(words: str, offered: set[str]) -> None:
    code = (
        "import atexit, sys\nfrom bidwright.server.main import bidwright\n"
        "atexit.register(lambda: print(*sys.modules, sep=chr(10)))\nbidwright(prog_name='bidwright')"
    )
    asked = {"_BIDWRIGHT_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=os.environ | asked, timeout=60
    )
    told = done.stdout.splitlines()
    assert {line.removeprefix("plain,") for line in told if line.startswith("plain,")} == offered
    assert _HEAVY & {line.partition(".")[0] for line in told} == set()


@pytest.mark.parametrize("words", [("key", "--help"), ("portfolio", "check"), ("portfolio", "import", "--help")])
def test_what_needs_no_solver_reads_none(words: tuple[str, ...]) -> None:
    assert heavy_after(*words) & {"ortools", "pandas", "ansible_runner"} == set()


def test_what_finds_configurations_reads_the_solver() -> None:
    assert "ortools" in heavy_after("portfolio", "analyze", "--help")


@pytest.mark.parametrize("words", [(), ("portfolio",)])
def test_the_help_of_a_group_tells_each_of_its_commands_in_one_line(words: tuple[str, ...]) -> None:
    group: click.Command = bidwright
    for word in words:
        assert isinstance(group, click.Group)
        group = commands_of(group)[word]
    assert isinstance(group, click.Group)
    listed = CliRunner().invoke(bidwright, [*words, "--help"]).output.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed] == sorted(commands_of(group))
    assert not [line for line in listed if line.endswith("...")]


def test_a_command_that_there_is_not_is_named() -> None:
    told = CliRunner().invoke(bidwright, ["publish"])
    assert told.exit_code == 2
    assert "No such command 'publish'" in told.stderr


def test_a_file_that_cannot_be_used_is_told_with_its_path_and_no_stack_trace(tmp_path: Path) -> None:
    lock = tmp_path / "run" / "up.lock"
    lock.mkdir(parents=True)
    told = CliRunner().invoke(bidwright, ["down", "--state-dir", str(tmp_path)])
    assert told.exit_code == 1
    assert told.stderr == f"Not done: {lock}: Is a directory.\nWhat to do: Mend what it names, then repeat.\n"


@pytest.mark.parametrize(
    ("fault", "fix"),
    [
        (PermissionError(errno.EACCES, "Permission denied", "var/run/up.lock"), "give it to this one with `chown`"),
        (OSError(errno.ENOSPC, "No space left on device"), "Free space on that disk"),
    ],
)
def test_faults_of_files_and_disks_say_what_mends_them(fault: OSError, fix: str) -> None:
    assert fix in in_words(fault).fix
    assert in_words(fault).message in {"var/run/up.lock: Permission denied.", "No space left on device."}
