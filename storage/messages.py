"""How messages become bytes: one encoding for what is stored, signed or told apart."""

from __future__ import annotations

import hashlib
from typing import Protocol

from google.protobuf.message import Message


class Repeatable(Protocol):
    """A message that asks for a change; its id makes a repetition known, and may be empty."""

    request_id: str


def encoded(message: Message) -> bytes:
    """Encode a message; equal messages have equal bytes."""
    return message.SerializeToString(deterministic=True)


def message_digest(message: Message) -> str:
    """SHA-256 over the encoding, hexadecimal: of an offer, what a signature fixes."""
    return hashlib.sha256(encoded(message)).hexdigest()


def request_fingerprint(request: Repeatable, principal: str) -> str:
    """Digest everything about a request but its id: the method, the content, and who asks."""
    if not isinstance(request, Message):
        raise TypeError(f"{request!r} is no message")
    content = type(request)()
    content.CopyFrom(request)
    content.ClearField("request_id")
    told = f"{request.DESCRIPTOR.full_name}\n{principal}\n".encode()
    return hashlib.sha256(told + encoded(content)).hexdigest()
