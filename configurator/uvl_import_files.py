"""The files of a portfolio that holds one imported feature model."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from bidwright.catalog.source_files import LARGEST_FILE_BYTES
from bidwright.configurator.feature_model import Kind
from bidwright.configurator.uvl_import import OTHER, Imported, ImportedNeed
from bidwright.configurator.uvl_import_names import Ids
from bidwright.configurator.uvl_import_sums import decimal_of, is_figure
from bidwright.configurator.uvl_syntax import Value
from bidwright.configurator.uvl_tokens import refuse
from bidwright.core.money import plain

_MARKET, _CURRENCY, _REGION = "WORLD", "EUR", "ANYWHERE"
_REAL_PLACES = 6


def files_of(imported: Imported, *, source: str, price_attribute: str = "") -> Mapping[str, str]:
    """The files by name.

    Args:
        imported: The model in the words of portfolios.
        source: Name of the file it was read from.
        price_attribute: Attribute that is the monthly price of a feature; without one, and for features that do not
            have it, the price is 0.00.

    Raises:
        InvalidInput: The price attribute is on no feature, or is no price somewhere; an attribute is a list.
    """
    prices = _prices(imported, price_attribute)
    root = Ids().of(imported.model.features[0].name)
    title = json.dumps(imported.model.features[0].name, ensure_ascii=False)
    files = {
        "portfolio.yaml": _portfolio(imported, root, title, source),
        f"offerings/{root}.yaml": _offering(imported, root, title, source),
        "rules.yaml": _joined(_rules(imported, is_of_tree=False)),
        "packages.yaml": "packages: []\n",
        "assurances.yaml": "assurances: []\n",
        "approvals.yaml": "approvals: []\n",
        "delivery_centres.yaml": _CENTRES,
        "provisioning.yaml": _PROVISIONING,
        f"prices/{_MARKET}.yaml": _PRICE_BOOK,
        f"prices/{_MARKET}.csv": _price_rows(imported, prices),
    }
    for place, group in enumerate(imported.groups):
        files[f"components/{group.family}.yaml"] = "\n".join(_components(imported, place))
    for index, component in enumerate(imported.components):
        files[f"texts/{component}.md"] = _texts(imported, index, source)
    for name, text in files.items():
        if len(text.encode()) > LARGEST_FILE_BYTES:
            what = f"{name} would have {len(text.encode()):,} bytes."
            refuse(
                imported.model.features[0].place, what, f"Split the model: a file has {LARGEST_FILE_BYTES:,} at most."
            )
    return files


def _portfolio(imported: Imported, root: str, title: str, source: str) -> str:
    families = (
        f"  - {{id: {group.family}, title: {_quoted(group.title)}, unit: feature}}" for group in imported.groups
    )
    attributes = [
        f'  - {{id: {each.id}, title: {_quoted(each.title)}, unit: "", places: {each.places}}}'
        for each in imported.figures
    ]
    lines = [
        f"portfolio: {root}",
        f"title: {title}",
        f"version: {_quoted(source)}",
        f"description: {_quoted(f'Imported from the feature model {source}.')}",
        "markets:",
        f"  - {{id: {_MARKET}, title: World, currency: {_CURRENCY}, time_zone: UTC, delivery_regions: [{_REGION}]}}",
        "delivery_units:",
        "  - {id: operations, title: Operations, accountable: Head of operations}",
        "families:",
        *families,
        *(["attributes:", *attributes] if attributes else []),
    ]
    return _joined(lines)


def _offering(imported: Imported, root: str, title: str, source: str) -> str:
    slots = (f"  - {{family: {group.family}, min: {group.least}, max: {group.most}}}" for group in imported.groups)
    lines = [
        f"offering: {root}",
        f"title: {title}",
        f"description: {_quoted(' '.join([f'Imported from the feature model {source}.', *imported.notes])[:4000])}",
        "approach: configured",
        *(["needs:", *(_need(imported, need) for need in imported.needs)] if imported.needs else ["needs: []"]),
        "slots:",
        *slots,
        *_rules(imported, is_of_tree=True),
    ]
    return _joined(lines)


def _rules(imported: Imported, *, is_of_tree: bool) -> Iterator[str]:
    """The rules of the tree stand in the offering, those of constraints in rules.yaml."""
    rules = [rule for rule in imported.rules if rule.is_of_tree == is_of_tree]
    yield "rules:" if rules else "rules: []"
    for rule in rules:
        yield f"  - id: {rule.id}"
        yield f"    rule: {_unescaped(rule.text)}"
        yield f"    because: {_quoted(rule.because)}"


def _need(imported: Imported, need: ImportedNeed) -> str:
    name = imported.model.features[need.feature].name
    head = f"  - {{name: {need.name}, question: {_quoted(f'What is {name}?')}"
    if need.kind is Kind.STRING:
        options = ", ".join(f"{option}: {_quoted(_option_title(text))}" for text, option in need.options.items())
        return f"{head}, type: choice, options: {{{options}, {OTHER}: Any other text}}, default: empty}}"
    if need.kind is Kind.REAL:
        places = f"type: decimal, places: {_REAL_PLACES}"
        return f'{head}, {places}, min: "{need.least}", max: "{need.most}", default: "0"}}'
    return f"{head}, type: integer, min: {need.least}, max: {need.most}, default: 0}}"


def _option_title(text: str) -> str:
    shown = " ".join(text.split())[:300]
    return f'"{shown}"' if shown else "No text"


def _components(imported: Imported, place: int) -> Iterator[str]:
    group = imported.groups[place]
    yield f"family: {group.family}"
    yield "components:"
    for member in group.members:
        yield f"  - id: {imported.components[member]}"
        yield f"    name: {_quoted(imported.model.features[member].name)}"
        figures = [
            f"{each.id}: {_number(each.numbers[member])}" for each in imported.figures if each.numbers.get(member)
        ]
        if figures:
            yield f"    attributes: {{{', '.join(figures)}}}"
        yield "    competence: general"
        yield "    unit: operations"
    yield ""


def _texts(imported: Imported, index: int, source: str) -> str:
    """What a feature is, with attributes that are no figures, so that none is lost."""
    feature = imported.model.features[index]
    attributes = imported.model.attributes[index] if imported.model.attributes else {}
    told = [
        f"- {'.'.join(path)}: {_told(imported, index, value)}"
        for path, value in attributes.items()
        if not any(each.title == ".".join(path) and index in each.numbers for each in imported.figures)
    ]
    lines = [
        f"# {feature.name}",
        "",
        "## Service specification",
        "",
        f"The feature {feature.name} of {source}, line {feature.place.line}.",
        *(["", *told] if told else []),
        "",
        "## Statement of work",
        "",
        f"We provide {feature.name}.",
        "",
        "## Service-delivery description",
        "",
        f"{feature.name} is delivered by hand.",
    ]
    return _joined(lines)


def _told(imported: Imported, index: int, value: Value) -> str:
    if value is None:
        feature = imported.model.features[index]
        refuse(feature.place, f"An attribute of {feature.name} is a list.", "Use numbers, truths and texts.")
    return str(value) if isinstance(value, Fraction) else json.dumps(value, ensure_ascii=False)


def _prices(imported: Imported, name: str) -> dict[int, Fraction]:
    """The prices of features that have one."""
    if not name:
        return {}
    features = imported.model.features
    found: dict[int, Fraction] = {}
    for index, attributes in enumerate(imported.model.attributes):
        value = attributes.get(tuple(name.split(".")))
        if value is None:
            continue
        if isinstance(value, bool | str) or not is_figure(value):
            what = f"{name} of {features[index].name} is no price."
            refuse(features[index].place, what, "A price is not negative, with at most 6 digits after the point.")
        found[index] = value
    if not found:
        known = sorted({".".join(path) for attributes in imported.model.attributes for path in attributes})
        refuse(features[0].place, f"No feature has an attribute {name}.", f"There are: {', '.join(known) or 'none'}.")
    return found


def _price_rows(imported: Imported, prices: Mapping[int, Fraction]) -> str:
    rows = (
        f"{component},monthly,feature,0.00,{_price(prices.get(index, Fraction(0)))},,2000-01-01,"
        for index, component in sorted(enumerate(imported.components), key=lambda pair: pair[1])
    )
    return _joined(["component,charge,unit,unit_cost,price,tiers,valid_from,valid_to", *rows])


def _price(price: Fraction) -> str:
    return f"{plain(decimal_of(price))}" if price else "0.00"


def _number(number: Fraction) -> str:
    text = plain(decimal_of(number))
    return text if number.denominator == 1 else f'"{text}"'


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _unescaped(text: str) -> str:
    """A text with double quotes in it, between single ones, so that it can be read."""
    return "'" + text.replace("'", "''") + "'"


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"


_CENTRES = f"""centres:
  - id: anywhere
    title: Anywhere
    country: ZZ
    region: {_REGION}
    capacity_hours: 0
    rates: {{general: {{{_CURRENCY}: "0.00"}}}}
"""

_PROVISIONING = """deliveries:
  - id: features
    components: ["*"]
    task: Deliver the features.
    instructions: Deliver every feature that was chosen.
    unit: operations
    duration_minutes: 60
    why: The features were chosen.
"""

_PRICE_BOOK = f"""price_book: imported
market: {_MARKET}
currency: {_CURRENCY}
rounding: half_up
terms: {{12: "0", 24: "0", 36: "0", 60: "0"}}
bespoke_rates: {{engineer: "0.00"}}
bespoke_markup: {{default: "0", minimum: "0"}}
"""
