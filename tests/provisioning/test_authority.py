"""The installation's certificate authority, and certificates that were given instead."""

from __future__ import annotations

import datetime as dt
import shutil
import socket
import ssl
import stat
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from certificates import TestAuthority
from cryptography import x509

from bidwright.core.errors import BidwrightError, InvalidInput
from bidwright.provisioning.authority import Authority, CertifiedKey
from bidwright.provisioning.given_certificates import given_certificate

NOW = dt.datetime.now(dt.UTC)
NAMES = ["Shop.example.org", "10.77.4.11", "2001:db8::1", "shop.example.org"]


def days(number: int) -> dt.timedelta:
    return dt.timedelta(days=number)


def handshake(folder: Path, pair: CertifiedKey, name: str, trusted: str) -> str:
    """Let a client that trusts one root check a server's certificate for a name; the refusal, or an empty text."""
    (folder / "pair.pem").write_text(pair.private_key + pair.certificate)
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(folder / "pair.pem")
    client, server = socket.socketpair()
    with client, server:

        def serve() -> None:
            try:
                theirs.wrap_socket(server, server_side=True).close()
            except ssl.SSLError:
                server.close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            ssl.create_default_context(cadata=trusted).wrap_socket(client, server_hostname=name).close()
        except ssl.SSLCertVerificationError as error:
            return str(error.verify_message)
        finally:
            client.close()
            thread.join()
    return ""


def test_clients_that_trust_the_authority_accept_what_it_issues_for_its_names_only(tmp_path: Path) -> None:
    authority = Authority.in_directory(tmp_path / "state", NOW)
    pair = authority.issue(NAMES, NOW)
    assert pair.authority == authority.certificate
    for name in ("shop.example.org", "10.77.4.11", "2001:db8::1"):
        assert handshake(tmp_path, pair, name, authority.certificate) == ""
    assert "Hostname mismatch" in handshake(tmp_path, pair, "www.example.org", authority.certificate)
    other = Authority.in_directory(tmp_path / "other", NOW)
    assert handshake(tmp_path, pair, "shop.example.org", other.certificate) == "unable to get local issuer certificate"
    assert "PRIVATE" not in repr(pair)


def test_openssl_finds_the_certificates_in_order(tmp_path: Path) -> None:
    authority = Authority.in_directory(tmp_path, NOW)
    (tmp_path / "leaf.pem").write_text(authority.issue(NAMES, NOW).certificate)
    checked = subprocess.run(
        ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", "authority.pem", "leaf.pem"],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert (checked.stdout, checked.stderr) == ("leaf.pem: OK\n", "")


def test_root_and_leaves_last_as_long_as_documented(tmp_path: Path) -> None:
    authority = Authority.in_directory(tmp_path, NOW)
    root = x509.load_pem_x509_certificate(authority.certificate.encode())
    leaf = x509.load_pem_x509_certificate(authority.issue(["a.example.org"], NOW).certificate.encode())
    assert root.not_valid_after_utc == NOW.replace(microsecond=0) + days(3652)
    assert leaf.not_valid_after_utc == NOW.replace(microsecond=0) + days(825)
    late = authority.issue(["a.example.org"], NOW + days(3600))
    assert x509.load_pem_x509_certificate(late.certificate.encode()).not_valid_after_utc == root.not_valid_after_utc
    assert authority.has_issued(late.certificate, ["a.example.org"], NOW + days(3640))


def test_a_certificate_is_replaced_before_its_end_or_when_names_or_authority_change(tmp_path: Path) -> None:
    authority = Authority.in_directory(tmp_path / "state", NOW)
    certificate = authority.issue(NAMES, NOW).certificate
    assert authority.has_issued(certificate, ["SHOP.example.org", "2001:db8::1", "10.77.4.11"], NOW + days(794))
    assert not authority.has_issued(certificate, NAMES, NOW + days(796))  # 29 days left
    assert not authority.has_issued(certificate, [*NAMES, "www.example.org"], NOW)
    assert not authority.has_issued(certificate, NAMES[:2], NOW)
    assert not Authority.in_directory(tmp_path / "other", NOW).has_issued(certificate, NAMES, NOW)


def test_processes_that_start_at_once_have_one_authority(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: Authority.in_directory(tmp_path, NOW), range(8)))
    assert len({authority.certificate for authority in found}) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["authority.key", "authority.pem"]
    assert stat.filemode((tmp_path / "authority.key").stat().st_mode) == "-rw-------"
    certificate = found[0].issue(NAMES, NOW).certificate
    assert Authority.in_directory(tmp_path, NOW).has_issued(certificate, NAMES, NOW)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "shop.example.org\n",  # a line of its own
        "*.example.org",
        "../../etc/passwd",
        "a b.example.org",
        "\u0430dmin.example.org",  # Cyrillic a
        "10.77.4.256",  # neither an address nor a name
        "a" * 64,
        ".".join(["a" * 63] * 4) + ".a",  # 257 characters
    ],
)
def test_no_certificate_is_for_what_is_no_name(tmp_path: Path, name: str) -> None:
    authority = Authority.in_directory(tmp_path, NOW)
    with pytest.raises(InvalidInput, match="No certificate can be for") as refused:
        authority.issue(["shop.example.org", name], NOW)
    assert refused.value.reason == "CERTIFICATE_NAME_INVALID"
    with pytest.raises(InvalidInput, match="No certificate can be for"):
        given_certificate(tmp_path, [name], NOW)


def test_an_authority_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    for name in ("one", "two"):
        Authority.in_directory(tmp_path / name, NOW)
    one, two = tmp_path / "one", tmp_path / "two"

    def reason(now: dt.datetime = NOW) -> str:
        with pytest.raises(BidwrightError) as refused:
            Authority.in_directory(one, now)
        return refused.value.reason

    assert reason(NOW + days(3653)) == "AUTHORITY_EXPIRED"
    (one / "authority.key").chmod(0o640)
    assert reason() == "KEY_READABLE"
    shutil.copy(two / "authority.key", one / "authority.key")
    (one / "authority.key").chmod(0o600)
    assert reason() == "AUTHORITY_INVALID"
    (one / "authority.pem").write_text("")
    assert reason() == "AUTHORITY_INVALID"
    (one / "authority.key").write_text("")
    assert reason() == "AUTHORITY_INVALID"
    (one / "authority.key").unlink()
    assert reason() == "AUTHORITY_INVALID"


def give(folder: Path, certificate: str, key: str, name: str = "shop.example.org") -> None:
    (folder / f"{name}.pem").write_text(certificate)
    (folder / f"{name}.key").touch(mode=0o600)
    (folder / f"{name}.key").write_text(key)


def test_a_certificate_that_was_given_is_used(tmp_path: Path) -> None:
    authority = TestAuthority()
    pair = authority.issue("*.example.org", "example.com")
    give(tmp_path, pair.certificate + authority.certificate, pair.private_key)
    found = given_certificate(tmp_path, ["Shop.example.org", "example.com"], NOW)
    assert found == CertifiedKey(pair.certificate, pair.private_key, authority.certificate)
    assert handshake(tmp_path, found, "shop.example.org", found.authority) == ""
    assert given_certificate(tmp_path, ["www.example.org"], NOW) is None
    assert given_certificate(tmp_path, [], NOW) is None


def test_all_that_is_wrong_with_a_certificate_given_is_said_at_once(tmp_path: Path) -> None:
    authority = TestAuthority()
    pair, other = authority.issue("shop.example.org"), authority.issue("www.example.org")
    give(tmp_path, pair.certificate, other.private_key)
    with pytest.raises(InvalidInput) as refused:
        given_certificate(tmp_path, ["shop.example.org", "www.example.org"], NOW + days(3))
    said = {fault.what.partition(" from ")[0] for fault in refused.value.faults}
    assert said == {
        "is not for the key shop.example.org.key",
        "is not for www.example.org",
        "is valid",
        "leads to no authority this machine knows",
    }
    give(tmp_path, pair.certificate + other.certificate + authority.certificate, pair.private_key)
    with pytest.raises(InvalidInput, match="is not a chain"):
        given_certificate(tmp_path, ["shop.example.org"], NOW)


@pytest.mark.parametrize(
    ("broken", "text", "reason"),
    [
        ("shop.example.org.pem", "no certificate", "GIVEN_CERTIFICATE_INVALID"),
        ("shop.example.org.pem", None, "GIVEN_CERTIFICATE_INVALID"),  # only the key is there
        ("shop.example.org.key", "no key", "GIVEN_CERTIFICATE_INVALID"),
        ("shop.example.org.key", None, "GIVEN_CERTIFICATE_INVALID"),
    ],
)
def test_a_certificate_given_that_cannot_be_read_is_refused(
    tmp_path: Path, broken: str, text: str | None, reason: str
) -> None:
    pair = TestAuthority().issue("shop.example.org")
    give(tmp_path, pair.certificate, pair.private_key)
    (tmp_path / broken).unlink() if text is None else (tmp_path / broken).write_text(text)
    with pytest.raises(BidwrightError) as refused:
        given_certificate(tmp_path, ["shop.example.org"], NOW)
    assert refused.value.reason == reason


def test_a_key_given_that_others_may_read_is_refused(tmp_path: Path) -> None:
    pair = TestAuthority().issue("shop.example.org")
    give(tmp_path, pair.certificate, pair.private_key)
    (tmp_path / "shop.example.org.key").chmod(0o644)
    with pytest.raises(BidwrightError) as refused:
        given_certificate(tmp_path, ["shop.example.org"], NOW)
    assert refused.value.reason == "KEY_READABLE"


def test_a_certificate_given_may_lead_to_a_root_that_this_machine_trusts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = TestAuthority()
    (tmp_path / "trusted.pem").write_text(authority.certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    pair = authority.issue("shop.example.org")
    give(tmp_path, pair.certificate, pair.private_key)
    found = given_certificate(tmp_path, ["shop.example.org"], NOW)
    assert found == CertifiedKey(pair.certificate, pair.private_key, authority.certificate)
