"""The roles backup and backup_store on two hosts: what is backed up comes back, and a stolen key does little."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from lab_hosts import HOSTILE, HOSTILE_NAMES, Host, LabHosts, as_reference, assert_refused, assert_successful

from bidwright.provisioning.ansible_run import Action

pytestmark = pytest.mark.slow
SEED, PHRASE = "planted-Seed_0123456789abc", "planted-Phrase_9876543210"
OF_STORE = {"backup_store_key_seed": SEED}
OF_BACKUP = {"backup_key_seed": SEED, "backup_passphrase": PHRASE}
PROGRAM = "/etc/bidwright/c-1.backup/backup"
SPACE = "/srv/bidwright/c-1.backup_store"
IN_BORG = f'eval "$({PROGRAM} environment)"'


def deliver(host: Host, store: Mapping[str, Any], **variables: object) -> Any:
    return host.run("backup", Action.DELIVER, {"backup_store": store, **variables}, secrets=OF_BACKUP)


@pytest.fixture
def store(lab: LabHosts) -> Mapping[str, Any]:
    """A delivered store on the second host."""
    delivered = lab["h2"].run("backup_store", Action.DELIVER, secrets=OF_STORE)
    assert_successful(delivered)
    return as_reference(delivered)


def test_files_and_databases_are_backed_up_to_another_host_and_come_back(lab: LabHosts) -> None:
    here, there = lab["h1"], lab["h2"]
    here.prepare("postgresql_database")
    there.prepare("backup_store", secrets=OF_STORE)
    here.prepare("backup_store", secrets=OF_STORE)  # it has the same packages, and needs nothing of others
    before = here.state(), there.state()

    delivered = there.run("backup_store", Action.DELIVER, secrets=OF_STORE)
    assert_successful(delivered, changed=1)
    store = as_reference(delivered)
    assert {name: store[name] for name in ("scheme", "host", "port", "path")} == {
        "scheme": "ssh",
        "host": there.address,
        "port": 22,
        "path": "/srv/bidwright/c-1.backup_store/archive",
    }
    assert re.fullmatch(r"bws_[0-9a-f]{16}", str(store["user"]))
    assert_successful(there.run("backup_store", Action.DELIVER, secrets=OF_STORE), changed=0)

    assert_successful(here.run("postgresql_database", Action.DELIVER, {"postgresql_database_title": HOSTILE}))
    here.shell("mkdir -p '/srv/bidwright/c-1.files/a $(b)' && cat > '/srv/bidwright/c-1.files/a $(b)/c'", text=HOSTILE)
    here.shell("cd /srv/bidwright && ln -s /etc/passwd c-1.files/link && mkdir c-10.other && touch c-10.other/x")
    assert_successful(deliver(here, store), changed=2)
    assert_successful(deliver(here, store), changed=0)

    names = here.shell(f"{IN_BORG}; borg list --short ::$(borg list --short)").splitlines()
    kinds = {re.sub(r"bw_[0-9a-f]+", "bw", name) for name in names}
    assert {"files/c-1.files/a $(b)/c", "files/c-1.files/link", "manifest.json"} <= kinds
    assert {"databases/15/bw/app.dump", "databases/15/bw/accounts.sql"} <= kinds
    assert not [name for name in names if "c-10" in name]  # another contract's
    back = here.shell(f"{IN_BORG}; borg extract --stdout ::$(borg list --short) 're:a .*/c$'")
    assert back == HOSTILE

    assert_successful(deliver(here, store, backup_hour=23, backup_retention_days=3), changed=1)
    for host in (here, there):
        host.reboot()
    assert_successful(deliver(here, store, backup_hour=23, backup_retention_days=3), changed=0)
    here.shell("systemctl start bidwright-c-1.backup.service")
    assert len(here.shell(f"{IN_BORG}; borg list --short").split()) == 2

    assert_successful(here.run("backup", Action.WITHDRAW), changed=1)
    assert_successful(here.run("postgresql_database", Action.WITHDRAW))
    here.shell("rm -r /srv/bidwright/c-1.files /srv/bidwright/c-10.other; rmdir /srv/bidwright || true")
    assert here.changes_since(before[0]) == {}
    assert there.shell(f"ls {SPACE}/archive/backup/config")  # archives outlive what made them
    assert_successful(there.run("backup_store", Action.WITHDRAW), changed=2)
    assert there.changes_since(before[1]) == {}
    assert_successful(here.run("backup", Action.WITHDRAW), changed=0)
    assert_successful(there.run("backup_store", Action.WITHDRAW), changed=0)


def test_a_backup_that_is_old_or_damaged_does_not_pass_for_one(lab: LabHosts, store: Mapping[str, Any]) -> None:
    here = lab["h1"]
    here.shell("mkdir -p /srv/bidwright/c-1.files && echo kept > /srv/bidwright/c-1.files/kept")
    assert_successful(deliver(here, store), changed=2)
    verify = {"variables": {"backup_store": store}, "secrets": OF_BACKUP}

    # A file that differs from the checksum that was taken when it was read.
    tar = 'tar -C "$t" -c files manifest.json | borg import-tar ::2999-01-01T00:00:00Z -'
    spoil = "borg extract ::$(borg list --short); echo spoiled > files/c-1.files/kept"
    here.shell(f'{IN_BORG}; t=$(mktemp -d); cd "$t"; {spoil}; {tar}; cd /; rm -r "$t"')
    assert_refused(here.run("backup", Action.VERIFY, **verify), "1 files of the backup", "c-1.files/kept")
    here.shell(f"{IN_BORG}; borg delete ::2999-01-01T00:00:00Z")
    assert_successful(here.run("backup", Action.VERIFY, **verify))

    here.shell(f"{IN_BORG}; borg rename ::$(borg list --short) 2020-01-01T00:00:00Z")
    assert_refused(here.run("backup", Action.VERIFY, **verify), "2020-01-01T00:00:00Z", "younger than 26 hours")
    assert_successful(deliver(here, store), changed=1)  # which makes a fresh one
    here.shell("rm -r /srv/bidwright/c-1.files")


def test_the_key_of_a_backup_opens_nothing_else_and_destroys_nothing_at_once(
    lab: LabHosts, store: Mapping[str, Any]
) -> None:
    here, there = lab["h1"], lab["h2"]
    here.shell("mkdir -p /srv/bidwright/c-1.files && head -c 3000000 /dev/urandom > /srv/bidwright/c-1.files/large")
    assert_successful(deliver(here, store))
    login = f"{IN_BORG}; $BORG_RSH -o ExitOnForwardFailure=yes {store['user']}@{store['host']}"
    assert "uid=" not in here.shell(f"{login} id 2>&1 || true")
    assert "administratively prohibited" in here.shell(f"{login} -W 127.0.0.1:22 2>&1 </dev/null || true")
    elsewhere = f"BORG_REPO=ssh://{store['user']}@{store['host']}/srv/bidwright/another borg init -e none 2>&1 || true"
    assert "Repository path not allowed" in here.shell(f"{IN_BORG}; {elsewhere}")

    # The thief deletes the repository's archives; a day later the store has freed nothing that cannot be brought back.
    compact = "systemctl start bidwright-c-1.backup_store.service"
    there.shell(compact)
    here.shell(f"{IN_BORG}; borg delete ::$(borg list --short) && borg compact")
    there.shell(compact)
    size = "du -s --bytes {} | cut -f1"
    assert int(there.shell(size.format(f"{SPACE}/archive/backup/data"))) < 1_000_000
    assert int(there.shell(size.format(f"{SPACE}/kept/backup/*/data"))) > 3_000_000
    there.shell(f"cd {SPACE} && rm -r archive/backup && cp -a kept/backup/* archive/backup")
    here.shell(f"{IN_BORG}; rm -rf $BORG_BASE_DIR/.cache $BORG_BASE_DIR/.config")
    assert_successful(here.run("backup", Action.VERIFY, {"backup_store": store}, secrets=OF_BACKUP))  # it has come back
    there.shell(f"cd {SPACE}/kept/backup && mv * 2020-01-01 && touch -d '9 days ago' 2020-01-01")
    there.shell(compact)
    assert there.shell(f"ls {SPACE}/kept/backup") == there.shell("date -u +%Y-%m-%d")  # today's alone
    here.shell("rm -r /srv/bidwright/c-1.files")


def test_secrets_of_a_backup_are_for_root_only_and_in_no_process(lab: LabHosts, store: Mapping[str, Any]) -> None:
    here, there = lab["h1"], lab["h2"]
    with here.watched() as seen:
        assert_successful(deliver(here, store))
        processes = seen()
    assert b"import-tar" in processes
    assert not [secret for secret in (SEED, PHRASE, "OPENSSH PRIVATE KEY") if secret.encode() in processes]
    assert here.grep_for_secrets(SEED, PHRASE) == ["600 root /etc/bidwright/c-1.backup/passphrase"]
    assert there.grep_for_secrets(SEED, PHRASE) == []
    assert lab.files_of_runs_with(SEED) + lab.files_of_runs_with(PHRASE) == []


@pytest.mark.parametrize("field", ["host", "user", "path", "host_key"])
def test_an_endpoint_that_could_mean_something_else_is_refused(host: Host, field: str) -> None:
    good = {
        "host": "192.0.2.1",
        "port": 22,
        "user": "bws_0",
        "path": "/srv/bidwright/x/archive",
        "host_key": f"ssh-ed25519 {'A' * 68}",
    }
    for text in HOSTILE_NAMES[:1] if field != "user" else HOSTILE_NAMES:
        assert_refused(deliver(host, {**good, field: text}), "must be the endpoint of a backup_store")
