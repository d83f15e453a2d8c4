"""The Python client is typed for those who use it, not only for us."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
from bidwright.clients.sdk import Bidwright
from bidwright.v1.quoting_pb2 import GetQuoteRequest

with Bidwright("127.0.0.1:7443", "bw.k.s") as client:
    reveal_type(client.quoting.GetQuote(GetQuoteRequest(name="quotes/q-1")).revision)
    Bidwright(7443, "bw.k.s")
"""


def test_a_program_of_a_user_is_checked_against_the_types_of_the_client(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(program)]
    said = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path).stdout
    assert 'Revealed type is "int"' in said
    assert 'incompatible type "int"; expected "str"' in said
    assert "Found 1 error" in said
