"""Gives each service its certificate: one that was given for its names, or one of the installation's own authority."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bidwright.core.errors import Conflicting
from bidwright.provisioning.authority import Authority, CertifiedKey
from bidwright.provisioning.credentials import CredentialCipher
from bidwright.provisioning.given_certificates import given_certificate
from bidwright.provisioning.journal import Journal
from bidwright.provisioning.order_records import CERTIFICATE_KIND
from bidwright.storage.changes import Put

_ATTEMPTS = 10  # somebody else writes a service's certificate once in a year or two


class Certificates:
    """Finds or issues certificates; the same one for every repetition of a step, until it is to be replaced."""

    def __init__(self, directory: Path, cipher: CredentialCipher) -> None:
        """Take the directory that has ``authority.key``, ``authority.pem`` and the folder ``certificates``."""
        self._directory, self._cipher = directory, cipher

    async def certified_key(self, journal: Journal, service: str, address: str, names: Sequence[str]) -> CertifiedKey:
        """Find the certificate of a service, or issue one and store it before the role can see it.

        Args:
            journal: Of the order; its account is the service's.
            service: Id of the service.
            address: Where its target answers.
            names: Further host names.

        Raises:
            InvalidInput: A name is none, or the certificate given is not good for this service.
            Unavailable: The authority or a certificate given cannot be read, or a stored one not be decrypted.
        """
        now = journal.now()
        given = await asyncio.to_thread(given_certificate, self._directory / "certificates", names, now)
        if given is not None:
            return given
        authority = await asyncio.to_thread(Authority.in_directory, self._directory, now)
        for _ in range(_ATTEMPTS):
            record = await journal.store.get(journal.account, CERTIFICATE_KIND, service)
            if record is not None and record.body:
                stored = self._cipher.reveal(record.body)
                if authority.has_issued(stored["certificate"], [address, *names], now):
                    return CertifiedKey(stored["certificate"], stored["private_key"], authority.certificate)
            issued = authority.issue([address, *names], now)
            sealed = self._cipher.seal({"certificate": issued.certificate, "private_key": issued.private_key})
            try:
                await journal.put(Put(CERTIFICATE_KIND, service, sealed, record.version if record else 0))
            except Conflicting as error:
                if error.reason != "ETAG_MISMATCH":
                    raise
            else:
                return issued
        raise Conflicting(
            f"The certificate of services/{service} changed {_ATTEMPTS} times while it was to be written.",
            fix="Repeat later.",
            reason="ORDER_BUSY",
        )
