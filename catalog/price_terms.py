"""The contract terms of a price book: single months and ranges of months, each with what it takes off or adds."""

from __future__ import annotations

from decimal import Decimal

from bidwright.catalog.document import Entry
from bidwright.catalog.figures import number
from bidwright.core.errors import Faults


def read_terms(whole: Entry, faults: Faults) -> dict[int, Decimal]:
    """Read ``terms``: months -> discount in percent, below 0 what is added; each month of a range by itself, ascending.

    Args:
        whole: The settings of the price book, sound.
        faults: Takes ranges that end before they begin, and months that are stated twice.
    """
    found: dict[int, Decimal] = {}
    stated: dict[int, str] = {}
    for key, percent in whole.value["terms"].items():
        first, _, last = key.partition("-")
        months = range(int(first), int(last or first) + 1)
        if not months:
            what = f"the range of terms {key} ends before it begins"
            faults.add(whole.where("terms", key), what, f"Write {last}-{first}.")
        twice = [month for month in months if month in stated]
        if twice:
            what = f"a term of {twice[0]} months is in {stated[twice[0]]} and in {key}"
            faults.add(whole.where("terms", key), what, "Let the ranges of terms not overlap.")
        stated.update(dict.fromkeys(months, key))
        found.update(dict.fromkeys(months, number(percent)))
    return dict(sorted(found.items()))
