"""Keys of clients are read from private files only."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from bidwright.clients.cli.settings import load_profile

GOOD = "profiles:\n  default: {address: '127.0.0.1:7443', key: bw.k.s}\n"


def written(path: Path, text: str, mode: int = 0o600) -> Path:
    """A settings file with a mode."""
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_private_file_is_read(tmp_path: Path) -> None:
    profile = load_profile(written(tmp_path / "client.yaml", GOOD), "default")
    assert (profile.address, profile.key, profile.tls) == ("127.0.0.1:7443", "bw.k.s", False)


@pytest.mark.parametrize(
    ("text", "mode", "profile", "said"),
    [
        (GOOD, 0o644, "default", "chmod 600"),  # others can read the key
        (GOOD, 0o600, "nobody", "no usable profile 'nobody'"),
        ("[]", 0o600, "default", "no usable profile"),
        ("a: [", 0o600, "default", "no usable profile"),
    ],
)
def test_anything_else_is_refused_with_what_to_do(
    tmp_path: Path, text: str, mode: int, profile: str, said: str
) -> None:
    with pytest.raises(click.ClickException, match=said):
        load_profile(written(tmp_path / "client.yaml", text, mode), profile)


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(click.ClickException, match="bidwright up"):
        load_profile(tmp_path / "none.yaml", "default")
