"""The quick parser of portfolio files and the exact one: the first is there for speed, the second decides."""

from __future__ import annotations

from pathlib import Path

import pytest
from draws import drawn
from hypothesis import given, settings
from hypothesis import strategies as st

from bidwright.catalog.yaml_events import NotYaml, exact_events, quick_events
from bidwright.catalog.yaml_source import read_yaml
from bidwright.core.errors import Faults

_PORTFOLIOS = Path(__file__).parents[2] / "portfolios"
_TEXT = """\
# a remark
components:
  - id: compute.small
    name: 'It''s small'
    attributes: {ram_gib: 8, uptime: "99.9", note: }
    texts: [one, "two
      lines", |-
      ]
  - because: >
      Folded
      text
    empty:
"""
_SIGNS = (*"\t\x85\u2028\ufeff#{}[],\"'|!\nx", ": ", "- ", "&a ", "*a")


@pytest.mark.parametrize("path", sorted(_PORTFOLIOS.rglob("*.yaml")), ids=lambda path: path.stem)
def test_both_parsers_read_the_shipped_portfolios_alike(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert list(quick_events(text)) == list(exact_events(text))


@settings(max_examples=drawn(200))
@given(st.data())
def test_a_text_without_faults_means_to_both_parsers_the_same(data: st.DataObject) -> None:
    lines = _TEXT.split("\n")
    first = data.draw(st.integers(0, len(lines) - 1))
    text = "\n".join(lines[first : data.draw(st.integers(first + 1, len(lines)))])
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.sampled_from(_SIGNS)) + text[at:]
    faults = Faults()
    tree = read_yaml(text, "file.yaml", faults)
    if tree is None or faults.found:
        return
    try:
        expected = list(exact_events(text))
    except NotYaml:
        pytest.fail(f"only the quick parser reads {text!r}")
    try:
        found = list(quick_events(text))
    except NotYaml:
        return
    assert [event[2:] for event in found] == [event[2:] for event in expected]


@pytest.mark.parametrize(
    ("text", "where", "told"),
    [
        ("%YAML 1.3\n---\na: 1\n", "file.yaml:1", "not YAML: version minor part"),
        ("a: 1\n\tb: 2\n", "file.yaml:2", "not YAML"),
        ("a: |#b\n  c\n", "file.yaml:1", "not YAML: expected chomping or indentation indicators"),  # no remark
        ("a: \x85\u2028\nb: 1\nb: 2\n", "file.yaml:3", "'b' is given twice, first in line 2"),  # these end no line
    ],
)
def test_a_fault_is_told_by_the_exact_parser(text: str, where: str, told: str) -> None:
    faults = Faults()
    read_yaml(text, "file.yaml", faults)
    assert [fault.where for fault in faults.found] == [where]
    assert told in faults.found[0].what


def test_without_libyaml_the_exact_parser_reads_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: [1, two]\n"
    expected = read_yaml(text, "file.yaml", Faults())
    monkeypatch.setattr("yaml.__with_libyaml__", False)
    with pytest.raises(NotYaml, match="libyaml is missing"):
        list(quick_events(text))
    assert expected is not None
    assert read_yaml(text, "file.yaml", Faults()) == expected
