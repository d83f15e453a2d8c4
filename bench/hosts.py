"""An order on three real hosts, from signature to verified services, against `ansible-playbook` by hand.

Both run the same roles with the same variables on the same hosts of a lab, from equal states: packages are there, as
everything was delivered and taken back once before; each delivery is taken back before the next. By hand means one
command a step, apply and verify, one after the other; only the commands count, not the typing. People's tasks are
completed as soon as they are opened. Takes ten to 25 minutes, and needs root and what `bidwright lab` needs.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.by_hand import ByHand
from bench.figure import Figure
from bench.installations import Installation, running
from bench.labs import check_lab_machine, is_missing, lab_of, reason_of
from bidwright.clients.cli.answers import need_answers, pins
from bidwright.clients.sdk import Bidwright
from bidwright.core.clock import utc_now
from bidwright.core.errors import BidwrightError
from bidwright.provisioning.authority import Authority
from bidwright.provisioning.inventory import read_inventory
from bidwright.provisioning.lab import Lab
from bidwright.server.demo_hosts import HOSTS, NEEDS, OFFERING, PINS
from bidwright.v1 import catalog_pb2 as catalog
from bidwright.v1 import configuration_pb2 as configuration
from bidwright.v1 import configurator_pb2 as configurator
from bidwright.v1 import order_pb2 as order_records
from bidwright.v1 import plan_pb2 as plan_records
from bidwright.v1 import provisioning_pb2 as provisioning
from bidwright.v1 import quote_pb2 as quote_records
from bidwright.v1 import quoting_pb2 as quoting

TARGET = 1.0  # steps on several hosts at once must at least pay for the journal
_PORTFOLIO = "portfolios/managed_hosting"
_TERMS = configuration.CommercialTerms(term_months=36)
_ENDED = (order_records.ORDER_STATE_COMPLETED, order_records.ORDER_STATE_FAILED, order_records.ORDER_STATE_CANCELLED)


def run(*, quick: bool) -> Iterator[Figure]:
    """Measure the bid of `bidwright demo-hosts`, once when quick and twice otherwise; nothing where no lab can be."""
    with ExitStack() as stack:
        try:
            check_lab_machine()
            lab = stack.enter_context(lab_of(HOSTS, _say))
        except BidwrightError as error:
            if not is_missing(error):
                raise
            _say(f"Skipped: {reason_of(error)}")
            return
        folder = Path(stack.enter_context(TemporaryDirectory()))
        here = stack.enter_context(_installation(folder / "ours", lab))
        by_hand = ByHand(
            folder=folder / "by_hand",
            inventory_file=lab.inventory,
            inventory=read_inventory(lab.inventory),
            authority=Authority.in_directory(here.state.path, utc_now()),
            say=_say,
        )
        by_hand.folder.mkdir(mode=0o700)
        stack.callback(by_hand.end_connections)
        yield _measured(here, by_hand, rounds=1 if quick else 2)


@contextmanager
def _installation(state_dir: Path, lab: Lab) -> Iterator[Installation]:
    """An installation with the lab's hosts as its targets."""
    state_dir.mkdir()
    (state_dir / "inventory.yml").write_text(lab.inventory.read_text(encoding="utf-8"), encoding="utf-8")
    with running(state_dir) as here:
        yield here


def _measured(here: Installation, by_hand: ByHand, *, rounds: int) -> Figure:
    ours: list[float] = []
    floor: list[float] = []
    with here.client() as client:
        _say("Everything once, for the packages")
        _, order = _ordered(client, _accepted(here, client))
        _withdraw(client, order)
        for number in range(rounds):
            _say(f"Round {number + 1} of {rounds}")
            took, order = _ordered(client, _accepted(here, client))
            ours.append(took)
            _withdraw(client, order)
            floor.append(by_hand.deliver(order))
            by_hand.withdraw(order)
            _say(f"  ours {ours[-1]:.1f} s, by hand {floor[-1]:.1f} s")
    return Figure(
        bench=f"provision {len(_roles(order))} roles on {HOSTS} hosts",
        ours=statistics.median(ours),
        floor=statistics.median(floor),
        unit="s",
        target=TARGET,
    )


def _accepted(here: Installation, client: Bidwright) -> quote_records.Quote:
    """A quote of the bid of the demonstration on hosts, taken to where it can be signed."""
    name = f"{_PORTFOLIO}/offerings/{OFFERING}"
    offering = client.catalog.GetOffering(catalog.GetOfferingRequest(name=name))
    request = configurator.ConfigureRequest(
        portfolio=_PORTFOLIO,
        offering=OFFERING,
        market="DE",
        needs=need_answers(NEEDS, offering),
        pins=pins(PINS),
        terms=_TERMS,
    )
    chosen = client.configurator.Configure(request).solution.configuration
    customer = quote_records.Customer(display_name="Bench")
    create = quoting.CreateQuoteRequest(customer=customer, configuration=chosen, terms=_TERMS)
    name = client.quoting.CreateQuote(create).name
    submitted = client.quoting.SubmitQuote(quoting.SubmitQuoteRequest(name=name))
    if submitted.state == quote_records.QUOTE_STATE_IN_APPROVAL:
        with here.client("approver") as approver:
            approver.quoting.ApproveQuote(quoting.ApproveQuoteRequest(name=name))
    client.quoting.OfferQuote(quoting.OfferQuoteRequest(name=name))
    return client.quoting.AcceptQuote(quoting.AcceptQuoteRequest(name=name))


def _ordered(client: Bidwright, quote: quote_records.Quote) -> tuple[float, order_records.Order]:
    """Seconds from the signature until every role is verified, and the completed order."""
    began = time.perf_counter()
    signatory = quote_records.Signatory(display_name="Bench")
    contract = client.quoting.SignQuote(
        quoting.SignQuoteRequest(name=quote.name, offer_digest=quote.offer_digest, signatory=signatory)
    )
    took = 0.0
    for order in _followed(client, contract.order):
        last = order
        if not took and all(step.state == order_records.STEP_STATE_SUCCEEDED for step in _roles(order)):
            took = time.perf_counter() - began
    for step in _roles(last):
        seconds = (step.end_time.ToDatetime() - step.start_time.ToDatetime()).total_seconds()
        at = (step.start_time.ToDatetime() - last.create_time.ToDatetime()).total_seconds()
        place = last.targets[step.plan_step.place - 1]
        _say(f"  ours    {seconds:5.1f} s  {step.plan_step.id} on {place}, begun after {at:.1f} s")
    return took, last


def _withdraw(client: Bidwright, order: order_records.Order) -> None:
    request = provisioning.WithdrawContractRequest(name=order.contract)
    for _ in _followed(client, client.provisioning.WithdrawContract(request).name):
        pass


def _followed(client: Bidwright, name: str) -> Iterator[order_records.Order]:
    """An order after each change until it is completed; people's tasks are completed as they are opened."""
    completed: set[str] = set()
    while True:
        for response in client.provisioning.WatchOrder(provisioning.WatchOrderRequest(name=name)):
            order = response.order
            yield order
            for step in order.steps:
                task = f"{name}/steps/{step.plan_step.id}"
                if step.state == order_records.STEP_STATE_WAITING and task not in completed:
                    client.provisioning.CompleteTask(provisioning.CompleteTaskRequest(name=task))
                    completed.add(task)
        if order.state == order_records.ORDER_STATE_COMPLETED:
            return
        if order.state in _ENDED:
            told = [f"{step.plan_step.id}: {step.message}" for step in order.steps if step.message]
            raise AssertionError(f"{name} did not complete: {'; '.join(told)}")


def _roles(order: order_records.Order) -> list[order_records.OrderStep]:
    return [step for step in order.steps if step.plan_step.kind == plan_records.STEP_KIND_ROLE]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
