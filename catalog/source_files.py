"""The files of a portfolio as bytes: from a directory, or from an archive. Nothing here knows what is in them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from bidwright.core.errors import Faults

LARGEST_FILE_BYTES = 1_000_000
"""A file above this is refused before it is read: nobody reads through more YAML or text in one file."""

LARGEST_LIST_BYTES = 10_000_000
"""The same for lists (CSV): price books of 30,000 rows with tiers have 3 to 6 MB."""

LARGEST_PORTFOLIO_BYTES = 60_000_000
MOST_FILES = 40_000
_SUFFIXES = {".yaml", ".csv", ".md"}

Files = Mapping[str, bytes]
"""Path within the portfolio, with ``/`` between its parts -> content."""


def files_of_directory(directory: Path, faults: Faults) -> Files:
    """Read every file below a directory; names that begin with a dot are not part of a portfolio.

    Args:
        directory: The portfolio.
        faults: Takes what cannot be read: links that leave the directory, files too large, things that are no files.
    """
    if not directory.is_dir():
        faults.add(f"{directory}:1", f"there is no directory {str(directory)!r}", "Give the directory of a portfolio.")
        return {}
    root = directory.resolve()
    files: dict[str, bytes] = {}
    total = 0
    for path in _paths(root):
        name = path.relative_to(root).as_posix()
        if len(files) >= MOST_FILES or total > LARGEST_PORTFOLIO_BYTES:
            limit = f"{MOST_FILES} files and {LARGEST_PORTFOLIO_BYTES} bytes"
            faults.add(f"{name}:1", f"the portfolio is larger than {limit}", "Split it into several portfolios.")
            break
        if _is_readable(path, root, name, faults):
            files[name] = path.read_bytes()
            total += len(files[name])
    return files


def text_of(files: Files, name: str, faults: Faults) -> str | None:
    """A file as text, or None where it is not UTF-8, which is then a fault."""
    content = files[name]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        faults.add(f"{name}:{line}", f"byte 0x{byte:02x} is not UTF-8 text", "Save the file as UTF-8.")
        return None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        faults.add(f"{name}:{line}", "a zero byte is not text", "Save the file as UTF-8 text.")
        return None
    return text.replace("\r\n", "\n")


def _paths(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        # Links, and folders named like files, are looked at as files are, so that none is passed over in silence.
        linked = [one for one in folders if (Path(folder) / one).is_symlink() or Path(one).suffix in _SUFFIXES]
        folders[:] = sorted(one for one in folders if not one.startswith(".") and one not in linked)
        for name in sorted([*names, *linked]):
            if not name.startswith("."):
                yield Path(folder) / name


def _is_readable(path: Path, root: Path, name: str, faults: Faults) -> bool:
    if path.is_symlink() and not path.resolve().is_relative_to(root):
        faults.add(f"{name}:1", f"a link to {str(path.readlink())!r} leaves the portfolio", "Put the file itself here.")
        return False
    if not path.is_file():
        faults.add(f"{name}:1", "this is not a file", "Put a file here, or remove it.")
        return False
    size = path.stat().st_size
    largest = LARGEST_LIST_BYTES if path.suffix == ".csv" else LARGEST_FILE_BYTES
    if size > largest:
        limit = f"{largest} bytes are allowed"
        faults.add(f"{name}:1", f"the file has {size} bytes; at most {limit}", "Split the file or shorten it.")
        return False
    return True
