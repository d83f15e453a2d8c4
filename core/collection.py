"""How often Python looks for garbage that refers to itself."""

from __future__ import annotations

import gc

_OBJECTS = 50_000


def look_seldom_for_circles() -> None:
    """Look for circles of garbage after 50,000 new objects, not 700, and never again among those there are now.

    Releases and answers are trees: whatever is not needed any more is freed without that. Looking through the tens of
    thousands of objects of a large price again and again took a tenth of its time (bench/pricing.py).
    """
    gc.freeze()
    gc.set_threshold(_OBJECTS, 20, 100)
