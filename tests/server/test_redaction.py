"""What a customer is not told."""

from __future__ import annotations

from bidwright.server.redaction import OURS_ALONE
from bidwright.v1.price_pb2 import PriceTotals


def test_no_total_that_tells_our_cost_is_for_customers() -> None:
    told = {name for name in PriceTotals.DESCRIPTOR.fields_by_name if "cost" in name or "margin" in name}
    # the share of bespoke effort tells our hours to whoever knows the bespoke days
    assert set(OURS_ALONE) == told | {"bespoke_effort_percent"}
