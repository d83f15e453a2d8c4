"""Reads the user documentation: fenced blocks, tables, links, commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"

_FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        info: What follows the opening fence, for example ``console tour``.
        text: Its lines.
        line: Number of the opening fence in its file.
    """

    info: str
    text: str
    line: int


def documents() -> list[Path]:
    """README, CHANGELOG and everything in docs/."""
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]


def blocks(path: Path) -> Iterator[Block]:
    """All fenced blocks of a file, in order."""
    return blocks_of(path.read_text(encoding="utf-8"))


def blocks_of(text: str) -> Iterator[Block]:
    """All fenced blocks of a text, in order."""
    for match in _FENCE.finditer(text):
        yield Block(match[1].strip(), match[2], text.count("\n", 0, match.start()) + 1)


def prose(path: Path) -> str:
    """The text of a file without its fenced blocks."""
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def links(path: Path) -> list[str]:
    """Targets of all links outside blocks."""
    return _LINK.findall(prose(path))


def anchors(path: Path) -> set[str]:
    """Anchors that GitHub gives the headings of a file."""
    headings = re.findall(r"^#{1,6} +(.+?) *$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def table(path: Path, first_column: str) -> list[list[str]]:
    """The rows of the table whose first column has this heading; cells without backquotes."""
    rows: list[list[str]] = []
    is_inside = False
    for line in prose(path).splitlines():
        if not line.startswith("|"):
            is_inside = False
            continue
        cells = [cell.strip().replace("`", "") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells[0] == first_column:
            is_inside = True
        elif is_inside and not set(cells[0]) <= set("-: "):
            rows.append(cells)
    assert rows, f"{path.name} has no table with the column {first_column}"
    return rows
