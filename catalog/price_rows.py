"""prices/<market>.csv: one row read into one entry, with every fault of the row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from bidwright.catalog.csv_source import Row
from bidwright.catalog.figures import day, places_of
from bidwright.catalog.price_charges import CHARGES, ChargeName
from bidwright.catalog.price_entry import MODELS, Band, ModelName, PriceEntry, Tier
from bidwright.catalog.price_tiers import BAND_FORM, holds_bands, read_bands, read_tiers
from bidwright.core import money
from bidwright.core.errors import Faults
from bidwright.core.nearest import advice

COLUMNS = ("component", "charge", "unit", "unit_cost", "price", "tiers", "valid_from", "valid_to")
OPTIONAL_COLUMNS = (
    "model",
    "included",
    "included_each",
    "block_size",
    "minimum",
    "maximum",
    "waived_from",
    "of",
    "of_charge",
    "table",
    "formula",
)
"""These may follow, in any order; a file without them has empty cells there."""

MOST_PLACES = 12
_LARGEST = Decimal(999_999_999)
_LONGEST_TERM = 120
_MOST_PERCENT = 1000
_PERCENT_PLACES = 4
_FREE = ("included", "included_each")
_BASES = tuple(charge for charge in CHARGES if charge != "hourly")


_USED: dict[tuple[ModelName, str], frozenset[str]] = {
    ("per_unit", ""): frozenset({"price", *_FREE}),
    ("flat", ""): frozenset({"price"}),
    ("volume", "from"): frozenset({"price", "tiers", *_FREE}),
    ("volume", "up to"): frozenset({"tiers", *_FREE, "block_size"}),
    ("graduated", "up to"): frozenset({"tiers", *_FREE, "block_size"}),
    ("stairstep", "up to"): frozenset({"tiers", *_FREE, "block_size"}),
    ("block", ""): frozenset({"price", *_FREE, "block_size"}),
    ("percentage", ""): frozenset({"price", "of", "of_charge"}),
    ("table", ""): frozenset({"table", *_FREE, "block_size"}),
    ("formula", ""): frozenset({"formula"}),
}
"""(model, whether tiers say from where or up to where they hold) -> the columns that such a row uses."""

_UNUSED = {
    form: sorted({"price", *_FREE, "block_size", "of", "of_charge", "table", "formula"} - used)
    for form, used in _USED.items()
}


def read_row(row: Row, most_units: int, faults: Faults) -> PriceEntry | None:
    """Read a row.

    Args:
        row: With the cells ``COLUMNS``, and any of ``OPTIONAL_COLUMNS``.
        most_units: ``max_quantity`` of its component; a tier from more units on would never be reached.
        faults: Takes every fault of the row.
    """
    before = len(faults.found)
    cells = row.cells
    if cells["charge"] not in CHARGES:
        faults.add(row.where, f"the charge is {cells['charge']!r}", f"Write one of: {', '.join(CHARGES)}.")
    if not cells["unit"]:
        faults.add(row.where, "the unit is empty", "Write a word such as server or site.")
    unit_cost = _amount(row, "unit_cost", faults)
    valid_from = day(cells["valid_from"], row.where, faults)
    valid_to = day(cells["valid_to"], row.where, faults) if cells["valid_to"] else None
    if valid_from is not None and valid_to is not None and valid_to <= valid_from:
        what = f"valid_to {valid_to} is not after valid_from {valid_from}"
        faults.add(row.where, what, "Exchange the two, or leave valid_to empty.")
    waived_from = _waived_from(row, faults)
    included_each = _included_each(row, faults)
    # What is metered has no greatest quantity.
    figures = _figures(row, None if cells["charge"] == "usage" else most_units, faults)
    if unit_cost is None or valid_from is None or figures is None or len(faults.found) > before:
        return None
    return PriceEntry(
        component=cells["component"],
        charge=cast("ChargeName", cells["charge"]),
        unit=cells["unit"],
        unit_cost=unit_cost,
        model=figures.model,
        price=figures.price,
        tiers=figures.tiers,
        bands=figures.bands,
        included=figures.included,
        included_each=included_each,
        block_size=figures.block_size,
        minimum=figures.minimum,
        maximum=figures.maximum,
        waived_from=waived_from,
        valid_from=valid_from,
        valid_to=valid_to,
        of_charge=cast("ChargeName | None", cells.get("of_charge") or None),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Figures:
    """What a row makes of a quantity."""

    model: ModelName
    price: Decimal
    tiers: tuple[Tier, ...]
    bands: tuple[Band, ...]
    included: Decimal
    block_size: Decimal | None
    minimum: Decimal | None
    maximum: Decimal | None


def _figures(row: Row, most_units: int | None, faults: Faults) -> _Figures | None:
    before = len(faults.found)
    model, kind = _model(row, faults), _kind_of_tiers(row)
    if model is None or not _has_form(row, model, kind, faults):
        return None
    used = _USED[model, kind]
    price = _amount(row, "price", faults) if "price" in used else Decimal(0)
    tiers = read_tiers(row, price, most_units, faults) if kind == "from" else ()
    included = _optional(row, "included", faults) or Decimal(0)
    block_size = _block_size(row, model, faults) if "block_size" in used else None
    bands = _bands(row, model, faults) if kind == "up to" else ()
    if bands and bands[-1].up_to is not None:
        _check_reach(row, bands[-1].up_to * (block_size or 1) + included, most_units, faults)
    if model == "percentage":
        _check_percentage(row, price, faults)
    if model in {"table", "formula"} and not row.cells.get(model, ""):
        what = f"a {model} price needs its {model}"
        faults.add(row.where, what, f"Write it into the column {model}, or choose another model.")
    minimum, maximum = _optional(row, "minimum", faults), _optional(row, "maximum", faults)
    if minimum is not None and maximum is not None and maximum < minimum:
        faults.add(row.where, f"maximum {maximum} is below minimum {minimum}", "Exchange the two, or remove one.")
    if price is None or len(faults.found) > before:
        return None
    return _Figures(
        model=model,
        price=price,
        tiers=tiers,
        bands=bands,
        included=included,
        block_size=block_size,
        minimum=minimum,
        maximum=maximum,
    )


def _kind_of_tiers(row: Row) -> str:
    text = row.cells["tiers"]
    return "up to" if holds_bands(text) else "from" if text else ""


def _model(row: Row, faults: Faults) -> ModelName | None:
    """The model that is stated; without one, volume where there are tiers and per_unit where there are none."""
    stated, kind = row.cells.get("model", ""), _kind_of_tiers(row)
    if stated in MODELS:
        return stated
    if stated:
        faults.add(row.where, f"there is no model {stated!r}", advice(stated, MODELS))
        return None
    if kind == "up to":
        what = "the tiers say up to where they reach, but no model says what they mean"
        faults.add(row.where, what, "Write volume, graduated or stairstep into the column model.")
        return None
    return "volume" if kind else "per_unit"


def _has_form(row: Row, model: ModelName, kind: str, faults: Faults) -> bool:
    """Whether the row has the tiers of its model, and nothing in columns that its model does not use."""
    used = _USED.get((model, kind))
    if used is None and kind and (model, "") in _USED:
        faults.add(row.where, f"a {model} price has no tiers", "Leave tiers empty, or choose another model.")
    elif used is None:
        what = f"a {model} price needs tiers that say up to where they reach"
        faults.add(row.where, what, f"Write tiers as {BAND_FORM}.")
    for column in _UNUSED.get((model, kind), ()):
        if row.cells.get(column, ""):
            what = f"{column} is {row.cells[column]!r}, which means nothing in this {model} price"
            faults.add(row.where, what, f"Leave {column} empty, or choose another model.")
    return used is not None


def _bands(row: Row, model: ModelName, faults: Faults) -> tuple[Band, ...]:
    bands = read_bands(row, faults)
    priced = next((band for band in bands if band.price), None)
    if model == "stairstep" and priced is not None:
        what = f"a stairstep price has amounts for whole tiers, but {priced.price} is the price of a unit"
        faults.add(row.where, what, f"Write +{priced.price} for the amount, or choose volume or graduated.")
    return bands


def _check_reach(row: Row, end: Decimal, most_units: int | None, faults: Faults) -> None:
    if most_units is not None and end < most_units:
        what = f"the tiers end at {money.plain(end)} units, but max_quantity is {most_units}"
        faults.add(row.where, what, "Add a tier, `*` for all further units, or lower max_quantity of the component.")


def _check_percentage(row: Row, percent: Decimal | None, faults: Faults) -> None:
    if percent is not None and (percent > _MOST_PERCENT or places_of(percent) > _PERCENT_PLACES):
        fix = f"Write a percentage from 0 to {_MOST_PERCENT} with at most {_PERCENT_PLACES} digits after the point."
        faults.add(row.where, f"the percentage is {percent}", fix)
    if not row.cells.get("of", ""):
        what = "a percentage needs the components whose lines it is taken of"
        faults.add(row.where, what, "Write ids or patterns such as compute.* into the column of.")
    if row.cells["charge"] == "hourly":
        faults.add(
            row.where, "an hourly price cannot be a percentage", "Write monthly; hourly lines are due monthly, too."
        )
    charge, base = row.cells["charge"], row.cells.get("of_charge", "") or row.cells["charge"]
    if base not in CHARGES or (base == "hourly" != charge):
        fix = f"Write one of: {', '.join(_BASES)}. Hourly lines are due monthly, too."
        faults.add(row.where, f"of_charge is {base!r}", fix)
    elif (base == "usage") != (charge == "usage"):
        what = f"a {charge} price cannot be a percentage of {base} prices, as usage is only estimated"
        faults.add(row.where, what, "Let the two be due alike, or add a usage row for the percentage of usage.")


def _waived_from(row: Row, faults: Faults) -> int | None:
    text = row.cells.get("waived_from", "")
    if not text:
        return None
    if not re.fullmatch(r"[1-9][0-9]{0,2}", text) or int(text) > _LONGEST_TERM:
        faults.add(row.where, f"waived_from is {text!r}", f"Write months of the term from 1 to {_LONGEST_TERM}.")
        return None
    if row.cells["charge"] != "one_time":
        faults.add(row.where, "only a one_time charge can be waived by a long term", "Leave waived_from empty.")
    elif row.cells.get("minimum", ""):
        faults.add(row.where, "a charge with a minimum cannot be waived", "Leave waived_from or minimum empty.")
    return int(text)


def _included_each(row: Row, faults: Faults) -> Decimal:
    """What is metered is free for each unit that is chosen; chosen units cannot be free of themselves."""
    if row.cells.get("included_each", "") and row.cells["charge"] != "usage":
        what = "only usage has free units for each unit of the component"
        faults.add(row.where, what, "Leave included_each empty, or write the units that are free into included.")
    return _optional(row, "included_each", faults) or Decimal(0)


def _block_size(row: Row, model: ModelName, faults: Faults) -> Decimal | None:
    """The size that is stated; only a block price must have one."""
    size = _optional(row, "block_size", faults)
    if size == 0 or (model == "block" and size is None):
        faults.add(row.where, f"a {model} price needs the size of a block", "Write units above 0 into block_size.")
    return size or None


def _optional(row: Row, column: str, faults: Faults) -> Decimal | None:
    return _amount(row, column, faults) if row.cells.get(column, "") else None


def _amount(row: Row, column: str, faults: Faults) -> Decimal | None:
    text = row.cells[column]
    try:
        amount = money.parse(text)
    except ValueError:
        faults.add(row.where, f"{column} is {text!r}, which is not an amount", "Write a number such as 12.50.")
        return None
    if amount < 0 or amount > _LARGEST:
        faults.add(row.where, f"{column} is {amount}", f"Write an amount from 0 to {_LARGEST}.")
        return None
    if places_of(amount) > MOST_PLACES:
        what = f"{column} {amount} has more than {MOST_PLACES} digits after the point"
        faults.add(row.where, what, f"Round it to at most {MOST_PLACES}.")
        return None
    return amount
