"""A release as bytes: one canonical form of a portfolio's files, its digest, and the way back."""

from __future__ import annotations

import hashlib
import re
import zlib
from pathlib import Path

from bidwright.catalog.source_files import (
    LARGEST_LIST_BYTES,
    LARGEST_PORTFOLIO_BYTES,
    MOST_FILES,
    Files,
    files_of_directory,
)
from bidwright.core.errors import Faults, InvalidInput

MAGIC = b"bidwright portfolio 1\n"
"""Begins every archive; the number is that of the form."""

_LARGEST_CANONICAL_BYTES = LARGEST_PORTFOLIO_BYTES + LARGEST_LIST_BYTES + MOST_FILES * 400
_HEAD = re.compile(rb"([0-9]{1,3}) ([0-9]{1,8})\n")


def digest_of(files: Files) -> str:
    """SHA-256 over the names and contents of all files, hexadecimal."""
    return hashlib.sha256(_canonical(files)).hexdigest()


def pack_files(files: Files) -> bytes:
    """The archive of files; the same files give the same bytes."""
    return MAGIC + zlib.compress(_canonical(files), 9)


def pack(directory: Path) -> bytes:
    """The archive of a directory, without saying anything about what is in its files.

    Raises:
        InvalidInput: A file cannot be read.
    """
    faults = Faults()
    files = files_of_directory(directory, faults)
    faults.raise_if_any(f"The portfolio {directory}")
    return pack_files(files)


def unpack(archive: bytes) -> dict[str, bytes]:
    """The files of an archive.

    Raises:
        InvalidInput: The bytes are no archive, are damaged, or unfold to more than a portfolio may have.
    """
    if not archive.startswith(MAGIC):
        raise _damaged("it does not begin as one")
    unfolding = zlib.decompressobj()
    try:
        canonical = unfolding.decompress(archive[len(MAGIC) :], _LARGEST_CANONICAL_BYTES)
    except zlib.error as error:
        raise _damaged(str(error)) from error
    if not unfolding.eof or unfolding.unused_data:
        raise _damaged("it is cut off, too large, or followed by something else")
    files = _files(canonical)
    if _canonical(files) != canonical:
        raise _damaged("its files are not in order")
    return files


def _canonical(files: Files) -> bytes:
    # Lengths come before what they measure, so that no two sets of files have the same form.
    parts: list[bytes] = []
    for name in sorted(files):
        encoded = name.encode()
        parts += [b"%d %d\n" % (len(encoded), len(files[name])), encoded, files[name]]
    return b"".join(parts)


def _files(canonical: bytes) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    at = 0
    while at < len(canonical):
        head = _HEAD.match(canonical, at)
        if head is None or len(files) >= MOST_FILES:
            raise _damaged("a length is missing, or there are too many files")
        begin = head.end() + int(head[1])
        end = begin + int(head[2])
        if end > len(canonical):
            raise _damaged("a file is cut off")
        try:
            name = canonical[head.end() : begin].decode()
        except UnicodeDecodeError as error:
            raise _damaged("a name is not text") from error
        files[name] = canonical[begin:end]
        at = end
    return files


def _damaged(why: str) -> InvalidInput:
    return InvalidInput(
        f"This is not the archive of a portfolio: {why}.",
        fix="Make it anew with `bidwright portfolio publish` and send it whole.",
        reason="ARCHIVE_DAMAGED",
    )
