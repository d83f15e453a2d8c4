# ruff: noqa: INP001 - Ansible loads plugins by path; they are in no package
"""Ansible module: asks a web server for a page, by address, and checks its certificate for a name."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import time

from ansible.module_utils.basic import AnsibleModule  # type: ignore[import-untyped] # it has no types

DOCUMENTATION = r"""
module: web_page
short_description: Prove that a web server answers at an address, and that its certificate is good for a name
description:
  - Changes nothing. Unlike M(ansible.builtin.uri) it connects to one address and checks the certificate for another
    name, which needs no DNS, and trusts one authority that is given as text.
author: [The Bidwright authors]
options:
  address:
    description: Where to connect to.
    type: str
    required: true
  port:
    description: TCP port.
    type: int
    required: true
  scheme:
    description: Whether the server speaks TLS.
    type: str
    choices: [http, https]
    default: http
  host:
    description: Host name for which the page is asked.
    type: str
    required: true
  certificate_name:
    description: Host name or address that the certificate must be for; with https.
    type: str
    default: ''
  authority:
    description: PEM text of the authorities to trust; the system's where it is empty.
    type: str
    default: ''
  path:
    description: Path and query to ask for.
    type: str
    default: /
  contains:
    description: Text that must be in the page.
    type: str
    default: ''
  highest_status:
    description: Answers from 200 to this one are good.
    type: int
    default: 200
  patience_s:
    description: Seconds within which a good answer must come; it is asked for again and again.
    type: int
    default: 10
"""
EXAMPLES = r"""
- web_page: {address: 192.0.2.7, port: 443, scheme: https, host: www.example.org, certificate_name: www.example.org}
"""
RETURN = r"""
status: {description: Status of the answer., type: int, returned: success}
"""
_LONGEST_PAGE = 1 << 20  # bytes; what was asked for is at the beginning
_PAUSE_S = 0.2


class WrongAnswer(Exception):
    """The server answered, but not as wanted."""


class Connection(http.client.HTTPConnection):
    """A connection to an address, over TLS if there is a context, with the certificate checked for a name."""

    def __init__(self, address: str, port: int, context: ssl.SSLContext | None, certificate_name: str) -> None:
        super().__init__(address, port, timeout=5)
        self.context = context
        self.certificate_name = certificate_name

    def connect(self) -> None:
        """Connect, and refuse a certificate that is not for the name or not of a trusted authority."""
        super().connect()
        if self.context:
            self.sock: socket.socket = self.context.wrap_socket(self.sock, server_hostname=self.certificate_name)


def ask(wanted: dict[str, str], port: int, highest_status: int) -> int:
    """Ask once and return the status.

    Raises:
        WrongAnswer: The status is not good, or the text is not there.
        OSError: There is no connection, or no trust.
    """
    context = None
    if wanted["scheme"] == "https":
        context = ssl.create_default_context(cadata=wanted["authority"] or None)
    with contextlib.closing(Connection(wanted["address"], port, context, wanted["certificate_name"])) as connection:
        connection.request("GET", wanted["path"], headers={"Host": wanted["host"]})
        answer = connection.getresponse()
        page = answer.read(_LONGEST_PAGE).decode(errors="replace")
    if not 200 <= answer.status <= highest_status:
        raise WrongAnswer(f"the status is {answer.status} {answer.reason}")
    if wanted["contains"] not in page:
        raise WrongAnswer("the page does not show what it should")
    return answer.status


def main() -> None:
    """Ask until the answer is good or patience ends."""
    text = {"type": "str", "default": ""}
    module = AnsibleModule(
        supports_check_mode=True,
        argument_spec={
            "address": {"type": "str", "required": True},
            "port": {"type": "int", "required": True},
            "scheme": {"type": "str", "choices": ["http", "https"], "default": "http"},
            "host": {"type": "str", "required": True},
            "certificate_name": text,
            "authority": text,
            "path": {"type": "str", "default": "/"},
            "contains": text,
            "highest_status": {"type": "int", "default": 200},
            "patience_s": {"type": "int", "default": 10},
        },
    )
    wanted = module.params
    where = f"{wanted['scheme']}://{wanted['address']}:{wanted['port']}{wanted['path']}"
    deadline = time.monotonic() + wanted["patience_s"]
    while True:
        try:
            status = ask(wanted, wanted["port"], wanted["highest_status"])
            break
        except (OSError, http.client.HTTPException, WrongAnswer) as error:
            if time.monotonic() > deadline:
                named = f" for {wanted['certificate_name']}" if wanted["scheme"] == "https" else ""
                module.fail_json(msg=f"{where}{named}: {error or type(error).__name__}")
        time.sleep(_PAUSE_S)
    module.exit_json(status=status)


if __name__ == "__main__":
    main()
