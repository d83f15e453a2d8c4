"""Where the ``bidwright`` command starts: says what is missing where only the thin client is installed."""

from __future__ import annotations

import importlib
import sys


def main() -> None:
    """Run the ``bidwright`` command; without ``bidwright[server]`` say how to get it, with exit code 1."""
    try:
        command = importlib.import_module("bidwright.server.main")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("bidwright"):
            raise
        sys.exit(
            f"`bidwright` needs bidwright[server] ({error.name} is not installed). "
            "Get it: pip install 'bidwright[server]'. For the thin client alone, use `bid`."
        )
    command.main()
