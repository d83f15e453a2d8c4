"""Tells which open quotes a draft of a portfolio would change, and by how much, while it looks at them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import click

from bidwright.catalog.amount_messages import amount_of, money
from bidwright.catalog.book_changes import percent_between
from bidwright.catalog.model import Release
from bidwright.core.clock import utc_now
from bidwright.core.command_line.price_text import amount_text, figure_text
from bidwright.core.enum_words import enum_word, spoken
from bidwright.core.errors import NotFound
from bidwright.core.money import EXACT, plain
from bidwright.core.nearest import advice
from bidwright.quoting.preview import QuoteChange, preview
from bidwright.server.api_keys import ApiKeys
from bidwright.server.progress import Progress
from bidwright.storage.records import Store
from bidwright.v1.configuration_pb2 import Charge
from bidwright.v1.price_pb2 import Price
from bidwright.v1.pricing_pb2 import PriceLineDifference
from bidwright.v1.quote_pb2 import QuoteState

_FIGURES = ("contract_value", "one_time", "monthly")
_FATES = {
    "changed": "with another price",
    "without_price": "without a price",
    "binding": "offered, keeping theirs",
    "same": "the same",
}
"""What becomes of a quote, in words."""

_MOST_LINES = 5
_MOST_FAULTS = 5


@dataclass
class Summary:
    """What has been looked at.

    Attributes:
        counts: Quotes by what becomes of them.
        differences: Currency -> by how much the contract values of quotes that are not binding would change.
    """

    counts: Counter[str] = field(default_factory=Counter)
    differences: dict[str, Decimal] = field(default_factory=dict)

    def take(self, change: QuoteChange) -> None:
        """Count one quote."""
        self.counts["quotes"] += 1
        self.counts[_fate(change)] += 1
        if change.comparison is not None and not change.is_binding:
            amount = change.comparison.contract_value
            before = self.differences.get(amount.currency_code, Decimal(0))
            self.differences[amount.currency_code] = EXACT.add(before, amount_of(amount))


async def tell_quotes(store: Store, release: Release, *, account: str, as_json: bool) -> Summary:
    """Print each open quote that a release would change, at once when it is known, and then the sums.

    Args:
        store: Where the quotes are.
        release: The draft.
        account: Only its quotes; of all accounts where empty.
        as_json: Whether to print JSON, an object a line.

    Raises:
        NotFound: Nobody has ever had a key for the account (``ACCOUNT_NOT_FOUND``).
    """
    if account:
        await _require_account(store, account)
    progress, summary = Progress(), Summary()
    print_line: Callable[[str], None] = click.echo
    async for change in preview(store, release, utc_now(), account=account):
        summary.take(change)
        if not change.is_same:
            progress.end()
            print_line(json.dumps(_record(change), ensure_ascii=False) if as_json else "\n".join(_lines(change)))
        progress.tell(f"{summary.counts['quotes']} open quotes priced")
    progress.end()
    print_line(json.dumps(_summary_record(summary)) if as_json else _summary_text(summary))
    return summary


async def _require_account(store: Store, account: str) -> None:
    known = {key.principal.account async for key in ApiKeys(store, utc_now).every()}
    if account not in known:
        raise NotFound(
            f"There is no account {account!r}: no key was ever made for it.",
            fix=advice(account, known)
            if known
            else "Give the --state-dir or the --redis-url that Bidwright runs with.",
            reason="ACCOUNT_NOT_FOUND",
            facts={"account": account},
        )


def _fate(change: QuoteChange) -> str:
    if change.is_same:
        return "same"
    if change.is_binding:
        return "binding"
    return "changed" if change.comparison is not None else "without_price"


def _lines(change: QuoteChange) -> Iterator[str]:
    quote = change.quote
    called = quote.display_name or quote.offer.customer.display_name
    name = f"{quote.name} of {change.account}, {called!r}, {spoken(QuoteState, quote.state)}"
    before = quote.offer.price
    if change.comparison is None:
        yield f"{name}: no price any more, was {amount_text(before.totals.contract_value)} {before.currency}"
        yield from (f"    {line}" for line in _reasons(change))
    else:
        after = change.comparison.other
        over = f"over {before.term_months} months"
        yield f"{name}: {_figure(before, after, 'contract_value')} {before.currency} {over}"
        yield f"    once {_figure(before, after, 'one_time')}, a month {_figure(before, after, 'monthly')}"
        lines = sorted(change.comparison.lines, key=lambda line: -abs(amount_of(line.contract_value)))
        yield from (f"    {_line(line)}" for line in lines[:_MOST_LINES])
        if len(lines) > _MOST_LINES:
            yield f"    and {len(lines) - _MOST_LINES} more lines; --json has all"
    if change.is_binding:
        yield "    It is offered: it keeps its price until it expires or is revised."


def _line(line: PriceLineDifference) -> str:
    before, after = (amount_text(net) for net in (line.base_net, line.other_net))
    rules = next((f": {step.other_rule or step.base_rule}" for step in line.steps), "")
    return f"{line.subject} {_charge(line)} {before} -> {after}{rules}"


def _charge(line: PriceLineDifference) -> str:
    return enum_word(Charge, line.charge)


def _reasons(change: QuoteChange) -> list[str]:
    """Why it has no price any more, in words."""
    if change.refusal is None:
        return []
    faults = [fault.what for fault in change.refusal.faults] or [change.refusal.message]
    return faults[:_MOST_FAULTS]


def _figure(before: Price, after: Price, name: str) -> str:
    old, new = (getattr(price.totals, name) for price in (before, after))
    if old == new:
        return amount_text(old)
    percent = percent_between(_amount(before, name), _amount(after, name))
    by = _signed(EXACT.subtract(amount_of(new), amount_of(old)), new.currency_code)
    said = f", {'+' if percent > 0 else ''}{figure_text(percent)} %" if percent is not None else ""
    return f"{amount_text(old)} -> {amount_text(new)} ({by}{said})"


def _signed(amount: Decimal, currency: str) -> str:
    return f"{'+' if amount > 0 else ''}{amount_text(money(amount, currency))}"


def _amount(price: Price, name: str) -> str:
    return plain(amount_of(getattr(price.totals, name)))


def _record(change: QuoteChange) -> dict[str, Any]:
    quote = change.quote
    before = quote.offer.price
    record: dict[str, Any] = {
        "quote": quote.name,
        "account": change.account,
        "display_name": quote.display_name,
        "state": enum_word(QuoteState, quote.state),
        "keeps_its_price": change.is_binding,
        "currency": before.currency,
        "term_months": before.term_months,
        "before": {name: _amount(before, name) for name in _FIGURES},
    }
    if change.comparison is None:
        return record | {"refusal": _reasons(change)}
    after = change.comparison.other
    lines = [
        {
            "subject": line.subject,
            "charge": _charge(line),
            "before": plain(amount_of(line.base_net)),
            "after": plain(amount_of(line.other_net)),
            "contract_value": plain(amount_of(line.contract_value)),
            "why": [
                {"before": step.base_rule, "after": step.other_rule, "amount": step.amount.value, "why": step.why}
                for step in line.steps
            ],
        }
        for line in change.comparison.lines
    ]
    percent = percent_between(_amount(before, "contract_value"), _amount(after, "contract_value"))
    return record | {
        "after": {name: _amount(after, name) for name in _FIGURES},
        "difference": plain(amount_of(change.comparison.contract_value)),
        "percent": plain(percent) if percent is not None else None,
        "lines": lines,
    }


def _summary_record(summary: Summary) -> dict[str, Any]:
    counts = {name: summary.counts[name] for name in ("quotes", *_FATES)}
    return {"summary": counts | {"difference": {code: plain(sum_) for code, sum_ in summary.differences.items()}}}


def _summary_text(summary: Summary) -> str:
    counts = summary.counts
    said = ", ".join(f"{words} {counts[fate]}" for fate, words in _FATES.items())
    sums = ", ".join(
        f"{_signed(amount, code)} {code}" for code, amount in sorted(summary.differences.items()) if amount
    )
    return f"Open quotes {counts['quotes']}: {said}." + (f" Contract values together: {sums}." if sums else "")
