"""Files of keys and certificates: PEM texts, written once, keys readable by their owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from bidwright.core.errors import Unavailable


def certificate_pem(certificate: x509.Certificate) -> str:
    """Write a certificate as PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def private_key_pem(key: PrivateKeyTypes) -> str:
    """Write a key as PEM: PKCS 8, not encrypted; secret."""
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption()).decode()


def demand_private(path: Path) -> None:
    """Return if nobody but its owner can read the file of a key.

    Raises:
        Unavailable: Others can (``KEY_READABLE``).
        OSError: There is no such file.
    """
    if path.stat().st_mode & 0o077:
        raise Unavailable(f"Others may read the key {path}.", fix=f"Run: chmod 600 {path}", reason="KEY_READABLE")


def write_once(path: Path, text: str, *, mode: int) -> None:
    """Write a new file; of several processes that do so at once, the first one wins."""
    new = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(new, path)
    except FileExistsError:
        return  # the other process's file is the one
    finally:
        new.unlink()
