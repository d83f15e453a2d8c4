# ruff: noqa: INP001 - Ansible loads plugins by path; they are in no package
"""Makes the SSH key pair of a backup out of a secret text that both hosts are given."""

from __future__ import annotations

import base64
import hashlib
import re
import struct
from collections.abc import Callable

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped] # it has no types
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_TYPE = b"ssh-ed25519"
_PURPOSE = b"bidwright backup key 1\0"  # other keys made of the same text would be others
_SEED = re.compile(r"[!-~]{20,200}")
_COLUMNS = 70
_BLOCK = 8  # of a key that is not encrypted


def backup_public_key(seed: str) -> str:
    """Compute the public key, as in authorized_keys: type and key.

    Args:
        seed: A generated text of at least 20 printable ASCII characters; whoever knows it has the key.
    """
    public, _ = _pair(seed)
    return f"{_TYPE.decode()} {base64.b64encode(_blob(public)).decode()}"


def backup_private_key(seed: str) -> str:
    """Compute the private key in OpenSSH's format; the same seed gives the same text."""
    public, private = _pair(seed)
    check = hashlib.sha256(public).digest()[:4]  # random elsewhere, which would look like a change
    secret = check + check + _blob(public) + _string(private + public) + _string(b"")
    secret += bytes(range(1, 1 + -len(secret) % _BLOCK))
    content = b"openssh-key-v1\0" + _string(b"none") * 2 + _string(b"") + struct.pack(">I", 1)
    text = base64.b64encode(content + _string(_blob(public)) + _string(secret)).decode()
    lines = [text[begin : begin + _COLUMNS] for begin in range(0, len(text), _COLUMNS)]
    return "\n".join(["-----BEGIN OPENSSH PRIVATE KEY-----", *lines, "-----END OPENSSH PRIVATE KEY-----", ""])


def _pair(seed: str) -> tuple[bytes, bytes]:
    if not _SEED.fullmatch(seed):
        raise AnsibleFilterError("The seed of a backup's key is no generated text of 20 to 200 printable characters.")
    private = hashlib.sha256(_PURPOSE + seed.encode()).digest()
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw(), private


def _blob(public: bytes) -> bytes:
    return _string(_TYPE) + _string(public)


def _string(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content


class FilterModule:
    """Tells Ansible the filters of this file."""

    def filters(self) -> dict[str, Callable[[str], str]]:
        """Name the filters."""
        return {"backup_public_key": backup_public_key, "backup_private_key": backup_private_key}
