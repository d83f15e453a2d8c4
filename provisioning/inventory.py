"""Where services can run: the targets of an ordinary Ansible inventory."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bidwright.core.counts import counted
from bidwright.core.errors import Faults, InvalidInput, Unavailable
from bidwright.provisioning.ansible_run import Target
from bidwright.provisioning.directory_target import DirectoryTarget
from bidwright.provisioning.host_target import HOST, host_target
from bidwright.v1.plan_pb2 import Plan

DIRECTORY = "directory"
_READ_TIMEOUT_S = 120


@dataclass(frozen=True)
class Place:
    """One target of the inventory.

    Attributes:
        name: Its inventory host name.
        target: What roles run on.
        ports: TCP ports its services may use.
    """

    name: str
    target: Target
    ports: range

    @property
    def kind(self) -> str:
        """Kind of target, as deliveries name it: ``directory`` or ``host``."""
        return self.target.kind


@dataclass(frozen=True)
class Inventory:
    """All targets, by name."""

    places: Mapping[str, Place]

    def place(self, name: str) -> Place:
        """Return a target by name.

        Raises:
            Unavailable: The inventory does not have it any more.
        """
        if name not in self.places:
            raise Unavailable(
                f"The target {name!r} is not in the inventory. There are: {', '.join(self.places) or 'none'}.",
                fix="Put it back into the inventory, then restart the workers and resume the order.",
                reason="TARGET_UNKNOWN",
                facts={"target": name},
            )
        return self.places[name]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kind of each target; hosts come first, they are what services are meant to run on."""
        return tuple(sorted((place.kind for place in self.places.values()), key=(HOST, DIRECTORY).index))

    def choose(self, plan: Plan, contract_id: str) -> tuple[str, ...]:
        """Choose a target for each place of a plan, all different.

        By a digest of contract and target: contracts are spread evenly, repeating a signature chooses the same targets,
        and a target that is added or removed moves few.

        Returns:
            Names of targets, in the order of the places; none for a plan that people carry out alone.

        Raises:
            Unavailable: There are fewer targets of the plan's kind than it takes.
        """
        fitting = [name for name, place in self.places.items() if place.kind == plan.target_kind]
        if len(fitting) < plan.places:
            raise Unavailable(
                f"The plan takes {counted(plan.places, 'target')} of kind {plan.target_kind}; "
                f"the inventory has {len(fitting)}.",
                fix=f"Add {plan.places - len(fitting)} of that kind to the inventory and restart.",
                reason="NO_FITTING_TARGET",
                facts={"target_kind": plan.target_kind, "needed": str(plan.places), "found": str(len(fitting))},
            )
        fitting.sort(key=lambda name: hashlib.sha256(f"{contract_id}\n{name}".encode()).digest())
        return tuple(fitting[: plan.places])


def read_inventory(path: Path) -> Inventory:
    """Read an Ansible inventory, whatever plugin it is for, by ``ansible-inventory``. Takes about a second.

    A host is a target if it has the variable ``target_kind``; then it also has ``ports`` (``20000-20999``). One of kind
    ``directory`` has ``target_path`` (absolute) and may have ``service_user``; one of kind ``host`` is reached as its
    ``ansible_`` variables say and may have ``service_address``. Other hosts are left alone.

    Raises:
        InvalidInput: A target lacks a variable or has a wrong one; all faults at once.
        Unavailable: ``ansible-inventory`` cannot read it.
    """
    hosts = _hosts(path)
    faults = Faults()
    places = [_place(name, hosts[name], faults) for name in sorted(hosts) if "target_kind" in hosts[name]]
    faults.raise_if_any(f"The inventory {path}")
    return inventory_of(place for place in places if place is not None)


def inventory_of(places: Iterable[Place]) -> Inventory:
    """Make an inventory of targets; later ones win."""
    return Inventory({place.name: place for place in places})


def local_inventory(path: Path, *, service_user: str = "nobody", ports: range = range(20000, 21000)) -> str:
    """Write the text of an inventory with one directory target ``local``.

    Args:
        path: Absolute directory of the target.
        service_user: Account that runs services where we are root.
        ports: TCP ports for services.
    """
    variables = {
        "target_kind": DIRECTORY,
        "target_path": str(path),
        "service_user": service_user,
        "ports": f"{ports[0]}-{ports[-1]}",
    }
    # JSON is YAML; this keeps every path a plain text.
    return json.dumps({"all": {"hosts": {"local": variables}}}, indent=2) + "\n"


def _hosts(path: Path) -> Mapping[str, Mapping[str, Any]]:
    command = [sys.executable, "-m", "ansible", "inventory", "-i", str(path), "--list"]
    with tempfile.TemporaryDirectory(prefix="bidwright-") as home:
        environment = {**os.environ, "ANSIBLE_HOME": home, "ANSIBLE_LOCAL_TEMP": home, "LC_ALL": "C.UTF-8"}
        strict = {"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true"}
        try:
            done = subprocess.run(
                command,
                check=False,
                capture_output=True,
                text=True,
                timeout=_READ_TIMEOUT_S,
                env=environment | strict,
                cwd=home,
            )
        except subprocess.TimeoutExpired as error:
            raise _unreadable(path, f"no answer within {_READ_TIMEOUT_S} s") from error
    if done.returncode != 0:
        raise _unreadable(path, " ".join(done.stderr.split())[-600:])
    found: Mapping[str, Mapping[str, Any]] = json.loads(done.stdout)["_meta"]["hostvars"]
    return found


def _place(name: str, variables: Mapping[str, Any], faults: Faults) -> Place | None:
    if variables["target_kind"] not in _TARGETS:
        faults.add(f"{name}.target_kind", f"is {variables['target_kind']!r}", f"Use one of: {', '.join(_TARGETS)}.")
        return None
    ports = _ports(str(variables.get("ports", "")))
    if ports is None:
        faults.add(f"{name}.ports", f"is {variables.get('ports')!r}", "Give a range of ports such as 20000-20999.")
    try:
        target = _TARGETS[variables["target_kind"]](name, variables)
    except InvalidInput as error:
        where = f"{name}.target_path" if variables["target_kind"] == DIRECTORY else name
        faults.add(where, error.message, error.fix)
        return None
    return None if ports is None else Place(name, target, ports)


def _directory_target(name: str, variables: Mapping[str, Any]) -> Target:
    del name
    user = str(variables.get("service_user", "nobody"))
    return DirectoryTarget(path=Path(str(variables.get("target_path", ""))), service_user=user)


_TARGETS: Mapping[str, Callable[[str, Mapping[str, Any]], Target]] = {DIRECTORY: _directory_target, HOST: host_target}


def _ports(text: str) -> range | None:
    first, _, last = text.partition("-")
    if not (first.isdecimal() and last.isdecimal() and 1024 <= int(first) <= int(last) <= 65535):
        return None
    return range(int(first), int(last) + 1)


def _unreadable(path: Path, why: str) -> Unavailable:
    return Unavailable(
        f"The inventory {path} cannot be read: {why}",
        fix=f"Mend it until 'ansible-inventory -i {path} --list' works.",
        reason="INVENTORY_UNREADABLE",
    )
