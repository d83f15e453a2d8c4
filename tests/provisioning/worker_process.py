"""A worker as a process of its own, for tests that kill it: URL, state directory, name and heartbeat are arguments."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bidwright.provisioning.credentials import CredentialCipher
from bidwright.provisioning.directory_target import DirectoryTarget
from bidwright.provisioning.equipment import Workshop
from bidwright.provisioning.inventory import Place, inventory_of
from bidwright.provisioning.ports import Ports
from bidwright.provisioning.service_certificates import Certificates
from bidwright.provisioning.worker import Worker, WorkerSettings, WorkerStorage
from bidwright.storage.allocation import Pools
from bidwright.storage.connection import connect
from bidwright.storage.leases import Leases
from bidwright.storage.queue import Queue
from bidwright.storage.records import Store


async def main(url: str, directory: Path, name: str, heartbeat_s: float) -> None:
    engine = await connect(url)
    place = Place("local", DirectoryTarget(path=directory / "target"), range(23400, 23500))
    cipher = CredentialCipher.from_file(directory / "credentials.key")
    workshop = Workshop(
        inventory=inventory_of([place]),
        ports=Ports(Pools(engine)),
        cipher=cipher,
        runs=directory / "runs",
        certificates=Certificates(directory, cipher),
    )
    storage = WorkerStorage(Store(engine), Queue(engine, heartbeat_s=heartbeat_s), Leases(engine))
    await Worker(storage, workshop, WorkerSettings(name=name, reconcile_s=1.0)).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], float(sys.argv[4])))
