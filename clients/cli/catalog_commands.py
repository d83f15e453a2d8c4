"""``bid offering``, ``bid component``: what may be sold."""

from __future__ import annotations

import click

from bidwright.clients.cli.catalog_reads import components_of, default_text, get_offering
from bidwright.clients.cli.completions import complete_components, complete_offerings, complete_portfolios
from bidwright.clients.cli.session import Session, command
from bidwright.clients.cli.views import number
from bidwright.core.command_line.json_form import as_dict
from bidwright.v1 import catalog_pb2 as catalog

_PER = {True: "site", False: "bid"}
"""Whether something is asked and chosen for each site."""

PORTFOLIO = click.option(
    "--portfolio",
    default="managed_hosting",
    show_default=True,
    metavar="ID",
    help="Portfolio to sell from.",
    shell_complete=complete_portfolios,
)


@click.group()
def offering() -> None:
    """What a customer can ask for."""


@click.group()
def component() -> None:
    """The components offerings are made of."""


@command(offering, "list")
@PORTFOLIO
def list_offerings(session: Session, portfolio: str) -> None:
    """List the offerings of a portfolio."""
    request = catalog.ListOfferingsRequest(parent=f"portfolios/{portfolio}", page_size=1000)
    response = session.server().catalog.ListOfferings(request)
    if session.output.as_json:
        session.output.message(response)
        return
    rows = [(o.name.rpartition("/")[2], o.title, o.approach, str(len(o.needs))) for o in response.offerings]
    session.output.table("Offerings", ["offering", "title", "approach", "needs "], rows)


@command(offering, "show")
@click.argument("offering_id", metavar="OFFERING", shell_complete=complete_offerings)
@PORTFOLIO
def show_offering(session: Session, offering_id: str, portfolio: str) -> None:
    """Show the needs and slots of an offering."""
    found = get_offering(session, portfolio, offering_id)
    if session.output.as_json:
        session.output.message(found)
        return
    session.output.line(f"{found.title}: {found.description}", "bold")
    rows = [
        (n.name, n.question, _allowed(n), default_text(n) or ("must be given" if n.required else ""), _PER[n.per_site])
        for n in found.needs
    ]
    session.output.table("Needs", ["need", "question", "answers", "default", "per"], rows)
    slots = [(s.family, s.title, f"{s.min}..{s.max}", str(s.max_quantity or ""), _PER[s.per_site]) for s in found.slots]
    session.output.table("Slots", ["family", "title", "different ", "most units ", "per"], slots)
    options = [(n.name, option.id, option.title) for n in found.needs for option in n.options]
    if options:
        session.output.table("Answers to choose between", ["need", "answer", "means"], options)
    if found.qualities:
        qualities = [(q.attribute, q.title, q.unit) for q in found.qualities]
        session.output.table("Qualities to choose between", ["attribute", "title", "unit"], qualities)


@command(component, "list")
@PORTFOLIO
@click.option("--family", default="", help="Only components of this family.")
def list_components(session: Session, portfolio: str, family: str) -> None:
    """List components."""
    found = components_of(session, portfolio, family)
    if session.output.as_json:
        session.output.json([as_dict(one) for one in found])
        return
    rows = [
        (c.id, c.title, ", ".join(f"{number(a.value)} {a.unit}" for a in c.attributes), "yes" if c.assured else "no")
        for c in found
    ]
    session.output.table(f"{len(found)} components", ["component", "title", "figures", "assured"], rows)


@command(component, "show")
@click.argument("component_id", metavar="COMPONENT", shell_complete=complete_components)
@PORTFOLIO
def show_component(session: Session, component_id: str, portfolio: str) -> None:
    """Show a component with its three texts."""
    name = f"portfolios/{portfolio}/components/{component_id}"
    found = session.server().catalog.GetComponent(catalog.GetComponentRequest(name=name))
    if session.output.as_json:
        session.output.message(found)
        return
    session.output.line(f"{found.id}  {found.title}", "bold")
    texts = (
        ("Service specification", found.service_specification),
        ("Statement of work", found.statement_of_work),
        ("Service-delivery description", found.delivery_description),
    )
    for title, text in texts:
        session.output.line(title, "bold")
        session.output.line(text)


def _allowed(need: catalog.Need) -> str:
    if need.type == catalog.NEED_TYPE_BOOLEAN:
        return "yes, no"
    if need.type == catalog.NEED_TYPE_CHOICE:
        return ", ".join(option.id for option in need.options)
    if need.type == catalog.NEED_TYPE_TEXT:
        return f"text, at most {need.max_length} characters"
    return f"{number(need.min)} to {number(need.max)} {need.unit}".rstrip()
