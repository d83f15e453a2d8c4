# ruff: noqa: INP001 - Ansible loads plugins by path; they are in no package
"""Ansible module: proves that a monitoring agent or server answers with its password, over TLS, and not without."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import ssl
import time
from collections.abc import Sequence

from ansible.module_utils.basic import AnsibleModule  # type: ignore[import-untyped] # it has no types

DOCUMENTATION = r"""
module: metrics_page
short_description: Prove that a page of a monitoring agent or server is there with the password, and not without
description:
  - Changes nothing. The password is in no command line and in no environment.
author: [The Bidwright authors]
options:
  address:
    description: Where to connect to; the certificate must be for it.
    type: str
    required: true
  port:
    description: TCP port.
    type: int
    required: true
  authority:
    description: PEM text of the authorities to trust; the system's where it is empty.
    type: str
    default: ''
  user:
    description: Name of the user.
    type: str
    required: true
  password:
    description: Password of the user.
    type: str
    required: true
  path:
    description: Path of the page.
    type: str
    default: /metrics
  contains:
    description: Texts that must be in the page.
    type: list
    elements: str
    default: []
  up:
    description: Agents, as address:port, that a page of targets must show as up; exactly these.
    type: list
    elements: str
    default: []
  patience_s:
    description: Seconds within which a good answer must come; it is asked for again and again.
    type: int
    default: 10
"""
EXAMPLES = r"""
- metrics_page: {address: 192.0.2.7, port: 9100, user: monitoring, password: "{{ password }}", contains: [node_load1]}
"""
RETURN = r"""
up: {description: Agents that answer., type: list, returned: success}
"""
_LONGEST_PAGE = 1 << 24  # bytes
_PAUSE_S = 0.5
_UNAUTHORIZED = 401


class WrongAnswer(Exception):
    """The server answered, but not as wanted."""


class Page:
    """A page behind TLS and a password."""

    def __init__(self, address: str, port: int, authority: str, path: str) -> None:
        self.address, self.port, self.path = address, port, path
        self.context = ssl.create_default_context(cadata=authority or None)

    def get(self, login: str = "") -> tuple[int, str]:
        """Return the status and the text; ``login`` is user and password, with a colon between them."""
        headers = {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"} if login else {}
        connection = http.client.HTTPSConnection(self.address, self.port, timeout=5, context=self.context)
        with contextlib.closing(connection):
            connection.request("GET", self.path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read(_LONGEST_PAGE).decode(errors="replace")


def check(page: Page, login: str, contains: Sequence[str], up: Sequence[str]) -> None:
    """Ask once.

    Raises:
        WrongAnswer: The status is not good, or something is not there.
        OSError: There is no connection, or no trust.
    """
    status, text = page.get(login)
    if status != http.client.OK:
        raise WrongAnswer(f"with the password the status is {status}")
    for one in contains:
        if one not in text:
            raise WrongAnswer(f"the page does not show {one}")
    if up:
        _check_targets(text, up)
    status, _ = page.get()
    if status != _UNAUTHORIZED:
        raise WrongAnswer(f"without the password the status is {status}")


def _check_targets(text: str, up: Sequence[str]) -> None:
    targets = {one["labels"]["instance"]: one for one in json.loads(text)["data"]["activeTargets"]}
    if set(targets) != set(up):
        raise WrongAnswer(f"watched are {', '.join(sorted(targets)) or 'none'}; wanted {', '.join(sorted(up))}")
    for name, target in sorted(targets.items()):
        if target["health"] != "up":
            raise WrongAnswer(f"{name} is {target['health']}: {target['lastError'] or 'not asked yet'}")


def main() -> None:
    """Ask until the answer is good or patience ends."""
    words = {"type": "list", "elements": "str", "default": []}
    module = AnsibleModule(
        supports_check_mode=True,
        argument_spec={
            "address": {"type": "str", "required": True},
            "port": {"type": "int", "required": True},
            "authority": {"type": "str", "default": ""},
            "user": {"type": "str", "required": True},
            "password": {"type": "str", "required": True, "no_log": True},
            "path": {"type": "str", "default": "/metrics"},
            "contains": words,
            "up": words,
            "patience_s": {"type": "int", "default": 10},
        },
    )
    wanted = module.params
    where = f"https://{wanted['address']}:{wanted['port']}{wanted['path']}"
    deadline = time.monotonic() + wanted["patience_s"]
    while True:
        try:
            page = Page(wanted["address"], wanted["port"], wanted["authority"], wanted["path"])
            check(page, f"{wanted['user']}:{wanted['password']}", wanted["contains"], wanted["up"])
            break
        except (OSError, http.client.HTTPException, WrongAnswer) as error:
            if time.monotonic() > deadline:
                module.fail_json(msg=f"{where}: {error or type(error).__name__}")
        time.sleep(_PAUSE_S)
    module.exit_json(up=wanted["up"])


if __name__ == "__main__":
    main()
