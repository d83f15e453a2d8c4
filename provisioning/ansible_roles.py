"""What each role takes, read from its argument specs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from bidwright.core.errors import InvalidInput

PLAYBOOKS = Path(__file__).resolve().parent.parent / "playbooks"
_PORT = "delivery_port"
_CERTIFICATE = ("delivery_certificate", "delivery_private_key", "delivery_authority")


@dataclass(frozen=True)
class RoleInterface:
    """Options of a role, over all its actions.

    Attributes:
        role: Its name.
        variables: Options a caller may give as variables, with their types (``str``, ``int``, ``float``, ``bool``,
            ``dict``, ``list of str``, ``list of dict``).
        secrets: Options that hold generated credentials (``no_log`` in the argument specs).
        certificate: Which of ``delivery_certificate``, ``delivery_private_key`` and ``delivery_authority`` it takes;
            none where its service neither shows a certificate nor must know the authority of others.
        needs_port: Whether its service listens on a TCP port.
        kinds: Kinds of target it can serve.
    """

    role: str
    variables: Mapping[str, str]
    secrets: frozenset[str]
    certificate: frozenset[str]
    needs_port: bool
    kinds: frozenset[str]


def role_interface(role: str) -> RoleInterface:
    """Read the interface of a role.

    Raises:
        InvalidInput: There is no such role.
    """
    if role not in role_names():
        raise InvalidInput(f"There is no role {role!r}.", fix=f"Use one of: {', '.join(role_names())}.")
    folder = PLAYBOOKS / "roles" / role
    specs = YAML(typ="safe").load(folder / "meta" / "argument_specs.yml")["argument_specs"]
    options = {name: facts for action in specs.values() for name, facts in action["options"].items()}
    own = {name: facts for name, facts in options.items() if name not in (_PORT, *_CERTIFICATE)}
    return RoleInterface(
        role=role,
        variables={name: _type(facts) for name, facts in own.items() if not facts.get("no_log")},
        secrets=frozenset(name for name, facts in own.items() if facts.get("no_log")),
        certificate=frozenset(_CERTIFICATE).intersection(options),
        needs_port=_PORT in options,
        kinds=frozenset(path.name for path in (folder / "tasks").iterdir() if path.is_dir()),
    )


def _type(option: Mapping[str, str]) -> str:
    """Name the type of an option; elements of a list are text where nothing is said, as in Ansible."""
    return f"list of {option.get('elements', 'str')}" if option["type"] == "list" else option["type"]


def role_names() -> list[str]:
    """Name all roles that can be delivered, sorted."""
    return sorted(path.parent.parent.name for path in (PLAYBOOKS / "roles").glob("*/meta/argument_specs.yml"))
