"""Reads a whole portfolio: every fault at once, or a release.

Order: the files, their shapes, then noun by noun. A faulty entry is left out but its id stays known, so that
one fault neither hides others nor causes them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from bidwright.catalog.approvals import read_approvals
from bidwright.catalog.assurances import read_assurances
from bidwright.catalog.centres import check_deliverable, read_centres
from bidwright.catalog.components import check_balances, check_resources, declare_components, read_components
from bidwright.catalog.deliveries import read_deliveries
from bidwright.catalog.draft import Draft, Ids
from bidwright.catalog.file_kinds import KINDS, kind_of, missing_files
from bidwright.catalog.general import read_general
from bidwright.catalog.model import Release
from bidwright.catalog.offerings import read_offerings
from bidwright.catalog.packages import read_packages
from bidwright.catalog.price_agreements import read_agreements
from bidwright.catalog.price_promotions import read_promotions
from bidwright.catalog.price_settings import special_books
from bidwright.catalog.prices import read_prices
from bidwright.catalog.release import digest_of, unpack
from bidwright.catalog.rules import read_rules
from bidwright.catalog.shapes import checked
from bidwright.catalog.source_files import Files, files_of_directory, text_of
from bidwright.catalog.tables import read_tables
from bidwright.catalog.texts import read_texts
from bidwright.catalog.work_checks import check_splits
from bidwright.catalog.yaml_source import read_yaml
from bidwright.core.clock import utc_now
from bidwright.core.errors import Fault, Faults, InvalidInput

Value = TypeVar("Value")

_WHERE = re.compile(r"(.*):([0-9]+)", re.DOTALL)


def read_portfolio(directory: Path, *, today: dt.date | None = None) -> Release:
    """Read the portfolio of a directory.

    Args:
        directory: As docs/portfolio.md describes.
        today: The day on which everything sold must have a price; the present day where None.

    Raises:
        InvalidInput: With every fault, ordered by file and line.
    """
    return _read_directory(directory, today or utc_now().date())


def read_for_any_day(directory: Path) -> Release:
    """Read the portfolio of a directory; what has no price on some day is refused where it is priced.

    Raises:
        InvalidInput: With every fault but those of days, ordered by file and line.
    """
    return _read_directory(directory, None)


def _read_directory(directory: Path, today: dt.date | None) -> Release:
    faults = Faults()
    files = files_of_directory(directory, faults)
    release = _release(files, faults, today)
    faults.raise_if_any(f"The portfolio {directory}")
    return release


def check_report(directory: Path, *, today: dt.date | None = None) -> list[Fault]:
    """Every fault of the portfolio of a directory, ordered by file and line; empty where it can be published."""
    faults = Faults()
    _release(files_of_directory(directory, faults), faults, today or utc_now().date())
    return faults.found


def read_files(files: Files, *, today: dt.date | None = None) -> Release:
    """Read a portfolio from its files in memory.

    Args:
        files: Name -> content.
        today: As for ``read_portfolio``; where None, nothing is said about dates: a release stays readable forever.

    Raises:
        InvalidInput: With every fault, ordered by file and line.
    """
    faults = Faults()
    release = _release(files, faults, today)
    faults.raise_if_any("The portfolio")
    return release


def read_release(archive: bytes, *, digest: str = "", today: dt.date | None = None) -> Release:
    """Read the release in an archive.

    Args:
        archive: From ``release.pack``.
        digest: What the release must have; empty where any will do.
        today: As for ``read_files``.

    Raises:
        InvalidInput: The archive is damaged or holds another release, or the portfolio has faults.
    """
    files = unpack(archive)
    if digest and digest_of(files) != digest:
        raise InvalidInput(
            f"The archive holds release {digest_of(files)}, not {digest}.",
            fix="Publish the portfolio again.",
            reason="DIGEST_MISMATCH",
        )
    return read_files(files, today=today)


def _release(files: Files, faults: Faults, today: dt.date | None) -> Release:
    draft = Draft(faults=faults, today=today, ids=Ids(faults))
    if files or not faults.found:
        _read_documents(draft, files)
        _read_nouns(draft, files)
    unique = dict.fromkeys(sorted(faults.found, key=_place))
    faults.found[:] = unique
    return _built(draft, files)


def _read_documents(draft: Draft, files: Files) -> None:
    for name in sorted(files):
        kind = kind_of(name)
        if kind is None:
            places = ", ".join(one.form for one in KINDS)
            draft.faults.add(f"{name}:1", "nobody reads this file", f"Remove or rename it; files are {places}.")
        elif kind.schema:
            text = text_of(files, name, draft.faults)
            tree = read_yaml(text, name, draft.faults) if text is not None else None
            if tree is None:
                draft.ids.incomplete.update(kind.declares)
            else:
                draft.documents[name] = checked(name, tree, kind.schema, draft.faults)
    # A file that is there and cannot be read has its own fault already.
    present = {*files, *(fault.where.rpartition(":")[0] for fault in draft.faults.found)}
    for kind in missing_files(present):
        draft.faults.add(f"{kind.form}:1", f"there is no file {kind.form}", "Add it as docs/portfolio.md describes.")
        draft.ids.incomplete.update(kind.declares)


def _read_nouns(draft: Draft, files: Files) -> None:
    read_general(draft)
    declare_components(draft)
    read_texts(draft, files)
    read_components(draft)
    check_resources(draft)
    check_balances(draft)
    read_tables(draft, files)
    read_offerings(draft)
    read_rules(draft)
    read_centres(draft)
    check_deliverable(draft)
    check_splits(draft)
    read_prices(draft, files)
    read_promotions(draft)
    read_agreements(draft)
    read_packages(draft)
    read_assurances(draft)
    read_approvals(draft)
    read_deliveries(draft)


def _place(fault: Fault) -> tuple[str, int]:
    match = _WHERE.fullmatch(fault.where)
    return (match[1], int(match[2])) if match else (fault.where, 0)


def _sorted(values: Mapping[str, Value]) -> dict[str, Value]:
    return {id_: values[id_] for id_ in sorted(values)}


def _built(draft: Draft, files: Files) -> Release:
    document = draft.documents.get("portfolio.yaml")
    head = document.value if document is not None else {}
    return Release(
        portfolio=str(head.get("portfolio", "")),
        title=str(head.get("title", "")),
        version=str(head.get("version", "")),
        description=str(head.get("description", "")).strip(),
        digest=digest_of(files),
        markets=_sorted(draft.markets),
        delivery_units=_sorted(draft.delivery_units),
        families=_sorted(draft.families),
        attributes=_sorted(draft.attributes),
        components=_sorted(draft.components),
        offerings=_sorted(draft.offerings),
        rules=draft.rules,
        tables=_sorted(draft.tables),
        price_books=_sorted(draft.price_books),
        special_books=special_books(draft),
        promotions=_sorted(draft.promotions),
        agreements=_sorted(draft.agreements),
        packages=_sorted(draft.packages),
        centres=_sorted(draft.centres),
        assurances=draft.assurances,
        approvals=draft.approvals,
        deliveries=_sorted(draft.deliveries),
        delivery_of=draft.delivery_of,
    )
