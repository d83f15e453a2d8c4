"""Starts a directory target and prints what roles need to know of it, as JSON for `ansible-playbook -e @FILE`.

Usage: python directory_target.py DIRECTORY          start it
       python directory_target.py DIRECTORY --stop   end it and every service on it; files stay
"""

import json
import sys
from pathlib import Path

from bidwright.provisioning.directory_target import DirectoryTarget

target = DirectoryTarget(Path(sys.argv[1]).resolve())
if sys.argv[2:] == ["--stop"]:
    target.stop()
else:
    target.ensure_running()
    print(
        json.dumps({"target_kind": target.kind, **target.connection_variables(), **target.role_variables()}, indent=2)
    )
