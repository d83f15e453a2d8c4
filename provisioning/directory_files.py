"""Makes directories and files of one delivery be as wanted, and says what it changed.

What configures a service belongs to us and the service may only read it; only directories named as its own are writable
to it. So a service that was taken over cannot make us follow a symbolic link of its choice.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from bidwright.core.errors import InvalidInput
from bidwright.provisioning.directory_account import ServiceAccount


@dataclass(frozen=True)
class Tree:
    """The files of one delivery.

    Attributes:
        root: Directory of the delivery.
        account: Account of its service; none when that is ourselves.
    """

    root: Path
    account: ServiceAccount | None

    def converge(self, files: Mapping[str, str], own: Sequence[str]) -> list[str]:
        """Write what differs.

        Args:
            files: Relative path to text. Parent directories are made.
            own: Directories the service may write to.

        Returns:
            What changed, in words.
        """
        return list(
            self._converge({_relative(name): text for name, text in files.items()}, [_relative(name) for name in own])
        )

    def _converge(self, files: Mapping[PurePosixPath, str], own: Sequence[PurePosixPath]) -> Iterator[str]:
        parents = {parent for name in (*files, *own) for parent in name.parents if parent != PurePosixPath()}
        for directory in (self.root.parent, self.root, *(self.root / name for name in sorted(parents - set(own)))):
            if self._converge_directory(directory, is_own=False):
                yield f"directory {directory.name}"
        for name in own:
            if self._converge_directory(self.root / name, is_own=True):
                yield f"directory {name}"
        for name, text in files.items():
            if self._converge_file(self.root / name, text.encode()):
                yield f"file {name}"

    def _converge_directory(self, path: Path, *, is_own: bool) -> bool:
        made = not path.exists()
        if made:
            path.mkdir(mode=0o700, exist_ok=True)  # steps of one contract make its directory side by side
        owner = self.account.user_id if self.account and is_own else os.geteuid()
        mode = 0o750 if self.account and not is_own else 0o700
        return self._set_access(path, owner, mode) or made

    def _converge_file(self, path: Path, content: bytes) -> bool:
        if path.is_file() and path.read_bytes() == content:
            return self._set_access(path, os.geteuid(), 0o640 if self.account else 0o600)
        new = path.with_name(f".{path.name}.new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        self._set_access(new, os.geteuid(), 0o640 if self.account else 0o600)
        new.replace(path)
        return True

    def _set_access(self, path: Path, owner: int, mode: int) -> bool:
        group = self.account.group_id if self.account else os.getegid()
        facts = path.stat()
        if (facts.st_uid, facts.st_gid, facts.st_mode & 0o7777) == (owner, group, mode):
            return False
        os.chown(path, owner, group)
        path.chmod(mode)
        return True

    def remove(self) -> bool:
        """Remove the delivery, and the contract's directory with its last one; tell whether there was something."""
        existed = self.root.exists()
        if existed:
            shutil.rmtree(self.root)
        contract = self.root.parent
        if contract.exists() and not any(contract.iterdir()):
            contract.rmdir()
        return existed


def _relative(name: str) -> PurePosixPath:
    """Refuse a path that leads out of the delivery."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise InvalidInput(f"{name!r} is not a path inside the delivery.", fix="Use a relative path without '..'.")
    return path
