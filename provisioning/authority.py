"""The installation's own certificate authority: it issues the certificates of services, for their hosts and names."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from bidwright.core.errors import InvalidInput, Unavailable
from bidwright.provisioning.key_files import certificate_pem, demand_private, private_key_pem, write_once

ROOT_LIFE = dt.timedelta(days=3652)
LEAF_LIFE = dt.timedelta(days=825)
"""What clients accept at most of an authority they were told to trust. Source: Apple, HT210176."""
RENEWAL = dt.timedelta(days=30)
"""A certificate with less than this left is replaced."""
_CLOCK_SKEW = dt.timedelta(hours=1)
_HOST_NAME = re.compile(r"(?i:(?=.*[a-z])[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*)")


@dataclass(frozen=True)
class CertifiedKey:
    """A certificate with its key, as PEM texts.

    Attributes:
        certificate: The service's own, followed by those that link it to the authority, if any.
        private_key: PKCS 8, not encrypted; secret.
        authority: The root to trust.
    """

    certificate: str
    private_key: str = field(repr=False)
    authority: str


class Authority:
    """Issues certificates that are good for exactly the names asked for.

    Attributes:
        certificate: Its own, PEM: what those must trust who use services.
    """

    def __init__(self, key: ec.EllipticCurvePrivateKey, root: x509.Certificate) -> None:
        self._key, self._root = key, root
        self.certificate = certificate_pem(root)

    @classmethod
    def in_directory(cls, directory: Path, now: dt.datetime) -> Authority:
        """Read ``authority.key`` and ``authority.pem``, or make them. Safe to call from several processes at once.

        Raises:
            Unavailable: A file is damaged, missing or readable by others, or the authority has expired.
        """
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        key_path, root_path = directory / "authority.key", directory / "authority.pem"
        if not key_path.exists() and not root_path.exists():
            write_once(key_path, private_key_pem(ec.generate_private_key(ec.SECP256R1())), mode=0o600)
        key = _read_key(key_path)
        if not root_path.exists():
            write_once(root_path, certificate_pem(_root(key, now)), mode=0o644)
        root = _read_root(root_path)
        if root.public_key() != key.public_key():
            raise Unavailable(
                f"{key_path} is not the key of {root_path}.",
                fix="Restore both from the same backup.",
                reason="AUTHORITY_INVALID",
            )
        if root.not_valid_after_utc <= now:
            raise Unavailable(
                f"The authority {root_path} expired on {root.not_valid_after_utc:%Y-%m-%d}.",
                fix=f"Move {key_path} and {root_path} away, repeat the steps of services, and give out the new root.",
                reason="AUTHORITY_EXPIRED",
            )
        return cls(key, root)

    def issue(self, names: Sequence[str], now: dt.datetime) -> CertifiedKey:
        """Issue a certificate with a new key, for servers.

        Args:
            names: Host names and IP addresses, at least one.
            now: From an hour before this it is good, for 825 days, and never longer than the authority.

        Raises:
            InvalidInput: A name is none.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
        subject_key = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        leaf = (
            _builder(x509.Name([]), self._root.subject, key.public_key(), now)
            .not_valid_after(min(now + LEAF_LIFE, self._root.not_valid_after_utc))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(general_names(names)), critical=True)
            .add_extension(_key_usage(issues=False), critical=True)
            .add_extension(usage, critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(subject_key), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return CertifiedKey(certificate_pem(leaf), private_key_pem(key), self.certificate)

    def has_issued(self, certificate: str, names: Sequence[str], now: dt.datetime) -> bool:
        """Tell whether a certificate is ours, is for exactly these names, and has at least 30 days left.

        Raises:
            InvalidInput: A name is none.
        """
        leaf = x509.load_pem_x509_certificate(certificate.encode())
        try:
            leaf.verify_directly_issued_by(self._root)
        except (ValueError, TypeError, InvalidSignature):
            return False
        is_lasting = leaf.not_valid_after_utc - now >= RENEWAL
        is_last = leaf.not_valid_after_utc == self._root.not_valid_after_utc  # no longer one can be had
        wanted = {*general_names(names)}
        return (is_lasting or is_last) and {*alternative_names(leaf)} == wanted


def general_names(names: Sequence[str]) -> list[x509.GeneralName]:
    """Write names as a certificate has them: in small letters, each once, sorted.

    Raises:
        InvalidInput: One is neither a host name nor an IP address.
    """
    return [_general_name(name) for name in sorted({name.lower() for name in names})]


def alternative_names(certificate: x509.Certificate) -> list[x509.GeneralName]:
    """Read the names that a certificate is for; none, if it has no such extension."""
    try:
        return list(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        return []


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        if not _HOST_NAME.fullmatch(name) or len(name) > 253:
            raise InvalidInput(
                f"No certificate can be for {name!r}.",
                fix="Use a host name of ASCII letters, digits, dots and hyphens, or an IP address.",
                reason="CERTIFICATE_NAME_INVALID",
            ) from None
    return x509.DNSName(name)


def _root(key: ec.EllipticCurvePrivateKey, now: dt.datetime) -> x509.Certificate:
    """Make the authority's own certificate; the name tells installations apart."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Bidwright authority {secrets.token_hex(4)}")])
    return (
        _builder(name, name, key.public_key(), now)
        .not_valid_after(now + ROOT_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(issues=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: dt.datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _key_usage(*, issues: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not issues,
        key_cert_sign=issues,
        crl_sign=issues,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    if not path.exists():
        raise Unavailable(
            f"{path} is missing, and its authority.pem is there.",
            fix="Restore it from your backup; without it, certificates of services cannot be issued.",
            reason="AUTHORITY_INVALID",
        )
    demand_private(path)
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise Unavailable(
            f"{path} does not hold the key of an authority.",
            fix="Restore it from your backup; without it, certificates of services cannot be issued.",
            reason="AUTHORITY_INVALID",
        )
    return key


def _read_root(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except ValueError as error:
        raise Unavailable(
            f"{path} does not hold a certificate.", fix="Restore it from your backup.", reason="AUTHORITY_INVALID"
        ) from error
