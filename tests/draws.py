"""How many examples property tests draw: the same few every time, or many more that were never seen."""

from __future__ import annotations

import os

TIMES = int(os.environ.get("BIDWRIGHT_TEST_DRAWS", "1"))
"""With more than 1, so many times as many examples, and other ones in each run."""


def drawn(examples: int) -> int:
    """So many examples where nothing else is asked for."""
    return examples * TIMES
