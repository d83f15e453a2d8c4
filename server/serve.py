"""``bidwright serve``: the gRPC server."""

from __future__ import annotations

import asyncio
import logging
import signal

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from bidwright.core.clock import utc_now
from bidwright.core.collection import look_seldom_for_circles
from bidwright.server.composition import Services
from bidwright.server.gate import Gate
from bidwright.server.listening import Listening, address_unusable

_log = logging.getLogger(__name__)

_MOST_BYTES = 8 * 1024 * 1024  # a bid of 2,000 components with texts is below 1 MiB
_GRACE_S = 20.0
_SWEEP_S = 30.0


async def serve(services: Services, listening: Listening) -> None:
    """Serve until SIGTERM or SIGINT; calls under way are then given 20 seconds.

    Args:
        services: What is served.
        listening: Where.

    Raises:
        InvalidInput: The address is refused or taken.
    """
    look_seldom_for_circles()
    options = [("grpc.max_receive_message_length", _MOST_BYTES), ("grpc.so_reuseport", 1)]
    server = grpc.aio.server(interceptors=[Gate(services.authenticate)], options=options)
    checks = health.aio.HealthServicer()  # type: ignore[attr-defined]  # the stubs do not know it
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    names = services.add_to(server)
    reflection.enable_server_reflection([*names, health_pb2.DESCRIPTOR.services_by_name["Health"].full_name], server)
    port = _bind(server, listening)
    await server.start()
    for name in ("", *names):
        await checks.set(name, health_pb2.HealthCheckResponse.SERVING)
    address = f"{listening.address.rpartition(':')[0]}:{port}"
    _log.info("serving on %s", address)
    await _until_stopped(services)
    await checks.enter_graceful_shutdown()
    await server.stop(_GRACE_S)


def _bind(server: grpc.aio.Server, listening: Listening) -> int:
    credentials = listening.credentials()
    try:
        if credentials is not None:
            return server.add_secure_port(listening.address, credentials)
        return server.add_insecure_port(listening.address)
    except RuntimeError as error:
        raise address_unusable(listening.address, error) from error


async def _until_stopped(services: Services) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    while not stop.is_set():
        await services.expire_quotes(utc_now())
        try:
            await asyncio.wait_for(stop.wait(), _SWEEP_S)
        except TimeoutError:
            continue
