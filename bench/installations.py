"""A real installation for benches and tests: `bidwright up` with engine, server and worker."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bidwright.clients.sdk import Bidwright
from bidwright.provisioning.inventory import read_inventory
from bidwright.server.layout import StateDirectory, read_client_settings
from bidwright.server.up import wait_until_serving


class Installation:
    """A running `bidwright up`."""

    def __init__(self, state_dir: Path) -> None:
        self.state = StateDirectory.at(state_dir)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it serves."""
        command = [sys.executable, "-m", "bidwright.server.main", "up", "--state-dir", str(self.state.path)]
        with self.state.log("up").open("ab") as log:
            self.process = subprocess.Popen([*command, "--address", "127.0.0.1:0"], stdout=log, stderr=log)
        wait_until_serving(self.state)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it; with SIGKILL, as a crash would."""
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(60)
            self.process = None

    def client(self, profile: str = "default") -> Bidwright:
        """A connection with the key of a profile."""
        values = read_client_settings(self.state.client_settings)[profile]
        return Bidwright(values["address"], values["key"])

    def client_for(self, *, account: str, roles: Sequence[str]) -> Bidwright:
        """A connection with a new key."""
        return Bidwright(self.address, self.new_key(account=account, roles=roles))

    def new_key(self, *, account: str, roles: Sequence[str]) -> str:
        """A new key of the principal eve."""
        wanted = ("--account", account, "--principal", "eve", *(f"--role={role}" for role in roles))
        made = self.manage("key", "create", *wanted)
        made.check_returncode()
        return made.stdout.strip()

    @property
    def address(self) -> str:
        """Where the server listens."""
        return read_client_settings(self.state.client_settings)["default"]["address"]

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of an operator on the engine of this installation."""
        command = [sys.executable, "-m", "bidwright.server.main", *arguments, "--redis-url", self.engine_url]
        return subprocess.run(command, check=False, text=True, capture_output=True, timeout=60)

    @property
    def engine_url(self) -> str:
        """Where the embedded engine listens."""
        return f"unix://{self.state.path / 'engine' / 'valkey.sock'}"

    def bid(
        self, *arguments: str, profile: str = "default", stdout: int = subprocess.PIPE
    ) -> subprocess.CompletedProcess[str]:
        """Run the command-line client; its results can go to a file descriptor."""
        environment = os.environ | {
            "BIDWRIGHT_CONFIG": str(self.state.client_settings),
            "BIDWRIGHT_PROFILE": profile,
        }
        command = [sys.executable, "-m", "bidwright.clients.cli.main", *arguments]
        return subprocess.run(
            command, check=False, text=True, stdout=stdout, stderr=subprocess.PIPE, env=environment, timeout=120
        )

    def process_id(self, name: str) -> int:
        """The process id of `serve` or `work`."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for child in children:
            words = Path(f"/proc/{child}/cmdline").read_bytes().decode().split("\0")
            if name in words:
                return int(child)
        raise AssertionError(f"{name} does not run")

    def engine_process_id(self) -> int:
        """The process id of the embedded engine."""
        return int((self.state.path / "engine" / "valkey.pid").read_text())


@contextlib.contextmanager
def running(state_dir: Path) -> Iterator[Installation]:
    """An installation that is ended, with its services, afterwards."""
    installation = Installation(state_dir)
    installation.start()
    try:
        yield installation
    finally:
        installation.stop()
        for place in read_inventory(installation.state.inventory).places.values():
            place.target.stop()
