"""What no delivery centre may deliver is never quoted, not even where it takes no work."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from quoting_desk import Desk, website
from small_release import small_release

from bidwright.core.errors import InvalidInput
from bidwright.storage.connection import Engine


async def test_what_no_delivery_centre_may_deliver_is_not_quoted(engine: Engine) -> None:
    release = small_release()
    site = replace(release.components["web.nginx_site"], competence="only_in_leeds")
    leeds = release.centres["leeds"]  # in the UK; Germany is delivered from the EU
    desk = Desk(
        engine,
        replace(
            release,
            digest="f" * 64,  # what differs is another release
            components={**release.components, site.id: site},
            centres={
                **release.centres,
                "leeds": replace(leeds, rates={**leeds.rates, site.competence: {"EUR": Decimal(1)}}),
            },
        ),
    )
    configuration = website()
    configuration.release = desk.release.name
    with pytest.raises(InvalidInput) as refused:
        await desk.create(configuration=configuration)
    assert [fault.where for fault in refused.value.faults] == ["configuration.delivery_centre.web"]
    assert await desk.count("quote") == 0
