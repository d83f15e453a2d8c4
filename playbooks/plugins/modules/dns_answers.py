# ruff: noqa: INP001 - Ansible loads plugins by path; they are in no package
"""Ansible module: asks a name server from outside whether it serves a zone as it should, and nothing else."""

from __future__ import annotations

import socket
import time

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.zone
from ansible.module_utils.basic import AnsibleModule  # type: ignore[import-untyped] # it has no types

DOCUMENTATION = r"""
module: dns_answers
short_description: Prove that a name server serves a zone with authority, over UDP and TCP, and no transfer to strangers
description:
  - Changes nothing. Runs on the controller, with dnspython.
author: [The Bidwright authors]
options:
  address:
    description: IP address of the name server.
    type: str
    required: true
  zone:
    description: Name of the zone.
    type: str
    required: true
  text:
    description: File of the zone, with the word SERIAL for the number; all that is in it must be served.
    type: str
    default: ''
  primary:
    description: Address of another server, which must serve the same serial number.
    type: str
    default: ''
  patience_s:
    description: Seconds within which the answers must be as wanted.
    type: int
    default: 10
"""
EXAMPLES = r"""
- dns_answers: {address: 192.0.2.2, zone: example.org, primary: 192.0.2.1}
"""
RETURN = r"""
serial: {description: Serial number of the zone, type: int, returned: success}
"""
_ANSWER_S = 3
_ELSEWHERE = dns.name.from_text("bidwright-elsewhere.invalid.")
_NOBODY = "bidwright-nobody"


class WrongAnswer(Exception):
    """The server answered, but not as wanted."""


class Server:
    """A name server, asked over UDP, or over one connection of TCP."""

    def __init__(self, address: str) -> None:
        self.address = address

    def ask(self, name: dns.name.Name, kind: str, connection: socket.socket | None = None) -> dns.message.Message:
        """Ask a question and return the answer, whatever it is."""
        question = dns.message.make_query(name, kind, flags=0)  # no wish for recursion
        if connection:
            return dns.query.tcp(question, self.address, timeout=_ANSWER_S, sock=connection)
        return dns.query.udp(question, self.address, timeout=_ANSWER_S)

    def must_have(self, wanted: dns.rrset.RRset, connection: socket.socket | None = None) -> None:
        """Refuse another answer than the wanted one.

        Raises:
            WrongAnswer: It is another, or without authority.
        """
        kind = dns.rdatatype.to_text(wanted.rdtype)
        answer = self.ask(wanted.name, kind, connection)
        found = [rrset for rrset in answer.answer if rrset.rdtype == wanted.rdtype]
        is_right = answer.rcode() == dns.rcode.NOERROR and answer.flags & dns.flags.AA and len(answer.answer) == 1
        if not is_right or found != [wanted] or found[0].ttl != wanted.ttl:
            raise WrongAnswer(f"the answer for {wanted.name} {kind} is not what is in the zone")

    def soa(self, zone: dns.name.Name, connection: socket.socket | None = None) -> dns.rrset.RRset:
        """Return the zone's SOA, told with authority and without an offer of recursion."""
        answer = self.ask(zone, "SOA", connection)
        if answer.rcode() != dns.rcode.NOERROR or not answer.answer or not answer.flags & dns.flags.AA:
            raise WrongAnswer(f"the zone is not served with authority: {dns.rcode.to_text(answer.rcode())}")
        if answer.flags & dns.flags.RA:
            raise WrongAnswer("recursion is offered")
        return answer.answer[0]


def check(server: Server, zone: dns.name.Name, text: str, primary: str) -> int:
    """Ask everything once and return the serial number.

    Raises:
        WrongAnswer: Something is not as wanted.
        OSError: Nobody answers.
        dns.exception.DNSException: What answers is no name server.
    """
    soa = server.soa(zone)
    with socket.create_connection((server.address, 53), timeout=_ANSWER_S) as connection:
        if server.soa(zone, connection) != soa:
            raise WrongAnswer("UDP and TCP have not the same SOA")
        if text:
            _check_content(server, text, zone, connection)
        if server.ask(_ELSEWHERE, "A", connection).rcode() != dns.rcode.REFUSED:
            raise WrongAnswer("names of other zones are not refused")
        if server.ask(zone, "AXFR", connection).answer:
            raise WrongAnswer("the zone is transferred to anyone")
    if primary and Server(primary).soa(zone) != soa:
        raise WrongAnswer(f"the SOA is not that of the primary {primary}")
    serial: int = soa[0].serial
    return serial


def _check_content(server: Server, text: str, zone: dns.name.Name, connection: socket.socket) -> None:
    wanted = dns.zone.from_text(text.replace(" SERIAL ", " 0 ", 1), origin=zone, relativize=False)
    servers = [name for name, rdataset in wanted.iterate_rdatasets() if rdataset.rdtype == dns.rdatatype.NS]
    cuts = [name for name in servers if name != zone]  # what is below is others' to answer
    for name, rdataset in wanted.iterate_rdatasets():
        if rdataset.rdtype != dns.rdatatype.SOA and not any(name.is_subdomain(cut) for cut in cuts):
            rrset = dns.rrset.from_rdata_list(name, rdataset.ttl, list(rdataset))
            server.must_have(rrset, connection)
            if name == zone and rdataset.rdtype == dns.rdatatype.NS:
                server.must_have(rrset)
    nobody = dns.name.from_text(_NOBODY, zone)
    has_anybody = dns.name.from_text("*", zone) in wanted.nodes
    if not has_anybody and server.ask(nobody, "A", connection).rcode() != dns.rcode.NXDOMAIN:
        raise WrongAnswer("a name that is not in the zone exists")


def main() -> None:
    """Ask until the answers are as wanted or patience ends."""
    text = {"type": "str", "default": ""}
    module = AnsibleModule(
        supports_check_mode=True,
        argument_spec={
            "address": {"type": "str", "required": True},
            "zone": {"type": "str", "required": True},
            "text": text,
            "primary": text,
            "patience_s": {"type": "int", "default": 10},
        },
    )
    wanted = module.params
    server, zone = Server(wanted["address"]), dns.name.from_text(wanted["zone"])
    deadline = time.monotonic() + wanted["patience_s"]
    while True:
        try:
            serial = check(server, zone, wanted["text"], wanted["primary"])
            break
        except (OSError, EOFError, dns.exception.DNSException, WrongAnswer) as error:
            if time.monotonic() > deadline:
                module.fail_json(msg=f"{wanted['address']}, {wanted['zone']}: {error or type(error).__name__}")
        time.sleep(0.2)
    module.exit_json(serial=serial)


if __name__ == "__main__":
    main()
