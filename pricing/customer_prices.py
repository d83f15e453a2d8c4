"""Which promotions hold for a sale, and which agreement was made with the customer."""

from __future__ import annotations

import datetime as dt

from bidwright.catalog.model import Release
from bidwright.catalog.price_offers import CustomerAgreement, Period, Promotion
from bidwright.core.errors import Faults
from bidwright.v1.configuration_pb2 import CommercialTerms


def read_promotions(
    release: Release, market: str, terms: CommercialTerms, *, date: dt.date, faults: Faults
) -> tuple[Promotion, ...]:
    """The promotions that hold, by id: those without a code, and those whose code the customer has.

    A code that does not exist, or that does not hold for this sale, is a fault: the customer counts on it.
    """
    by_code = {promotion.code: promotion for promotion in release.promotions.values() if promotion.code}
    for index, code in enumerate(terms.promotion_codes):
        where = f"terms.promotion_codes[{index}]"
        if code in terms.promotion_codes[:index]:
            faults.add(where, f"the code {code} is given twice", "Give each code once.")
        elif code not in by_code:
            faults.add(where, f"there is no promotion with the code {code}", "Correct the code, or leave it out.")
        elif why := _why_not(by_code[code], market, terms, date):
            faults.add(where, f"the code {code} holds {why}", "Leave the code out, or change the terms.")
    return tuple(
        promotion
        for _, promotion in sorted(release.promotions.items())
        if (not promotion.code or promotion.code in terms.promotion_codes)
        and not _why_not(promotion, market, terms, date)
    )


def read_contract(
    release: Release, market: str, agreement: str, *, date: dt.date, faults: Faults
) -> CustomerAgreement | None:
    """The agreement that was named; None without one, and with a fault where it does not hold."""
    if not agreement:
        return None
    found = release.agreements.get(agreement)
    where = "terms.agreement"
    if found is None:
        what = f"{agreement!r} is not an agreement of {release.name}"
        # Other agreements are not named: whose they are is nobody's business.
        faults.add(where, what, "Correct the agreement, or leave it out.")
        return None
    if found.market != market:
        what = f"agreement {agreement} is for market {found.market}, not {market}"
        faults.add(where, what, f"Choose market {found.market}, or leave the agreement out.")
        return None
    if not found.period.holds(date):
        what = f"agreement {agreement} holds {_said(found.period)}, not on {date}"
        faults.add(where, what, "Choose another price date, or leave the agreement out.")
        return None
    return found


def _why_not(promotion: Promotion, market: str, terms: CommercialTerms, date: dt.date) -> str:
    """When and where a promotion holds, where that is not the case; empty where it holds."""
    if market not in promotion.markets:
        return f"in {', '.join(sorted(promotion.markets))} only"
    if not promotion.period.holds(date):
        return _said(promotion.period)
    if terms.term_months < promotion.term_from:
        return f"from a term of {promotion.term_from} months"
    if promotion.segments and terms.segment not in promotion.segments:
        return f"for the segment {', '.join(sorted(promotion.segments))}"
    if promotion.channels and terms.channel not in promotion.channels:
        return f"for the channel {', '.join(sorted(promotion.channels))}"
    return ""


def _said(period: Period) -> str:
    until = "" if period.valid_to is None else f" until before {period.valid_to}"
    return f"from {period.valid_from}{until}"
