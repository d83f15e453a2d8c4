"""Holds the deliveries of a portfolio against the roles that they name."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

from bidwright.catalog.model import Delivery, DeliveryVariable, Release
from bidwright.catalog.reader import read_portfolio
from bidwright.core.errors import Fault, Faults
from bidwright.provisioning.ansible_roles import role_interface, role_names

_DELIVERIES = "provisioning.yaml"
_KINDS: dict[type, str] = {bool: "boolean", int: "integer", Decimal: "decimal", str: "text"}
_FITTING = {
    # Whole numbers come from totals too: attributes with no digits after the point.
    "int": {"integer", "decimal"},
    "float": {"integer", "decimal"},
    "bool": {"boolean"},
    "str": {"boolean", "integer", "decimal", "choice", "text", "address"},
    "dict": {"endpoint"},
    "list of str": {"addresses", "choice", "text", "address"},  # one is a list, too
    "list of dict": {"endpoints"},
}


def role_faults(directory: Path) -> list[Fault]:
    """What deliveries of a sound portfolio ask of roles that these do not have: kind of target, variable, secret."""
    release = read_portfolio(directory)
    lines = (directory / _DELIVERIES).read_text(encoding="utf-8").splitlines()
    faults = Faults()
    for delivery in release.deliveries.values():
        if delivery.role:
            stated = re.compile(rf"\s*-?\s*id:\s*{delivery.id}\s*$")
            line = next((number for number, text in enumerate(lines, 1) if stated.match(text)), 1)
            where = f"{_DELIVERIES}:{line}"
            _check_role(delivery, where, faults)
            _check_types(delivery, release, where, faults)
            _check_secrets(delivery, release, where, faults)
    return faults.found


def _check_role(delivery: Delivery, where: str, faults: Faults) -> None:
    if delivery.role not in role_names():
        fix = f"Use one of: {', '.join(role_names())}; or write the role (docs/roles.md)."
        faults.add(where, f"there is no role {delivery.role!r}", fix)
        return
    role = role_interface(delivery.role)
    for kind in sorted(set(delivery.targets) - role.kinds):
        serves = ", ".join(sorted(role.kinds)) or "none"
        fix = f"It serves: {serves}. One that it serves has apply.yml, verify.yml and withdraw.yml in tasks/{kind}."
        faults.add(where, f"role {role.role} does not serve targets of kind {kind}", fix)
    for name in sorted({variable.name for variable in delivery.variables} - role.variables.keys()):
        fix = f"It takes: {', '.join(sorted(role.variables)) or 'none'}."
        faults.add(where, f"role {role.role} has no variable {name}", fix)


def _check_secrets(delivery: Delivery, release: Release, where: str, faults: Faults) -> None:
    """Whether both roles have the secret that they shall have in common."""
    for shared in delivery.secrets:
        sides = ((delivery.role, shared.name), (release.deliveries[shared.delivery].role, shared.option))
        for role, secret in sides:
            secrets = role_interface(role).secrets if role in role_names() else {secret}
            if secret not in secrets:
                fix = f"It has: {', '.join(sorted(secrets)) or 'none'}."
                faults.add(where, f"role {role} has no secret {secret}", fix)


def _check_types(delivery: Delivery, release: Release, where: str, faults: Faults) -> None:
    """Whether each variable gets a value of the type that the role declares."""
    declared = role_interface(delivery.role).variables if delivery.role in role_names() else {}
    for variable in delivery.variables:
        if (wanted := declared.get(variable.name)) is None:  # an unknown role or variable is a fault of its own
            continue
        given = _kinds_given(variable, release)
        fitting = _FITTING.get(wanted, set())
        if not given <= fitting:
            kinds = ", ".join(sorted(given - fitting))
            fix = f"Give one of: {', '.join(sorted(fitting)) or 'nothing; leave it to its default'}."
            faults.add(where, f"{variable.name} is of type {wanted} and gets a value of kind {kinds}", fix)


def _kinds_given(variable: DeliveryVariable, release: Release) -> set[str]:
    """What a variable's value can be, in the words of needs and of references."""
    if variable.deliveries:
        return {variable.origin}
    if variable.origin in {"total", "quantity"}:
        return {"integer"} if variable.origin == "quantity" else {"decimal"}
    kinds = {_KINDS[type(variable.value)]} if variable.value is not None else set()
    if variable.origin == "need":
        kinds |= {o.needs[variable.key].kind for o in release.offerings.values() if variable.key in o.needs}
    return kinds
