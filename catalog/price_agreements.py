"""agreements/*.yaml: prices agreed with one customer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import PurePosixPath

from bidwright.catalog.document import Entry
from bidwright.catalog.draft import Draft
from bidwright.catalog.figures import number
from bidwright.catalog.price_offers import AgreedPrice, CustomerAgreement, Period
from bidwright.catalog.price_promotions import check_one_of, is_of_list, read_period


def read_agreements(draft: Draft) -> None:
    """Read all agreements; needs components and markets."""
    for document in draft.documents_in("agreements"):
        draft.declare("agreement", document.whole, "agreement")
        whole = Entry(document.file, document.value, (), document.lines, document.broken)
        if not whole.is_sound:
            continue
        value = whole.value
        if value["agreement"] != PurePosixPath(document.file).stem:
            what = f"the file of agreement {value['agreement']!r} has another name"
            draft.faults.add(whole.where("agreement"), what, f"Name it agreements/{value['agreement']}.yaml.")
        draft.ids.check("market", value["market"], whole.where("market"))
        period = read_period(draft, whole, value)
        if period is None:
            continue
        stated = list(_stated(draft, whole, period))
        _check_overlaps(draft, stated)
        draft.agreements[value["agreement"]] = CustomerAgreement(
            id=value["agreement"],
            title=value["title"],
            market=value["market"],
            prices=tuple(one.price for one in stated),
            period=period,
        )


@dataclass(frozen=True)
class _Stated:
    """An agreed price and where it stands."""

    price: AgreedPrice
    where: str


def _stated(draft: Draft, whole: Entry, period: Period) -> Iterator[_Stated]:
    for position, value in enumerate(whole.value["prices"]):
        keys = ("prices", position)
        check_one_of(draft, whole, ("price", "percent"), *keys)
        dates = {"valid_from": whole.value["valid_from"], **value}
        if "valid_to" in whole.value:
            dates.setdefault("valid_to", whole.value["valid_to"])
        own = read_period(draft, whole, dates, *keys)
        components = frozenset(
            id_
            for at, pattern in enumerate(value["components"])
            for id_ in draft.ids.matches(pattern, whole.where(*keys, "components", at))
        )
        if own is None:
            continue
        if own.valid_from < period.valid_from or (
            period.valid_to is not None and (own.valid_to is None or own.valid_to > period.valid_to)
        ):
            what = "the days of this price are not all days of the agreement"
            draft.faults.add(whole.where(*keys), what, "Stay within valid_from and valid_to of the agreement.")
        agreed = AgreedPrice(
            components=components,
            charges=frozenset(value["charges"]),
            price=number(value["price"]) if "price" in value else None,
            percent=number(value["percent"]) if "percent" in value else None,
            of_list=is_of_list(draft, whole, value, *keys),
            period=own,
        )
        yield _Stated(agreed, whole.where(*keys))


def _check_overlaps(draft: Draft, stated: list[_Stated]) -> None:
    earlier: dict[tuple[str, str], list[_Stated]] = {}
    for one in stated:
        for subject in product(sorted(one.price.components), sorted(one.price.charges)):
            for other in earlier.setdefault(subject, []):
                if _overlap(other.price.period, one.price.period):
                    component, charge = subject
                    what = f"two {charge} prices of {component} overlap; the other one stands at {other.where}"
                    draft.faults.add(one.where, what, "Let each component and charge have one price a day.")
            earlier[subject].append(one)


def _overlap(first: Period, second: Period) -> bool:
    return (first.valid_to is None or second.valid_from < first.valid_to) and (
        second.valid_to is None or first.valid_from < second.valid_to
    )
