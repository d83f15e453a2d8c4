"""``bid order``, ``bid task``, ``bid service``: delivery, and what runs."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import click
from google.protobuf.message import Message
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bidwright.clients.cli import views
from bidwright.clients.cli.contract_commands import contract
from bidwright.clients.cli.records import full_name, show, whole
from bidwright.clients.cli.session import ORDER_FAILED, Session, command
from bidwright.core.command_line.json_form import as_dict
from bidwright.core.enum_words import enum_word
from bidwright.v1 import order_pb2 as order_records
from bidwright.v1 import provisioning_pb2 as provisioning

_NAME = click.argument("name", metavar="ORDER")
_REQUEST_ID = click.option("--request-id", default="", help="UUID; repeating it has no second effect.")
_DONE = (order_records.STEP_STATE_SUCCEEDED, order_records.STEP_STATE_SKIPPED)


@click.group()
def order() -> None:
    """Deliveries of contracts."""


@click.group()
def task() -> None:
    """Steps that people carry out."""


@click.group()
def service() -> None:
    """What runs for customers."""


@command(order, "list")
@click.option("--contract", "contract_name", default="", help="Only orders of this contract.")
def list_orders(session: Session, contract_name: str) -> None:
    """List orders, newest first."""
    wanted = full_name("contracts", contract_name) if contract_name else ""
    response = whole(session.server().provisioning.ListOrders, provisioning.ListOrdersRequest(contract=wanted))
    if session.output.as_json:
        session.output.message(response)
        return
    rows = [
        (
            o.name.removeprefix("orders/"),
            _kind(o),
            views.order_state(o),
            _progress(o),
            o.contract,
            views.moment(o.update_time),
        )
        for o in response.orders
    ]
    session.output.table("Orders", ["order", "kind", "state", "steps", "contract", "changed"], rows)


def _kind(found: order_records.Order) -> str:
    return enum_word(order_records.OrderKind, found.kind)


def _progress(found: order_records.Order) -> str:
    return f"{sum(step.state in _DONE for step in found.steps)}/{len(found.steps)}"


@command(order, "show")
@_NAME
def show_order(session: Session, name: str) -> None:
    """Show an order with its steps."""
    request = provisioning.GetOrderRequest(name=full_name("orders", name))
    show(session, session.server().provisioning.GetOrder(request), views.show_order)


@command(order, "watch")
@_NAME
def watch(session: Session, name: str) -> None:
    """Follow an order until it has ended or waits for people; exit code 6 where it failed."""
    request = provisioning.WatchOrderRequest(name=full_name("orders", name))
    responses = session.server().provisioning.WatchOrder(request)
    last = _follow(session, (response.order for response in responses))
    if last is None:
        return
    show(session, last, views.show_order)
    if last.state == order_records.ORDER_STATE_FAILED:
        raise SystemExit(ORDER_FAILED)


def _follow(session: Session, orders: Iterable[order_records.Order]) -> order_records.Order | None:
    last = None
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=session.output.errors,
    )
    bar = progress.add_task("waiting", total=None)
    with Live(progress, console=session.output.errors, transient=True) if sys.stderr.isatty() else progress:
        for last in orders:
            running = [s.plan_step.id for s in last.steps if s.state == order_records.STEP_STATE_RUNNING]
            done = sum(step.state in _DONE for step in last.steps)
            said = ", ".join(running) or views.order_state(last)
            progress.update(bar, description=said, completed=done, total=len(last.steps))
    return last


@command(order, "resume")
@_NAME
@_REQUEST_ID
def resume(session: Session, name: str, request_id: str) -> None:
    """Continue a failed or cancelled order from its first unfinished step."""
    request = provisioning.ResumeOrderRequest(name=full_name("orders", name), request_id=request_id)
    show(session, session.server().provisioning.ResumeOrder(request), views.show_order)


@command(order, "cancel")
@_NAME
@_REQUEST_ID
def cancel(session: Session, name: str, request_id: str) -> None:
    """Stop an order as soon as its running steps allow."""
    request = provisioning.CancelOrderRequest(name=full_name("orders", name), request_id=request_id)
    show(session, session.server().provisioning.CancelOrder(request), views.show_order)


@command(contract, "reapply")
@click.argument("name", metavar="CONTRACT")
@_REQUEST_ID
def reapply(session: Session, name: str, request_id: str) -> None:
    """Repeat the delivery of a contract: renews certificates, repairs what differs; follow it by `bid order watch`."""
    request = provisioning.ReapplyContractRequest(name=full_name("contracts", name), request_id=request_id)
    show(session, session.server().provisioning.ReapplyContract(request), views.show_order)


@command(contract, "withdraw")
@click.argument("name", metavar="CONTRACT")
@click.option("--reason", default="", help="Why.")
@_REQUEST_ID
def withdraw(session: Session, name: str, reason: str, request_id: str) -> None:
    """Terminate a contract: takes back everything that was provisioned."""
    request = provisioning.WithdrawContractRequest(
        name=full_name("contracts", name), reason=reason, request_id=request_id
    )
    show(session, session.server().provisioning.WithdrawContract(request), views.show_order)


@command(task, "list")
@click.option("--order", "order_name", default="", help="Only tasks of this order.")
def list_tasks(session: Session, order_name: str) -> None:
    """List the tasks that wait for people."""
    orders = _orders(session, order_name)
    waiting = [(o, s) for o in orders for s in o.steps if s.state == order_records.STEP_STATE_WAITING]
    if session.output.as_json:
        session.output.json([{"name": _task_name(o, s)} | as_dict(s) for o, s in waiting])
        return
    rows = [
        (_task_name(o, s), s.plan_step.title, s.plan_step.accountable, views.moment(s.due_time)) for o, s in waiting
    ]
    session.output.table("Tasks", ["task", "what", "accountable", "due"], rows)


def _orders(session: Session, name: str) -> list[order_records.Order]:
    server = session.server().provisioning
    if name:
        return [server.GetOrder(provisioning.GetOrderRequest(name=full_name("orders", name)))]
    return list(whole(server.ListOrders, provisioning.ListOrdersRequest()).orders)


def _task_name(found: order_records.Order, step: order_records.OrderStep) -> str:
    return f"{found.name}/steps/{step.plan_step.id}"


@command(task, "complete")
@click.argument("names", metavar="TASK...", nargs=-1)
@click.option("--order", "order_name", default="", help="Complete all waiting tasks of this order.")
@click.option("--comment", default="", help="What was done.")
@_REQUEST_ID
def complete(session: Session, names: tuple[str, ...], order_name: str, comment: str, request_id: str) -> None:
    """Record that people have done their step (orders/ORDER/steps/STEP)."""
    if bool(names) == bool(order_name):
        raise click.UsageError("Give either the names of tasks, as `bid task list` shows them, or --order.")
    if len(names) > 1 and request_id:
        raise click.UsageError("A --request-id stands for one request; give one task with it.")
    last: Message | None = None
    for name in names or _waiting(session, order_name):
        request = provisioning.CompleteTaskRequest(
            name=full_name("orders", name), comment=comment, request_id=request_id
        )
        last = session.server().provisioning.CompleteTask(request)
    if last is None:
        session.output.note(f"No task of {order_name} waits.")
    else:
        show(session, last, views.show_order)


def _waiting(session: Session, order_name: str) -> list[str]:
    found = _orders(session, order_name)[0]
    return [_task_name(found, s) for s in found.steps if s.state == order_records.STEP_STATE_WAITING]


@command(service, "list")
@click.option("--contract", "contract_name", default="", help="Only services of this contract.")
def list_services(session: Session, contract_name: str) -> None:
    """List services, newest first."""
    wanted = full_name("contracts", contract_name) if contract_name else ""
    response = whole(session.server().provisioning.ListServices, provisioning.ListServicesRequest(contract=wanted))
    if session.output.as_json:
        session.output.message(response)
        return
    rows = [
        (s.name, s.title, _service_state(s), views.endpoint_text(s.endpoint), s.contract) for s in response.services
    ]
    session.output.table("Services", ["service", "title", "state", "endpoint", "contract"], rows)


def _service_state(found: order_records.Service) -> str:
    return enum_word(order_records.ServiceState, found.state)


@command(service, "show")
@click.argument("name", metavar="SERVICE")
def show_service(session: Session, name: str) -> None:
    """Show a service as JSON."""
    request = provisioning.GetServiceRequest(name=full_name("services", name))
    session.output.message(session.server().provisioning.GetService(request))


@command(service, "credentials")
@click.argument("name", metavar="SERVICE")
def credentials(session: Session, name: str) -> None:
    """Show the credentials of a service; that you did is recorded."""
    request = provisioning.GetServiceCredentialsRequest(name=full_name("services", name))
    found = session.server().provisioning.GetServiceCredentials(request)
    if session.output.as_json:
        session.output.message(found)
    else:
        session.output.table("Credentials", ["user", "password"], [(found.user, found.password)])
