"""The two kinds of processes: servers that answer calls, workers that carry out orders."""

from __future__ import annotations

import asyncio
import signal
import socket

from bidwright.core.clock import utc_now
from bidwright.core.ids import random_id
from bidwright.provisioning.credentials import CredentialCipher
from bidwright.provisioning.equipment import Workshop
from bidwright.provisioning.inventory import Inventory
from bidwright.provisioning.ports import Ports
from bidwright.provisioning.service_certificates import Certificates
from bidwright.provisioning.worker import Worker, WorkerSettings, WorkerStorage
from bidwright.server.composition import Services
from bidwright.server.layout import StateDirectory
from bidwright.server.listening import Listening
from bidwright.server.serve import serve
from bidwright.storage.allocation import Pools
from bidwright.storage.connection import connect
from bidwright.storage.leases import Leases
from bidwright.storage.queue import Queue
from bidwright.storage.records import Store


async def run_server(
    redis_url: str, state: StateDirectory, listening: Listening, *, inventory: Inventory, volatile: bool = False
) -> None:
    """Serve until SIGTERM."""
    engine = await connect(redis_url, volatile=volatile)
    try:
        services = Services(engine, inventory, clock=utc_now, new_id=random_id, key=state.credentials_key)
        await serve(services, listening)
    finally:
        await engine.close()


async def run_worker(
    redis_url: str, state: StateDirectory, *, inventory: Inventory, steps_at_once: int = 2, volatile: bool = False
) -> None:
    """Carry out orders until SIGTERM; running roles are then ended and left to the next worker.

    Services of directory targets that a restart of the machine has ended are started first.
    """
    engine = await connect(redis_url, volatile=volatile)
    try:
        for place in inventory.places.values():
            await asyncio.to_thread(place.target.ensure_running)
        cipher = CredentialCipher.from_file(state.credentials_key)
        workshop = Workshop(
            inventory=inventory,
            ports=Ports(Pools(engine)),
            cipher=cipher,
            runs=state.runs,
            certificates=Certificates(state.path, cipher),
        )
        storage = WorkerStorage(Store(engine), Queue(engine), Leases(engine))
        settings = WorkerSettings(f"{socket.gethostname()}-{random_id('w')}", steps_at_once=steps_at_once)
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await Worker(storage, workshop, settings).run(stop)
    finally:
        await engine.close()
