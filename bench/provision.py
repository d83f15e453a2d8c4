"""An order of four roles, from signature to verified services, against `ansible-playbook` by hand on the same roles.

Both deliver the same steps with the same variables, each to a target of its own; by hand means one command a role,
apply and verify, one after the other, as somebody with an inventory and a shell would.
"""

from __future__ import annotations

import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.figure import Figure
from bench.installations import Installation, running
from bidwright.provisioning.ansible_roles import PLAYBOOKS, role_interface
from bidwright.provisioning.directory_target import DirectoryTarget
from bidwright.server.listening import free_address
from bidwright.v1 import configuration_pb2 as configuration
from bidwright.v1 import configurator_pb2 as configurator
from bidwright.v1 import order_pb2 as order_records
from bidwright.v1 import plan_pb2 as plan_records
from bidwright.v1 import provisioning_pb2 as provisioning
from bidwright.v1 import quote_pb2 as quote_records
from bidwright.v1 import quoting_pb2 as quoting

TARGET = 1.3  # an order does no more than the commands would, beside its journal; steps run in parallel
_TERMS = configuration.CommercialTerms(term_months=36)


def run(*, quick: bool) -> Iterator[Figure]:
    """Measure a business application, once when quick and three times otherwise."""
    ours: list[float] = []
    floor: list[float] = []
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "ours") as here:
        hand = DirectoryTarget(path=Path(folder) / "by_hand")
        hand.ensure_running()
        try:
            for _ in range(1 if quick else 3):
                quote = _accepted(here)
                ours.append(_ordered_s(here, quote))
                steps = [s for s in quote.offer.plan.steps if s.kind == plan_records.STEP_KIND_ROLE]
                floor.append(_by_hand_s(hand, steps, Path(folder)))
        finally:
            hand.stop()
    yield Figure(
        bench="provision 4 roles",
        ours=statistics.median(ours),
        floor=statistics.median(floor),
        unit="s",
        target=TARGET,
    )


def _accepted(here: Installation) -> quote_records.Quote:
    with here.client() as client:
        request = configurator.ConfigureRequest(
            portfolio="portfolios/managed_hosting", offering="business_application", market="DE", terms=_TERMS
        )
        chosen = client.configurator.Configure(request).solution.configuration
        customer = quote_records.Customer(display_name="Bench")
        create = quoting.CreateQuoteRequest(customer=customer, configuration=chosen, terms=_TERMS)
        name = client.quoting.CreateQuote(create).name
        client.quoting.SubmitQuote(quoting.SubmitQuoteRequest(name=name))
        client.quoting.OfferQuote(quoting.OfferQuoteRequest(name=name))
        return client.quoting.AcceptQuote(quoting.AcceptQuoteRequest(name=name))


def _ordered_s(here: Installation, quote: quote_records.Quote) -> float:
    """Seconds from the signature until every role is verified."""
    with here.client() as client:
        began = time.perf_counter()
        signatory = quote_records.Signatory(display_name="Bench")
        contract = client.quoting.SignQuote(
            quoting.SignQuoteRequest(name=quote.name, offer_digest=quote.offer_digest, signatory=signatory)
        )
        for response in client.provisioning.WatchOrder(provisioning.WatchOrderRequest(name=contract.order)):
            roles = [s for s in response.order.steps if s.plan_step.kind == plan_records.STEP_KIND_ROLE]
            if all(step.state == order_records.STEP_STATE_SUCCEEDED for step in roles):
                return time.perf_counter() - began
    raise AssertionError(f"{contract.order} stopped before its roles were done.")


def _by_hand_s(target: DirectoryTarget, steps: Sequence[plan_records.PlanStep], folder: Path) -> float:
    """Seconds of one `ansible-playbook` a role, in the order of the plan."""
    inventory = folder / "inventory.json"
    inventory.write_text(json.dumps({"all": {"hosts": {"target": dict(target.connection_variables())}}}))
    contract = f"hand-{uuid.uuid4().hex[:8]}"
    began = time.perf_counter()
    for step in steps:
        variables = folder / "variables.json"
        variables.write_text(json.dumps(_variables(target, step, contract)))
        command = [sys.executable, "-m", "ansible", "playbook", "-i", str(inventory), "-e", f"@{variables}"]
        environment = os.environ | {"ANSIBLE_CONFIG": str(PLAYBOOKS / "ansible.cfg"), "LC_ALL": "C.UTF-8"}
        subprocess.run([*command, str(PLAYBOOKS / "deliver.yml")], check=True, capture_output=True, env=environment)
    return time.perf_counter() - began


def _variables(target: DirectoryTarget, step: plan_records.PlanStep, contract: str) -> dict[str, Any]:
    interface = role_interface(step.role)
    port = {"delivery_port": int(free_address().rpartition(":")[2])} if interface.needs_port else {}
    return {
        "delivery_role": step.role,
        "delivery_actions": ["apply", "verify"],
        "delivery_contract": contract,
        "delivery_id": step.id,
        "target_kind": target.kind,
        **port,
        **target.role_variables(),
        **{variable.name: _value(variable) for variable in step.variables},
        **{name: secrets.token_urlsafe(24) for name in interface.secrets},
    }


def _value(variable: plan_records.Variable) -> Any:
    kind = variable.WhichOneof("value")
    return variable.decimal.value if kind == "decimal" else getattr(variable, kind or "text")
