"""Page tokens (AIP-158): opaque texts that say where the next page of a listing starts; each works for its listing."""

from __future__ import annotations

import base64
import binascii
import re
import zlib

from bidwright.core.errors import InvalidInput

_TOKEN = re.compile(r"(.{1,200}) ([0-9a-f]{8})")


def page_token(last: str, listing: str) -> str:
    """Make the token of the page that starts after something.

    Args:
        last: What was shown last, at most 200 letters.
        listing: Names what is listed, by which filter and in which order.
    """
    content = f"{last} {zlib.crc32(listing.encode()):08x}"
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def last_shown(token: str, listing: str, *, form: str) -> str:
    """Return what was shown last, in the form it must have.

    Args:
        token: As it was sent.
        listing: As when the token was made.
        form: A regular expression; tokens can be forged.

    Raises:
        InvalidInput: The token is not one of ours, or was made for another listing.
    """
    try:
        content = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise _broken(token) from error
    match = _TOKEN.fullmatch(content)
    if match is None or int(match[2], 16) != zlib.crc32(listing.encode()) or not re.fullmatch(form, match[1]):
        raise _broken(token)
    return match[1]


def _broken(token: str) -> InvalidInput:
    return InvalidInput(
        f"The page token {token[:80]!r} does not belong to this listing.",
        fix="Pass next_page_token of the previous page unchanged, with the same filter and order, or leave it empty.",
        reason="INVALID_PAGE_TOKEN",
    )
