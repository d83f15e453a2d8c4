# ruff: noqa: INP001 - Ansible loads plugins by path; they are in no package
"""Ansible module: gives a zone its serial number, by what the host's name server has served already."""

from __future__ import annotations

import datetime as dt
import os
import re
import socket
import struct
import time
from collections.abc import Sequence
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule  # type: ignore[import-untyped] # it has no types

DOCUMENTATION = r"""
module: name_server_zone
short_description: Tell a zone's serial number, and whether the running name server knows the zone as it is on disk
description:
  - Changes nothing. A zone whose content is the same keeps its number; another content gets a higher one, by the date.
  - What was served before is learned from the file, from the running server, and where there is no file from others.
  - A zone that another delivery has on this host is refused.
author: [The Bidwright authors]
options:
  name:
    description: Id of the delivery on this host.
    type: str
    required: true
  zone:
    description: Name of the zone, in lower case and without a dot at the end.
    type: str
    required: true
  settings:
    description: Directory with a file of settings for each zone of the host, <name>.conf.
    type: path
    required: true
  address:
    description: IP address of the name server.
    type: str
    required: true
  path:
    description: File of the zone; of a zone that comes from a primary, none.
    type: str
    default: ''
  text:
    description: What the file is to hold, with the word SERIAL for the number.
    type: str
    default: ''
  others:
    description: IP addresses of other servers that may have served the zone, asked when there is no file.
    type: list
    elements: str
    default: []
"""
EXAMPLES = r"""
- name_server_zone: {name: c1.dns, zone: example.org, settings: /etc/bidwright/name-server/zones, address: 192.0.2.1}
"""
RETURN = r"""
text: {description: What the file is to hold, type: str, returned: success}
is_outdated: {description: Whether the server has to load the zone anew, type: bool, returned: success}
"""
_SOA_SERIAL = re.compile(r"(?m)^(\S+ \d+ IN SOA \S+ \S+) (\d+|SERIAL) ")
_ZONE_NAME = re.compile(r'(?m)^zone:\n +name: "([^"]+)"$')
_PORT = 53
_PATIENCE_S = 3  # for a server that is loading
_ANSWER_S = 1
_REFUSED, _SOA = 5, 6  # RFC 1035
_WRAP = 1 << 32


class Failed(Exception):
    """The zone cannot be on this host."""


def refuse_a_zone_of_others(zone: str, name: str, settings: Path) -> None:
    """Let one delivery have a zone on this host.

    Raises:
        Failed: Another one has it.
    """
    for path in sorted(settings.glob("*.conf")):
        if path.stem != name and zone in _ZONE_NAME.findall(path.read_text(encoding="utf-8")):
            raise Failed(
                f"The zone {zone} is on this host already, of {path.stem}. Withdraw that one or use another host."
            )


def is_newer(serial: int, than: int) -> bool:
    """Compare serial numbers as secondaries do (RFC 1982)."""
    return 0 < (serial - than) % _WRAP < _WRAP // 2


def next_serial(known: Sequence[int], today: dt.date) -> int:
    """Give a number that is higher than all known ones: YYYYMMDDnn, where these allow it."""
    dated = int(f"{today:%Y%m%d}00")
    newest = dated - 1
    for serial in known:
        newest = serial if is_newer(serial, newest) else newest
    return (newest + 1) % _WRAP


def ask(address: str, zone: str) -> tuple[int | None, int | None]:
    """Ask a name server for a zone's serial; returns the response code and the number, None where there is none."""
    labels = b"".join(bytes([len(label)]) + label.encode("ascii") for label in zone.split("."))
    number = os.urandom(2)
    question = number + struct.pack("!5H", 0, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", _SOA, 1)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as connection:
        connection.settimeout(_ANSWER_S)
        try:
            connection.connect((address, _PORT))
            connection.send(question)
            answer = connection.recv(4096)
        except OSError:  # nobody serves there, or nobody yet
            return None, None
    if answer[:2] != number or len(answer) < len(question):
        return None, None
    answers = struct.unpack("!H", answer[6:8])[0]
    return answer[3] & 15, _serial(answer, len(question)) if answers else None


def _serial(answer: bytes, start: int) -> int | None:
    """Find the number in the first record of an answer."""
    position = _after_name(answer, start)
    if struct.unpack_from("!H", answer, position)[0] != _SOA:
        return None
    position = _after_name(answer, _after_name(answer, position + 10))
    serial: int = struct.unpack_from("!I", answer, position)[0]
    return serial


def _after_name(answer: bytes, position: int) -> int:
    while answer[position]:
        if answer[position] >= 0xC0:  # the rest of the name is elsewhere
            return position + 2
        position += answer[position] + 1
    return position + 1


def place(zone: str, path: str, text: str, servers: Sequence[str], *, is_known: bool) -> tuple[str, bool]:
    """Give the file its serial, and tell whether the first of the servers runs something else.

    Args:
        zone: Name of the zone.
        path: Its file, or nothing.
        text: What is to be in the file, or nothing.
        servers: Addresses, of this host first.
        is_known: Whether the server had the zone before, and so may be loading it just now.
    """
    found = Path(path).read_text(encoding="ascii") if path and Path(path).exists() else ""
    filed = _SOA_SERIAL.search(found)
    is_same = bool(text) and filed is not None and _SOA_SERIAL.sub(r"\1 SERIAL ", found) == text
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        code, served = ask(servers[0], zone)
        is_outdated = code is None or code == _REFUSED or (bool(text) and (not filed or served != int(filed[2])))
        is_loading = is_known and code is not None and (is_same or not text)
        if not is_outdated or not is_loading or time.monotonic() > deadline:
            break
        time.sleep(0.1)
    if not text:
        return "", is_outdated
    known = [served] if served is not None else []
    if filed:
        if is_same and not (served is not None and is_newer(served, int(filed[2]))):
            return found, is_outdated
        known.append(int(filed[2]))
    else:
        known += [serial for _, serial in (ask(address, zone) for address in servers[1:]) if serial is not None]
    serial = next_serial(known, dt.datetime.now(tz=dt.UTC).date())
    return _SOA_SERIAL.sub(rf"\g<1> {serial} ", text, count=1), True


def main() -> None:
    """Look and tell."""
    text = {"type": "str", "default": ""}
    module = AnsibleModule(
        supports_check_mode=True,
        argument_spec={
            "name": {"type": "str", "required": True},
            "zone": {"type": "str", "required": True},
            "settings": {"type": "path", "required": True},
            "address": {"type": "str", "required": True},
            "path": text,
            "text": text,
            "others": {"type": "list", "elements": "str", "default": []},
        },
    )
    wanted = module.params
    try:
        refuse_a_zone_of_others(wanted["zone"], wanted["name"], Path(wanted["settings"]))
        servers = (wanted["address"], *wanted["others"])
        is_known = (Path(wanted["settings"]) / f"{wanted['name']}.conf").exists()
        content, is_outdated = place(wanted["zone"], wanted["path"], wanted["text"], servers, is_known=is_known)
    except (Failed, OSError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(text=content, is_outdated=is_outdated)


if __name__ == "__main__":
    main()
