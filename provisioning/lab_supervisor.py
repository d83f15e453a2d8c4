"""Keeps one lab host powered: boots it, and boots it again whenever it rebooted itself. A process of its own."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from bidwright.provisioning.lab_host import LabHost, boot_command
from bidwright.provisioning.lab_network import remove_device

_REBOOTED = 133  # systemd-nspawn's exit code when it was told to leave restarts to us


def supervise(host: LabHost) -> None:
    """Run a host until it is switched off, from within or without."""
    while True:
        remove_device(host.device)  # the cable of the boot before may not have vanished yet
        ended = subprocess.run(boot_command(host), check=False).returncode
        sys.stdout.write(f"{time.strftime('%H:%M:%S')} boot ended with code {ended}\n")  # into the console's log
        sys.stdout.flush()
        if ended != _REBOOTED:
            break
    remove_device(host.device)
    host.cgroup.remove()


if __name__ == "__main__":
    supervise(LabHost.read(Path(sys.argv[1])))
