"""What goes into a run, without running anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible._internal._datatag._tags import TrustedAsTemplate
from ansible.parsing.dataloader import DataLoader

from bidwright.core.errors import InvalidInput
from bidwright.provisioning.ansible import prune_runs, run_role
from bidwright.provisioning.ansible_progress import Progress
from bidwright.provisioning.ansible_roles import role_interface, role_names
from bidwright.provisioning.ansible_run import Action, RoleRun, ignore
from bidwright.provisioning.ansible_variables import unsafe_yaml, write_private
from bidwright.provisioning.directory_target import DirectoryTarget


def a_run(tmp_path: Path, **changes: object) -> RoleRun:
    values: dict[str, object] = {
        "role": "website",
        "action": Action.APPLY,
        "target": DirectoryTarget(tmp_path / "target"),
        "contract": "c-1",
        "delivery": "website",
        "attempt": "a1",
        "run_dir": tmp_path / "a1",
        "port": 18000,
    }
    return RoleRun(**{**values, **changes})  # type: ignore[arg-type]  # one place, all values of a run


@pytest.mark.parametrize(
    "name",
    [
        "",  # nothing
        "../c1",  # leads elsewhere
        "c1;id",  # means something to a shell
        "c1.web",  # the dot separates contract and delivery
        "C1",  # capital letters
        "-c1",  # looks like an option
        "c1\n",  # a line break at the end
        "c" * 64,  # too long
    ],
)
def test_a_name_that_could_mean_something_else_is_refused(tmp_path: Path, name: str) -> None:
    for field in ("contract", "delivery", "attempt"):
        with pytest.raises(InvalidInput):
            a_run(tmp_path, **{field: name})


@pytest.mark.parametrize("text", ["nul \0", "half \ud800"])
def test_text_that_no_server_can_hold_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInput):
        a_run(tmp_path, variables={"website_title": text})


def test_a_run_directory_that_is_not_named_by_the_attempt_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "other", Path("a1")):
        with pytest.raises(InvalidInput, match="run_dir"):
            a_run(tmp_path, run_dir=path)


def test_secrets_are_not_in_the_words_of_a_run(tmp_path: Path) -> None:
    assert "hunter2" not in repr(a_run(tmp_path, secrets={"x": "hunter2"}))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"role": "../../etc"}, "no role"),
        ({"role": "directory_service"}, "no role"),  # part of others, not to be delivered
        ({"variables": {"ansible_connection": "ssh"}}, "ansible_connection: is not a variable"),
        ({"secrets": {"website_title": "x"}}, "website_title: is not a secret"),
        ({"role": "valkey_cache"}, "valkey_cache_password: is missing"),
        ({"port": None}, "port: is missing"),
    ],
)
def test_a_run_that_does_not_fit_the_role_is_refused(tmp_path: Path, changes: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        run_role(a_run(tmp_path, **changes))
    assert not (tmp_path / "a1").exists()


def test_roles_tell_what_they_take() -> None:
    assert {"postgresql_database", "server", "valkey_cache", "website"} < set(role_names())
    database = role_interface("postgresql_database")
    assert {name: type_ for name, type_ in database.variables.items() if name.startswith("postgresql_database_")} == {
        "postgresql_database_name": "str",
        "postgresql_database_title": "str",
        "postgresql_database_connections": "int",
        "postgresql_database_ram_gib": "float",
        "postgresql_database_standby_addresses": "list of str",
        "postgresql_database_reached_from": "list of str",
    }
    assert {name for name in database.secrets if name.startswith("postgresql_database_")} == {
        "postgresql_database_password",
        "postgresql_database_reader_password",
        "postgresql_database_replication_password",
    }
    assert database.needs_port
    assert database.kinds == {"directory", "host"}
    assert not role_interface("server").needs_port


@pytest.mark.parametrize(
    "text",
    [
        *("{{ 1 }}", "a\nb\r\n\tc", "\"'\\", "\u202ertl \U0001f600 \x85 \u2028 \ufeff", "- !vault x: #y", " "),
        *("", "~", "12", "0x10", "1e3", "yes", "null", "2026-11-22"),  # what YAML would read as something else
    ],
)
def test_text_arrives_at_ansible_exactly_and_is_never_a_template(text: str, tmp_path: Path) -> None:
    (tmp_path / "vars").write_text(unsafe_yaml({"a": text, "b": [True, 3, {"c": text}]}))
    read = DataLoader().load_from_file(str(tmp_path / "vars"), trusted_as_template=True)
    assert read == {"a": text, "b": [True, 3, {"c": text}]}
    assert not any(map(TrustedAsTemplate.is_tagged_on, (read["a"], read["b"][2]["c"])))


def test_private_files_are_private(tmp_path: Path) -> None:
    write_private(tmp_path / "x", "secret")
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o600


def test_the_message_of_a_failed_task_holds_no_secret() -> None:
    progress = Progress(ignore, ['pa"ss'])
    facts = {"task": "T", "res": {"msg": 'wrong: pa"ss', "stderr": 'as json: pa\\"ss'}}
    assert progress.take({"event": "runner_on_failed", "event_data": facts}) is False
    assert progress.message == "T: wrong: ********: as json: ********"


def test_a_failure_that_is_not_shown_gives_way_to_one_that_tells_why() -> None:
    progress = Progress(ignore, [])
    hidden, told = {"censored": "the output has been hidden"}, {"msg": "Connection refused", "unreachable": True}
    for task, outcome in (("Converge", hidden), ("Reach the host", told), ("Afterwards", {"msg": "no"})):
        progress.take({"event": "runner_on_unreachable", "event_data": {"task": task, "res": outcome}})
    assert progress.message == "Reach the host: Connection refused"
    alone = Progress(ignore, [])
    alone.take({"event": "runner_on_failed", "event_data": {"task": "Converge", "res": hidden}})
    assert alone.message == "Converge: failed"


def test_a_host_that_was_lost_in_the_middle_is_unreachable_even_if_it_answers_again() -> None:
    progress = Progress(ignore, [])
    lost = {"task": "Converge", "ignore_errors": True, "res": {"censored": "the output has been hidden"}}
    progress.take({"event": "runner_on_unreachable", "event_data": lost})
    progress.take({"event": "runner_on_ok", "event_data": {"task": "Reach the host", "res": {"ping": "pong"}}})
    told = {"task": "Report", "res": {"msg": "The connection to the host was lost meanwhile."}}
    progress.take({"event": "runner_on_failed", "event_data": told})
    assert progress.is_unreachable
    assert progress.message == "Report: The connection to the host was lost meanwhile."


def test_what_answers_instead_of_a_module_is_told() -> None:
    progress = Progress(ignore, [])
    answer = {"msg": "No start of json char found", "module_stdout": "/bin/sh: 1: sudo: not found\r\n"}
    progress.take({"event": "runner_on_failed", "event_data": {"task": "Reach the host", "res": answer}})
    assert progress.message == "Reach the host: No start of json char found: /bin/sh: 1: sudo: not found"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        # As Ansible says it.
        (
            ("[WARNING]: old", "[ERROR]: the role 'x' was not found", "[ERROR]: more"),
            "[ERROR]: the role 'x' was not found",
        ),
        # It has ended with a traceback.
        (
            ("  display(C.COLOR_ERROR)", "OSError: [Errno 28] No space left on device", "SystemError: x"),
            "OSError: [Errno 28] No space left on device",
        ),
    ],
)
def test_a_fault_of_ansible_itself_is_told_by_its_first_line(lines: tuple[str, ...], message: str) -> None:
    progress = Progress(ignore, [])
    for line in lines:
        progress.take({"event": "verbose", "stdout": line})
    assert progress.message == message


def test_old_runs_are_removed(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"a{number}").mkdir()
    prune_runs(tmp_path, keep=4)
    assert len(list(tmp_path.iterdir())) == 4
    prune_runs(tmp_path, keep=1)
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("path", ["relative", "/srv/100%", "/srv/a*", "/srv/{{ x }}", "/srv/a\nb"])
def test_a_directory_that_supervisord_would_misread_is_refused(path: str) -> None:
    with pytest.raises(InvalidInput):
        DirectoryTarget(Path(path))
