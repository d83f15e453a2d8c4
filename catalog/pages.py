"""Pages of what a release holds, by id.

The token names the last id shown, so a new release between two pages neither repeats nor skips what both have.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from bisect import bisect_right
from collections.abc import Mapping
from typing import TypeVar

from bidwright.core.errors import InvalidInput

STANDARD_PAGE = 50
LARGEST_PAGE = 1_000
_TOKEN = re.compile(rb"([A-Za-z0-9_./]{1,120}) ([0-9a-f]{8})")

Item = TypeVar("Item")


def page_of(items: Mapping[str, Item], listing: str, size: int, token: str) -> tuple[list[Item], str]:
    """One page of items.

    Args:
        items: Id -> item.
        listing: Names what is listed and by which filter; a token works for the same listing only.
        size: At most so many; ``STANDARD_PAGE`` where 0.
        token: That of the page before; empty for the first.

    Returns:
        The items by id, and the token of the next page, empty on the last.

    Raises:
        InvalidInput: The token is not of this listing.
    """
    ids = sorted(items)
    begin = bisect_right(ids, _last_shown(token, listing)) if token else 0
    end = begin + min(size or STANDARD_PAGE, LARGEST_PAGE)
    shown = ids[begin:end]
    next_token = _token(shown[-1], listing) if end < len(ids) else ""
    return [items[id_] for id_ in shown], next_token


def _token(last: str, listing: str) -> str:
    content = f"{last} {zlib.crc32(listing.encode()):08x}"
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def _last_shown(token: str, listing: str) -> str:
    try:
        content = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise _broken(token) from error
    match = _TOKEN.fullmatch(content)
    if match is None or int(match[2], 16) != zlib.crc32(listing.encode()):
        raise _broken(token)
    return match[1].decode()


def _broken(token: str) -> InvalidInput:
    return InvalidInput(
        f"The page token {token[:80]!r} does not belong to this listing.",
        fix="Pass next_page_token of the previous page unchanged, with the same filter, or leave it empty.",
        reason="INVALID_PAGE_TOKEN",
    )
