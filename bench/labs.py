"""A lab of hosts for benches and tests: made when it is asked for, and nothing of it is left afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bidwright.core.errors import BidwrightError, Unavailable
from bidwright.provisioning.lab import Lab, require_usable_machine
from bidwright.provisioning.lab_base import Cache
from bidwright.provisioning.lab_tools import run

CACHE = "BIDWRIGHT_TEST_LAB_CACHE"  # a directory that keeps base and packages for the next session
_SILENT = "LAB_HOST_SILENT"
_OVERLAY = "lowerdir=lower,upperdir=upper,workdir=work"


@contextmanager
def lab_of(count: int, say: Callable[[str], None]) -> Iterator[Lab]:
    """Have a lab of hosts h1 to h<count>, or of none yet, and nothing of it afterwards."""
    with state_directory() as state:
        cache = Path(os.environ[CACHE]).resolve() if CACHE in os.environ else state / "cache"
        lab = Lab(state / "lab", Cache.at(cache), lambda text: say(f"{text} {CACHE}=<directory> keeps it."))
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that an end by it leaves nothing, too
        try:
            if count:
                _up(lab, count)
            yield lab
        finally:
            lab.down()
            signal.signal(signal.SIGTERM, before)


def is_missing(error: BidwrightError) -> bool:
    """Whether an error says that this machine cannot run a lab; others are faults."""
    return error.reason not in (_SILENT, "LAB_HOST_STUCK")


def _up(lab: Lab, count: int) -> None:
    try:
        lab.up(count)
    except Unavailable as error:
        if error.reason != _SILENT:
            raise
        lab.up(count)  # waits once more: machines that are busy with other things boot slowly


def reason_of(error: BidwrightError) -> str:
    """What is missing for hosts, and what to do about it."""
    return f"{error.message} {error.fix} (Tests on hosts: docs/contributing.md)"


def check_lab_machine() -> None:
    """Refuse a machine that cannot run a lab.

    Raises:
        Forbidden: We are not root.
        Unavailable: Tools are missing, or it forbids new namespaces.
    """
    require_usable_machine()
    try:
        run(["unshare", "--net", "--mount", "--propagation=private", "true"])
    except Unavailable as error:
        raise Unavailable(
            f"This machine forbids new network and mount namespaces. {error.message}",
            fix="Use a virtual or a real machine, or a privileged container.",
            reason=error.reason,
        ) from error


@contextmanager
def state_directory() -> Iterator[Path]:
    """A new directory that can hold hosts' disks; where the temporary directory cannot, memory does."""
    directory = Path(tempfile.mkdtemp(prefix="bidwright-lab-"))
    directory.chmod(0o755)
    mounted = False
    try:
        if not _can_hold_overlays(directory):
            run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", str(directory)])
            mounted = True
        yield directory
    finally:
        if mounted:
            run(["umount", "--lazy", str(directory)])
        shutil.rmtree(directory)


def _can_hold_overlays(directory: Path) -> bool:
    """Try the mount that hosts need, in a namespace of its own, so that nothing of it stays."""
    trial = directory / "trial"
    for name in ("lower", "upper", "work", "root"):
        (trial / name).mkdir(parents=True)
    mount = ["mount", "-t", "overlay", "-o", _OVERLAY, "overlay", "root"]
    alone = ["unshare", "--mount", "--propagation=private"]
    done = subprocess.run([*alone, *mount], check=False, capture_output=True, cwd=trial)
    shutil.rmtree(trial)
    return done.returncode == 0
