"""Gives a step what its role needs: target, variables, port and passwords, the same at every attempt."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bidwright.provisioning.ansible_leftovers import end_leftovers
from bidwright.provisioning.ansible_roles import role_interface
from bidwright.provisioning.ansible_run import Action, Data, RoleRun
from bidwright.provisioning.credentials import CredentialCipher
from bidwright.provisioning.inventory import Inventory
from bidwright.provisioning.journal import Journal
from bidwright.provisioning.order import target_of
from bidwright.provisioning.order_records import id_of, service_id
from bidwright.provisioning.ports import Ports
from bidwright.provisioning.references import referred
from bidwright.provisioning.service_certificates import Certificates
from bidwright.provisioning.service_secrets import secrets_of
from bidwright.v1.order_pb2 import ORDER_KIND_WITHDRAW, Order, OrderStep
from bidwright.v1.plan_pb2 import Variable


@dataclass(frozen=True)
class Workshop:
    """What a worker has to work with.

    Attributes:
        inventory: The targets.
        ports: Allocates ports.
        cipher: Encrypts credentials.
        runs: Directory of the runs of roles.
        certificates: Gives services their certificates.
        role_timeout_s: Seconds after which a role is ended.
        retry_pauses_s: Seconds before each new attempt at a target that cannot be reached.
    """

    inventory: Inventory
    ports: Ports
    cipher: CredentialCipher
    runs: Path
    certificates: Certificates
    role_timeout_s: float = 900
    retry_pauses_s: tuple[float, ...] = (1, 4, 15)


@dataclass(frozen=True)
class Equipment:
    """What a role is given beside its variables.

    Attributes:
        port: TCP port of the service; none for a role without one, and for withdrawing.
        secrets: Passwords by option of the role, and the certificate with its key; none for withdrawing.
    """

    port: int | None = None
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


def attempt_id(order: Order, step: OrderStep) -> str:
    """Name the present attempt at a step; it marks the processes of the attempt."""
    place = list(order.steps).index(step)
    return f"{id_of(order.name)[:40]}-{place}-{step.attempts}"


async def end_attempt(workshop: Workshop, order: Order, step: OrderStep) -> None:
    """End what is left of the present attempt at a step whose worker is gone."""
    await asyncio.to_thread(end_leftovers, workshop.runs, attempt_id(order, step))


def port_holder(account: str, order: Order, step_id: str) -> str:
    """Name whose a port is: a step of a contract of an account."""
    return f"{account}/{service_id(order.contract, step_id)}"


async def equip(workshop: Workshop, journal: Journal, order: Order, step: OrderStep) -> Equipment:
    """Allocate the port of a step, generate its passwords and issue its certificate, or find those it has.

    Raises:
        InvalidInput: The role is unknown, or no certificate can be had for a name of the service.
        Unavailable: No port is free, the passwords cannot be decrypted, or the authority cannot be read.
    """
    if order.kind == ORDER_KIND_WITHDRAW:
        return Equipment()
    port = None
    if role_interface(step.plan_step.role).needs_port:
        holder = port_holder(journal.account, order, step.plan_step.id)
        port = await workshop.ports.allocate(workshop.inventory.place(target_of(order, step)), holder)
    secrets = await secrets_of(workshop.cipher, journal, order, step.plan_step)
    return Equipment(port, {**secrets, **await _certificate(workshop, journal, order, step)})


async def _certificate(workshop: Workshop, journal: Journal, order: Order, step: OrderStep) -> Mapping[str, str]:
    """Give a role those of certificate, key and authority that it takes."""
    plan_step = step.plan_step
    wanted = role_interface(plan_step.role).certificate
    if not wanted:
        return {}
    names = next((one for one in plan_step.variables if one.name == "delivery_names"), Variable())
    found = await workshop.certificates.certified_key(
        journal,
        service_id(order.contract, plan_step.id),
        workshop.inventory.place(target_of(order, step)).target.address,
        [str(name) for name in _list(_value(workshop.inventory, order, names))],
    )
    texts = {
        "delivery_certificate": found.certificate,
        "delivery_private_key": found.private_key,
        "delivery_authority": found.authority,
    }
    return {name: texts[name] for name in wanted}


def role_run(workshop: Workshop, order: Order, step: OrderStep, equipment: Equipment) -> RoleRun:
    """Make the run of the present attempt at a step.

    Raises:
        InvalidInput: A variable holds text that no server can hold, or a step referred to has no endpoint.
        Unavailable: The inventory does not have a target any more.
    """
    attempt, withdraws = attempt_id(order, step), order.kind == ORDER_KIND_WITHDRAW
    return RoleRun(
        role=step.plan_step.role,
        action=Action.WITHDRAW if withdraws else Action.DELIVER,
        target=workshop.inventory.place(target_of(order, step)).target,
        contract=id_of(order.contract),
        delivery=step.plan_step.id,
        attempt=attempt,
        run_dir=workshop.runs / attempt,
        variables=variables_of(workshop.inventory, order, step),
        secrets=equipment.secrets,
        port=equipment.port,
        timeout_s=workshop.role_timeout_s,
    )


def variables_of(inventory: Inventory, order: Order, step: OrderStep) -> Mapping[str, Data]:
    """Give all variables of a step their values; a text for a list of texts is its only one.

    Raises:
        InvalidInput: A step referred to has no endpoint.
        Unavailable: The inventory does not have the target of one any more.
    """
    types = role_interface(step.plan_step.role).variables
    values = {one.name: _value(inventory, order, one) for one in step.plan_step.variables}
    return {name: _list(value) if types.get(name) == "list of str" else value for name, value in values.items()}


def _list(value: Data) -> Sequence[Data]:
    """Make a list of a text that is none; an empty text is an empty list."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return value
    return [value] if value != "" else []


def _value(inventory: Inventory, order: Order, variable: Variable) -> Data:
    """Give a role a variable's value; a number with digits after the point goes as text, exactly."""
    match variable.WhichOneof("value"):
        case "integer":
            return variable.integer
        case "boolean":
            return variable.boolean
        case "decimal":
            return str(variable.decimal.value)
        case "reference":
            return referred(order, variable.reference, inventory)
        case _:
            return variable.text
