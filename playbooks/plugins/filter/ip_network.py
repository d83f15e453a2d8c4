# ruff: noqa: INP001 - Ansible loads plugins by path; they are in no package
"""Reads an address as a network, for configurations in which a wrong one would do harm."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable


def ip_network(source: object) -> str:
    """Write an IP address or network with its prefix, such as 192.0.2.7/32; an empty text if it is neither."""
    text = str(source)
    if "%" in text:  # a zone of IPv6, which may be any text
        return ""
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        return ""


class FilterModule:
    """Tells Ansible the filters of this file."""

    def filters(self) -> dict[str, Callable[[object], str]]:
        """Name the filters."""
        return {"ip_network": ip_network}
