"""The contract is lint-free, breaks nobody, is generated as committed, and every method has its roles."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import google.type
import pytest
from google.protobuf.descriptor import Descriptor, FileDescriptor
from google.protobuf.message import Message

from bidwright.buf.validate import validate_pb2
from bidwright.core.errors import InvalidInput
from bidwright.server.access import ALLOWED
from bidwright.server.composition import CONTRACTS
from bidwright.server.validation import PATTERNS, validate
from bidwright.v1.configuration_pb2 import BespokeItem, Configuration
from bidwright.v1.pricing_pb2 import PriceConfigurationRequest
from bidwright.v1.quote_pb2 import QuoteState
from bidwright.v1.quoting_pb2 import GetQuoteRequest, ListQuotesRequest

REPOSITORY = Path(__file__).resolve().parents[2]
PROTO = REPOSITORY / "proto"
BUF = Path(sys.executable).with_name("buf")
GOOGLEAPIS = Path(next(iter(google.type.__path__))).parents[1]


def run(*command: str | Path, cwd: Path = PROTO) -> str:
    """What a command printed; it must succeed."""
    done = subprocess.run([str(word) for word in command], check=False, cwd=cwd, text=True, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def image(proto: Path, target: Path) -> Path:
    """The contract compiled with its comments, as buf reads it."""
    files = sorted(str(path.relative_to(proto)) for path in proto.glob("bidwright/v1/*.proto"))
    compiler = (sys.executable, "-m", "grpc_tools.protoc", "-I.", f"-I{GOOGLEAPIS}")
    run(*compiler, "--include_imports", "--include_source_info", "-o", target, *files, cwd=proto)
    return target


def base_commit() -> str:
    """The last release, or the first commit that has the contract where there is no release yet."""
    tags = run("git", "tag", "--list", "v*", "--merged", "HEAD", "--sort=-creatordate", cwd=REPOSITORY).split()
    added = ("git", "log", "--diff-filter=A", "--format=%H", "--reverse", "--", "proto/buf.yaml")
    return (tags + run(*added, cwd=REPOSITORY).split())[0]


def test_buf_finds_nothing_to_complain_about(tmp_path: Path) -> None:
    run(BUF, "lint", image(PROTO, tmp_path / "now.binpb"), "--config", PROTO / "buf.yaml")


@pytest.mark.skipif(not (REPOSITORY / ".git").exists(), reason="needs the git history to compare with")
def test_nothing_breaks_clients_or_stored_records_of_the_last_release(tmp_path: Path) -> None:
    archive = tmp_path / "base.tar"
    run("git", "archive", "-o", archive, base_commit(), "proto", cwd=REPOSITORY)
    run("tar", "-xf", archive, "-C", tmp_path, cwd=tmp_path)
    before = image(tmp_path / "proto", tmp_path / "before.binpb")
    now = image(PROTO, tmp_path / "now.binpb")
    run(BUF, "breaking", now, "--against", before, "--config", PROTO / "buf.yaml")


def test_a_removed_field_would_be_noticed(tmp_path: Path) -> None:
    run("cp", "-r", PROTO, tmp_path / "proto", cwd=tmp_path)
    changed = tmp_path / "proto" / "bidwright" / "v1" / "configurator.proto"
    changed.write_text(changed.read_text().replace("bool valid = 1;", ""))
    after = image(tmp_path / "proto", tmp_path / "after.binpb")
    before = image(PROTO, tmp_path / "before.binpb")
    command = [BUF, "breaking", after, "--against", before, "--config", PROTO / "buf.yaml"]
    assert subprocess.run(command, check=False, capture_output=True).returncode != 0


def test_the_committed_code_is_what_the_contract_generates(tmp_path: Path) -> None:
    run("env", f"PYTHON={sys.executable}", "sh", PROTO / "generate.sh", tmp_path)
    committed = REPOSITORY / "src" / "bidwright"
    generated = sorted(path.relative_to(tmp_path / "bidwright") for path in tmp_path.rglob("*.py*"))
    assert generated
    for path in generated:
        assert (committed / path).read_text() == (tmp_path / "bidwright" / path).read_text(), f"run make proto: {path}"


def test_every_method_stands_in_the_table_of_roles_and_no_other_does() -> None:
    methods = {
        f"{service.name}/{method.name}"
        for file in CONTRACTS
        for service in file.DESCRIPTOR.services_by_name.values()
        for method in service.methods
    }
    assert set(ALLOWED) == methods


def test_every_pattern_of_the_contract_is_told_in_words() -> None:
    fields = [field for file in CONTRACTS for message in reached(file.DESCRIPTOR) for field in message.fields]
    rules = [field.GetOptions().Extensions[validate_pb2.field] for field in fields]
    patterns = {pattern for rule in rules for pattern in (rule.string.pattern, rule.repeated.items.string.pattern)}
    assert patterns - {""} == set(PATTERNS)


def reached(file: FileDescriptor) -> Iterator[Descriptor]:
    """The messages of a file and of ours that it imports."""
    yield from file.message_types_by_name.values()
    for imported in file.dependencies:
        if imported.package == "bidwright.v1":
            yield from reached(imported)


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        (GetQuoteRequest(name="q-1"), "name must be quotes/ID, or quotes/ID/revisions/NUMBER."),
        (ListQuotesRequest(state=77), f"state must be one of: {', '.join(QuoteState.keys()[1:])}."),
        # A word that the enum has and the field does not take.
        (
            PriceConfigurationRequest(configuration=Configuration(bespoke_items=[BespokeItem(charge="CHARGE_YEARLY")])),
            "configuration.bespoke_items[0].charge must be one of: CHARGE_ONE_TIME, CHARGE_MONTHLY.",
        ),
        (
            ListQuotesRequest(page_size=-1),
            "page_size must be greater than or equal to 0 and less than or equal to 1000.",
        ),
    ],
)
def test_a_field_that_breaks_the_contract_is_told_in_words(request_: Message, told: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        validate(request_)
    assert told in [f"{fault.where} {fault.what}" for fault in refused.value.faults]
