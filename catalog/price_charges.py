"""The charges that a price list may name, and how each falls due. The law is in docs/pricing.md, "Charges"."""

from __future__ import annotations

from typing import Literal

ChargeName = Literal["one_time", "monthly", "hourly", "quarterly", "yearly", "usage"]

CHARGES: tuple[ChargeName, ...] = ("one_time", "monthly", "hourly", "quarterly", "yearly", "usage")
"""In the order in which the lines of a component are listed."""

RECURRING: tuple[ChargeName, ...] = ("monthly", "hourly", "quarterly", "yearly")
"""What is committed for the term and falls due again and again."""

PERIOD_MONTHS = {"monthly": 1, "hourly": 1, "quarterly": 3, "yearly": 12}
"""Months from one time a recurring charge falls due to the next."""
