"""Changes to a bid with sites from and to the messages of the wire."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from bidwright.catalog.answers import answer_to_proto
from bidwright.configurator.members import EXCLUSION, PIN, Member
from bidwright.configurator.repair_changes import Changes
from bidwright.configurator.repair_messages import change_messages
from bidwright.configurator.request import Requirements
from bidwright.configurator.sites_repair import SitedChanges, SitedExplanation, SitedRepair
from bidwright.configurator.sites_split import at_site, whole_bid
from bidwright.v1.configurator_pb2 import ExplainConfigurationResponse, Repair, RepairChange, Site, Solution


def changed_sites(sites: Iterable[Site], changes: Mapping[str, Changes]) -> list[Site]:
    """Sites as they are asked for, with changes made to some of them."""
    return [_changed(site, changes[site.id]) if site.id in changes else site for site in sites]


def _changed(site: Site, changes: Changes) -> Site:
    gone = frozenset(changes.members)
    answered = [answer for answer in site.needs if answer.name not in changes.answers]
    return Site(
        id=site.id,
        title=site.title,
        needs=[*answered, *(answer_to_proto(name, answer) for name, answer in changes.answers.items())],
        pins=[pin for pin in site.pins if Member(PIN, pin.component) not in gone],
        exclusions=[component for component in site.exclusions if Member(EXCLUSION, component) not in gone],
    )


def sited_explanation_message(
    explanation: SitedExplanation | None, bid: Requirements, solved: Callable[[SitedRepair], Solution]
) -> ExplainConfigurationResponse:
    """The answer; one without a conflict where nothing is to be explained.

    Args:
        explanation: Of the bid.
        bid: Before any change.
        solved: Gives the record of what a repair leads to.
    """
    if explanation is None:
        return ExplainConfigurationResponse(complete=True)
    repairs = [
        Repair(changes=_changes(repair.changes, bid), weight=repair.weight, solution=solved(repair))
        for repair in explanation.repairs
    ]
    return ExplainConfigurationResponse(conflict=explanation.conflict, repairs=repairs, complete=explanation.complete)


def _changes(changes: SitedChanges, bid: Requirements) -> Iterator[RepairChange]:
    """Each change with its words: those of the bid, then those of the sites by id."""
    yield from change_messages(changes.bid, whole_bid(bid))
    for site in bid.sites:
        if site.id in changes.sites:
            for change in change_messages(changes.sites[site.id], at_site(bid, site)):
                change.member.site = site.id
                change.text = f"at site {site.name}: {change.text}"
                yield change
