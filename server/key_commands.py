"""``bidwright key``: who may call."""

from __future__ import annotations

from pathlib import Path

import click

from bidwright.core.clock import utc_now
from bidwright.server.api_keys import ApiKeys
from bidwright.server.store_access import with_store
from bidwright.server.store_options import redis_url_option, state_dir_option
from bidwright.storage.records import Store


@click.group()
def key() -> None:
    """API keys."""


@key.command("create")
@state_dir_option
@redis_url_option
@click.option("--account", required=True, help="Tenant.")
@click.option("--principal", required=True, help="Whose it is, for example ada.")
@click.option("--role", "roles", multiple=True, required=True, help="sales, approver, delivery, finance, ...")
def key_create(state_dir: Path, redis_url: str, account: str, principal: str, *, roles: tuple[str, ...]) -> None:
    """Make a key and print it; it is shown this once."""

    async def create(store: Store) -> str:
        keys = ApiKeys(store, utc_now)
        return await keys.create(account=account, principal=principal, roles=frozenset(roles))

    click.echo(with_store(state_dir, redis_url, create))


@key.command("list")
@state_dir_option
@redis_url_option
def key_list(state_dir: Path, redis_url: str) -> None:
    """List the keys, without their secrets."""

    async def lines(store: Store) -> list[str]:
        return [
            f"{one.id}  {one.principal.account}  {one.principal.name}  {','.join(one.principal.roles)}  "
            f"{'revoked' if one.HasField('revoke_time') else 'valid'}"
            async for one in ApiKeys(store, utc_now).every()
        ]

    for line in with_store(state_dir, redis_url, lines):
        click.echo(line)


@key.command("revoke")
@click.argument("key_id")
@state_dir_option
@redis_url_option
def key_revoke(key_id: str, state_dir: Path, redis_url: str) -> None:
    """Make a key open nothing from now on."""
    with_store(state_dir, redis_url, lambda store: ApiKeys(store, utc_now).revoke(key_id))
