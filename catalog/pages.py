"""Pages of what a release holds, by id.

The token names the last id shown, so a new release between two pages neither repeats nor skips what both have.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import TypeVar

from bidwright.core.page_tokens import last_shown, page_token

STANDARD_PAGE = 50
LARGEST_PAGE = 1_000
_ID = "[A-Za-z0-9_./]{1,120}"

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
    begin = bisect_right(ids, last_shown(token, listing, form=_ID)) if token else 0
    end = begin + min(size or STANDARD_PAGE, LARGEST_PAGE)
    shown = ids[begin:end]
    next_token = page_token(shown[-1], listing) if end < len(ids) else ""
    return [items[id_] for id_ in shown], next_token
