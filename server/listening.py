"""Where the server listens, and on which conditions: off loopback never without TLS."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from pathlib import Path

import grpc

from bidwright.core.errors import InvalidInput


@dataclass(frozen=True, kw_only=True)
class Listening:
    """An address with its TLS files.

    Attributes:
        address: ``host:port``; port 0 for any free one.
        certificate, private_key: PEM files; both or none.
    """

    address: str
    certificate: Path | None = None
    private_key: Path | None = None

    def credentials(self) -> grpc.ServerCredentials | None:
        """The server's TLS credentials; None for plain text, which only loopback may have.

        Raises:
            InvalidInput: The address is not on loopback and there is no certificate, or only one of the files is given.
        """
        if self.certificate is not None and self.private_key is not None:
            return grpc.ssl_server_credentials([(self.private_key.read_bytes(), self.certificate.read_bytes())])
        if self.certificate is not None or self.private_key is not None:
            raise InvalidInput("TLS needs both files.", fix="Give --tls-certificate and --tls-key together.")
        if not is_loopback(self.address):
            raise InvalidInput(
                f"{self.address} can be reached from other machines, and there is no TLS: keys and prices would travel "
                "in the clear.",
                fix="Give --tls-certificate and --tls-key, or listen on 127.0.0.1 behind a proxy that has TLS.",
                reason="TLS_MISSING",
            )
        return None


def is_loopback(address: str) -> bool:
    """Whether an address can be reached from this machine only. Names other than ``localhost`` are taken not to be."""
    host = address.rpartition(":")[0].strip("[]")
    if host == "localhost" or address.startswith("unix:"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def require_free(address: str) -> None:
    """Refuse an address that cannot be listened on, before anything is started.

    Raises:
        InvalidInput: It has no port, is not of this machine, or somebody listens there.
    """
    host, _, port = address.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), int(port)))
        except (OSError, ValueError, OverflowError) as error:
            raise address_unusable(address, error) from error


def address_unusable(address: str, why: Exception) -> InvalidInput:
    """The error for an address that cannot be listened on."""
    return InvalidInput(
        f"Cannot listen on {address}: {why}",
        fix="Choose another --address as host:port; 127.0.0.1:0 takes any free port.",
        reason="ADDRESS_UNUSABLE",
    )


def free_address(host: str = "127.0.0.1") -> str:
    """An address on which nothing listens at the moment."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return f"{host}:{probe.getsockname()[1]}"
