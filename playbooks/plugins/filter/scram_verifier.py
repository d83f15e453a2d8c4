# ruff: noqa: INP001 - Ansible loads plugins by path; they are in no package
"""Turns a password into what PostgreSQL stores, so that neither a file nor a log of the server holds the password."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable

_ITERATIONS = 4096  # PostgreSQL's own number


def scram_verifier(password: str, salted_by: str) -> str:
    """Compute a SCRAM-SHA-256 verifier (RFC 5803).

    Args:
        password: ASCII, as generated ones are; others would need SASLprep.
        salted_by: Text that differs between databases. The salt is derived from it, so that an unchanged
            password gives the same verifier and changes nothing.
    """
    salt = hashlib.sha256(salted_by.encode()).digest()[:16]
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    return f"SCRAM-SHA-256${_ITERATIONS}:{_base64(salt)}${_base64(stored)}:{_base64(server)}"


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


class FilterModule:
    """Tells Ansible the filters of this file."""

    def filters(self) -> dict[str, Callable[[str, str], str]]:
        """Name the filters."""
        return {"scram_verifier": scram_verifier}
