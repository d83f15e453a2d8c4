"""What the operating system says of files and disks, in words."""

from __future__ import annotations

import errno

from bidwright.core.errors import Unavailable

_FIXES = {
    errno.EACCES: "Run it as the account that it belongs to, or give it to this one with `chown`.",
    errno.ENOSPC: "Free space on that disk, then repeat.",
    errno.EROFS: "Make that disk writable, then repeat.",
}
_FIXES |= {errno.EPERM: _FIXES[errno.EACCES], errno.EDQUOT: _FIXES[errno.ENOSPC]}


def in_words(error: OSError) -> Unavailable:
    """A fault of a file or disk as an error of ours: the path where it is known, what is wrong, what to do."""
    where = f"{error.filename}: " if error.filename else ""
    return Unavailable(
        f"{where}{error.strerror or error}.",
        fix=_FIXES.get(error.errno or 0, "Mend what it names, then repeat."),
        reason="FILE_UNUSABLE",
    )
