"""A YAML file of a portfolio whose shape was checked: its entries, which of them are sound, and their lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bidwright.catalog.yaml_source import Path


@dataclass(frozen=True)
class Entry:
    """One mapping of a file.

    Attributes:
        broken: Paths within it that have a wrong shape; of an entry with such, only the id may be used.
    """

    file: str
    value: Mapping[str, Any]
    path: Path
    lines: Mapping[Path, int]
    broken: tuple[Path, ...]

    @property
    def is_sound(self) -> bool:
        """Whether its shape is as the schema says."""
        return not self.broken

    def where(self, *keys: str | int) -> str:
        """``file:line`` of a part of it; of the nearest part around it that has a line."""
        path = (*self.path, *keys)
        while path not in self.lines and path:
            path = path[:-1]
        return f"{self.file}:{self.lines.get(path, 1)}"

    def id(self, key: str = "id") -> str:
        """Its id, or an empty text where even that is missing or wrong."""
        found = self.value.get(key)
        return found if isinstance(found, str) and (*self.path, key) not in self.broken else ""


@dataclass(frozen=True)
class Document:
    """A file.

    Attributes:
        value: Its mapping; empty where the file holds none.
        broken: Paths of the values with a wrong shape.
    """

    file: str
    value: Mapping[str, Any]
    lines: Mapping[Path, int]
    broken: tuple[Path, ...]

    @property
    def whole(self) -> Entry:
        """The file as one entry: sound where everything beside its lists is."""
        lists = {key for key, value in self.value.items() if isinstance(value, list)}
        broken = tuple(path for path in self.broken if len(path) < 2 or path[0] not in lists)
        return Entry(self.file, self.value, (), self.lines, broken)

    def entries(self, section: str) -> Iterator[Entry]:
        """The mappings of one of its lists."""
        items = self.value.get(section)
        for position, item in enumerate(items if isinstance(items, list) else []):
            if isinstance(item, dict):
                path = (section, position)
                broken = tuple(one for one in self.broken if one[:2] == path)
                yield Entry(self.file, item, path, self.lines, broken)
