"""A release as bytes: its digest, its archive, and archives that are none."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import pytest
from breaking import copy_of_small, edit
from hypothesis import given
from hypothesis import strategies as st
from small_release import SMALL_PORTFOLIO, SMALL_TODAY, small_release

from bidwright.catalog.reader import read_portfolio, read_release
from bidwright.catalog.release import MAGIC, digest_of, pack, pack_files, unpack
from bidwright.core.errors import InvalidInput

FILES = st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20), st.binary(max_size=50))


def test_the_digest_of_known_files_never_changes() -> None:
    # `printf '1 2\\naxy5 0\\nb/c.d' | sha256sum`
    expected = "0833ffc66495b59f55e652472bd409e046d56cfbc22c8a5503e829cd48f0a844"
    assert digest_of({"b/c.d": b"", "a": b"xy"}) == expected


def test_a_release_survives_the_archive() -> None:
    archive = pack(SMALL_PORTFOLIO)
    assert read_release(archive, digest=small_release().digest) == small_release()


def test_the_place_and_age_of_files_do_not_matter(tmp_path: Path) -> None:
    portfolio = copy_of_small(tmp_path)
    os.utime(portfolio / "rules.yaml", (0, 0))
    assert read_portfolio(portfolio, today=SMALL_TODAY).digest == small_release().digest
    assert pack(portfolio) == pack(SMALL_PORTFOLIO)


def test_any_change_makes_another_release(tmp_path: Path) -> None:
    portfolio = copy_of_small(tmp_path)
    edit(portfolio, "rules.yaml", "Every server", "Each server")
    assert read_portfolio(portfolio, today=SMALL_TODAY).digest != small_release().digest


def test_a_release_stays_readable_when_its_prices_have_ended(tmp_path: Path) -> None:
    portfolio = copy_of_small(tmp_path)
    row = "web.apache_site,monthly,piece,2.00,7.50,,2026-01-01,"
    edit(portfolio, "prices/DE.csv", row, row + "2026-07-01")
    archive = pack(portfolio)
    with pytest.raises(InvalidInput, match="none holds today"):
        read_release(archive, today=SMALL_TODAY)
    assert read_release(archive).portfolio == "small"


@given(FILES)
def test_files_come_back_from_the_archive(files: dict[str, bytes]) -> None:
    assert unpack(pack_files(files)) == files


@given(FILES, FILES)
def test_different_files_have_different_digests(some: dict[str, bytes], others: dict[str, bytes]) -> None:
    assert (digest_of(some) == digest_of(others)) == (some == others)


@pytest.mark.parametrize(
    "archive",
    [
        b"",
        b"PK\x03\x04",
        MAGIC,
        MAGIC + b"not compressed",
        pack(SMALL_PORTFOLIO)[:-20],
        pack(SMALL_PORTFOLIO) + b"x",
        MAGIC + zlib.compress(b"1 5\naxy"),
        MAGIC + zlib.compress(b"x"),
        MAGIC + zlib.compress(b"1 0\n\xff"),
        # in another order, or twice, the same files would have two digests
        MAGIC + zlib.compress(b"1 0\nb1 0\na"),
        MAGIC + zlib.compress(b"1 0\na1 0\na"),
        # 40 MB of zeros in 40 kB
        MAGIC + zlib.compress(b"\0" * 40_000_000),
    ],
    ids=["empty", "zip", "bare", "raw", "cut", "longer", "short", "headless", "name", "order", "twice", "bomb"],
)
def test_what_is_no_archive_is_refused(archive: bytes) -> None:
    with pytest.raises(InvalidInput, match="not the archive of a portfolio"):
        unpack(archive)


def test_an_archive_of_another_release_is_refused() -> None:
    with pytest.raises(InvalidInput, match="not " + "0" * 64):
        read_release(pack(SMALL_PORTFOLIO), digest="0" * 64)
