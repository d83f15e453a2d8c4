"""Reads what people type - ``users=200``, files - into messages of the contract."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from google.protobuf import json_format
from google.type.decimal_pb2 import Decimal as DecimalMessage
from google.type.money_pb2 import Money
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bidwright.core.command_line.amounts import amount_message
from bidwright.core.command_line.bespoke_effort import efforts
from bidwright.core.command_line.json_form import read_message
from bidwright.core.money import MINOR_UNITS, parse, plain
from bidwright.core.nearest import advice
from bidwright.v1 import catalog_pb2 as catalog
from bidwright.v1 import configuration_pb2 as configuration
from bidwright.v1 import configurator_pb2 as configurator
from bidwright.v1 import quoting_pb2 as quoting

_BOOLEANS = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
_PIN = re.compile(r"(?P<component>[^=]+)(=(?P<quantity>\d{1,6}))?")
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
"""Thousands set off with commas. A comma anywhere else is refused: it may be a decimal point to who wrote it."""


def need_answers(texts: Sequence[str], offering: catalog.Offering) -> list[configuration.NeedAnswer]:
    """Read ``name=value`` by the types that the offering's needs have.

    Raises:
        click.BadParameter: A text has no ``=``, names no need of the offering, or its value has another type.
    """
    needs = {need.name: need for need in offering.needs}
    return [_answer(text, needs) for text in texts]


def _answer(text: str, needs: Mapping[str, catalog.Need]) -> configuration.NeedAnswer:
    name, equals, value = text.partition("=")
    if not equals:
        raise click.BadParameter(f"{text!r}: write name=value. The needs are {', '.join(needs)}.")
    if name not in needs:
        raise click.BadParameter(f"{text!r}: there is no need {name!r}. {advice(name, needs)}")
    answer = configuration.NeedAnswer(name=name)
    kind = needs[name].type
    if kind == catalog.NEED_TYPE_BOOLEAN:
        if value.lower() not in _BOOLEANS:
            raise click.BadParameter(f"{text!r}: answer yes or no.")
        answer.boolean = _BOOLEANS[value.lower()]
    elif kind == catalog.NEED_TYPE_INTEGER:
        number = _number(text, value)
        if number != number.to_integral_value() or abs(number) >= 2**63:
            raise click.BadParameter(f"{text!r}: answer with a whole number.")
        answer.integer = int(number)
    elif kind == catalog.NEED_TYPE_DECIMAL:
        answer.decimal.CopyFrom(_figure(text, value))
    else:
        answer.text = value
    return answer


def _number(text: str, value: str) -> Decimal:
    try:
        return _parsed(value)
    except ValueError as error:
        raise click.BadParameter(f"{text!r}: {error}.") from error


def _figure(text: str, value: str) -> DecimalMessage:
    """All digits that were typed, also those of a number that Python would write with an exponent."""
    return DecimalMessage(value=f"{_number(text, value):f}")


def _parsed(value: str) -> Decimal:
    return parse(value.replace(",", "") if _GROUPED.fullmatch(value) else value)


class Number(click.ParamType[str]):
    """An option that is a number. Empty is no number: a shell variable that was never set is not "none wanted"."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The number in plain digits; refused with the name of the option otherwise."""
        try:
            return plain(_parsed(str(value)))
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


def pins(texts: Sequence[str]) -> list[configurator.Pin]:
    """Read ``component`` (at least one) and ``component=3`` (exactly three)."""
    read = []
    for text in texts:
        form = _PIN.fullmatch(text)
        if form is None:
            raise click.BadParameter(f"{text!r}: write component or component=quantity.")
        if form["quantity"] and not int(form["quantity"]):
            raise click.BadParameter(f"{text!r}: none of it is an exclusion; rule out {form['component']} instead.")
        read.append(configurator.Pin(component=form["component"], quantity=int(form["quantity"] or 0)))
    return read


def money(text: str, currency: str) -> Money:
    """Read ``1234.50`` in a currency.

    Raises:
        click.BadParameter: It is no number, too large, or has more digits after the point than the currency.
    """
    try:
        number = _parsed(text)
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from error
    places = MINOR_UNITS.get(currency, 9)
    if len(plain(number).partition(".")[2]) > places:
        raise click.BadParameter(f"{text!r}: {currency} has {places} digits after the point.")
    try:
        return amount_message(number, currency)
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from error


def bespoke_items(path: Path, currency: str) -> list[configuration.BespokeItem]:
    """Read the bespoke layer from a YAML list.

    Each item: ``id, title, description, owner, charge (one_time | monthly), effort: {role: days}, material_cost,
    markup_percent, risk_class, requires: [...], forbids: [...]``, each text and figure as it is written.

    Raises:
        click.BadParameter: The file is no such list; with the item and what is wrong.
    """
    try:
        values = YAML(typ="base", pure=True).load(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        raise click.BadParameter(f"{path}: {error}") from error
    if not isinstance(values, list):
        raise click.BadParameter(f"{path}: write a list of items, each beginning with `- id:`.")
    return [_bespoke_item(path, number, value, currency) for number, value in enumerate(values, 1)]


def _bespoke_item(path: Path, number: int, value: Any, currency: str) -> configuration.BespokeItem:
    where = f"{path}, item {number}"
    known = {"id", "title", "description", "owner", "charge", "effort", "material_cost", "markup_percent"}
    known |= {"requires", "forbids", "risk_class"}
    if not isinstance(value, dict) or set(value) - known:
        raise click.BadParameter(f"{where}: an item has only the keys {', '.join(sorted(known))}.")
    for name in ("requires", "forbids"):
        if not isinstance(value.get(name) or [], list):  # a text would be taken for its letters
            raise click.BadParameter(f"{where}: write {name} as a list: [{value[name]}].")
    try:
        item = configuration.BespokeItem(
            id=value["id"],
            title=value["title"],
            description=value.get("description", ""),
            owner=value["owner"],
            charge=f"CHARGE_{value['charge'].upper()}",
            requires=value.get("requires") or [],
            forbids=value.get("forbids") or [],
            risk_class=value.get("risk_class", ""),
        )
        for role, centre, days in efforts(value.get("effort") or {}):
            item.effort.add(role=role, delivery_centre=centre, days=_figure(where, days))
        if "material_cost" in value:
            item.material_cost.CopyFrom(money(str(value["material_cost"]), currency))
        if "markup_percent" in value:
            item.markup_percent.CopyFrom(_figure(where, str(value["markup_percent"])))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise click.BadParameter(f"{where}: {error}. id, title, owner and charge must be given.") from error
    return item


def read_design(path: Path) -> quoting.CreateQuoteRequest:
    """Read what ``bid configure --output`` wrote: configuration and terms.

    Raises:
        click.BadParameter: The file is not JSON of that form.
    """
    try:
        return read_message(path.read_bytes().decode(), quoting.CreateQuoteRequest())
    except (json_format.ParseError, UnicodeDecodeError) as error:
        raise click.BadParameter(f"{path} is not what `bid configure --output` writes: {error}") from error
