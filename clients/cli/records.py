"""Names of records as people type them, and records as they see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message

from bidwright.clients.cli.output import Output
from bidwright.clients.cli.session import Session


def full_name(collection: str, name: str) -> str:
    """``q-1`` or ``quotes/q-1`` as a resource name."""
    return name if name.startswith(f"{collection}/") else f"{collection}/{name}"


def show(session: Session, found: Message, view: Callable[[Output, Any], None]) -> None:
    """Print one record as JSON or by its view."""
    if session.output.as_json:
        session.output.message(found)
    else:
        view(session.output, found)
