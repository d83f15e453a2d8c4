"""Sets of options as whole numbers: bit n stands for option n."""

from __future__ import annotations

import numpy as np

from bidwright.configurator.guide_clauses import Flags


def flags_of(mask: int, count: int) -> Flags:
    """Of each of so many options whether it is in the set."""
    packed = np.frombuffer(mask.to_bytes(-(-count // 8), "little"), dtype=np.uint8)
    return np.unpackbits(packed, count=count, bitorder="little").view(np.bool_)


def mask_of(flags: Flags) -> int:
    """The set, given of each option whether it is in it."""
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")


def places_of(mask: int) -> list[int]:
    """The options of a set, ascending."""
    return list(np.flatnonzero(flags_of(mask, mask.bit_length())).tolist())
