"""``bidwright renew-key``: a new key of credentials, and everything encrypted anew with it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click
from cryptography.fernet import Fernet

from bidwright.core.counts import counted
from bidwright.core.errors import NotAllowedNow
from bidwright.provisioning.credentials import CredentialCipher
from bidwright.provisioning.order_records import CERTIFICATE_KIND, CREDENTIAL_KIND
from bidwright.server.layout import StateDirectory, write_private
from bidwright.server.store_access import require_kept, with_store
from bidwright.server.store_options import redis_url_option, state_dir_option
from bidwright.server.up import owner
from bidwright.storage.changes import Change, Put
from bidwright.storage.records import Store


@click.command("renew-key")
@state_dir_option
@redis_url_option
def renew_key(state_dir: Path, redis_url: str) -> None:
    """Make a new credentials.key and encrypt all that is stored anew. No server and no worker may run."""
    require_kept(state_dir, redis_url)
    state = StateDirectory.at(state_dir)
    if owner(state) is not None:
        raise NotAllowedNow(
            f"Bidwright runs in {state.path} and would go on with the old key.",
            fix=f"Stop it first, and servers and workers elsewhere: bidwright down --state-dir {state.path}",
            reason="ALREADY_UP",
        )
    path = state.credentials_key
    count = with_store(state_dir, redis_url, lambda store: renew(store, path))
    click.echo(f"{counted(count, 'record')} encrypted anew. Give {path} to all servers and workers, and back it up.")


async def renew(store: Store, path: Path) -> int:
    """Replace the key of a file, and encrypt passwords and keys of certificates anew; how many records.

    Until the last one is written the file holds both keys: where this is interrupted all can be read, and a repetition
    goes on.

    Raises:
        Unavailable: The file holds no key, or others may read it, or something was encrypted with another key.
        Conflicting: Somebody writes at the same time.
        OSError: There is no such file, or it cannot be written.
    """
    keys = (await asyncio.to_thread(path.read_text, encoding="ascii")).split()
    CredentialCipher.from_file(path)  # nothing is put before what is no key
    if len(keys) == 1:
        keys = [Fernet.generate_key().decode(), *keys]
        write_private(path, "\n".join(keys) + "\n")
    cipher = CredentialCipher.from_file(path)
    count = 0
    for kind in (CREDENTIAL_KIND, CERTIFICATE_KIND):
        async for record in store.every(kind):
            if record.body:  # of a service that was withdrawn, nothing is left
                anew = Put(kind, record.id, cipher.encrypt_anew(record.body), record.version)
                await store.commit(record.account, Change([anew]))
                count += 1
    write_private(path, f"{keys[0]}\n")
    return count
