"""Certificates that were given for names of services, instead of those that the installation's own authority issues."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from bidwright.core.errors import Faults, Unavailable
from bidwright.provisioning.authority import CertifiedKey, alternative_names, general_names
from bidwright.provisioning.key_files import certificate_pem, demand_private, private_key_pem


def given_certificate(directory: Path, names: Sequence[str], now: dt.datetime) -> CertifiedKey | None:
    """Read the certificate that was given for a service, ``<name>.pem`` and ``<name>.key``; none, if there is none.

    Args:
        directory: Where they lie.
        names: Names of the service, without its host's address; the first one names the files. May be empty.
        now: To tell whether it has expired.

    Raises:
        InvalidInput: A name is none, or the certificate is not good for this service; says all that is wrong.
        Unavailable: A file cannot be read.
    """
    wanted = general_names(names)  # refuses what could not be the name of a file
    if not names:
        return None
    chain_path, key_path = directory / f"{names[0].lower()}.pem", directory / f"{names[0].lower()}.key"
    if not chain_path.exists() and not key_path.exists():
        return None
    chain, key = _read_chain(chain_path), _read_key(key_path)
    faults, leaf = Faults(), chain[0]
    where = chain_path.name
    if leaf.public_key() != key.public_key():
        faults.add(where, f"is not for the key {key_path.name}", "Put the service's own certificate first.")
    for name in wanted:
        if not any(_is_good_for(name, one) for one in alternative_names(leaf)):
            faults.add(where, f"is not for {name.value}", "Get one that is for all names of the service.")
    if not leaf.not_valid_before_utc <= now < leaf.not_valid_after_utc:
        days = f"{leaf.not_valid_before_utc:%Y-%m-%d} to {leaf.not_valid_after_utc:%Y-%m-%d}"
        faults.add(where, f"is valid from {days}", "Get a new one.")
    if not all(_issued(child, parent) for child, parent in pairwise(chain)):
        faults.add(where, "is not a chain", "Put each certificate before the one that issued it.")
    root = _root_of(chain[-1])
    if root is None:
        faults.add(where, "leads to no authority this machine knows", "Put the root at the end of the file.")
    faults.raise_if_any(f"The certificate given in {directory}")
    links = [leaf, *(one for one in chain[1:] if one != root)]
    return CertifiedKey(
        "".join(map(certificate_pem, links)), private_key_pem(key), certificate_pem(root) if root else ""
    )


def _is_good_for(name: x509.GeneralName, certified: x509.GeneralName) -> bool:
    """Compare a name with one of the certificate; a star stands for one first label. Source: RFC 6125, 6.4.3."""
    if isinstance(name, x509.DNSName) and isinstance(certified, x509.DNSName):
        pattern = certified.value.lower()
        return name.value == pattern or (pattern.startswith("*.") and name.value.partition(".")[2] == pattern[2:])
    return name == certified


def _issued(child: x509.Certificate, parent: x509.Certificate) -> bool:
    try:
        child.verify_directly_issued_by(parent)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _root_of(last: x509.Certificate) -> x509.Certificate | None:
    """Find the root above the last certificate of a chain: itself, or one that this machine trusts."""
    if _issued(last, last):
        return last
    name, trusted = last.issuer.public_bytes(), ssl.create_default_context().get_ca_certs(binary_form=True)
    # Only those with this name are read: some old roots are not as today's rules want them.
    roots = (x509.load_der_x509_certificate(one) for one in trusted if name in one)
    return next((root for root in roots if root.subject == last.issuer and _issued(last, root)), None)


def _read_chain(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise Unavailable(
            f"The certificate {path} cannot be read: {error}.",
            fix="Put it there as PEM: the service's own, then those that issued it.",
            reason="GIVEN_CERTIFICATE_INVALID",
        ) from error


def _read_key(path: Path) -> PrivateKeyTypes:
    try:
        demand_private(path)
        return serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Unavailable(
            f"The key {path} cannot be read: {type(error).__name__}.",
            fix="Put the certificate's key there as PEM, without a password.",
            reason="GIVEN_CERTIFICATE_INVALID",
        ) from error
