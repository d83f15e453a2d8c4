"""Reads of the catalog that several commands need."""

from __future__ import annotations

from google.type.decimal_pb2 import Decimal as DecimalMessage

from bidwright.clients.cli.session import Session
from bidwright.clients.cli.views import number
from bidwright.v1 import catalog_pb2 as catalog


def get_offering(session: Session, portfolio: str, offering_id: str) -> catalog.Offering:
    """Read one offering."""
    name = f"portfolios/{portfolio}/offerings/{offering_id}"
    return session.server().catalog.GetOffering(catalog.GetOfferingRequest(name=name))


def components_of(session: Session, portfolio: str, family: str = "") -> list[catalog.Component]:
    """Read all components of a portfolio, or of one family, without their texts."""
    request = catalog.ListComponentsRequest(parent=f"portfolios/{portfolio}", family=family, page_size=1000)
    found: list[catalog.Component] = []
    while True:
        response = session.server().catalog.ListComponents(request)
        found.extend(response.components)
        request.page_token = response.next_page_token
        if not request.page_token:
            return found


def default_text(need: catalog.Need) -> str:
    """The default answer as it is typed; empty where there is none."""
    if need.type == catalog.NEED_TYPE_BOOLEAN:
        return {"true": "yes", "false": "no"}.get(need.default_value, need.default_value)
    if need.type in {catalog.NEED_TYPE_INTEGER, catalog.NEED_TYPE_DECIMAL} and need.default_value:
        return number(DecimalMessage(value=need.default_value))
    return need.default_value
