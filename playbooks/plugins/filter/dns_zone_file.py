# ruff: noqa: INP001 - Ansible loads plugins by path; they are in no package
"""Turns records, which customers write, into the file of a zone; what is no record is refused, all of it at once."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import dns.name
from ansible.errors import AnsibleFilterError  # type: ignore[import-untyped] # it has no types
from dns.rdataclass import IN
from dns.rdatatype import TXT as TYPE_TXT
from dns.rdtypes.ANY.TXT import TXT

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LABELS = re.compile(r"(?:\*|[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*")
_CAA = re.compile(r"([0-9]{1,3}) (issue|issuewild|iodef) (?:\"([^\"]*)\"|([^\"]*))")
_CONTACT = re.compile(r"([A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*)@(.+)")
_NUMBER = re.compile(r"[0-9]{1,5}")
_TTL_S = (30, 604_800, 3600)  # least, most, and where nothing is said
_MOST_RECORDS = 5000
_MOST_TEXT = 4000  # bytes of one TXT record
_LONGEST_ZONE = 200  # characters, so that names of servers and keys fit in front
_MOST_TOLD = 10  # faults in one message
_SERIAL = "SERIAL"  # becomes a number on the host, which knows the last one


class _Wrong(Exception):
    """What is wrong with one record, and what would be right."""


@dataclass
class _Zone:
    name: str
    records: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)  # owner and type: values and TTLs

    def add(self, owner: str, kind: str, value: str, ttl: int = _TTL_S[2]) -> None:
        values = self.records.setdefault((owner, kind), {})
        if any(other != ttl for other in values.values()):
            raise _Wrong(f"has another ttl than the other {kind} records of this name; give all the same")
        values[value] = ttl

    def lines(self) -> Iterable[str]:
        for (owner, kind), values in sorted(self.records.items()):
            for value, ttl in sorted(values.items()):
                yield f"{owner} {ttl} IN {kind} {value}"


def dns_zone_file(records: list[Mapping[str, Any]], about: Mapping[str, Any]) -> str:
    """Write the file of a zone, in canonical order, with the word SERIAL for the serial number.

    Args:
        records: Each with ``name``, ``type``, ``value`` and perhaps ``ttl``, as the role's README says.
        about: ``zone``; ``servers``, the IP addresses of its name servers, the primary first; ``server_names``, or none
            for ns1, ns2 ... in the zone; ``contact``, a mail address; ``address``, of the zone itself and www, or none.
    """
    zone = _Zone(_checked_zone(about["zone"]))
    names = _add_servers(zone, about)
    contact = _contact(str(about["contact"] or f"hostmaster@{zone.name}"))
    faults = list(_add_records(zone, records))
    if not faults:
        _add_convenient_address(zone, str(about["address"]))
        faults = [*_conflicts(zone), *_missing_addresses(zone, names)]
    if faults:
        more = f" And {len(faults) - _MOST_TOLD} more." if len(faults) > _MOST_TOLD else ""
        raise AnsibleFilterError(f"dns_zone_records is no zone. {' '.join(faults[:_MOST_TOLD])}{more}")
    head = f"{zone.name}. 3600 IN SOA {names[0]}. {contact} {_SERIAL} 1800 300 1209600 300"
    return "\n".join(("; Written by the role dns_zone; changes are overwritten.", head, *zone.lines(), ""))


def dns_zone_name(text: str) -> str:
    """Give the name of a zone as it stands in files: lower case, no dot at the end; refuse what is none."""
    return _checked_zone(text)


def _checked_zone(text: str) -> str:
    name = _lowered(text).removesuffix(".")
    if not _HOST.fullmatch(name) or len(name) > _LONGEST_ZONE:
        raise AnsibleFilterError(
            f"{_shown(text)} is not a zone. Use a name with letters, digits, dots and hyphens, like example.org, at"
            f" most {_LONGEST_ZONE} characters; write other alphabets as xn--..."
        )
    return name


def _add_servers(zone: _Zone, about: Mapping[str, Any]) -> list[str]:
    addresses = [_address(str(address), "The address of a name server") for address in about["servers"]]
    names = [_lowered(str(name)).removesuffix(".") for name in about["server_names"]]
    for name in names:
        if not _HOST.fullmatch(name):
            raise AnsibleFilterError(f"{_shown(name)} in dns_zone_server_names is no complete host name.")
    if not names:
        names = [f"ns{number}.{zone.name}" for number in range(1, len(addresses) + 1)]
        for name, (kind, address) in zip(names, addresses, strict=True):
            zone.add(f"{name}.", kind, address)
    for name in names:
        zone.add(f"{zone.name}.", "NS", f"{name}.")
    return names


def _contact(text: str) -> str:
    parts = _CONTACT.fullmatch(text)
    if not parts or not _HOST.fullmatch(_lowered(parts[2])) or len(parts[1]) > 63:
        raise AnsibleFilterError(f"dns_zone_contact: {_shown(text)} is no mail address. Use one like dns@example.org.")
    return dns.name.Name((parts[1].encode(), *_lowered(parts[2]).encode().split(b"."), b"")).to_text()


def _address(text: str, what: str) -> tuple[str, str]:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise AnsibleFilterError(f"{what}, {_shown(text)}, is no IP address.") from None
    if "%" in text:
        raise AnsibleFilterError(f"{what}, {_shown(text)}, has a zone index. Use a global address.")
    return ("A" if address.version == 4 else "AAAA", str(address))


def _add_records(zone: _Zone, records: list[Mapping[str, Any]]) -> Iterable[str]:
    if len(records) > _MOST_RECORDS:
        yield f"There are {len(records)} records; at most {_MOST_RECORDS} are served."
        return
    for number, record in enumerate(records, 1):
        try:
            _add_record(zone, record)
        except _Wrong as wrong:
            yield f"Record {number}, {_shown(record['name'])} {_shown(record['type'])}, {wrong}."


def _add_record(zone: _Zone, record: Mapping[str, Any]) -> None:
    kind = str(record["type"]).upper()
    if kind not in _VALUES:
        raise _Wrong(f"has a type that is not served; use {', '.join(_VALUES)}")
    owner = _owner(zone, str(record["name"]))
    if kind == "NS" and (owner == f"{zone.name}." or owner.startswith("*.")):
        raise _Wrong("cannot name other servers for the zone itself; use dns_zone_server_names")
    zone.add(owner, kind, _VALUES[kind](str(record["value"])), _ttl(record.get("ttl")))


def _owner(zone: _Zone, text: str) -> str:
    name = _lowered(text)
    if name in ("@", zone.name, f"{zone.name}."):
        return f"{zone.name}."
    relative = name.removesuffix(".").removesuffix(f".{zone.name}")
    is_elsewhere = name.endswith(".") and not name.endswith(f".{zone.name}.")
    if is_elsewhere or not _LABELS.fullmatch(relative) or len(relative) + len(zone.name) > 251:
        raise _Wrong(
            "has a name that is not in the zone; use @, or letters, digits, hyphens, underscores, dots, a * first"
        )
    return f"{relative}.{zone.name}."


def _ttl(value: object) -> int:
    least, most, usual = _TTL_S
    ttl = usual if value is None else value
    if not isinstance(ttl, int) or isinstance(ttl, bool) or not least <= ttl <= most:
        raise _Wrong(f"has a ttl that is no number of seconds from {least} to {most}")
    return int(ttl)


def _ip(version: int) -> Callable[[str], str]:
    def value(text: str) -> str:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            address = None
        if address is None or address.version != version or "%" in text:
            raise _Wrong(f"has a value that is no IPv{version} address")
        return str(address)

    return value


def _host(text: str) -> str:
    name = _lowered(text).removesuffix(".")
    if not _HOST.fullmatch(name) or len(name) > 253:
        raise _Wrong("does not point to a complete host name, like www.example.org")
    return f"{name}."


def _alias(text: str) -> str:
    name = _lowered(text).removesuffix(".")
    if "." not in name or name.startswith("*") or not _LABELS.fullmatch(name) or len(name) > 253:
        raise _Wrong("does not point to a complete name, like www.example.org")
    return f"{name}."


def _numbers_and_host(*, count: int, example: str) -> Callable[[str], str]:
    def value(text: str) -> str:
        *numbers, host = text.split(" ")
        if len(numbers) != count or not all(_NUMBER.fullmatch(one) and int(one) < 65536 for one in numbers):
            raise _Wrong(f"has a value that is not like: {example}")
        target = "." if host == "." else _host(host)
        return " ".join((*(str(int(one)) for one in numbers), target))

    return value


def _text(text: str) -> str:
    content = text.encode()
    if len(content) > _MOST_TEXT:
        raise _Wrong(f"has a text of more than {_MOST_TEXT} bytes")
    parts = [content[start : start + 255] for start in range(0, len(content), 255)] or [b""]
    return TXT(IN, TYPE_TXT, parts).to_text()


def _authority(text: str) -> str:
    parts = _CAA.fullmatch(text)
    value = (parts[3] or parts[4] or "") if parts else ""
    if not parts or int(parts[1]) > 255 or not value.isascii() or not value.isprintable() or len(value) > 1000:
        raise _Wrong('has a value that is not like: 0 issue "letsencrypt.org"')
    escaped = value.replace("\\", "\\\\")
    return f'{int(parts[1])} {parts[2]} "{escaped}"'


_VALUES: Mapping[str, Callable[[str], str]] = {
    "A": _ip(4),
    "AAAA": _ip(6),
    "CNAME": _alias,
    "MX": _numbers_and_host(count=1, example="10 mail.example.org"),
    "TXT": _text,
    "CAA": _authority,
    "SRV": _numbers_and_host(count=3, example="10 5 5060 sip.example.org"),
    "NS": _host,
}


def _add_convenient_address(zone: _Zone, text: str) -> None:
    """Let the zone itself and www have the address, where no record says otherwise."""
    if not text:
        return
    kind, address = _address(text, "dns_zone_address")
    for owner in (f"{zone.name}.", f"www.{zone.name}."):
        if not any((owner, other) in zone.records for other in ("A", "AAAA", "CNAME")):
            zone.add(owner, kind, address)


def _conflicts(zone: _Zone) -> Iterable[str]:
    for owner, kind in sorted(zone.records):
        if kind != "CNAME":
            continue
        if len(zone.records[owner, kind]) > 1:
            yield f"{owner} is a CNAME of several names; keep one."
        if owner == f"{zone.name}." or [one for one in zone.records if one[0] == owner] != [(owner, kind)]:
            yield f"{owner} has a CNAME and other records; a CNAME stands alone, and never for the zone itself."


def _missing_addresses(zone: _Zone, servers: list[str]) -> Iterable[str]:
    for name in servers:
        is_inside = name == zone.name or name.endswith(f".{zone.name}")
        if is_inside and not any((f"{name}.", kind) in zone.records for kind in ("A", "AAAA")):
            yield f"{name} is a name server in the zone and has no address; add an A or AAAA record."


def _lowered(text: str) -> str:
    """Lower the case of ASCII only: of other alphabets, some characters would become ASCII."""
    return text.lower() if text.isascii() else text


def _shown(text: object) -> str:
    shown = repr(str(text))
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


class FilterModule:
    """Tells Ansible the filters of this file."""

    def filters(self) -> dict[str, Callable[..., str]]:
        """Name the filters."""
        return {"dns_zone_file": dns_zone_file, "dns_zone_name": dns_zone_name}
