"""Settings of price books as rows of a sheet, and back into YAML: whatever they are, nothing is lost on the way."""

from __future__ import annotations

from typing import Any

from draws import drawn
from hypothesis import given, settings
from hypothesis import strategies as st

from bidwright.catalog.book_settings import plain_yaml, setting_rows, settings_of, updated_yaml
from bidwright.catalog.book_sheets import BookSheet
from bidwright.catalog.yaml_source import read_yaml
from bidwright.core.errors import Faults

KEYS = st.sampled_from(
    ["terms", "bespoke_rates", "default", "12", "12-24", "2026-01-01", "id", "monthly", "no", "null"]
)
VALUES = st.one_of(
    st.integers(-999, 999_999),
    st.booleans(),
    st.sampled_from(
        ["640.00", "0", "12", "-3.5", "half_up", "2026-01-01", "compute.*", "true", "no", "1e3", "~", "null"]
    ),
    st.text("abc :#-'\"{}[]äß%&*!|>", min_size=1, max_size=12)
    .map(str.strip)
    .filter(lambda text: text not in {"", "{}", "[]"}),
)
TREES = st.recursive(
    VALUES,
    lambda inner: st.one_of(st.dictionaries(KEYS, inner, max_size=4), st.lists(inner, max_size=3)),
    max_leaves=12,
)
SETTINGS = st.dictionaries(KEYS, TREES, max_size=5)


def read(text: str) -> Any:
    faults = Faults()
    tree = read_yaml(text, "prices/DE.yaml", faults)
    assert tree is not None
    assert faults.found == [], text
    return tree.value


@settings(max_examples=drawn(100))
@given(value=SETTINGS)
def test_any_settings_come_back_from_their_sheet(value: dict[str, Any]) -> None:
    faults = Faults()
    sheet = BookSheet("settings", ("setting", "value"), tuple(setting_rows(value)))
    found, rows = settings_of(sheet, value, faults)
    assert (found, faults.found) == (value, [])
    assert sorted(rows.values()) == [row.number for row in sheet.rows]


@settings(max_examples=drawn(100))
@given(value=SETTINGS)
def test_any_settings_are_the_same_with_a_line_for_each_value(value: dict[str, Any]) -> None:
    text, paths = plain_yaml(value)
    assert read(text) == value
    assert len(paths) == (len(text.splitlines()) if value else 0)


@settings(max_examples=drawn(100))
@given(before=SETTINGS, after=SETTINGS)
def test_any_settings_become_any_others_in_their_file(before: dict[str, Any], after: dict[str, Any]) -> None:
    text = f"# Who changes this asks finance.\n{plain_yaml(before)[0]}"
    written = updated_yaml(text, after)
    assert read(written) == after
    assert read(updated_yaml(text, before)) == before
