"""What the documentation says exists: commands, options, links, words, reasons, roles, variables."""

from __future__ import annotations

import itertools
import re
import shlex
import subprocess
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest
from command_groups import commands_of
from documents import DOCS, ROOT, anchors, blocks, documents, links, prose, table
from lab_session import CACHE

from bidwright.clients.cli.main import bid
from bidwright.core.caller import ROLES
from bidwright.core.clock import utc_now
from bidwright.core.errors import Unavailable
from bidwright.provisioning.inventory import read_inventory
from bidwright.server.access import ALLOWED
from bidwright.server.api_keys import ApiKeys
from bidwright.server.main import bidwright
from bidwright.storage.connection import connect
from bidwright.storage.embedded import server_binary
from bidwright.storage.queue import Queue
from bidwright.storage.records import Store

PAGES = documents()
COMMANDS = {"bid": bid, "bidwright": bidwright}
CODE = ("core", "storage", "catalog", "configurator", "pricing", "quoting", "provisioning", "server", "clients")
COMMENTED = {".conf", ".j2", ".lua", ".proto", ".py", ".sh", ".sql", ".toml", ".yaml", ".yml"}
_BEFORE = r"(?:^\s*(?:\$ )?|[(|&;]\s*|=\s?|\b(?:do|until|timeout \d+) )(?:[^\s()]*/bin/)?"
_TYPED = re.compile(_BEFORE + r"(bid|bidwright) (?=[a-z-])([^`|;&)\n#]*)")


def by_name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def code() -> str:
    """All our source and the contract, as one text."""
    files = [path for folder in CODE for path in sorted((ROOT / folder).rglob("*.py"))]
    files += sorted((ROOT / "playbooks").rglob("*.py"))
    files += sorted((ROOT / "proto" / "bidwright").rglob("*.proto"))
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def typed_commands(path: Path) -> list[list[str]]:
    """Words of each `bid` and `bidwright` command in a page: in blocks without a language and in code spans."""
    text = "\n".join(block.text for block in blocks(path) if block.info.split(" ")[0] in {"", "console"})
    spans = re.findall(r"`([^`\n]+)`", prose(path))
    found = [match for line in [*text.splitlines(), *spans] for match in _TYPED.finditer(line)]
    return [[match[1], *_words(match[2])] for match in found]


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:  # cut within quotes by the end of the command's part of a line
        return text.split()


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_command_and_option_in_a_page_exists(page: Path) -> None:
    for words in typed_commands(page):
        known = _options(COMMANDS[words[0]])
        command: click.Command = COMMANDS[words[0]]
        for word in words[1:]:
            if word.startswith("--"):
                assert word.partition("=")[0] in known, f"{' '.join(words)}: there is no option {word}"
            elif isinstance(command, click.Group) and re.fullmatch("[a-z-]+", word):
                if word in _values_of(command, words):
                    continue
                assert word in commands_of(command), f"{' '.join(words)}: there is no command {word}"
                command = commands_of(command)[word]
                known |= _options(command)


def _options(command: click.Command) -> set[str]:
    return {name for parameter in command.params for name in parameter.opts} | {"--help", "-h"}


def _values_of(command: click.Group, words: list[str]) -> set[str]:
    """Words that follow an option of the group that takes a value."""
    taking = {name for one in command.params if not getattr(one, "is_flag", False) for name in one.opts}
    return {value for option, value in itertools.pairwise(words) if option in taking}


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_relative_link_of_a_page_leads_somewhere(page: Path) -> None:
    for link in links(page):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), f"{by_name(page)} links to {link}"
        if anchor:
            assert anchor in anchors(path), f"{by_name(page)} links to {link}"


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_file_of_ours_that_a_page_names_exists(page: Path) -> None:
    for name in re.findall(r"`((?:" + "|".join(CODE) + r"|playbooks|tests|deploy)/[a-z0-9_/.]+\.[a-z]+)`", prose(page)):
        assert (ROOT / name).exists(), f"{by_name(page)} names {name}"


def test_every_word_of_the_glossary_occurs_in_code_or_contract_and_has_one_meaning() -> None:
    rows = table(DOCS / "glossary.md", "word")
    for word, _, name, _ in rows:
        assert re.search(rf"\b{re.escape(name)}\b", code()) or f"_{name}" in code(), f"{word}: {name} is nowhere"
    words = [word for row in rows for word in row[0].split(", ")]
    assert len(words) == len(set(words))


def test_the_table_of_reasons_has_every_reason_of_the_code_and_no_other() -> None:
    listed = [row[0] for row in table(DOCS / "operations.md", "reason")]
    used = set(re.findall(r'\breason ?= ?"([A-Z_]+)"', code())) - {"ERROR"}  # of the abstract base, never raised
    used |= {"..._NOT_FOUND" for _ in re.findall(r'reason=f"\{kind\.upper\(\)\}_NOT_FOUND"', code())}
    # These end so, too, and are covered by the row for all of them.
    general = {reason for reason in used if reason.endswith("_NOT_FOUND")} - {"..._NOT_FOUND", "STEP_NOT_FOUND"}
    assert sorted(listed) == sorted(used - general)


def test_the_table_of_roles_is_the_one_the_server_uses() -> None:
    shown = {
        row[0]: {role for role, cell in zip(ROLES, row[1:], strict=True) if cell == "yes"}
        for row in table(DOCS / "security.md", "method")
    }
    assert shown == {method: set(roles) for method, roles in ALLOWED.items()}
    assert f"| method | {' | '.join(ROLES)} |" in (DOCS / "security.md").read_text(encoding="utf-8")


def test_every_environment_variable_in_the_documentation_is_read() -> None:
    declared = {
        variable
        for command in (bid, bidwright, *commands_of(bidwright).values())
        for one in command.params
        for variable in ([one.envvar] if isinstance(one.envvar, str) else [])
    }
    listed = {row[0] for row in table(DOCS / "operations.md", "variable") if row[0].startswith("BIDWRIGHT_")}
    assert listed == declared
    automatic = {
        f"BIDWRIGHT_{name}_{one.name}".upper().replace("-", "_")
        for name, command in commands_of(bidwright).items()
        for one in command.params
    }
    of_tests = {CACHE}
    for page in PAGES:
        mentioned = set(re.findall(r"BIDWRIGHT_[A-Z_]+", page.read_text(encoding="utf-8")))
        assert mentioned <= declared | automatic | of_tests, by_name(page)


def test_the_example_inventory_has_two_targets_with_ports_of_their_own() -> None:
    places = read_inventory(DOCS / "examples" / "inventory.yml").places
    assert {name: (place.ports[0], place.ports[-1]) for name, place in places.items()} == {
        "hall_a": (20000, 20999),
        "hall_b": (21000, 21999),
    }


@pytest.fixture
def example_engine(tmp_path: Path) -> Iterator[Path]:
    """The socket of an engine that runs with docs/examples/valkey.conf, the user of the example included."""
    example = (DOCS / "examples" / "valkey.conf").read_text(encoding="utf-8")
    settings, socket = tmp_path / "valkey.conf", tmp_path / "s"
    settings.write_text(example.replace("# user ", "user "), encoding="utf-8")
    command = [str(server_binary()), str(settings), "--port", "0", "--unixsocket", "s", "--dir", str(tmp_path)]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while not socket.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        yield socket
    finally:
        process.terminate()
        process.wait(20)


async def test_the_example_settings_of_the_engine_are_durable_and_its_user_may_do_all_that_is_needed(
    example_engine: Path,
) -> None:
    with pytest.raises(Unavailable):
        await connect(f"unix://{example_engine}")  # nobody without the password
    engine = await connect(f"unix://bidwright:PASSWORD@{example_engine}")
    keys = ApiKeys(Store(engine), utc_now)
    await keys.create(account="acme", principal="ada", roles=frozenset({"sales"}))
    assert [key.principal.name async for key in keys.every()] == ["principals/ada"]
    assert await Queue(engine).claim("worker", block_ms=10) is None
    await engine.close()


@pytest.mark.parametrize(
    ("engine", "allowed"),
    [
        ("grpc", r".*/grpc_api\.py|(server|clients)/.*"),
        ("redis", r"storage/.*"),
        ("ortools", r"configurator/cpsat_\w+\.py"),
        ("pysat", r"configurator/sat\.py"),
        ("ansible_runner", r"provisioning/ansible\.py"),
    ],
)
def test_an_engine_is_used_only_where_the_page_for_contributors_says(engine: str, allowed: str) -> None:
    importing = re.compile(rf"^\s*(import|from) {engine}\b", re.MULTILINE)
    users = [
        by_name(path) for folder in CODE for path in (ROOT / folder).rglob("*.py") if importing.search(path.read_text())
    ]
    assert users
    assert [user for user in users if not re.fullmatch(allowed, user)] == []


def test_no_comment_puts_work_off() -> None:
    """Ruff looks only at Python, and only at how a comment begins."""
    folders = (*CODE, "playbooks", "portfolios", "proto", "tests", "bench", "deploy", ".ci")
    paths = [ROOT / "Makefile", ROOT / "pyproject.toml", *(p for name in folders for p in (ROOT / name).rglob("*"))]
    files = [path for path in paths if path.name == "Makefile" or path.suffix in COMMENTED]
    postponed = re.compile(r"(?:#|//|--).*(?:\bTODO|\bFIXME)")
    assert [by_name(path) for path in files if postponed.search(path.read_text(encoding="utf-8"))] == []


def test_the_index_of_decisions_lists_every_one() -> None:
    index = DOCS / "adr" / "README.md"
    assert set(links(index)) == {path.name for path in (DOCS / "adr").glob("0*.md")}
    for path in (DOCS / "adr").glob("0*.md"):
        title = path.read_text(encoding="utf-8").partition("\n")[0].partition(". ")[2]
        assert f"| [{title}]({path.name}) |" in index.read_text(encoding="utf-8")
