# ruff: noqa: INP001 - Ansible loads plugins by path; they are in no package
"""Turns a password into its bcrypt hash, so that files of web servers do not hold the password."""

from __future__ import annotations

import base64
import ctypes
import hashlib
import re
from collections.abc import Callable

from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped] # it has no types

_COST = 10  # 2^10 rounds, about 50 ms; servers remember which password was right
_LONGEST = 72  # bytes; bcrypt does not look at more
_LIBRARIES = ("libcrypt.so.1", "libcrypt.so.2")  # of libxcrypt: Debian and Ubuntu, Fedora
_HASH = re.compile(r"\$2b\$[0-9]{2}\$[./A-Za-z0-9]{53}")
_STANDARD = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_OF_BCRYPT = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def bcrypt_hash(password: str, salted_by: str) -> str:
    """Compute the bcrypt hash (``$2b$``) of a password with the C library for passwords.

    Python has none of its own since 3.13, and Ansible would need passlib.

    Args:
        password: At most 72 bytes.
        salted_by: Text that differs between deliveries. The salt is derived from it, so that an unchanged
            password gives the same hash and changes nothing.
    """
    if len(password.encode()) > _LONGEST or "\0" in password:
        raise AnsibleFilterError(f"A password for bcrypt has at most {_LONGEST} bytes, and no NUL.")
    digest = hashlib.sha256(salted_by.encode()).digest()[:16]
    salt = base64.b64encode(digest).rstrip(b"=").translate(bytes.maketrans(_STANDARD, _OF_BCRYPT))
    crypt = _library().crypt
    crypt.restype, crypt.argtypes = ctypes.c_char_p, (ctypes.c_char_p, ctypes.c_char_p)
    hashed = (crypt(password.encode(), b"$2b$%02d$%s" % (_COST, salt)) or b"").decode()
    if not _HASH.fullmatch(hashed):
        raise AnsibleFilterError("The C library of the controller does not know bcrypt: install libxcrypt (libcrypt1).")
    return hashed


def _library() -> ctypes.CDLL:
    for name in _LIBRARIES:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    raise AnsibleFilterError(f"The controller has none of {', '.join(_LIBRARIES)}: install libxcrypt (libcrypt1).")


class FilterModule:
    """Tells Ansible the filters of this file."""

    def filters(self) -> dict[str, Callable[[str, str], str]]:
        """Name the filters."""
        return {"bcrypt_hash": bcrypt_hash}
