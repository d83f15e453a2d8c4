"""Makes the passwords of services and keeps them encrypted at rest, with a key that can be replaced."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bidwright.core.errors import Unavailable
from bidwright.provisioning.key_files import demand_private, write_once

_RANDOM_BYTES = 24  # 192 bits, 32 characters


class CredentialCipher:
    """Encrypts generated credentials with a key that is in no record, event or backup of the engine.

    Attributes:
        installation: Tells installations apart: the same for all workers that share a key, and says nothing of the key.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        """Take the key that encrypts, then those that were replaced by it and may still have to decrypt."""
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self.installation = hashlib.sha256(b"installation " + keys[0]).hexdigest()[:16]

    @classmethod
    def from_file(cls, path: Path) -> CredentialCipher:
        """Read the keys, one a line, or make one, with mode 0600. Safe to call from several processes at once.

        Raises:
            Unavailable: The file is not a key, or others may read it.
        """
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            write_once(path, Fernet.generate_key().decode() + "\n", mode=0o600)
        demand_private(path)
        try:
            return cls(path.read_bytes().split())
        except ValueError as error:
            raise Unavailable(
                f"{path} does not hold a key of credentials.",
                fix="Restore it from your backup; without it, stored passwords cannot be read.",
                reason="KEY_INVALID",
            ) from error

    def generate(self, names: Iterable[str]) -> bytes:
        """Make one random password for each name and return them encrypted."""
        passwords = {name: secrets.token_urlsafe(_RANDOM_BYTES) for name in sorted(names)}
        return self.seal(passwords)

    def seal(self, texts: Mapping[str, str]) -> bytes:
        """Encrypt texts by name, for ``reveal``."""
        return self._fernet.encrypt(json.dumps(dict(texts)).encode())

    def reveal(self, encrypted: bytes) -> Mapping[str, str]:
        """Decrypt what ``generate`` or ``seal`` made: texts by name.

        Raises:
            Unavailable: It was encrypted with another key.
        """
        try:
            revealed: dict[str, str] = json.loads(self._fernet.decrypt(encrypted))
        except InvalidToken as error:
            raise _encrypted_with_another_key() from error
        return revealed

    def encrypt_anew(self, encrypted: bytes) -> bytes:
        """Encrypt with the present key what was encrypted with any of them.

        Raises:
            Unavailable: It was encrypted with another key.
        """
        try:
            return self._fernet.rotate(encrypted)
        except InvalidToken as error:
            raise _encrypted_with_another_key() from error


def _encrypted_with_another_key() -> Unavailable:
    return Unavailable(
        "Stored credentials were encrypted with another key.",
        fix="Restore the key file with which the service was provisioned.",
        reason="KEY_MISMATCH",
    )
