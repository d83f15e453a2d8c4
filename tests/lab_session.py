"""The lab of a session of tests; where it cannot be made, tests skip with the lab's own words about what is missing."""

from __future__ import annotations

import pytest
from bench.labs import CACHE, check_lab_machine, is_missing, lab_of, reason_of, state_directory

from bidwright.core.errors import BidwrightError

__all__ = ["CACHE", "is_missing", "lab_of", "reason_of", "require_lab_machine", "state_directory"]


def require_lab_machine() -> None:
    """Skip the test on a machine that cannot run a lab, and say why."""
    try:
        check_lab_machine()
    except BidwrightError as error:
        pytest.skip(reason_of(error))
