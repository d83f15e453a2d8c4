"""Where an installation on one machine keeps its things: all below one state directory."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from bidwright.core.errors import InvalidInput

CHECKOUT = Path(__file__).resolve().parents[1]
"""The folder that holds ``portfolios/`` and ``playbooks/``: the repository, or the installed package."""
SHIPPED_PORTFOLIO = CHECKOUT / "portfolios" / "managed_hosting"
SHIPPED_PORTFOLIOS = (SHIPPED_PORTFOLIO, CHECKOUT / "portfolios" / "branch_networks")


@dataclass(frozen=True)
class StateDirectory:
    """The paths below one state directory.

    Attributes:
        path: Absolute.
    """

    path: Path

    @classmethod
    def at(cls, path: Path) -> StateDirectory:
        """Make the directory where it is missing.

        Raises:
            InvalidInput: It cannot be made or written.
        """
        path = path.resolve()
        try:
            path.mkdir(parents=True, exist_ok=True)
            # Not private itself: as root, services of directory targets run under another account and pass through.
            for private in ("log", "run"):
                (path / private).mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise InvalidInput(
                f"The state directory {path} cannot be made: {error.strerror}.",
                fix="Give a --state-dir in which you may write.",
                reason="STATE_DIR_UNUSABLE",
            ) from error
        return cls(path)

    @property
    def client_settings(self) -> Path:
        """Keys and address for ``bid``; mode 0600."""
        return self.path / "client.yaml"

    @property
    def inventory(self) -> Path:
        """The Ansible inventory with the targets."""
        return self.path / "inventory.yml"

    @property
    def credentials_key(self) -> Path:
        """The key that generated credentials are encrypted with; mode 0600."""
        return self.path / "credentials.key"

    @property
    def authority_certificate(self) -> Path:
        """The certificate of the authority, for those who use services to trust; its key lies beside it."""
        return self.path / "authority.pem"

    @property
    def target(self) -> Path:
        """The embedded directory target."""
        return self.path / "target"

    @property
    def runs(self) -> Path:
        """Private directories of running attempts."""
        return self.path / "run" / "attempts"

    @property
    def lock(self) -> Path:
        """Held by the ``bidwright up`` that owns this directory; holds its process id."""
        return self.path / "run" / "up.lock"

    def log(self, name: str) -> Path:
        """The log file of a process."""
        return self.path / "log" / f"{name}.log"


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read; wholly or not at all."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error  # a full disk names no file


def read_client_settings(path: Path) -> dict[str, dict[str, str]]:
    """The profiles of a client settings file; none where it does not exist.

    Raises:
        InvalidInput: It is not such a file.
    """
    if not path.exists():
        return {}
    content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict) or not isinstance(content.get("profiles"), dict):
        raise InvalidInput(f"{path} has no profiles.", fix=f"Move {path} away; `bidwright up` then makes a new one.")
    profiles: dict[str, dict[str, str]] = content["profiles"]
    return profiles
