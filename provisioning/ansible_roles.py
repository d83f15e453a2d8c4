"""What each role takes, read from its argument specs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bidwright.core.errors import InvalidInput

PLAYBOOKS = Path(__file__).resolve().parent.parent / "playbooks"
_PORT = "delivery_port"
_ACTIONS = ("apply", "verify", "withdraw")
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
        kinds: Kinds of target it can serve: those for which it has all three actions.
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
        InvalidInput: There is no such role, or its argument specs cannot be read.
    """
    if role not in role_names():
        raise InvalidInput(f"There is no role {role!r}.", fix=f"Use one of: {', '.join(role_names())}.")
    folder = PLAYBOOKS / "roles" / role
    options = _options(folder / "meta" / "argument_specs.yml")
    own = {name: facts for name, facts in options.items() if name not in (_PORT, *_CERTIFICATE)}
    return RoleInterface(
        role=role,
        variables={name: _type(facts) for name, facts in own.items() if not facts.get("no_log")},
        secrets=frozenset(name for name, facts in own.items() if facts.get("no_log")),
        certificate=frozenset(_CERTIFICATE).intersection(options),
        needs_port=_PORT in options,
        kinds=frozenset(
            kind.name
            for kind in (folder / "tasks").glob("*/")
            if all((kind / f"{action}.yml").is_file() for action in _ACTIONS)
        ),
    )


def _options(path: Path) -> Mapping[str, Mapping[str, Any]]:
    """Read the options of all actions, each with a type; text where nothing is said, as in Ansible."""
    try:
        specs = YAML(typ="safe").load(path)["argument_specs"]
        options = {name: facts for action in specs.values() for name, facts in (action.get("options") or {}).items()}
        return {name: {"type": "str", **facts} for name, facts in options.items()}
    except (YAMLError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(
            f"{path} does not say which options the role takes: {error}",
            fix="Write it as docs/how-to-add.md shows: argument_specs, below it the actions, below each its options.",
        ) from error


def _type(option: Mapping[str, str]) -> str:
    """Name the type of an option; elements of a list are text where nothing is said, as in Ansible."""
    return f"list of {option.get('elements', 'str')}" if option["type"] == "list" else option["type"]


def role_names() -> list[str]:
    """Name all roles that can be delivered, sorted."""
    return sorted(path.parent.parent.name for path in (PLAYBOOKS / "roles").glob("*/meta/argument_specs.yml"))
