"""What ``bidwright price`` prices: a file that ``bid configure --output`` wrote, or a few lines written by hand.

The form of the latter is in docs/pricing.md, "By hand".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from google.protobuf import json_format

from bidwright.catalog.answers import answer_fault, answer_to_proto
from bidwright.catalog.document import Entry
from bidwright.catalog.figures import day, number
from bidwright.catalog.model import Answer, Need, Offering, Release
from bidwright.catalog.shapes import checked
from bidwright.catalog.yaml_source import read_yaml
from bidwright.core.command_line.json_form import read_message
from bidwright.core.errors import Fault, Faults
from bidwright.core.money import plain
from bidwright.core.nearest import advice
from bidwright.server.hand_bespoke import hand_bespoke
from bidwright.server.hand_terms import hand_terms
from bidwright.v1.configuration_pb2 import CommercialTerms, Configuration, ConfigurationItem, NeedAnswer
from bidwright.v1.quoting_pb2 import CreateQuoteRequest


@dataclass(frozen=True, kw_only=True)
class ToBePriced:
    """A configuration with the terms that its file states.

    Attributes:
        places: ``items[0]`` and the like -> ``file:line``; empty where the file was not written by hand.
    """

    configuration: Configuration
    terms: CommercialTerms
    places: Mapping[str, str] = field(default_factory=dict)

    def placed(self, fault: Fault) -> Fault:
        """A fault of the configuration with the line of the file it is about, where there is one."""
        part = fault.where.partition(".")[0]
        return Fault(self.places.get(part, fault.where), fault.what, fault.fix)


def read_configuration(path: Path, release: Release, faults: Faults) -> ToBePriced | None:
    """Read a file of either form; it is priced from ``release``, whichever release it names.

    Args:
        path: The file.
        release: Gives the offering and the market where a file written by hand leaves them out and there is only one.
        faults: Takes everything that is wrong with the file.

    Returns:
        None where a fault was added.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        faults.add(f"{path}:1", "this is not UTF-8 text", "Save the file as UTF-8.")
        return None
    if _is_design(text):
        return _from_design(path, text, release, faults)
    before = len(faults.found)
    tree = read_yaml(text, str(path), faults)
    if tree is None:
        return None
    whole = checked(str(path), tree, "hand_configuration", faults).whole
    if len(faults.found) == before:
        return _from_hand(whole, release, faults)
    _check_names(whole, release, faults)
    return None


def _is_design(text: str) -> bool:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and "configuration" in value


def _from_design(path: Path, text: str, release: Release, faults: Faults) -> ToBePriced | None:
    request = CreateQuoteRequest()
    try:
        read_message(text, request)
    except json_format.ParseError as error:
        fix = "Give the file that `bid configure --output` wrote, or the form of docs/pricing.md."
        faults.add(f"{path}:1", f"this is not a configuration: {error}".rstrip("."), fix)
        return None
    request.configuration.release = release.name
    return ToBePriced(configuration=request.configuration, terms=request.terms)


def _from_hand(whole: Entry, release: Release, faults: Faults) -> ToBePriced | None:
    before = len(faults.found)
    value = whole.value
    offering_id = _only(whole, "offering", release.offerings, faults)
    market_id = _only(whole, "market", release.markets, faults)
    configuration = Configuration(release=release.name, offering=offering_id, market=market_id)
    for component, quantity in value["components"].items():
        configuration.items.append(ConfigurationItem(component=component, quantity=quantity))
    for component, metered in value.get("usage", {}).items():
        estimate = configuration.usage.add(component=component)
        estimate.quantity.value = plain(number(metered))
    offering = release.offerings.get(offering_id)
    if offering is not None:
        configuration.needs.extend(_answers(whole, offering, faults))
    market = release.markets.get(market_id)
    configuration.bespoke_items.extend(hand_bespoke(whole, market.currency if market is not None else ""))
    terms = hand_terms(whole, market.currency if market is not None else "", faults)
    places = {f"items[{n}]": whole.where("components", id_) for n, id_ in enumerate(value["components"])}
    places |= {f"bespoke_items[{n}]": whole.where("bespoke", n) for n in range(len(configuration.bespoke_items))}
    places |= {f"usage[{n}]": whole.where("usage", id_) for n, id_ in enumerate(value.get("usage", {}))}
    if len(faults.found) > before:
        return None
    return ToBePriced(configuration=configuration, terms=terms, places=places)


def _check_names(whole: Entry, release: Release, faults: Faults) -> None:
    """Of a file with a wrong shape, report what stands by itself: unknown names, and a day that does not exist."""
    stated = {key: part for key, part in whole.value.items() if (key,) not in whole.broken}
    for kind, known in (("offering", release.offerings), ("market", release.markets)):
        if kind in stated:
            _only(whole, kind, known, faults)
    for component in stated.get("components", {}):
        if component not in release.components:
            what = f"{component!r} is not a component of {release.name}"
            faults.add(whole.where("components", component), what, advice(component, release.components))
    if "price_date" in stated:
        day(stated["price_date"], whole.where("price_date"), faults)


def _only(whole: Entry, kind: str, known: Mapping[str, object], faults: Faults) -> str:
    """The id that is stated, or the only one there is."""
    stated = whole.value.get(kind)
    if stated is None and len(known) == 1:
        return next(iter(known))
    if stated is None:
        faults.add(whole.where(), f"the {kind} is not stated", f"Write `{kind}:` with one of: {', '.join(known)}.")
    elif stated not in known:
        faults.add(whole.where(kind), f"there is no {kind} {stated!r}", advice(stated, known))
    return str(stated or "")


def _answers(whole: Entry, offering: Offering, faults: Faults) -> Iterator[NeedAnswer]:
    for name, stated in whole.value.get("needs", {}).items():
        where = whole.where("needs", name)
        need = offering.needs.get(name)
        if need is None:
            faults.add(where, f"{offering.id} has no need {name!r}", advice(name, offering.needs))
            continue
        answer = _typed(need, stated)
        wrong = answer_fault(need, answer)
        if wrong is not None:
            faults.add(where, f"{name}: {wrong.what}", wrong.fix)
        else:
            yield answer_to_proto(name, answer)


def _typed(need: Need, stated: Answer) -> Answer:
    """A decimal answer is written in quotes, as text."""
    if need.kind != "decimal" or isinstance(stated, bool):
        return stated
    try:
        return number(str(stated))
    except ValueError:
        return stated
