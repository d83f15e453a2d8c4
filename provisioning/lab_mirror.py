"""Where Debian packages come from: the mirror that this machine's own apt uses."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from bidwright.core.errors import Unavailable
from bidwright.provisioning.lab_tools import run

SUITE = "bookworm"
_PARTS = (SUITE, f"{SUITE}-updates", f"{SUITE}-security")
_FORMAT = "$(REPO_URI)|$(CODENAME)|$(RELEASE)|$(COMPONENT)|$(TRUSTED)"


@dataclass(frozen=True)
class Source:
    """One part of the distribution at a mirror.

    Attributes:
        address: Its URI.
        part: ``bookworm``, or its updates or security updates.
        is_trusted: This machine trusts it without a signature.
    """

    address: str
    part: str
    is_trusted: bool

    @property
    def line(self) -> str:
        """As in sources.list."""
        return f"deb {'[trusted=yes] ' if self.is_trusted else ''}{self.address} {self.part} main\n"


def own_sources() -> list[Source]:
    """The sources of Debian 12 that this machine's apt uses, the distribution itself first.

    Raises:
        Unavailable: There is none.
    """
    return sources_of(run(["apt-get", "indextargets", "--format", _FORMAT, "Created-By: Packages"]).splitlines())


def sources_of(lines: Sequence[str]) -> list[Source]:
    """Read what ``apt-get indextargets`` printed.

    Raises:
        Unavailable: Debian 12's main component is not among it.
    """
    found: dict[str, Source] = {}
    for line in lines:
        address, codename, release, component, trusted = line.split("|")
        part = release if codename.startswith("$") else codename  # not known before the first `apt-get update`
        if component == "main" and part in _PARTS:
            found.setdefault(part, Source(address, part, trusted == "yes"))
    if SUITE not in found:
        raise Unavailable(
            f"This machine's apt has no source of Debian 12 ({SUITE}, component main), which lab hosts are made from.",
            fix="Add one below /etc/apt/sources.list.d and run `apt-get update`, or use a Debian 12 machine.",
            reason="LAB_NO_MIRROR",
        )
    return [found[part] for part in _PARTS if part in found]


def proxy_variables() -> dict[str, str]:
    """The proxy that apt uses, as variables for debootstrap, which does not read apt's settings."""
    said = run(["apt-config", "shell", "http_proxy", "Acquire::http::Proxy"])
    return dict(word.split("=", 1) for word in shlex.split(said))
