"""Where ``bid`` finds server and key: a YAML file of profiles, as ``bidwright up`` writes it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

PERSONAL = Path("~/.config/bidwright/client.yaml")
LOCAL = Path("var/client.yaml")
_FORM = "profiles: {{{}: {{address: host:port, key: bw...}}}}"


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One way to reach a server.

    Attributes:
        address: ``host:port``.
        key: The API key.
        root_certificates: Path of a PEM file; empty for none.
        tls: Whether to encrypt.
    """

    address: str
    key: str
    root_certificates: str = ""
    tls: bool = False


def load_profile(path: Path | None, name: str) -> Profile:
    """Read a profile.

    Args:
        path: The file; where None, ``var/client.yaml`` below the working directory, then the personal one.
        name: Name of the profile.

    Raises:
        click.ClickException: There is no such file or profile, or it is not readable as one.
    """
    found = path or next((p for p in (LOCAL, PERSONAL.expanduser()) if p.is_file()), None)
    if found is None or not found.is_file():
        raise click.ClickException(
            f"No client settings in {found or f'{LOCAL} or {PERSONAL}'}. `bidwright up` writes them for a local "
            f"server; for another one create {PERSONAL} with: {_FORM.format(name)}"
        )
    if found.stat().st_mode & 0o077:
        raise click.ClickException(f"{found} holds keys and others can read it. Make it private: chmod 600 {found}")
    try:
        profiles = YAML(typ="safe", pure=True).load(found.read_text(encoding="utf-8"))["profiles"]
        values = profiles[name]
        return Profile(
            address=str(values["address"]),
            key=str(values["key"]),
            root_certificates=str(values.get("root_certificates", "")),
            tls=bool(values.get("tls", False)),
        )
    except (KeyError, TypeError, AttributeError, YAMLError) as error:
        raise click.ClickException(
            f"{found} has no usable profile {name!r} ({type(error).__name__}: {error}). It needs: {_FORM.format(name)}"
        ) from error
