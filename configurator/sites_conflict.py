"""Why a bid with sites cannot be completed: what cannot hold at one site, or what cannot hold for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bidwright.configurator.conflict_search import Clash
from bidwright.configurator.cpsat_sites_conflict import TOGETHER
from bidwright.configurator.cpsat_sites_reasons import ReasonSearch, SitedClash
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.explain import conflict_of, explain
from bidwright.configurator.members import Member
from bidwright.configurator.priced_answers import with_answers
from bidwright.configurator.request import Requirements
from bidwright.configurator.sites import Site, kinds_of
from bidwright.configurator.sites_said import SitedMember
from bidwright.configurator.sites_split import at_site, is_of_bid, whole_bid
from bidwright.core.amount_table import AmountTable
from bidwright.v1.configuration_pb2 import Conflict, ConflictMember


def conflict_at_site(bid: Requirements, site: Site, amounts: AmountTable, deadline: Deadline) -> Conflict | None:
    """Say why a site can have nothing, whatever is at the others; None where it can have something.

    Raises:
        TimeoutError: The deadline came before any conflict was found.
    """
    conflict = explain(at_site(bid, site), amounts, deadline)
    if conflict is None:
        return None
    conflict.summary = f"At site {site.name}: {conflict.summary}"
    name_site(conflict.members, bid, site.id)
    return conflict


def name_site(members: Iterable[ConflictMember], bid: Requirements, site_id: str) -> None:
    """Name the site in members of what must hold there, but for what is said of the whole bid."""
    for member in members:
        if not is_of_bid(Member(member.kind, member.id), bid):
            member.site = site_id


def conflict_of_partial(bid: Requirements, amounts: AmountTable, deadline: Deadline) -> Conflict | None:
    """Say why a bid cannot be completed, of which needs may be open; None where it can.

    Raises:
        TimeoutError: The deadline came before any conflict was found.
    """
    for sites in kinds_of(bid.sites):
        conflict = conflict_at_site(bid, sites[0], amounts, deadline)
        if conflict is not None:
            return conflict
    return conflict_between(bid, amounts, deadline)


def conflict_between(bid: Requirements, amounts: AmountTable, deadline: Deadline) -> Conflict | None:
    """Say why a bid cannot be completed of which each site can have something; None where it can.

    Raises:
        TimeoutError: The deadline came before any conflict was found.
    """
    clash = ReasonSearch(bid, amounts, (), deadline).clash()
    if clash is not None and not clash.members:  # it is all about what the sites need
        clash = ReasonSearch(bid, amounts, [site.id for site in bid.sites], deadline).clash()
    if clash is None:
        return None
    whole, members = whole_bid(bid), tuple(one.member for one in clash.members if not one.site)
    of_bid = with_answers(Clash(members=members, minimal=clash.minimal), whole, amounts)
    conflict = conflict_of(of_bid.members, whole, amounts, minimal=of_bid.minimal)
    at_sites = [one for one in clash.members if one.site]
    records = told(replace(clash, members=(*(SitedMember("", one) for one in of_bid.members), *at_sites)), bid, amounts)
    del conflict.members[:]
    conflict.members.extend(records)
    conflict.summary += TOGETHER
    return conflict


def told(clash: SitedClash, bid: Requirements, amounts: AmountTable) -> list[ConflictMember]:
    """The records of what cannot hold together, each with the site it is about; what is of the bid first."""
    asked = {"": whole_bid(bid), **{site.id: at_site(bid, site) for site in bid.sites}}
    found: list[ConflictMember] = []
    for site in sorted({one.site for one in clash.members}):
        members = [one.member for one in clash.members if one.site == site]
        records = conflict_of(members, asked[site], amounts, minimal=clash.minimal).members
        name_site(records, bid, site)
        found += records
    return found
