"""`bidwright demo-hosts`: the whole path on three real hosts, looked at from outside and taken back."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from lab_session import CACHE, require_lab_machine, state_directory

SEEN = (
    "title: Tickets of Example Arena: {{ 7 * 7 }} & $(reboot)",  # through the load balancer, by HTTPS
    "no answer: only the load balancer reaches it",
    "title | Tickets of Example Arena: {{ 7 * 7 }} & $(reboot) | False",  # the database
    "title | Tickets of Example Arena: {{ 7 * 7 }} & $(reboot) | True",  # its standby
    "www.example.org. 3600 IN A 10.77.",
    "restored, and as it was:",
    "its power is gone, with website-2 on it",
    "the load balancer answers, four times of four",
    "The hosts are as before",
)


@pytest.mark.slow
def test_the_demonstration_on_hosts_shows_every_service_and_leaves_the_hosts_as_they_were() -> None:
    require_lab_machine()
    with state_directory() as state:
        if CACHE in os.environ:
            (state / "lab").mkdir()
            # Not by reading: the base has devices, and /dev/full never ends.
            subprocess.run(["cp", "-a", os.environ[CACHE], state / "lab" / "cache"], check=True)
        bidwright = [sys.executable, "-m", "bidwright.server.main"]
        demo = [*bidwright, "demo-hosts", "--state-dir", str(state)]
        try:
            done = subprocess.run(demo, check=False, capture_output=True, text=True, timeout=1500)
            assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
            assert not [words for words in SEEN if words not in done.stdout], done.stdout[-8000:]
            assert done.stdout.count("www.example.org. 3600 IN A 10.77.") == 2  # both name servers
            assert len(re.findall(r"^[0-9.]+:\d+ up 1$", done.stdout, re.MULTILINE)) == 3  # agents, to the server
            assert not list(Path(state, "lab").glob("hosts/*"))
        finally:
            subprocess.run([*bidwright, "down", "--state-dir", str(state)], check=False, capture_output=True)
            subprocess.run([*bidwright, "lab", "down", "--state-dir", str(state)], check=False, capture_output=True)
