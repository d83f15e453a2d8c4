"""What bespoke items cost, as a part of why a budget does not suffice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from bidwright.configurator.conflict_search import Clash, ConflictSearch
from bidwright.configurator.correction_sets import MemberT
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.guide_facts import Assumption
from bidwright.configurator.members import BESPOKE, BUDGET, Member, amount_text, member_text
from bidwright.configurator.request import Limit, Requirements
from bidwright.core.amount_table import AmountTable

_CHARGED: dict[str, tuple[int, ...]] = {"one_time": (0,), "monthly": (1,), "contract_value": (0, 1)}
"""What a limit is about, of what an item costs once and a month."""


def priced_items(members: Collection[Member], requirements: Requirements, amounts: AmountTable) -> list[Member]:
    """The bespoke items beside some members that cost what a budget among these limits; by id."""
    places = {place for member in members if member.kind == BUDGET for place in _CHARGED[member.id]}
    items = [Member(BESPOKE, effect.id) for effect in requirements.bespoke]
    paid = [item for item in items if any(amounts.bespoke.get(item.id, (0, 0))[place] > 0 for place in places)]
    return sorted(item for item in paid if item not in members)


def without_items(
    requirements: Requirements, amounts: AmountTable, given_up: Collection[Member]
) -> tuple[Requirements, AmountTable]:
    """A request and its amounts without the bespoke items among some members: neither effects nor prices are left."""
    gone = [effect.id for effect in requirements.bespoke if Member(BESPOKE, effect.id) in given_up]
    prices = [amounts.bespoke.get(id_, (0, 0)) for id_ in gone]
    return (
        replace(requirements, bespoke=tuple(effect for effect in requirements.bespoke if effect.id not in gone)),
        replace(
            amounts,
            bespoke_one_time=amounts.bespoke_one_time - sum(once for once, _ in prices),
            bespoke_monthly=amounts.bespoke_monthly - sum(monthly for _, monthly in prices),
            bespoke={id_: price for id_, price in amounts.bespoke.items() if id_ not in gone},
        ),
    )


def with_only(
    requirements: Requirements, amounts: AmountTable, members: Collection[Member]
) -> tuple[Requirements, AmountTable]:
    """A request and its amounts without the bespoke items that are not among some members."""
    items = [Member(BESPOKE, effect.id) for effect in requirements.bespoke]
    return without_items(requirements, amounts, [item for item in items if item not in members])


def with_prices(
    clash: Sequence[MemberT],
    items: Mapping[MemberT, Member],
    requirements: Requirements,
    can_hold: Callable[[Sequence[MemberT]], bool],
) -> tuple[list[MemberT], bool]:
    """Members that clash, with the fewest bespoke items without whose prices they could hold together.

    An item that is blamed for its price stands for what it requires and forbids as well, beside which less may be
    enough of what clashed before. Otherwise a minimal conflict stays minimal: what can hold without one of its members
    at the prices of all items can at lower ones.

    Args:
        clash: What cannot hold together at the prices of all items, and can without any one member.
        items: Those that ``priced_items`` finds beside it, as members of it would be.
        requirements: The request that they are of.
        can_hold: Whether members can hold together at the prices of the items among them; may raise TimeoutError.

    Returns:
        The members, and whether each is known to be needed.
    """
    kept = [*clash, *items]
    meaning_more = {Member(BESPOKE, effect.id) for effect in requirements.bespoke if effect.requires or effect.forbids}
    for one in (*items, *clash):
        if one in clash and not any(items.get(other) in meaning_more for other in kept):
            break
        rest = [other for other in kept if other != one]
        try:
            kept = kept if can_hold(rest) else rest
        except TimeoutError:
            return kept, False
    return kept, True


def with_items(
    clash: Clash,
    requirements: Requirements,
    amounts: AmountTable,
    deadline: Deadline,
    *,
    assumed: Assumption | None = None,
) -> Clash:
    """A conflict with the bespoke items whose prices are a part of it; ``assumed`` as ``ConflictSearch`` has it."""

    def can_hold(members: Sequence[Member]) -> bool:
        fewer = with_only(requirements, amounts, members)
        return ConflictSearch(*fewer, deadline, assumed=assumed).holds(members)

    items = {item: item for item in priced_items(clash.members, requirements, amounts)}
    members, is_known = with_prices(clash.members, items, requirements, can_hold)
    return Clash(members=tuple(members), minimal=clash.minimal and is_known)


def priced_text(member: Member, requirements: Requirements, amounts: AmountTable) -> str:
    """A bespoke item in words, with what it requires and forbids, and what it costs."""
    told = member_text(member, requirements)
    effect = next(effect for effect in requirements.bespoke if effect.id == member.id)
    charges: tuple[Limit, Limit] = ("one_time", "monthly")
    prices = [
        amount_text(minor, requirements.market.currency, charge)
        for charge, minor in zip(charges, amounts.bespoke.get(member.id, (0, 0)), strict=True)
        if minor
    ]
    joined = ", and costs" if effect.requires or effect.forbids else " costs"
    return f"{told}{joined} {' and '.join(prices)}" if prices else told
