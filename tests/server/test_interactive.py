"""``bid configure --interactive`` against a running installation, its lines from a pipe."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.installations import Installation


def _walk(installation: Installation, lines: str, *options: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"BIDWRIGHT_CONFIG": str(installation.state.client_settings)}
    command = [
        sys.executable,
        "-m",
        "bidwright.clients.cli.main",
        "configure",
        "web_hosting",
        "--interactive",
        *options,
    ]
    return subprocess.run(
        command, check=False, text=True, capture_output=True, input=lines, env=environment, timeout=120
    )


def test_a_walk_says_what_an_answer_forbids_why_and_what_it_costs_and_ends_in_a_design(
    installation: Installation, tmp_path: Path
) -> None:
    lines = "200\nskip\nskip\nnginx\nwhy web.apache_site\nprice dns.zone\nlist web\ndone\n"
    done = _walk(installation, lines, "--output", str(tmp_path / "design.json"))
    assert done.returncode == 0, done.stderr
    assert "How many people use the site at the same time? (users)" in done.stdout
    assert "no longer possible: " in done.stdout
    assert "web.apache_site is excluded." in done.stdout
    assert '  - you answered nginx to "Which web server must it be?" (web_server)' in done.stdout
    assert "Proven: nothing valid is cheaper." in done.stdout
    design = json.loads((tmp_path / "design.json").read_text())
    answers = {answer["name"]: answer for answer in design["configuration"]["needs"]}
    assert answers["users"]["integer"] == "200"
    assert answers["web_server"]["text"] == "nginx"


def test_a_clash_is_explained_and_undone_or_repaired(installation: Installation) -> None:
    lines = "\n\n\nnginx\ntake web.apache_site\n\nlist web\ntake web.apache_site\n1\nlist web\nquit\n"
    done = _walk(installation, lines)
    assert done.returncode == 3
    assert done.stdout.count("That does not go together.") == 2
    assert "What would mend it" in done.stdout
    assert "Ended without `done`: nothing was configured." in done.stderr


def test_undo_opens_again_what_an_answer_forbade_and_nonsense_is_told(installation: Installation) -> None:
    lines = "many\n\n\n\nnginx\nundo\ntake nothing.at_all\nlist nothing\nundo\nundo\nundo\nundo\nhelp\n"
    done = _walk(installation, lines)
    assert done.returncode == 3
    assert "open again: " in done.stdout
    assert "There is nothing to undo." in done.stderr
    assert "nothing.at_all" in done.stderr
    assert "What can be typed" in done.stdout
