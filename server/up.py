"""``bidwright up``: everything on one machine, below one state directory."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import io
import logging
import os
import signal
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from ruamel.yaml import YAML

from bidwright.core.caller import ROLES
from bidwright.core.clock import utc_now
from bidwright.core.errors import BidwrightError, NotAllowedNow, Unavailable
from bidwright.core.file_faults import in_words
from bidwright.provisioning.credentials import CredentialCipher
from bidwright.provisioning.inventory import local_inventory, read_inventory
from bidwright.server.api_keys import ApiKeys
from bidwright.server.children import Child, Patience, keep_all_running, pause
from bidwright.server.layout import StateDirectory, read_client_settings, write_private
from bidwright.server.listening import Listening, free_address, require_free
from bidwright.server.publishing import publish_if_new
from bidwright.storage.connection import connect
from bidwright.storage.embedded import EmbeddedEngine
from bidwright.storage.records import Store

_log = logging.getLogger(__name__)

# What one person at one machine is; approving one's own quotes takes a second person, here a second profile.
LOCAL_PROFILES = {
    "default": ("local", frozenset(ROLES) - {"approver"}),
    "approver": ("approver", frozenset({"approver"})),
}
_READY_S = 60.0


@dataclass(frozen=True, kw_only=True)
class UpSettings:
    """What ``bidwright up`` is told.

    Attributes:
        state: Where everything is kept.
        address: ``host:port``; empty for a free port on loopback.
        portfolios: Directories of portfolios to publish.
        redis_url: Of an engine that runs elsewhere; empty for the embedded one.
        account: The tenant of the local keys.
        service_user: Account that runs provisioned services where we are root.
    """

    state: StateDirectory
    address: str
    portfolios: tuple[Path, ...]
    redis_url: str
    account: str
    service_user: str


async def up(settings: UpSettings) -> None:
    """Run everything until SIGTERM or SIGINT. An engine that dies is started again, and everything on it.

    Raises:
        NotAllowedNow: Another ``bidwright up`` owns the state directory.
        Unavailable: The key of credentials cannot be used, or engine, server or worker cannot be started.
        InvalidInput: A portfolio has faults, or the address is refused.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    address = settings.address or free_address()
    Listening(address=address).credentials()
    require_free(address)
    with _owned(settings.state):
        if settings.redis_url:
            await _run(settings, settings.redis_url, address, stop)
        else:
            await _run_on_own_engine(settings, address, stop)


async def _run_on_own_engine(settings: UpSettings, address: str, stop: asyncio.Event) -> None:
    """Run everything on an engine of ours; when that ends by itself, all is started again."""
    patience = Patience()
    began = time.monotonic()
    ended = await _run_while_alive(settings, address, stop)  # what is wrong from the start is raised
    while ended is not None:
        pause_s = patience.pause_after(time.monotonic() - began)
        if pause_s is None:
            raise ended
        _log.error("%s What to do: %s Starting everything again in %.1f s.", ended.message, ended.fix, pause_s)
        await pause(stop, pause_s)
        if stop.is_set():
            return
        began = time.monotonic()
        try:
            ended = await _run_while_alive(settings, address, stop)
        except BidwrightError as error:  # it has served before, so what is in the way now may pass
            ended = error
        except OSError as error:
            ended = in_words(error)


async def _run_while_alive(settings: UpSettings, address: str, stop: asyncio.Event) -> BidwrightError | None:
    """Run everything on a new engine of ours; how the engine has ended, or None where ``stop`` was what ended it."""
    # In this thread, which lives as long as we do: the engine ends with the thread that started it.
    engine = EmbeddedEngine.start(settings.state.path)
    turn_over = asyncio.Event()

    async def watch() -> None:
        ends = asyncio.create_task(asyncio.to_thread(engine.process.wait)) if engine.process else None
        stops = asyncio.create_task(stop.wait())
        await asyncio.wait({stops} | ({ends} if ends else set()), return_when=asyncio.FIRST_COMPLETED)
        turn_over.set()

    watching = asyncio.create_task(watch())
    try:
        await _run(settings, engine.url, address, turn_over)
    except Unavailable:
        if engine.ended() is None:
            raise
    finally:
        watching.cancel()
        ended = None if stop.is_set() else engine.ended()
        engine.stop()
    return ended


async def _run(settings: UpSettings, redis_url: str, address: str, stop: asyncio.Event) -> None:
    await _prepare(settings, redis_url, address)
    state = settings.state
    shared = ["--state-dir", str(state.path), "--redis-url", redis_url]
    children = (
        Child(name="serve", arguments=["serve", *shared, "--address", address], log=state.log("serve")),
        Child(name="work", arguments=["work", *shared], log=state.log("work")),
    )
    _log.info("serving on %s; keys for `bid` are in %s", address, state.client_settings)
    await keep_all_running(children, stop)


async def _prepare(settings: UpSettings, redis_url: str, address: str) -> None:
    """Make what is missing: inventory, keys, published portfolios. Harmless to repeat."""
    state = settings.state
    if not state.inventory.exists():
        write_private(
            state.inventory, local_inventory(state.target, service_user=settings.service_user, ports=_ports(state))
        )
    # What is wrong with these is told now, not by a child's log.
    await asyncio.to_thread(read_inventory, state.inventory)
    CredentialCipher.from_file(state.credentials_key)
    engine = await connect(redis_url)
    try:
        store = Store(engine)
        for directory in settings.portfolios:
            await publish_if_new(store, directory)
        await _write_profiles(settings, ApiKeys(store, utc_now), address)
    finally:
        await engine.close()


def _ports(state: StateDirectory) -> range:
    """Ports of the embedded target: by its directory, so that two installations on one machine seldom want the same."""
    first = 20000 + 500 * (zlib.crc32(str(state.path).encode()) % 24)
    return range(first, first + 500)


async def _write_profiles(settings: UpSettings, keys: ApiKeys, address: str) -> None:
    """Keep keys that still open this engine, make those that are missing, and note today's address."""
    path = settings.state.client_settings
    known = {key.id async for key in keys.every() if not key.HasField("revoke_time")}
    profiles = read_client_settings(path)
    for name, (principal, roles) in LOCAL_PROFILES.items():
        key = str(profiles.get(name, {}).get("key", ""))
        if key.split(".")[1:2] != [] and key.split(".")[1] in known:
            profiles[name] |= {"address": address}
            continue
        new = await keys.create(account=settings.account, principal=principal, roles=roles)
        profiles[name] = {"address": address, "key": new}
    text = io.StringIO()
    YAML().dump({"profiles": {name: dict(values) for name, values in profiles.items()}}, text)
    if not path.exists() or path.read_text(encoding="utf-8") != text.getvalue():  # on a full disk, too, we can go on
        write_private(path, text.getvalue())


@contextlib.contextmanager
def _owned(state: StateDirectory) -> Iterator[None]:
    """Hold the lock of a state directory; the kernel lets go of it even after SIGKILL."""
    with os.fdopen(os.open(state.lock, os.O_RDWR | os.O_CREAT, 0o600), "r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NotAllowedNow(
                f"Bidwright already runs in {state.path} (process {lock.read().strip()}).",
                fix=f"Use it, or stop it first: bidwright down --state-dir {state.path}",
                reason="ALREADY_UP",
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def owner(state: StateDirectory) -> int | None:
    """The process of the ``bidwright up`` that owns a state directory; None where there is none."""
    if not state.lock.exists():
        return None
    with state.lock.open("r+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(lock.read().strip() or 0) or None
    return None


def down(state: StateDirectory, *, timeout_s: float = 60.0) -> bool:
    """End the ``bidwright up`` of a state directory and wait for it; whether there was one.

    Raises:
        Unavailable: It has not ended in time.
    """
    process = owner(state)
    if process is None:
        return False
    os.kill(process, signal.SIGTERM)
    deadline = time.monotonic() + timeout_s
    while owner(state) is not None:
        if time.monotonic() > deadline:
            raise Unavailable(
                f"Process {process} has not ended.", fix=f"See {state.path / 'log'}; then kill {process}."
            )
        time.sleep(0.1)
    return True


def wait_until_serving(state: StateDirectory, *, timeout_s: float = _READY_S) -> str:
    """Wait until the server of a state directory answers health checks; its address.

    Raises:
        Unavailable: It did not in time, or ended.
    """
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        profile = read_client_settings(state.client_settings).get("default", {})
        if owner(state) is not None and profile and _is_serving(str(profile["address"])):
            return str(profile["address"])
        time.sleep(0.1)
    raise Unavailable(f"The server does not answer after {timeout_s:.0f} s.", fix=f"Look into {state.path / 'log'}.")


def _is_serving(address: str) -> bool:
    with grpc.insecure_channel(address) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        try:
            answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=2)
        except grpc.RpcError:
            return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)
