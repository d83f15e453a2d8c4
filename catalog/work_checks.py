"""Whether the hours of delivery centres can be kept: by centres that hang together in few enough ways."""

from __future__ import annotations

from bidwright.catalog.centres import skilled_centres
from bidwright.catalog.draft import Draft
from bidwright.catalog.work import MOST_SETS, connected_sets


def check_splits(draft: Draft) -> None:
    """Refuse markets in which work could be split between centres in too many ways; needs centres and components."""
    document = draft.documents.get("delivery_centres.yaml")
    if document is None or not draft.is_whole("delivery centre", draft.centres):
        return
    skills = sorted({one.skills for one in draft.components.values() if one.one_time_hours or one.monthly_hours})
    for market in draft.markets.values():
        able = (
            skilled_centres(one, draft.centres, currency=market.currency, regions=market.delivery_regions)
            for one in skills
        )
        if len(connected_sets(frozenset(centre.id for centre in found) for found in able if found)) > MOST_SETS:
            what = f"the centres of market {market.id} share work in over {MOST_SETS:,} combinations"
            fix = "Give centres that do the same the same competences, certifications and currencies, or join them."
            draft.faults.add(document.whole.where("centres"), what, fix)
