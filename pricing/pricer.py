"""Many prices for one question, until a deadline."""

from __future__ import annotations

import datetime as dt
import math
import time
from dataclasses import dataclass

from bidwright.catalog.model import Release
from bidwright.core.errors import Unavailable
from bidwright.pricing.price import price
from bidwright.v1.configuration_pb2 import CommercialTerms, Configuration
from bidwright.v1.price_pb2 import Price


@dataclass(frozen=True, kw_only=True)
class Pricer:
    """Prices configurations of one release as ``price`` does.

    Attributes:
        release: The release they were made from.
        today: The day it is in their market.
        until: By ``time.monotonic``: after it no further price is begun.
    """

    release: Release
    today: dt.date
    until: float = math.inf

    def __call__(self, configuration: Configuration, terms: CommercialTerms) -> Price:
        """Price one.

        Raises:
            InvalidInput: As ``price``.
            Unavailable: ``PRICING_TIMED_OUT``: the deadline has passed.
        """
        if time.monotonic() > self.until:
            raise Unavailable(
                "Not all prices that this question needs were made within its deadline",
                fix="Allow more time, or ask for fewer combinations.",
                reason="PRICING_TIMED_OUT",
            )
        return price(self.release, configuration, terms, self.today)
