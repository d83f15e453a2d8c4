"""Names of records as people type them, listings of records, and records as people see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message

from bidwright.clients.cli.output import Output
from bidwright.clients.cli.session import Session

_PAGE = 100  # orders are large, and an answer has at most 4 MB


def full_name(collection: str, name: str) -> str:
    """``q-1`` or ``quotes/q-1`` as a resource name."""
    return name if name.startswith(f"{collection}/") else f"{collection}/{name}"


def whole(call: Callable[[Any], Any], request: Any) -> Any:
    """The answer to a listing with the records of all its pages, in their order.

    Args:
        call: Asks for one page.
        request: Changed here: its ``page_size`` and ``page_token``.
    """
    request.page_size = _PAGE
    answer = call(request)
    while answer.next_page_token:
        request.page_token = answer.next_page_token
        answer.ClearField("next_page_token")
        answer.MergeFrom(call(request))
    return answer


def show(session: Session, found: Message, view: Callable[[Output, Any], None]) -> None:
    """Print one record as JSON or by its view."""
    if session.output.as_json:
        session.output.message(found)
    else:
        view(session.output, found)
