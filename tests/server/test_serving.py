"""Where the server listens, what it tells without a key, and how `bidwright up` starts and ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import grpc
import pytest
from bench.installations import Installation
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from bidwright.clients.sdk import Bidwright, RequestRefused
from bidwright.core.errors import InvalidInput
from bidwright.server.layout import read_client_settings
from bidwright.server.listening import Listening, is_loopback
from bidwright.v1.access_pb2 import GetCallerRequest


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1:7443", True),
        ("[::1]:7443", True),
        ("localhost:0", True),
        ("0.0.0.0:7443", False),  # all interfaces
        ("[::]:7443", False),
        ("192.0.2.1:7443", False),
        ("example.org:7443", False),  # a name may mean anything
    ],
)
def test_only_loopback_counts_as_this_machine(address: str, *, expected: bool) -> None:
    assert is_loopback(address) is expected


def test_the_server_refuses_to_listen_elsewhere_without_tls() -> None:
    with pytest.raises(InvalidInput) as refusal:
        Listening(address="0.0.0.0:7443").credentials()
    assert refusal.value.reason == "TLS_MISSING"


def test_half_of_the_tls_files_is_not_enough(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="both files"):
        Listening(address="127.0.0.1:7443", certificate=tmp_path / "c.pem").credentials()


def reflected(installation: Installation, metadata: list[tuple[str, str]]) -> list[str]:
    """The services that reflection lists."""
    with grpc.insecure_channel(installation.address) as channel:
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        request = reflection_pb2.ServerReflectionRequest(list_services="")
        (response,) = stub.ServerReflectionInfo(iter([request]), metadata=metadata, timeout=10)
    return [service.name for service in response.list_services_response.service]


def test_reflection_tells_the_contract_to_whoever_has_a_key(installation: Installation) -> None:
    key = read_client_settings(installation.state.client_settings)["default"]["key"]
    names = reflected(installation, [("authorization", f"Bearer {key}")])
    assert {"bidwright.v1.QuotingService", "grpc.health.v1.Health"} <= set(names)


def test_reflection_without_a_key_is_refused(installation: Installation) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        reflected(installation, [])
    assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED


def test_a_revoked_key_opens_nothing(installation: Installation) -> None:
    key = installation.new_key(account="local", roles=("sales",))
    key_id = key.split(".")[1]
    assert installation.manage("key", "revoke", key_id).returncode == 0
    assert f"{key_id}  local  principals/eve  sales  revoked" in installation.manage("key", "list").stdout
    with Bidwright(installation.address, key) as client, pytest.raises(RequestRefused) as refused:
        client.access.GetCaller(GetCallerRequest())
    assert refused.value.reason == "KEY_UNKNOWN"
    assert installation.manage("key", "revoke", "k-2222222222").returncode == 1


def test_the_local_keys_are_private_and_approval_takes_a_second_profile(installation: Installation) -> None:
    assert installation.state.client_settings.stat().st_mode & 0o777 == 0o600
    assert installation.bid("whoami").stdout.strip() == (
        "principals/local of local: customer, delivery, finance, operator, portfolio, sales"
    )
    assert installation.bid("whoami", profile="approver").stdout.strip() == "principals/approver of local: approver"


def test_a_second_up_in_the_same_directory_is_refused_and_the_first_goes_on(installation: Installation) -> None:
    command = [sys.executable, "-m", "bidwright.server.main", "up", "--state-dir", str(installation.state.path)]
    done = subprocess.run(
        [*command, "--address", "127.0.0.1:0"], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert "already runs" in done.stderr
    assert "bidwright down" in done.stderr
    assert installation.bid("whoami").returncode == 0


@pytest.mark.parametrize(
    ("key", "mode", "said"),
    [
        (b"A" * 43 + b"=", 0o644, "chmod 600"),  # as a copy from a backup may be
        (b"not a key", 0o600, "Restore it from your backup"),
    ],
)
def test_a_key_of_credentials_that_cannot_be_used_is_told_before_anything_is_started(
    tmp_path: Path, key: bytes, mode: int, said: str
) -> None:
    (tmp_path / "credentials.key").write_bytes(key)
    (tmp_path / "credentials.key").chmod(mode)
    command = [sys.executable, "-m", "bidwright.server.main", "up", "--state-dir", str(tmp_path)]
    done = subprocess.run(
        [*command, "--address", "127.0.0.1:0", "--detach"],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, said in done.stderr) == (1, True), done.stderr
    assert not (tmp_path / "log" / "serve.log").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["quote", "show", "q-2222222222"], 1, "What to do"),  # refused by the server
        (["quote", "list", "--state", "dreamt"], 2, "there are draft"),  # a wrong command line
        (["--profile", "approver", "quote", "submit", "q-1"], 4, "needs one of sales"),  # the key lacks the role
        (["--timeout", "5", "--config", "/nonexistent.yaml", "whoami"], 1, "bidwright up"),
    ],
)
def test_exit_codes_and_words_tell_what_went_wrong(
    installation: Installation, arguments: list[str], code: int, said: str
) -> None:
    done = installation.bid(*arguments)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
