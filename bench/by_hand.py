"""The roles of an order as somebody with an inventory and a shell runs them: one `ansible-playbook` a step, one by one.

What a role tells the others is read from the command's output and given to the next, as that person would.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bidwright.core.clock import utc_now
from bidwright.core.errors import Unavailable
from bidwright.provisioning.ansible_roles import PLAYBOOKS, role_interface
from bidwright.provisioning.ansible_variables import unsafe_yaml, write_private
from bidwright.provisioning.authority import Authority
from bidwright.provisioning.equipment import variables_of
from bidwright.provisioning.inventory import Inventory
from bidwright.provisioning.order import target_of
from bidwright.provisioning.service_records import endpoint_of
from bidwright.v1.order_pb2 import STEP_STATE_SUCCEEDED, Order, OrderStep
from bidwright.v1.plan_pb2 import STEP_KIND_ROLE

_CONTRACT = "by-hand"
_TOLD = re.compile(r"^\tRUN: (.*)$", re.MULTILINE)  # what roles published, at the end of a command's output


@dataclass(frozen=True)
class ByHand:
    """Somebody with a shell.

    Attributes:
        folder: Private and empty; for the files that are given to `ansible-playbook`.
        inventory_file: As Ansible reads it, and nothing of ours added.
        inventory: The same, as we read it.
        authority: Issues the certificates.
        say: Is told of each command how long it took.
    """

    folder: Path
    inventory_file: Path
    inventory: Inventory
    authority: Authority
    say: Callable[[str], None]

    def deliver(self, order: Order) -> float:
        """Do on equal hosts what an order did, with fresh passwords; seconds spent in the commands alone."""
        mine, passwords, seconds = _begun(order), _passwords(order), 0.0
        for number, step in enumerate(_roles(mine)):
            port = self.inventory.place(target_of(mine, step)).ports[number]
            variables = self._variables(mine, step, passwords[step.plan_step.id], port)
            took, printed = self._play(target_of(mine, step), {**variables, "delivery_actions": ["apply", "verify"]})
            _note(step, printed)
            self.say(f"  by hand {took:5.1f} s  {step.plan_step.id} on {target_of(mine, step)}")
            seconds += took
        return seconds

    def withdraw(self, order: Order) -> None:
        """Take everything back, the last first."""
        for step in reversed(_roles(order)):
            self._play(target_of(order, step), self._whose(order, step) | {"delivery_actions": ["withdraw"]})

    def end_connections(self) -> None:
        """End the connections that ssh keeps for the next command."""
        for socket in (self.folder / "home" / "cp").glob("*"):
            command = ["ssh", "-o", f"ControlPath={socket}", "-O", "exit", "target"]
            subprocess.run(command, check=False, capture_output=True, timeout=10)

    def _variables(
        self, order: Order, step: OrderStep, passwords: Mapping[str, str], port: int
    ) -> Mapping[str, object]:
        """All that the role was given in the order: values, passwords, a port and a certificate."""
        interface, values = role_interface(step.plan_step.role), variables_of(self.inventory, order, step)
        given: dict[str, object] = {**self._whose(order, step), **values, **passwords}
        if interface.needs_port:
            given["delivery_port"] = port
        if interface.certificate:
            names = values.get("delivery_names", [])
            assert isinstance(names, list)
            target = self.inventory.place(target_of(order, step)).target
            issued = self.authority.issue([target.address, *map(str, names)], utc_now())
            texts = {
                "delivery_certificate": issued.certificate,
                "delivery_private_key": issued.private_key,
                "delivery_authority": issued.authority,
            }
            given |= {name: texts[name] for name in interface.certificate}
        return given

    def _whose(self, order: Order, step: OrderStep) -> dict[str, object]:
        target = self.inventory.place(target_of(order, step)).target
        return {
            "delivery_role": step.plan_step.role,
            "delivery_contract": _CONTRACT,
            "delivery_id": step.plan_step.id,
            "target_kind": target.kind,
            **target.role_variables(),
        }

    def _play(self, host: str, variables: Mapping[str, object]) -> tuple[float, str]:
        """Run one command; its seconds and what it printed."""
        given, chosen = self.folder / "variables.yml", self.folder / "target.yml"
        write_private(given, unsafe_yaml(variables) + "\n")
        chosen.write_text(json.dumps({"target": {"hosts": {host: None}}}), encoding="utf-8")
        command = [sys.executable, "-m", "ansible", "playbook", "-i", str(self.inventory_file), "-i", str(chosen)]
        environment = os.environ | {
            "ANSIBLE_CONFIG": str(PLAYBOOKS / "ansible.cfg"),
            "ANSIBLE_HOME": str(self.folder / "home"),
            "ANSIBLE_SHOW_CUSTOM_STATS": "true",
            "LC_ALL": "C.UTF-8",
        }
        began = time.perf_counter()
        done = subprocess.run(
            [*command, "-e", f"@{given}", str(PLAYBOOKS / "deliver.yml")],
            check=False,
            capture_output=True,
            text=True,
            env=environment,
        )
        took = time.perf_counter() - began
        if done.returncode:
            what = f"{variables['delivery_id']} on {host} failed by hand: {(done.stdout + done.stderr)[-2000:]}"
            raise Unavailable(what, fix="Look whether the order delivers it.")
        return took, done.stdout


def _roles(order: Order) -> list[OrderStep]:
    """The steps that have a role, in the order of the plan."""
    return [step for step in order.steps if step.plan_step.kind == STEP_KIND_ROLE]


def _begun(order: Order) -> Order:
    """The same order with nothing told yet: endpoints are to come from the commands."""
    mine = Order()
    mine.CopyFrom(order)
    for step in mine.steps:
        step.ClearField("endpoint")
    return mine


def _note(step: OrderStep, printed: str) -> None:
    """Keep where a service answers, for the steps after it."""
    found = _TOLD.search(printed)
    endpoint = json.loads(found[1]).get("delivery_endpoint") if found else None
    if endpoint:
        step.endpoint.CopyFrom(endpoint_of(endpoint))
    step.state = STEP_STATE_SUCCEEDED


def _passwords(order: Order) -> Mapping[str, Mapping[str, str]]:
    """Fresh passwords by step and option; shared ones are the same text in both steps."""
    own = {
        step.plan_step.id: {name: secrets.token_urlsafe(24) for name in role_interface(step.plan_step.role).secrets}
        for step in _roles(order)
    }
    for step in _roles(order):
        for shared in step.plan_step.secrets:
            own[step.plan_step.id][shared.name] = own[shared.step][shared.option]
    return own
