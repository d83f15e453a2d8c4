"""Names of keys in the engine, partitioned so that everything one state change touches lies in one slot.

A key is ``{p07}:quote:<account>:<id>``. The part in braces is what Redis Cluster hashes. Names that start with ``@``
are ours, not kinds of records. Neither accounts, kinds nor ids may contain a colon, so no two things share a key.
"""

from __future__ import annotations

import re
import zlib

from bidwright.core.errors import InvalidInput

PARTITIONS = 16
SYSTEM = "~system"
"""The account of what belongs to no account: releases, API keys, pools. No customer's account can be called so."""

TAGS = (*(f"{{p{number:02d}}}" for number in range(PARTITIONS)), "{system}")
"""The braced first part of every key, by partition number; the system partition is the last."""

_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,119}")
_KIND = re.compile(r"[a-z][a-z0-9_]{0,39}")
_ID = re.compile(r"[A-Za-z0-9~][A-Za-z0-9._@+/=~-]{0,199}")
_NAME = re.compile(r"[^\n]{1,200}")


def partition_of(account: str) -> int:
    """Return the number of the partition that holds an account, the same on every machine and in every version.

    Raises:
        InvalidInput: The text cannot be an account.
    """
    if account == SYSTEM:
        return PARTITIONS
    _check("account", account, _ACCOUNT)
    return zlib.crc32(account.encode()) % PARTITIONS


def tag_of(account: str) -> str:
    """Return the braced first part of every key of an account."""
    return TAGS[partition_of(account)]


def record(account: str, kind: str, record_id: str) -> str:
    """Return the key of a record."""
    _check("id", record_id, _ID)
    return f"{tag_of(account)}:{_checked_kind(kind)}:{account}:{record_id}"


def listing(account: str, kind: str, index: str | None = None) -> str:
    """Return the key of the sorted set of an account's records of a kind, or of those in one index."""
    return _with_index(f"{tag_of(account)}:@list:{account}:{_checked_kind(kind)}", index)


def partition_listing(tag: str, kind: str, index: str | None = None) -> str:
    """Return the key of the sorted set of all records of a kind in one partition, or of those in one index."""
    return _with_index(f"{tag}:@all:{_checked_kind(kind)}", index)


def member(account: str, record_id: str) -> str:
    """Return how a record is named in a partition's listing."""
    return f"{account}:{record_id}"


def split_member(name: str) -> tuple[str, str]:
    """Return account and id from a record's name in a partition's listing."""
    account, _, record_id = name.partition(":")
    return account, record_id


def sequence(tag: str) -> str:
    """Return the key of the last creation number of a partition."""
    return f"{tag}:@sequence"


def answer(account: str, request_id: str) -> str:
    """Return the key of the stored answer to a request."""
    _check("request_id", request_id, _NAME)
    return f"{tag_of(account)}:@answer:{account}:{request_id}"


def events(account: str) -> str:
    """Return the key of an account's event stream."""
    return f"{tag_of(account)}:@events:{account}"


def jobs(tag: str) -> str:
    """Return the key of a partition's job stream."""
    return f"{tag}:@jobs"


def lease(account: str, subject_id: str) -> str:
    """Return the key of the lease on a subject, for example on an order."""
    _check("subject", subject_id, _ID)
    return f"{tag_of(account)}:@lease:{account}:{subject_id}"


def fence(account: str, subject_id: str) -> str:
    """Return the key of the last fencing token given out for a subject."""
    _check("subject", subject_id, _ID)
    return f"{tag_of(account)}:@fence:{account}:{subject_id}"


def pool(name: str) -> tuple[str, str]:
    """Return the keys of a pool in the system partition: number by holder, and the numbers taken."""
    _check("pool", name, _NAME)
    return f"{tag_of(SYSTEM)}:@pool_holders:{name}", f"{tag_of(SYSTEM)}:@pool_numbers:{name}"


def _with_index(base: str, index: str | None) -> str:
    if index is None:
        return base
    return f"{base}:{checked_index(index)}"


def checked_index(index: str) -> str:
    """Return the name of an index, or raise ``InvalidInput`` if it cannot be one."""
    _check("index", index, _NAME)
    return index


def _checked_kind(kind: str) -> str:
    _check("kind", kind, _KIND)
    return kind


def _check(what: str, text: str, allowed: re.Pattern[str]) -> None:
    if allowed.fullmatch(text):
        return
    raise InvalidInput(
        f"{text[:220]!r} cannot be the {what} of something stored.",
        fix=f"Use text that matches {allowed.pattern}.",
        reason="INVALID_KEY_PART",
        facts={"part": what},
    )
