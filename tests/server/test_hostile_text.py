"""Text typed by customers goes the whole way to the services: it arrives as text or is refused, and nothing runs."""

from __future__ import annotations

import html
import json
import subprocess
from pathlib import Path

import psycopg
import pytest
from bench.installations import Installation
from google.protobuf.json_format import MessageToJson
from google.type.decimal_pb2 import Decimal
from selling import PORTFOLIO, TERMS, delivered, page, signature

from bidwright.clients.sdk import Bidwright, RequestRefused
from bidwright.v1 import configuration_pb2 as configuration
from bidwright.v1 import configurator_pb2 as configurator
from bidwright.v1 import order_pb2 as order_records
from bidwright.v1 import provisioning_pb2 as provisioning
from bidwright.v1 import quote_pb2 as quote_records
from bidwright.v1 import quoting_pb2 as quoting


def hostile(owned: Path) -> str:
    """A line that would make a file, were it read by Jinja, a shell, Ruby, SQL or Python; at most 80 characters."""
    return f"{{{{lookup('pipe','touch {owned}')}}}}$(touch {owned})`id`#{{1}}%(x)s';--\"<b>"


@pytest.fixture
def owned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that hostile text would make; its path is short."""
    link = Path("/tmp/ow")  # noqa: S108 - short, so that the text fits into 80 characters; it must never exist
    assert not link.exists()
    return link


def hostile_offer(client: Bidwright, text: str) -> quoting.CreateQuoteRequest:
    """A request for a quote with hostile text in every field that takes text."""
    item = configuration.BespokeItem(
        id="interface",
        title=text,
        description=f"{text}\n{text}",
        owner=text,
        charge=configuration.CHARGE_ONE_TIME,
        effort=[configuration.BespokeEffort(role="engineer", days=Decimal(value="1"))],
    )
    request = configurator.ConfigureRequest(
        portfolio=PORTFOLIO,
        offering="business_application",
        market="DE",
        needs=[configuration.NeedAnswer(name="site_title", text=text)],
        bespoke_items=[item],
        terms=TERMS,
    )
    return quoting.CreateQuoteRequest(
        display_name=text,
        customer=quote_records.Customer(display_name=text, contact=text, reference=text),
        configuration=client.configurator.Configure(request).solution.configuration,
        terms=TERMS,
    )


def test_hostile_text_in_every_field_arrives_as_text_and_nothing_runs(installation: Installation, owned: Path) -> None:
    text = hostile(owned)
    assert len(text) <= 80
    with installation.client() as client, installation.client("approver") as approver:
        quote = client.quoting.CreateQuote(hostile_offer(client, text))
        quote = client.quoting.SubmitQuote(quoting.SubmitQuoteRequest(name=quote.name))
        if quote.state == quote_records.QUOTE_STATE_IN_APPROVAL:
            approver.quoting.ApproveQuote(quoting.ApproveQuoteRequest(name=quote.name, comment=text))
        client.quoting.OfferQuote(quoting.OfferQuoteRequest(name=quote.name))
        quote = client.quoting.AcceptQuote(quoting.AcceptQuoteRequest(name=quote.name))
        sign = signature(quote)
        sign.signatory.display_name = sign.signatory.function = text
        contract = client.quoting.SignQuote(sign)
        order = delivered(client, contract.order)
        assert order.state == order_records.ORDER_STATE_COMPLETED
        assert contract.signatory.display_name == contract.offer.customer.display_name == text

        services = client.provisioning.ListServices(provisioning.ListServicesRequest(contract=contract.name)).services
        by_scheme = {service.endpoint.scheme: service for service in services if service.endpoint.port}
        website = by_scheme["http"].endpoint
        assert f"<title>{html.escape(text, quote=False)}</title>" in html_unquoted(page(website.host, website.port))
        database = by_scheme["postgresql"]
        credentials = client.provisioning.GetServiceCredentials(
            provisioning.GetServiceCredentialsRequest(name=database.name)
        )
        assert about(database.endpoint, credentials.password) == text
        seen = subprocess.run(["ps", "axeww"], check=True, capture_output=True, text=True).stdout
        assert credentials.password not in seen
        shown = installation.bid("quote", "show", quote.name, "--plan", "--price")
        assert shown.returncode == 0
        client.provisioning.WithdrawContract(provisioning.WithdrawContractRequest(name=contract.name, reason=text))
    assert not owned.exists()
    assert not list(installation.state.path.rglob("ow"))


def html_unquoted(source: str) -> str:
    """A page with its quotation marks as they are: escaping them is allowed, and needed in attributes only."""
    return source.replace("&#34;", '"').replace("&#39;", "'").replace("&quot;", '"').replace("&#x27;", "'")


def about(endpoint: order_records.Endpoint, password: str) -> str:
    """The title as the provisioned database holds it."""
    with (
        psycopg.connect(
            host=endpoint.host, port=endpoint.port, user=endpoint.user, dbname=endpoint.path, password=password
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT value FROM about WHERE key = 'title'")
        row = cursor.fetchone()
    assert row is not None
    return str(row[0])


@pytest.mark.parametrize("text", ["two\nlines", "nul\x00", "\x1b[2J", "\u202eright to left", "\ufeff"])
def test_text_that_could_steer_a_terminal_or_hide_is_refused(installation: Installation, text: str) -> None:
    with installation.client() as client:
        request = configurator.ConfigureRequest(
            portfolio=PORTFOLIO,
            offering="web_hosting",
            market="DE",
            needs=[configuration.NeedAnswer(name="site_title", text=text)],
            terms=TERMS,
        )
        with pytest.raises(RequestRefused) as refused:
            client.configurator.Configure(request)
    assert refused.value.faults[0].where.startswith("needs")


def test_a_design_file_is_data_for_the_command_line_client_too(installation: Installation, tmp_path: Path) -> None:
    with installation.client() as client:
        design = hostile_offer(client, "[red]$(id)[/red]")
    file = tmp_path / "design.json"
    file.write_text(MessageToJson(design, preserving_proto_field_name=True))
    done = installation.bid("quote", "create", str(file), "--customer", "[bold]{{ 7*7 }}[/bold]", "--json")
    assert json.loads(done.stdout)["offer"]["customer"]["display_name"] == "[bold]{{ 7*7 }}[/bold]"
    shown = installation.bid("quote", "list")
    assert "[bold]{{ 7*7 }}[/bold]" in shown.stdout
