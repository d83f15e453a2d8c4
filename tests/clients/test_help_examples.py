"""The help of every command that configures or analyzes ends with examples, and they can be typed."""

from __future__ import annotations

import shlex

import click
import pytest
from click.testing import CliRunner
from command_groups import commands_of

from bidwright.clients.cli.main import bid
from bidwright.server.main import bidwright

_COMMANDS = (
    (bid, ["configure"]),
    (bid, ["check"]),
    (bid, ["explain"]),
    (bid, ["alternatives"]),
    (bid, ["change"]),
    (bidwright, ["portfolio", "analyze"]),
    (bidwright, ["portfolio", "import"]),
    (bidwright, ["portfolio", "complete"]),
)


@pytest.mark.parametrize(("group", "words"), _COMMANDS)
def test_examples_stand_at_the_end_each_on_a_line_and_name_options_that_there_are(
    group: click.Group, words: list[str]
) -> None:
    shown = CliRunner().invoke(group, [*words, "--help"])
    examples = [shlex.split(line) for line in shown.output.partition("Examples:\n")[2].splitlines()]
    assert examples
    found: click.Command = group
    for word in words:
        assert isinstance(found, click.Group)
        found = commands_of(found)[word]
    known = {name for parameter in found.params for name in (*parameter.opts, *parameter.secondary_opts)}
    for example in examples:
        assert example[: len(words) + 1] == [group.name, *words]
        assert {word for word in example if word.startswith("-")} <= known
