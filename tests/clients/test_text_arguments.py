"""What is typed after `bid` and `bidwright` is text."""

from __future__ import annotations

import os

import click
import pytest
from click.testing import CliRunner

from bidwright.clients.cli.main import bid
from bidwright.server.main import bidwright


@pytest.mark.parametrize("program", [bid, bidwright])
def test_an_argument_that_is_not_utf_8_is_refused_and_shown(program: click.Group) -> None:
    told = CliRunner().invoke(program, ["price", "--discount", os.fsdecode(b"5\xff")])
    assert told.exit_code == 2
    assert r"'5\xff' is not UTF-8 text; type it as UTF-8." in told.stderr
