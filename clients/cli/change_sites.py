"""Sites of a change: which are wanted, and what happens at them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from bidwright.clients.cli.output import Output
from bidwright.clients.cli.site_files import read_sites
from bidwright.core.counts import counted
from bidwright.v1 import catalog_pb2 as catalog
from bidwright.v1 import configuration_pb2 as configuration
from bidwright.v1 import configurator_pb2 as configurator

DONE = {
    configurator.ITEM_ACTION_KEEP: "keep",
    configurator.ITEM_ACTION_ADD: "add",
    configurator.ITEM_ACTION_MODIFY: "modify",
    configurator.ITEM_ACTION_DELETE: "delete",
}
"""What is done, in a word."""

_AT_SITE = {
    configurator.ITEM_ACTION_ADD: "new",
    configurator.ITEM_ACTION_MODIFY: "changed",
    configurator.ITEM_ACTION_DELETE: "gone",
}

_NAMED = 3
"""So many of the sites with the same changes are named."""


_Changed = tuple[str, configurator.ItemAction, int, int]
"""A component, what is done, and its units before and after."""


def wanted_sites(
    installed: Sequence[configuration.ConfigurationSite],
    file: object,
    offering: catalog.Offering,
    answered: Collection[str],
) -> list[configurator.Site]:
    """The sites of a file, or those that are installed where there is no file.

    A site that is installed keeps its name and its answers where the file says nothing.

    Args:
        installed: The sites so far.
        file: The file with all sites that are wanted.
        offering: What is offered now.
        answered: Needs that the whole bid is given an answer to now; sites do not keep theirs.

    Raises:
        click.BadParameter: The file cannot be read.
    """
    before = {site.id: site for site in installed}
    if isinstance(file, Path):
        wanted = read_sites(file, offering)
    else:
        wanted = [configurator.Site(id=site.id) for site in installed]
    asked = {need.name for need in offering.needs} - set(answered)
    for site in wanted:
        if site.id in before:
            site.title = site.title or before[site.id].title
            given = {answer.name for answer in site.needs}
            site.needs.extend(answer for answer in before[site.id].needs if answer.name in asked - given)
    return wanted


def show_sites(output: Output, sites: Sequence[configurator.SiteChange], titles: Mapping[str, str]) -> None:
    """Print what happens at sites, those with the same changes together, and how many stay as they are."""
    alike: dict[tuple[configurator.ItemAction, tuple[_Changed, ...]], list[str]] = {}
    for site in sites:
        if site.action != configurator.ITEM_ACTION_KEEP:
            name = f"{site.title} ({site.id})" if site.title else site.id
            alike.setdefault((site.action, _changed(site.changes)), []).append(name)
    rows = []
    for (action, changed), names in alike.items():
        told = f"{_list(names)}: {_AT_SITE[action]}"
        for component, done, installed, wanted in changed or [("", action, 0, 0)]:
            rows.append((told, component, titles.get(component, ""), DONE[done], str(installed), str(wanted)))
            told = ""
    if rows:
        output.table("Changes at sites", ["sites", "component", "title", "what", "installed ", "wanted "], rows)
    actions = [site.action for site in sites]
    numbers = [f"{actions.count(action)} {told}" for action, told in _AT_SITE.items() if action in actions]
    kept = actions.count(configurator.ITEM_ACTION_KEEP)
    output.line(f"{kept} of {counted(len(sites), 'site')} stay as they are{''.join(f', {told}' for told in numbers)}.")


def _changed(items: Iterable[configurator.ItemChange]) -> tuple[_Changed, ...]:
    return tuple(
        (one.component, one.action, one.installed, one.wanted)
        for one in items
        if one.action != configurator.ITEM_ACTION_KEEP
    )


def _list(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:_NAMED])} and {more} more"
