"""Every kind of broken portfolio: the fault is reported at its line, once, and with what to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest
from breaking import Broken, assert_reported, broken_portfolios


@pytest.mark.parametrize(
    "broken",
    [
        *broken_portfolios("broken_files.yaml"),  # shapes
        *broken_portfolios("broken_references.yaml"),  # contradictions
        *broken_portfolios("broken_business.yaml"),  # what could not be sold or delivered
    ],
    ids=lambda broken: broken.name,
)
def test_a_fault_is_reported_at_its_line(broken: Broken, tmp_path: Path) -> None:
    assert_reported(broken, tmp_path)
