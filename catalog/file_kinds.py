"""Which files a portfolio has, and what each declares."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class FileKind:
    """One kind of file.

    Attributes:
        form: Its name as documented.
        pattern: Its name as a regular expression.
        schema: Its JSON Schema; empty for files that are not YAML.
        declares: Kinds of ids that are declared in it.
        is_required: Whether at least one must exist.
    """

    form: str
    pattern: str
    schema: str = ""
    declares: tuple[str, ...] = ()
    is_required: bool = False


KINDS = (
    FileKind(
        "portfolio.yaml",
        r"portfolio\.yaml",
        "portfolio",
        ("market", "delivery unit", "family", "attribute"),
        is_required=True,
    ),
    FileKind("offerings/<offering>.yaml", r"offerings/[^/]+\.yaml", "offering", ("offering",), is_required=True),
    FileKind("components/<family>.yaml", r"components/[^/]+\.yaml", "components", ("component",), is_required=True),
    FileKind("rules.yaml", r"rules\.yaml", "rules", ("rule",), is_required=True),
    FileKind("tables/<name>.csv", r"tables/[^/]+\.csv", "", ("table",)),
    FileKind("assurances.yaml", r"assurances\.yaml", "assurances", is_required=True),
    FileKind(
        "delivery_centres.yaml",
        r"delivery_centres\.yaml",
        "delivery_centres",
        ("delivery centre",),
        is_required=True,
    ),
    FileKind("prices/<book>.csv", r"prices/[^/]+\.csv"),
    FileKind("prices/<book>.yaml", r"prices/[^/]+\.yaml", "price_settings"),
    FileKind("price_tables/<name>.csv", r"price_tables/[^/]+\.csv"),
    FileKind("promotions.yaml", r"promotions\.yaml", "promotions", ("promotion",)),
    FileKind("agreements/<agreement>.yaml", r"agreements/[^/]+\.yaml", "agreement", ("agreement",)),
    FileKind("packages.yaml", r"packages\.yaml", "packages", is_required=True),
    FileKind("approvals.yaml", r"approvals\.yaml", "approvals", is_required=True),
    FileKind("provisioning.yaml", r"provisioning\.yaml", "provisioning", ("delivery",), is_required=True),
    FileKind("texts/<component>.md", r"texts/[^/]+\.md"),
    FileKind("README.md", r"README\.md"),
)
"""A file that could be left out by mistake is demanded: without approvals.yaml nobody would have to approve.

Prices and texts are demanded for each market and component where those are read."""


def kind_of(name: str) -> FileKind | None:
    """What a file is, or None where nobody reads it."""
    return next((kind for kind in KINDS if re.fullmatch(kind.pattern, name)), None)


def missing_files(names: Collection[str]) -> Iterator[FileKind]:
    """Kinds of which there must be a file and is none."""
    present = {kind.form for name in names if (kind := kind_of(name)) is not None}
    return (kind for kind in KINDS if kind.is_required and kind.form not in present)
