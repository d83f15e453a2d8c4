"""Breaks the small portfolio in one place and says what must be reported."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML
from small_release import SMALL_PORTFOLIO, SMALL_TODAY

from bidwright.catalog.reader import check_report
from bidwright.core.errors import Fault

END = "<end>"
"""Instead of a text to replace: the new text is put at the end of the file."""


@dataclass(frozen=True)
class Broken:
    """One way to break a portfolio.

    Attributes:
        name: What is wrong, in words.
        file: The file to change, or to make where ``old`` is empty.
        old: A text that stands there exactly once.
        where: The place that must be named.
        what: A part of what must be said.
        faults: How many faults there must be: one mistake must not be reported twice.
    """

    name: str
    file: str
    old: str
    new: str
    where: str
    what: str
    faults: int = 1


def broken_portfolios(file: str) -> list[Broken]:
    """The ways that a file beside this one lists."""
    listed = YAML(typ="safe", pure=True).load(Path(__file__).with_name(file))
    return [Broken(**one) for one in listed["broken"]]


def copy_of_small(directory: Path) -> Path:
    """A copy of the small portfolio that may be broken."""
    return shutil.copytree(SMALL_PORTFOLIO, directory / "small")


def edit(portfolio: Path, file: str, old: str, new: str) -> None:
    """Replace a text that stands in a file exactly once."""
    path = portfolio / file
    if not old:
        path.parent.mkdir(exist_ok=True)
        path.write_text(new)
        return
    text = path.read_text()
    if old == END:
        path.write_text(text + new)
        return
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    path.write_text(text.replace(old, new))


def assert_reported(broken: Broken, directory: Path) -> None:
    """The fault is reported at its place, with a fix, and nothing else is."""
    portfolio = copy_of_small(directory)
    edit(portfolio, broken.file, broken.old, broken.new)
    faults = check_report(portfolio, today=SMALL_TODAY)
    found = [fault for fault in faults if fault.where == broken.where and broken.what in fault.what]
    assert found, f"wanted {broken.where}: {broken.what}; got {shown(faults)}"
    assert len(faults) == broken.faults, shown(faults)
    for fault in faults:
        assert fault.fix.endswith((".", "?")), fault
        assert len(fault.fix) > 8, fault


def shown(faults: list[Fault]) -> str:
    """Faults, one a line."""
    return "\n".join(f"{fault.where}: {fault.what} -> {fault.fix}" for fault in faults) or "no fault"
