"""A zone's serial number: the same for the same content, otherwise higher than all that were served."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from ansible_plugins import plugin

SERIALS = plugin("modules", "name_server_zone")
TODAY = dt.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ([], 2026112200),  # a new zone
        ([2026112100], 2026112200),  # of yesterday
        ([2026112200], 2026112201),  # the second today
        ([2026112205, 2026112203], 2026112206),  # file and server differ
        ([2026112299], 2026112300),  # more than a hundred today: tomorrow's numbers
        ([2099010100], 2099010101),  # the clock was ahead
        ([1], 2026112200),  # counted by somebody else before
        ([4294967295], 2026112200),  # around the circle, today is ahead of it
    ],
)
def test_the_next_serial_is_higher_than_all_known_ones(known: list[int], expected: int) -> None:
    assert SERIALS.next_serial(known, TODAY) == expected


def test_serials_are_compared_around_the_circle() -> None:
    assert SERIALS.is_newer(0, 4294967295)
    assert SERIALS.is_newer(2026112201, 2026112200)
    assert not SERIALS.is_newer(2026112200, 2026112200)
    assert not SERIALS.is_newer(4294967295, 0)


def test_a_zone_of_another_delivery_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c-1.dns.conf").write_text('key:\n    name: "k"\n\nzone:\n    name: "example.org"\n')
    SERIALS.refuse_a_zone_of_others("example.org", "c-1.dns", tmp_path)
    SERIALS.refuse_a_zone_of_others("k", "c-2.dns", tmp_path)
    with pytest.raises(SERIALS.Failed, match=r"The zone example\.org is on this host already, of c-1\.dns\."):
        SERIALS.refuse_a_zone_of_others("example.org", "c-2.dns", tmp_path)


def test_nobody_answers_where_there_is_no_name_server() -> None:
    assert SERIALS.ask("127.0.0.253", "example.org") == (None, None)
