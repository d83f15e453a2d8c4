"""``bid change``: from what is installed to new needs, with the least disruption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import grpc

from bidwright.clients.cli.catalog_reads import components_of, get_offering
from bidwright.clients.cli.change_sites import DONE, show_sites, wanted_sites
from bidwright.clients.cli.design_commands import kept_design, show_conflict
from bidwright.clients.cli.offers import WHAT, read_offer
from bidwright.clients.cli.output import amount
from bidwright.clients.cli.repairs import APPLY, REPAIRS, show_repairs, taken
from bidwright.clients.cli.request_options import currency_of, request_from, wish_options
from bidwright.clients.cli.session import NOT_VALID, Session
from bidwright.clients.cli.terms_options import put_terms, texts
from bidwright.clients.cli.views import number as number_text
from bidwright.clients.sdk import RequestRefused
from bidwright.core.command_line.files import FILE, OutputFile
from bidwright.v1 import configuration_pb2 as configuration
from bidwright.v1 import configurator_pb2 as configurator
from bidwright.v1 import price_pb2 as price_records
from bidwright.v1 import pricing_pb2 as pricing
from bidwright.v1 import quote_pb2 as quote_records

_WEIGHT = click.IntRange(1, 1000)


@dataclass(frozen=True)
class _Installed:
    """What is installed, on which terms, and for how much; no totals where the caller may not see prices."""

    chosen: configuration.Configuration
    terms: configuration.CommercialTerms
    totals: price_records.PriceTotals | None


@click.option("--installed", required=True, metavar="WHAT", help=WHAT)
@click.option("--frozen", multiple=True, metavar="COMPONENT,...", help="Installed components that are not touched.")
@click.option("--sites", type=FILE, help="All sites that are wanted, as YAML or CSV; those installed, where not given.")
@click.option("--freeze-site", "frozen_sites", multiple=True, metavar="SITE,...", help="Sites that are not touched.")
@click.option("--weight-add", "add", type=_WEIGHT, default=1, show_default=True, help="How much a new one disturbs.")
@click.option("--weight-modify", "modify", type=_WEIGHT, default=2, show_default=True, help="Another number of units.")
@click.option("--weight-delete", "delete", type=_WEIGHT, default=4, show_default=True, help="One that goes.")
@click.option("--term", "new_term_months", type=click.IntRange(1, 120), help="Another contract term in months.")
@wish_options
@REPAIRS
@APPLY
@click.option("--output", "-o", "target", type=OutputFile(), help="Keep the new design.")
def change(  # noqa: PLR0913 - one for each option
    session: Session,
    *,
    installed: str,
    frozen: tuple[str, ...],
    max_repairs: int,
    number: int | None,
    target: Path | None,
    **options: object,
) -> None:
    """Change what is installed with the least disruption.

    Of the changes that disturb least, the one that leads to the least contract value is found. Needs keep the answers
    they were installed with where no other one is given, and so does each site. A site that --sites does not have goes.
    Where no configuration is valid, what cannot hold together is told, and what would mend it; what is frozen stays so.
    Exit code 3 means that, and that no repair was taken with --apply.
    """
    if number is not None and target is None:
        raise click.UsageError("Give --output FILE with --apply N.")
    before = _installed(session, installed)
    weights = configurator.DisruptionWeights(**{key: int(str(options.pop(key))) for key in ("add", "modify", "delete")})
    request = configurator.ChangeConfigurationRequest(
        request=_request(session, before, options),
        installed=before.chosen.items,
        frozen=_separate(frozen),
        weights=weights,
        installed_sites=before.chosen.sites,
        frozen_sites=_separate(texts(options["frozen_sites"])),
        max_repairs=max(max_repairs, number or 0),
    )
    if options["sites"] or before.chosen.sites:
        offering = get_offering(session, before.chosen.release.split("/")[1], before.chosen.offering)
        answered = {answer.name for answer in request.request.needs}
        request.sites.extend(wanted_sites(before.chosen.sites, options["sites"], offering, answered))
    with session.output.errors.status("Looking for the least disruption ..."):
        response = session.server().configurator.ChangeConfiguration(request)
    if session.output.as_json:
        session.output.message(response)
    found = response.change
    if response.HasField("conflict"):
        if not session.output.as_json:
            show_conflict(session, response.conflict)
            show_repairs(
                session.output,
                response.repairs,
                complete=response.repairs_complete,
                contradicting="the offering, with what is frozen,",
            )
        if number is None:
            raise SystemExit(NOT_VALID)
        found = taken(response.repairs, number).change
    with kept_design(session, found.solution, request.request.terms, target=target):
        if not session.output.as_json:
            _show(session, before, found, request.request.terms.term_months)


def _separate(given: Sequence[str]) -> list[str]:
    """Names that may be given one by one, or several with commas between them.

    Raises:
        click.BadParameter: One is empty, as that of a shell variable that was never set: all would be touched.
    """
    names = [[name.strip() for name in text.split(",") if name.strip()] for text in given]
    if [] in names:
        raise click.BadParameter("Nothing is named: leave --frozen and --freeze-site out where nothing is frozen.")
    return [name for several in names for name in several]


def _installed(session: Session, name: str) -> _Installed:
    """Read what is installed from a file or a record.

    Raises:
        click.BadParameter: It is neither.
    """
    offer = read_offer(session, name)
    totals = offer.price.totals if offer.HasField("price") else _totals(session, offer)
    return _Installed(offer.configuration, offer.terms, totals)


def _totals(session: Session, design: quote_records.Offer) -> price_records.PriceTotals | None:
    """What a design costs; None for a caller who may not ask."""
    request = pricing.PriceConfigurationRequest(configuration=design.configuration, terms=design.terms)
    try:
        return session.server().pricing.PriceConfiguration(request).totals
    except RequestRefused as refusal:
        if refusal.code != grpc.StatusCode.PERMISSION_DENIED:
            raise
        return None


def _request(session: Session, before: _Installed, options: dict[str, object]) -> configurator.ConfigureRequest:
    """The new needs: what is said now, and for the rest what was said then; prices are those of today."""
    portfolio = before.chosen.release.split("/")[1]
    offering = before.chosen.offering
    place = {"offering_id": offering, "portfolio": portfolio, "market": before.chosen.market}
    request = request_from(session, **options, **place, term_months=before.terms.term_months)
    request.terms.CopyFrom(_terms(session, before, options))
    answered = {answer.name for answer in request.needs}
    asked = {need.name for need in get_offering(session, portfolio, offering).needs}
    for answer in before.chosen.needs:
        if answer.name in asked - answered:
            request.needs.append(answer)
        elif answer.name not in asked:
            session.output.note(f"The offering no longer asks for {answer.name}.")
    if options["bespoke"] is None:
        request.bespoke_items.extend(before.chosen.bespoke_items)
    return request


def _terms(session: Session, before: _Installed, options: Mapping[str, object]) -> configuration.CommercialTerms:
    """The terms so far, at today's prices, with what is said now in its place."""
    terms = configuration.CommercialTerms()
    terms.CopyFrom(before.terms)
    terms.ClearField("price_date")
    if terms.ramp:
        terms.ClearField("ramp")
        session.output.note("The ramp is left out: what is looked for is what it leads to.")
    if options["new_term_months"]:
        terms.term_months = int(str(options["new_term_months"]))
    if options["discount"] is not None:
        terms.discretionary_discount_percent.value = str(options["discount"])
    portfolio = before.chosen.release.split("/")[1]
    put_terms(terms, options, lambda: currency_of(session, portfolio, before.chosen.market))
    return terms


def _show(session: Session, before: _Installed, found: configurator.ConfigurationChange, term_months: int) -> None:
    portfolio = before.chosen.release.split("/")[1]
    titles = {component.id: component.title for component in components_of(session, portfolio)}
    kept = [one for one in found.changes if one.action == configurator.ITEM_ACTION_KEEP]
    rows = [
        (one.component, titles.get(one.component, ""), DONE[one.action], str(one.installed), str(one.wanted))
        for one in found.changes
        if one.action != configurator.ITEM_ACTION_KEEP
    ]
    if rows:
        session.output.table(
            "Changes of what all sites share" if found.sites else "Changes",
            ["component", "title", "what", "installed ", "wanted "],
            rows,
        )
    of = " that all sites share" if found.sites else ""
    session.output.line(f"{len(kept)} of {len(found.changes)} components{of} stay as they are.")
    if found.sites:
        show_sites(session.output, found.sites, titles)
    old, new = before.totals, found.solution.totals
    prices = [
        ("once", amount(old.one_time) if old else "", amount(new.one_time)),
        ("a month", amount(old.monthly) if old else "", amount(new.monthly)),
        ("contract value", amount(old.contract_value) if old else "", amount(new.contract_value)),
    ]
    if term_months != before.terms.term_months:
        prices.insert(0, ("months of the term", str(before.terms.term_months), str(term_months)))
    session.output.table("Price", ["", "before ", "after "], prices)
    disruption = f"Disruption {number_text(found.disruption.number)}"
    if found.disruption.is_optimal and found.solution.proof.is_optimal:
        session.output.line(f"{disruption}, proven: nothing valid disturbs less, or disturbs as little and is cheaper.")
    else:
        least = number_text(found.disruption.number_bound)
        session.output.line(f"{disruption}, the best found in time; nothing valid is below {least}.")
