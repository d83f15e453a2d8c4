"""The identity of a release: one number over the names and contents of its files."""

from __future__ import annotations

import hashlib

from bidwright.catalog.source_files import Files


def digest_of(files: Files) -> str:
    """SHA-256 over all files by name, hexadecimal; lengths come first, so that no two sets of files read alike."""
    total = hashlib.sha256(b"bidwright portfolio 1\n")
    for name in sorted(files):
        encoded = name.encode()
        total.update(b"%d %d\n" % (len(encoded), len(files[name])))
        total.update(encoded)
        total.update(files[name])
    return total.hexdigest()
