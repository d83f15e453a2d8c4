"""Resource names (AIP-122): ``quotes/q-7kdm`` and back."""

from __future__ import annotations

from bidwright.core.errors import InvalidInput


def resource_name(*segments: str) -> str:
    """Join collection and id segments: ``resource_name("quotes", "q-1")`` is ``quotes/q-1``."""
    return "/".join(segments)


def resource_ids(name: str, *collections: str) -> tuple[str, ...]:
    """The ids in a resource name.

    Args:
        name: For example ``quotes/q-1/revisions/2``.
        collections: The collections in order, for example ``"quotes", "revisions"``.

    Raises:
        InvalidInput: The name has another form.
    """
    segments = name.split("/")
    if tuple(segments[0::2]) != collections or len(segments) != 2 * len(collections) or not all(segments):
        form = "/".join(f"{collection}/{{{collection.rstrip('s')}}}" for collection in collections)
        raise InvalidInput(f"{name!r} is not a name of the form {form}", fix=f"Give a name of the form {form}.")
    return tuple(segments[1::2])
