"""Deadlines that follow from others."""

from __future__ import annotations

from bidwright.configurator.deadline import Deadline


def test_a_deadline_is_put_off_only_where_less_than_a_least_time_is_left() -> None:
    deadline = Deadline(2, lambda: 100.0)
    assert deadline.at_least(1) is deadline
    assert deadline.at_least(3).left_s == 3


def test_a_caller_who_goes_away_ends_what_was_given_more_time_too() -> None:
    deadline = Deadline(0, lambda: 100.0)
    later = deadline.at_least(3)
    deadline.end_now()
    assert later.left_s == 0
