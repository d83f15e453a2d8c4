"""A picture of what was found out about a portfolio: every component under every offering, as a self-contained SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from bidwright.catalog.model import Release
from bidwright.configurator.portfolio_findings import OfferingFindings, PortfolioFindings

_LINE = 18
_CARD = 290
_GAP = 22
_MARGIN = 24
_MARK = 20
_LETTER = 6
"""Points that a letter takes, more or less."""

_SOUND, _BAD, _DOUBTFUL, _FAINT, _INK = "#1f5f99", "#b3261e", "#9a6700", "#b8bec6", "#1b1f24"

_PLAIN, _BOLD, _TITLE = "", 'font-weight="bold" font-size="12"', 'font-weight="bold" font-size="16"'

_MEANINGS: Mapping[str, str] = {
    "open": "in some configurations",
    "core": "in every configuration",
    "dominated": "another one is never worse and never dearer",
    "dead": "in no configuration",
    "absent": "the offering has no place for it",
}


def picture(release: Release, findings: PortfolioFindings) -> str:
    """Draw the components of a portfolio by family, with a column of marks for each offering."""
    cards = [_Card(release, family, findings.offerings) for family in release.families]
    cards = [card for card in cards if card.components]
    columns = _columns(cards, max(1, min(6, round((sum(card.height for card in cards) / 500) ** 0.5) + 1)))
    head = list(_head(release, findings))
    top = _MARGIN + _LINE * len(head) + _GAP
    width = 2 * _MARGIN + max(len(columns), 2) * (_CARD + _GAP) - _GAP
    height = top + max(sum(card.height for card in column) for column in columns) + _MARGIN
    body = [
        *(_placed(_MARGIN, _MARGIN + _LINE * (place + 1), line) for place, line in enumerate(head)),
        *(part for place, column in enumerate(columns) for part in _column(place, column, top)),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'font-family="Helvetica, Arial, sans-serif" font-size="11" fill="{_INK}">\n'
        f'<title>{escape(release.title)}</title>\n<rect width="{width}" height="{height}" fill="#ffffff"/>\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


class _Card:
    """One family."""

    def __init__(self, release: Release, family: str, offerings: Sequence[OfferingFindings]) -> None:
        self.components = [release.components[each] for each in release.members(family)]
        self.height = _LINE * (len(self.components) + 2)
        self._title = release.families[family].title
        self._offerings = offerings

    def drawn(self, left: int, top: int) -> Iterator[str]:
        """Its lines."""
        names = left + _MARK * len(self._offerings) + 4
        for place in range(len(self._offerings)):
            yield _text(left + _MARK * place + 5, top + _LINE - 5, str(place + 1), look=f'fill="{_FAINT}"')
        yield _text(names, top + _LINE - 5, self._title, look=_BOLD)
        yield f'<line x1="{left}" y1="{top + _LINE}" x2="{left + _CARD}" y2="{top + _LINE}" stroke="{_FAINT}"/>'
        letters = (_CARD - 4 - _MARK * len(self._offerings)) // _LETTER
        for row, component in enumerate(self.components):
            y = top + _LINE * (row + 2) - 5
            states = [_state(component.id, each) for each in self._offerings]
            for place, (state, why) in enumerate(states):
                yield _mark(left + _MARK * place + 8, y - 4, state, why)
            worst = next((color for state, color in _WORST if state in {found for found, _ in states}), _INK)
            same = sorted({each for found in self._offerings for each in _same(component.id, found)})
            told = f"{component.name} ({component.id})" + (f" = {', '.join(same)}" if same else "")
            name = ("= " if same else "") + component.name
            yield _text(names, y, _cut(name, letters), look=f'fill="{worst}"', told=told)


_WORST = (("dead", _BAD), ("dominated", _DOUBTFUL))


def _state(component: str, found: OfferingFindings) -> tuple[str, str]:
    """How a component stands in an offering, and why."""
    if component not in found.components:
        return "absent", _MEANINGS["absent"]
    if component in found.dead or found.void:
        return "dead", " ".join([_MEANINGS["dead"], *(reason.text for reason in found.dead.get(component) or ())])
    if component in found.dominated:
        return "dominated", f"{found.dominated[component]} is never worse and never dearer"
    state = "core" if component in found.core else "open"
    return state, _MEANINGS[state]


def _same(component: str, found: OfferingFindings) -> Iterator[str]:
    for group in found.overlapping:
        if component in group:
            yield from (each for each in group if each != component)


def _mark(x: int, y: int, state: str, why: str = "") -> str:
    shapes = {
        "open": f'<circle cx="{x}" cy="{y}" r="4" fill="none" stroke="{_SOUND}" stroke-width="1.5"/>',
        "core": f'<circle cx="{x}" cy="{y}" r="5" fill="{_SOUND}"/>',
        "dominated": f'<path d="M{x} {y - 5}L{x + 5} {y + 4}L{x - 5} {y + 4}Z" fill="{_DOUBTFUL}"/>',
        "dead": f'<path d="M{x - 4} {y - 4}L{x + 4} {y + 4}M{x + 4} {y - 4}L{x - 4} {y + 4}" stroke="{_BAD}" '
        'stroke-width="2.5"/>',
        "absent": f'<circle cx="{x}" cy="{y}" r="1" fill="{_FAINT}"/>',
    }
    return f"<g><title>{escape(why)}</title>{shapes[state]}</g>" if why else shapes[state]


def _head(release: Release, findings: PortfolioFindings) -> Iterator[str]:
    """The lines above the cards, drawn from 0."""
    yield _text(0, 0, f"{release.title} {release.version}", look=_TITLE)
    for place, found in enumerate(findings.offerings, 1):
        yield _text(0, 0, f"{place}  {release.offerings[found.offering].title}: {_summary(found)}")
    legend: list[str] = []
    x = 0
    for state, meaning in _MEANINGS.items():
        legend += [_mark(x + 8, -4, state), _text(x + 20, 0, meaning)]
        x += 34 + _LETTER * len(meaning)
    yield "".join(legend)
    yield _text(0, 0, "= before a name: another component may stand in its place everywhere in an offering")


def _summary(found: OfferingFindings) -> str:
    if found.void is None:
        return "not decided in time"
    if found.void:
        return "void, nothing can be sold"
    unmet = len(found.unmet_answers) + len(found.unmet_ranges)
    numbers = (
        (len(found.components), "components"),
        (len(found.core), "in every configuration"),
        (len(found.dead), "dead"),
        (len(found.dominated), "dominated"),
        (unmet, "needs not met in full"),
        (len(found.redundant), "rules without effect"),
    )
    return ", ".join(f"{number} {what}" for number, what in numbers if number)


def _columns(cards: Sequence[_Card], number: int) -> list[list[_Card]]:
    """Cards in their order, in columns about as high as each other."""
    columns: list[list[_Card]] = [[]]
    share = sum(card.height for card in cards) / number
    filled = 0
    for card in cards:
        if columns[-1] and filled + card.height / 2 > share * len(columns) and len(columns) < number:
            columns.append([])
        columns[-1].append(card)
        filled += card.height
    return columns


def _column(place: int, cards: Sequence[_Card], top: int) -> Iterator[str]:
    for card in cards:
        yield from card.drawn(_MARGIN + place * (_CARD + _GAP), top)
        top += card.height


def _placed(x: int, y: int, drawn: str) -> str:
    return f'<g transform="translate({x} {y})">{drawn}</g>'


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: letters - 1] + "…"


def _text(x: int, y: int, text: str, *, told: str = "", look: str = _PLAIN) -> str:
    title = f"<title>{escape(told)}</title>" if told else ""
    return f'<text x="{x}" y="{y}" {look}>{title}{escape(text)}</text>'
