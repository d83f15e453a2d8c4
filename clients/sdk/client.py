"""A connection to a Bidwright server: the generated, typed stubs, with what every call needs done for it."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import grpc

from bidwright.clients.sdk.calls import EveryCall
from bidwright.v1.access_pb2_grpc import AccessServiceStub
from bidwright.v1.catalog_pb2_grpc import CatalogServiceStub
from bidwright.v1.configurator_pb2_grpc import ConfiguratorServiceStub
from bidwright.v1.pricing_pb2_grpc import PricingServiceStub
from bidwright.v1.provisioning_pb2_grpc import ProvisioningServiceStub
from bidwright.v1.quoting_pb2_grpc import QuotingServiceStub

_OPTIONS = [("grpc.max_reconnect_backoff_ms", 1000)]  # a server that is back is found by the next repetition of a call


class Bidwright:
    """A connection, usable from many threads.

    Every call carries the key and a deadline. Writes without ``request_id`` get one, so that a call repeated after a
    lost connection has no second effect. A refusal is raised as ``RequestRefused``.

    Example:
        >>> with Bidwright("127.0.0.1:7443", key) as bidwright:
        ...     response = bidwright.configurator.Configure(ConfigureRequest(...))

    Attributes:
        access, catalog, configurator, pricing, quoting, provisioning: The services of the contract.
    """

    def __init__(
        self,
        address: str,
        key: str,
        *,
        root_certificates: bytes | None = None,
        tls: bool = False,
        timeout_s: float = 30.0,
    ) -> None:
        """Prepare a connection; it is made with the first call.

        Args:
            address: ``host:port``.
            key: The API key.
            root_certificates: PEM of the authority that signed the server's certificate; implies ``tls``.
            tls: Whether to encrypt; the system's authorities where ``root_certificates`` is None.
            timeout_s: Deadline of each call, with its repetitions, that does not state its own; streams have none.
        """
        if tls or root_certificates is not None:
            credentials = grpc.ssl_channel_credentials(root_certificates)
            self._channel = grpc.secure_channel(address, credentials, options=_OPTIONS)
        else:
            self._channel = grpc.insecure_channel(address, options=_OPTIONS)
        channel = grpc.intercept_channel(self._channel, EveryCall(key, timeout_s))
        self.access = AccessServiceStub(channel)
        self.catalog = CatalogServiceStub(channel)
        self.configurator = ConfiguratorServiceStub(channel)
        self.pricing = PricingServiceStub(channel)
        self.quoting = QuotingServiceStub(channel)
        self.provisioning = ProvisioningServiceStub(channel)

    def close(self) -> None:
        """End the connection."""
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
