"""`bidwright renew-key`: stored passwords can be read with the new key, and with it alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bidwright.core.errors import Unavailable
from bidwright.provisioning.credentials import CredentialCipher
from bidwright.provisioning.order_records import CERTIFICATE_KIND, CREDENTIAL_KIND
from bidwright.server.main import bidwright
from bidwright.server.renew_key_command import renew
from bidwright.storage.changes import Change, Put
from bidwright.storage.records import Store


async def stored(store: Store, kind: str, id_: str) -> bytes:
    record = await store.get("acme", kind, id_)
    assert record is not None
    return record.body


async def keep(store: Store, cipher: CredentialCipher) -> None:
    puts = [
        Put(CREDENTIAL_KIND, "c-1-database", cipher.seal({"password": "p1"}), 0),
        Put(CERTIFICATE_KIND, "c-1-website", cipher.seal({"private_key": "k1"}), 0),
        Put(CREDENTIAL_KIND, "c-0-database", b"", 0),  # withdrawn
    ]
    await store.commit("acme", Change(puts))


async def test_everything_is_encrypted_with_the_new_key_alone(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "credentials.key"
    old = CredentialCipher.from_file(path)
    await keep(store, old)
    assert await renew(store, path) == 2
    new = CredentialCipher.from_file(path)
    password, certificate = [
        await stored(store, CREDENTIAL_KIND, "c-1-database"),
        await stored(store, CERTIFICATE_KIND, "c-1-website"),
    ]
    assert (new.reveal(password), new.reveal(certificate)) == ({"password": "p1"}, {"private_key": "k1"})
    assert await stored(store, CREDENTIAL_KIND, "c-0-database") == b""
    for encrypted in (password, certificate):
        with pytest.raises(Unavailable, match="another key"):
            old.reveal(encrypted)
    assert len(path.read_text().split()) == 1
    assert path.stat().st_mode & 0o777 == 0o600


async def test_an_interrupted_renewal_goes_on_and_all_can_be_read_meanwhile(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "credentials.key"
    await keep(store, CredentialCipher.from_file(path))
    elsewhere = CredentialCipher.from_file(tmp_path / "other.key")
    await store.commit("acme", Change([Put(CERTIFICATE_KIND, "c-2-website", elsewhere.seal({"private_key": "k2"}), 0)]))
    with pytest.raises(Unavailable, match="another key"):
        await renew(store, path)  # after the password, before the end
    halfway = CredentialCipher.from_file(path)
    assert halfway.reveal(await stored(store, CREDENTIAL_KIND, "c-1-database")) == {"password": "p1"}
    assert halfway.reveal(await stored(store, CERTIFICATE_KIND, "c-1-website")) == {"private_key": "k1"}
    first = path.read_text().split()[0]
    await store.commit("acme", Change([Put(CERTIFICATE_KIND, "c-2-website", b"", 1)]))
    assert await renew(store, path) == 2
    assert path.read_text() == f"{first}\n"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "credentials.key: No such file or directory."),  # lost: a new one would open nothing
        ("not a key", "does not hold a key of credentials."),
    ],
)
def test_a_key_that_is_not_there_is_not_replaced(tmp_path: Path, content: str | None, told: str) -> None:
    path = tmp_path / "credentials.key"
    (tmp_path / "engine").mkdir()
    if content is not None:
        path.write_text(content)
        path.chmod(0o600)
    done = CliRunner().invoke(bidwright, ["renew-key", "--state-dir", str(tmp_path)])
    assert (done.exit_code, path.exists()) == (1, content is not None)
    assert told in done.stderr
