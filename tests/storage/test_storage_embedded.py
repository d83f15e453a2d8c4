"""The embedded engine: its life, its death by SIGKILL, and what is left afterwards."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bidwright.core.errors import InvalidInput, Unavailable
from bidwright.storage.changes import Change, Put
from bidwright.storage.connection import connect
from bidwright.storage.embedded import EmbeddedEngine, server_binary
from bidwright.storage.records import Store


@pytest.fixture
def running(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    engine = EmbeddedEngine.start(tmp_path)
    yield engine
    engine.stop()


def is_alive(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


def wait_for_end(pid: int) -> None:
    deadline = time.monotonic() + 10
    while is_alive(pid):
        assert time.monotonic() < deadline, f"process {pid} did not end"
        time.sleep(0.01)


def test_only_its_owner_may_enter_and_it_listens_on_no_port(running: EmbeddedEngine) -> None:
    assert stat.S_IMODE(running.directory.stat().st_mode) == 0o700
    assert stat.S_IMODE(running.socket.stat().st_mode) == 0o700
    sockets = {str(entry.readlink()) for entry in Path(f"/proc/{running.pid}/fd").iterdir() if entry.is_symlink()}
    listening = Path(f"/proc/{running.pid}/net/tcp").read_text() + Path(f"/proc/{running.pid}/net/tcp6").read_text()
    inodes = {line.split()[9] for line in listening.splitlines() if line.split()[3] == "0A"}
    assert not {f"socket:[{inode}]" for inode in inodes} & sockets
    assert os.getsid(running.pid) == running.pid


async def test_what_was_confirmed_is_there_after_sigkill_right_after_the_commit(running: EmbeddedEngine) -> None:
    connection = await connect(running.url)
    await Store(connection).commit("acme", Change([Put("quote", "q-1", b"accepted", 0)]))
    os.kill(running.pid, signal.SIGKILL)
    assert running.process is not None
    running.process.wait()
    assert running.socket.exists(), "a stale socket is what a killed engine leaves"

    again = EmbeddedEngine.start(running.directory.parent)
    try:
        assert again.is_ours
        assert again.pid != running.pid
        # The connection from before heals by itself, and the script is unknown to the new engine.
        store = Store(connection)
        record = await store.get("acme", "quote", "q-1")
        assert record is not None
        assert (record.version, record.body) == (1, b"accepted")
        await store.commit("acme", Change([Put("quote", "q-1", b"signed", 1)]))
    finally:
        await connection.close()
        again.stop()


async def test_a_request_waits_out_a_restart_of_the_engine(running: EmbeddedEngine) -> None:
    connection = await connect(running.url)
    await connection.run("PING")
    running.stop()
    again = EmbeddedEngine.start(running.directory.parent)
    try:
        change = Change([Put("quote", "q-1", b"b", 0)], request_id="r-1", fingerprint="f", answer=b"a")
        assert (await Store(connection).commit("acme", change)).answer == b"a"
    finally:
        await connection.close()
        again.stop()


async def test_a_stopped_engine_is_reported_as_unavailable(running: EmbeddedEngine) -> None:
    connection = await connect(running.url)
    running.stop()
    with pytest.raises(Unavailable) as caught:
        await Store(connection).commit("acme", Change([Put("quote", "q-1", b"b", 0)]))
    await connection.close()
    assert caught.value.reason == "ENGINE_UNAVAILABLE"
    with pytest.raises(Unavailable):
        await connect(running.url)


def test_an_engine_that_ended_by_itself_is_told_with_its_last_words(running: EmbeddedEngine) -> None:
    assert running.ended() is None
    assert running.process is not None
    running.process.kill()
    running.process.wait()
    ended = running.ended()
    assert ended is not None
    assert f"in {running.directory} ended with status -9. Its last words: " in ended.message
    assert "Ready to accept connections" in ended.message
    assert str(running.directory / "valkey.log") in ended.fix


def test_a_second_start_finds_the_engine_and_its_stop_leaves_it_running(running: EmbeddedEngine) -> None:
    found = EmbeddedEngine.start(running.directory.parent)
    assert (found.pid, found.url, found.is_ours) == (running.pid, running.url, False)
    found.stop()
    assert is_alive(running.pid)


def test_stopping_twice_is_harmless_and_ends_the_process(running: EmbeddedEngine) -> None:
    running.stop()
    running.stop()
    assert not is_alive(running.pid)
    assert not running.socket.exists()


def within(folder: str) -> list[Path]:
    return list(Path(folder).iterdir())


async def test_a_deep_state_directory_works_and_leaves_no_shortcut_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    with tempfile.TemporaryDirectory() as shortcuts:
        monkeypatch.setattr(tempfile, "tempdir", shortcuts)
        engine = EmbeddedEngine.start(deep)
        found = EmbeddedEngine.start(deep)
        assert len(os.fsencode(engine.socket)) < 104
        assert engine.socket != found.socket
        assert len(within(shortcuts)) == 2
        connection = await connect(found.url)
        await connection.close()
        found.stop()
        engine.stop()
        assert not within(shortcuts)


def test_the_engine_ends_when_the_process_that_started_it_is_killed(tmp_path: Path) -> None:
    program = """
        import pathlib, sys, time
        from bidwright.storage.embedded import EmbeddedEngine
        print(EmbeddedEngine.start(pathlib.Path(sys.argv[1])).pid, flush=True)
        time.sleep(60)
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_alive(pid)
        parent.kill()
    wait_for_end(pid)


def test_an_engine_that_cannot_read_its_data_says_why(tmp_path: Path) -> None:
    data = tmp_path / "engine" / "appendonlydir"
    data.mkdir(parents=True)
    (data / "appendonly.aof.manifest").write_text("rubbish\n")
    with pytest.raises(Unavailable, match=r"ended with status 1.*AOF manifest") as caught:
        EmbeddedEngine.start(tmp_path)
    assert caught.value.reason == "ENGINE_NOT_STARTED"
    assert str(tmp_path / "engine" / "valkey.log") in caught.value.fix


def start_with(directory: Path, *settings: str) -> tuple[subprocess.Popen[bytes], str]:
    """Start an engine as somebody else would configure it."""
    common = ["--port", "0", "--unixsocket", str(directory / "s"), "--dir", str(directory), "--save", ""]
    process = subprocess.Popen([str(server_binary()), *common, *settings], stdout=subprocess.DEVNULL)
    while not (directory / "s").exists():
        assert process.poll() is None
        time.sleep(0.01)
    return process, f"unix://{directory / 's'}"


DURABLE = ("--appendonly", "yes", "--appendfsync", "always")


@pytest.mark.parametrize(
    ("settings", "reason", "words"),
    [
        (("--appendonly", "no"), "ENGINE_NOT_DURABLE", "appendonly is no"),  # the default
        (("--appendonly", "yes"), "ENGINE_NOT_DURABLE", "appendfsync is everysec"),  # loses seconds at power loss
        # evicts contracts when memory is full
        (
            (*DURABLE, "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"),
            "ENGINE_NOT_DURABLE",
            "maxmemory-policy is allkeys-lru",
        ),
        ((*DURABLE, "--rename-command", "CONFIG", ""), "ENGINE_DURABILITY_UNKNOWN", "does not know CONFIG GET"),
        (
            (*DURABLE, "--user", *["default", "on", "nopass", "~*", "+@all", "-config"]),
            "ENGINE_DURABILITY_UNKNOWN",
            "forbids CONFIG GET",
        ),
    ],
)
async def test_an_engine_that_may_lose_writes_is_refused_unless_told_so(
    tmp_path_factory: pytest.TempPathFactory, settings: tuple[str, ...], reason: str, words: str
) -> None:
    process, url = start_with(tmp_path_factory.mktemp("e"), *settings)
    try:
        with pytest.raises(InvalidInput) as caught:
            await connect(url)
        assert caught.value.reason == reason
        assert words in caught.value.message
        assert "--volatile" in caught.value.fix
        await (await connect(url, volatile=True)).close()
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://host:6379", "http://host:6379"),  # not an engine
        ("redis://:secret@host:port/0", "the address"),  # no number of a port
        ("redis+sentinel://:secret@host:26379/main", "redis+sentinel://host:26379/main"),  # not yet
        ("", ""),  # forgotten
    ],
)
async def test_an_address_that_is_not_understood_is_refused_without_showing_its_password(url: str, shown: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        await connect(url)
    assert caught.value.reason == "INVALID_ENGINE_URL"
    assert caught.value.message.startswith(f"Cannot connect to {shown}: ")
    assert "secret" not in caught.value.message


def test_of_several_that_start_at_once_one_starts_the_engine_and_all_find_it(tmp_path: Path) -> None:
    program = """
        import pathlib, sys
        from bidwright.storage.embedded import EmbeddedEngine
        engine = EmbeddedEngine.start(pathlib.Path(sys.argv[1]))
        print(engine.pid, engine.is_ours, flush=True)
        sys.stdin.read()
        engine.stop()
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(tmp_path)]
    starters = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = [starter.stdout.readline().split() for starter in starters if starter.stdout is not None]
    for starter in starters:
        starter.communicate()
    assert len({pid for pid, _ in said}) == 1
    assert sorted(is_ours for _, is_ours in said) == ["False", "False", "True"]
    wait_for_end(int(said[0][0]))
