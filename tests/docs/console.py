"""Runs the commands of documentation as a reader would: one shell, in order, in an empty directory."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from documents import ROOT

_MARK = "=====command-{number}====="
# Fresh machines may lack curl; readers without it use something else.
_CURL = f"""#!{sys.executable}
import sys, urllib.request
print(urllib.request.urlopen(sys.argv[-1], timeout=10).read().decode())
"""


@dataclass
class Command:
    """A command with the words its output must have.

    Attributes:
        text: What is typed.
        expected: Parts of its output, in any order.
        output: What it printed when it was run.
    """

    text: str
    expected: list[str] = field(default_factory=list)
    output: str = ""


def commands_of(text: str) -> list[Command]:
    """Commands of a console block: lines that begin with ``$``; other lines are words of the output."""
    commands: list[Command] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            commands.append(Command(line[2:]))
        elif line.strip() not in {"", "..."}:
            commands[-1].expected.append(line.strip())
    return commands


def reader_directory(directory: Path) -> Path:
    """Make a directory look like a clone: what commands of the documentation may name is there."""
    directory.mkdir(parents=True, exist_ok=True)
    for name in (".venv", "docs", "portfolios", "proto"):
        (directory / name).symlink_to(ROOT / name)
    return directory


def run(commands: list[Command], directory: Path, *, timeout_s: float) -> None:
    """Run commands in one shell until one fails; fills in their output.

    Raises:
        AssertionError: A command failed, took too long, or its output lacks an expected part.
    """
    script = ["set -euo pipefail"]
    for number, command in enumerate(commands):
        script += [f"echo {shlex.quote(_MARK.format(number=number))}", command.text]
    script.append(f"echo {shlex.quote(_MARK.format(number='end'))}")
    process = subprocess.Popen(
        ["bash", "-c", "\n".join(script)],
        cwd=directory,
        env=_environment(directory),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
    for match in re.finditer(r"=====command-(\d+)=====\n(.*?)(?======command-|\Z)", output, re.DOTALL):
        commands[int(match[1])].output = match[2]
    assert process.returncode == 0, f"exit code {process.returncode}:\n{output[-3000:]}"
    for command in commands:
        said = " ".join(command.output.split())
        for part in command.expected:
            assert " ".join(part.split()) in said, f"{command.text} did not print {part!r} but:\n{command.output}"


def _environment(directory: Path) -> dict[str, str]:
    """What a reader's shell has; nothing of ours. Any free port, so that many can run at once."""
    tools = directory / "tools"
    if shutil.which("curl") is None:
        tools.mkdir(exist_ok=True)
        (tools / "curl").write_text(_CURL, encoding="utf-8")
        (tools / "curl").chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BIDWRIGHT_")}
    path = f"{os.environ.get('PATH', os.defpath)}:{tools}"
    return kept | {"BIDWRIGHT_UP_ADDRESS": "127.0.0.1:0", "PATH": path, "HOME": str(directory), "COLUMNS": "200"}
