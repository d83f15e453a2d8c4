"""What was said in a walk: of a request, and of the sites of its bid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bidwright.clients.cli import views
from bidwright.v1 import configuration_pb2 as configuration
from bidwright.v1 import configurator_pb2 as configurator

Said = configurator.ConfigureRequest | configurator.Site
"""What answers, pins and exclusions are said of."""


@dataclass
class Spoken:
    """A request, its sites, and of which of them is spoken.

    Attributes:
        sites: None for a bid without sites.
        at: Id of the site that is spoken of; empty for the request as a whole.
        skipped: Needs that were left open on purpose, each with the site it is of.
    """

    request: configurator.ConfigureRequest
    sites: Sequence[configurator.Site] = ()
    at: str = ""
    skipped: frozenset[tuple[str, str]] = field(default_factory=frozenset)

    def copy(self) -> Spoken:
        """A copy of its own."""
        request = configurator.ConfigureRequest()
        request.CopyFrom(self.request)
        sites = [configurator.Site() for _ in self.sites]
        for copy, site in zip(sites, self.sites, strict=True):
            copy.CopyFrom(site)
        return Spoken(request, sites, self.at, self.skipped)

    def of(self, site: str) -> Said:
        """What is said of a site, or of the request as a whole where the id is empty."""
        return next(one for one in self.sites if one.id == site) if site else self.request

    @property
    def said(self) -> Said:
        """What is said of that which is spoken of."""
        return self.of(self.at)

    def known(self) -> set[str]:
        """The needs that have an answer where is spoken of, or at every site."""
        known = {answer.name for answer in self.request.needs} | {answer.name for answer in self.said.needs}
        if self.sites and not self.at:
            known |= set.intersection(*({answer.name for answer in site.needs} for site in self.sites))
        return known

    def set_answer(self, answer: configuration.NeedAnswer, site: str) -> None:
        """Answer a need, anew where it has an answer."""
        self.forget(answer.name, site)
        self.of(site).needs.append(answer)

    def forget(self, need: str, site: str) -> None:
        """Take an answer back."""
        said = self.of(site)
        others = [other for other in said.needs if other.name != need]
        del said.needs[:]
        said.needs.extend(others)

    def free(self, component: str, site: str) -> None:
        """Neither ask for a component nor rule it out."""
        said = self.of(site)
        pins = [pin for pin in said.pins if pin.component != component]
        exclusions = [other for other in said.exclusions if other != component]
        del said.pins[:], said.exclusions[:]
        said.pins.extend(pins)
        said.exclusions.extend(exclusions)

    def changed_sites(self, given: Spoken) -> Iterator[str]:
        """What is said by now of each site of which something else was said before, as a file of sites has it."""
        for before, now in zip(given.sites, self.sites, strict=True):
            if before != now:
                yield f"{now.id}: {said_text(now) or 'nothing'}"


def said_text(site: configurator.Site) -> str:
    """What is said of a site: ``users=40, take router.large=1, drop access.dsl_50``."""
    said = [f"{answer.name}={views.answer_text(answer)}" for answer in site.needs]
    said += [f"take {pin.component}" + (f"={pin.quantity}" if pin.quantity else "") for pin in site.pins]
    return ", ".join([*said, *(f"drop {component}" for component in site.exclusions)])
