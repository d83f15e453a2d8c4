"""A request that has been understood."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from bidwright.configurator.request import Requirements
from bidwright.core.amount_table import AmountTable
from bidwright.v1.configurator_pb2 import ConfigureRequest, Site


@dataclass(frozen=True, kw_only=True)
class Question:
    """A request that has been understood.

    Attributes:
        sites: As they are asked for; none where the bid has none.
        table: What quantities cost in its market and under its terms.
        today: The day in its market.
    """

    request: ConfigureRequest
    sites: Sequence[Site]
    requirements: Requirements
    table: AmountTable
    today: dt.date
