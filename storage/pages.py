"""Pages of a listing: where the next one starts is carried by an opaque token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from bidwright.core.errors import InvalidInput
from bidwright.core.page_tokens import last_shown, page_token

LARGEST_PAGE = 1_000
_SEQUENCE = "[0-9]{1,16}"

Item = TypeVar("Item")


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some records of a listing.

    Attributes:
        records: In the order of the listing.
        next_page_token: Asks for the following records; empty after the last page.
    """

    records: tuple[Item, ...]
    next_page_token: str


@dataclass(frozen=True)
class PageRequest:
    """Which page of a listing is wanted.

    Attributes:
        size: At most so many records, at least 1; larger wishes get ``LARGEST_PAGE``, as AIP-158 asks.
        token: ``next_page_token`` of the page before; empty for the first.
        newest_first: The order, by creation. The same on every page of a listing.
    """

    size: int = 50
    token: str = ""
    newest_first: bool = True

    def __post_init__(self) -> None:
        if self.size < 1:
            raise InvalidInput(f"A page of {self.size} records cannot be made.", fix="Ask for at least 1.")
        object.__setattr__(self, "size", min(self.size, LARGEST_PAGE))


FIRST_PAGE = PageRequest()


def token_after(listing: str, sequence: int) -> str:
    """Make the token of the page that starts after a record.

    Args:
        listing: Names what is listed and in which order; a token works for the same listing only.
        sequence: The creation number of the last record shown.
    """
    return page_token(str(sequence), listing)


def sequence_in(token: str, listing: str) -> int | None:
    """Return the creation number after which a page starts, ``None`` for the first page.

    Raises:
        InvalidInput: The token is not one of ours, or was made for another listing.
    """
    return int(last_shown(token, listing, form=_SEQUENCE)) if token else None
