"""The systemd units and environment files of deploy/: what they name exists, and systemd accepts them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
from command_groups import commands_of

from bidwright.server.main import bidwright

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = ("serve", "work")
PROGRAM = "/opt/bidwright/bin/bidwright"


def settings_in(name: str) -> dict[str, str]:
    """Variables of an environment file, those in comments included."""
    text = (DEPLOY / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^#?([A-Z_]+)=(.*)$", text, re.MULTILINE))


@pytest.mark.parametrize("command", UNITS)
def test_every_variable_of_an_environment_file_is_an_option_of_its_command(command: str) -> None:
    names = {f"BIDWRIGHT_{command}_{one.name}".upper() for one in commands_of(bidwright)[command].params}
    own = settings_in(f"{command}.env")
    assert own
    assert set(own) <= names
    shared = {one.envvar for one in commands_of(bidwright)[command].params}
    assert set(settings_in("bidwright.env")) == {"BIDWRIGHT_STATE_DIR", "BIDWRIGHT_REDIS_URL"} <= shared


@pytest.mark.parametrize("command", UNITS)
def test_a_unit_runs_its_command_unprivileged_and_starts_it_again(command: str) -> None:
    unit = ConfigParser(strict=False, interpolation=None)
    unit.read(DEPLOY / f"bidwright-{command}.service", encoding="utf-8")
    service = unit["Service"]
    assert service["ExecStart"] == f"{PROGRAM} {command}"
    assert (service["User"], service["Restart"], service["UMask"]) == ("bidwright", "always", "0077")
    assert (service["NoNewPrivileges"], service["CapabilityBoundingSet"]) == ("yes", "")
    assert (service["ProtectSystem"], service["StateDirectory"]) == ("strict", "bidwright")
    assert settings_in("bidwright.env")["BIDWRIGHT_STATE_DIR"] == "/var/lib/bidwright" == service["WorkingDirectory"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze, of the package systemd")
def test_systemd_has_no_complaint_about_the_units(tmp_path: Path) -> None:
    for command in UNITS:
        text = (DEPLOY / f"bidwright-{command}.service").read_text(encoding="utf-8")
        (tmp_path / f"bidwright-{command}.service").write_text(text.replace(PROGRAM, sys.executable), encoding="utf-8")
    units = sorted(str(path) for path in tmp_path.iterdir())
    done = subprocess.run(
        ["systemd-analyze", "verify", *units], check=False, capture_output=True, text=True, timeout=60
    )
    said = [line for line in done.stderr.splitlines() if "bidwright" in line]
    assert said == []  # other units of the machine may have faults
