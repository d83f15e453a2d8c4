"""What a shell offers where the tabulator key is pressed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from bench.installations import Installation


def _offered(settings: Path, words: str) -> list[str]:
    """The completions of the last word, as bash asks for them."""
    asked = {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1), "_BID_COMPLETE": "bash_complete"}
    environment = os.environ | asked | {"BIDWRIGHT_CONFIG": str(settings)}
    program = "from bidwright.clients.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, env=environment, timeout=60
    )
    return [line.removeprefix("plain,") for line in done.stdout.split()]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("bid configure we", ["web_hosting"]),
        ("bid configure web_hosting -n web", [f"web_server={each}" for each in ("any", "nginx", "apache", "iis")]),
        ("bid configure web_hosting -n users", ["users=100"]),  # the default, to be typed over
        ("bid configure -n users", []),  # of which offering is not known yet
        ("bid explain web_hosting --pin compute.cpu", ["compute.cpu_large", "compute.cpu_xlarge"]),
        ("bid configure web_hosting --market ", ["DE", "GB", "US"]),
        ("bid configure web_hosting --objective mon", ["monthly"]),
        ("bid configure web_hosting --portfolio managed", ["managed_hosting"]),
    ],
)
def test_names_are_completed(installation: Installation, words: str, offered: list[str]) -> None:
    assert _offered(installation.state.client_settings, words) == offered


def test_without_a_server_nothing_is_offered_and_nothing_is_said(tmp_path: Path) -> None:
    assert _offered(tmp_path / "none.yaml", "bid configure web_hosting --pin c") == []
