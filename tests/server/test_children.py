"""What `bidwright up` keeps running: when it is started again, when not, and what is told of it."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from bidwright.core.errors import Unavailable
from bidwright.server.children import Child, Patience, end_in_words, keep_all_running


@pytest.mark.parametrize(
    ("lives_s", "pauses_s"),
    [
        ([1, 1, 1], [1.0, 2.0, None]),  # it cannot start: given up after the third time
        ([10, 10, 10], [1.0, 2.0, None]),  # nor does it if that takes a while, as on a busy machine
        ([60, 1, 1, 1, 1, 1, 1], [0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0]),  # it could once: never given up
        ([1, 1, 60, 10, 1], [1.0, 2.0, 0.5, 1.0, 2.0]),
        ([1, 1, 3600, 3600], [1.0, 2.0, 0.5, 0.5]),  # seldom, so at once
    ],
)
def test_what_has_run_for_a_while_is_started_again_for_ever(lives_s: list[float], pauses_s: list[float | None]) -> None:
    patience = Patience()
    assert [patience.pause_after(lived_s) for lived_s in lives_s] == pauses_s


@pytest.mark.parametrize(
    ("returncode", "said", "told"),
    [
        (1, "Not done: the disk is full.", "ended with exit code 1; it said last: Not done: the disk is full."),
        (0, "", "ended with exit code 0, without a word."),
        (-signal.SIGTERM, "", "was ended by SIGTERM, without a word."),
        (-signal.SIGKILL, "", "was ended by SIGKILL, by hand or for lack of memory, without a word."),
    ],
)
def test_the_end_of_a_process_is_told_in_words(returncode: int, said: str, told: str) -> None:
    assert end_in_words(returncode, said) == told


def test_a_child_that_cannot_start_is_told_with_its_own_words_and_not_those_of_earlier_ones(tmp_path: Path) -> None:
    log = tmp_path / "serve.log"
    log.write_text("what was wrong last week\n", encoding="utf-8")
    child = Child(name="serve", arguments=["serve", "--address", "0.0.0.0:1", "--state-dir", str(tmp_path)], log=log)
    with pytest.raises(Unavailable) as refused:
        asyncio.run(keep_all_running([child], asyncio.Event()))
    assert refused.value.message.startswith("`bidwright serve` cannot start: ended with exit code 1; it said last: ")
    assert "there is no TLS" in refused.value.message
    assert "last week" not in refused.value.message
    assert refused.value.fix == f"The whole story is in {log}."
