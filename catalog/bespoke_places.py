"""Where bespoke work is done: only where the customer allows it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from bidwright.catalog.model import DeliveryCentre
from bidwright.core.errors import Faults
from bidwright.v1.configuration_pb2 import BespokeItem


def check_places(
    items: Iterable[BespokeItem], centres: Mapping[str, DeliveryCentre], regions: Collection[str], faults: Faults
) -> None:
    """Report effort of delivery centres that lie where no work may be done.

    Args:
        items: Centres that do not exist are passed over: they have no rate, which is a fault of its own.
        centres: Of the release, by id.
        regions: Where work may be done.
        faults: Takes a fault for each such effort.
    """
    allowed = sorted(id_ for id_, centre in centres.items() if centre.region in regions)
    for index, item in enumerate(items):
        for number, part in enumerate(item.effort):
            centre = centres.get(part.delivery_centre)
            if centre is not None and centre.id not in allowed:
                faults.add(
                    f"bespoke_items[{index}].effort[{number}].delivery_centre",
                    f"{centre.id} lies in {centre.region}, "
                    f"outside the regions allowed ({', '.join(sorted(regions)) or 'none'})",
                    f"Choose one of: {', '.join(allowed) or 'none'}.",
                )
