"""API keys: made once, shown once, stored hashed, revocable."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import AsyncIterator

from bidwright.core.caller import ROLES, Caller
from bidwright.core.clock import Clock
from bidwright.core.errors import InvalidInput, NotFound, Unauthenticated
from bidwright.core.ids import random_id
from bidwright.storage.changes import Change, Put
from bidwright.storage.keys import SYSTEM
from bidwright.storage.messages import encoded
from bidwright.storage.records import Store
from bidwright.v1.access_pb2 import ApiKey, Principal

_KIND = "api_key"
_FORM = re.compile(r"bw\.(k-[a-z0-9]{10})\.([A-Za-z0-9_-]{43})")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_UNKNOWN = Unauthenticated(
    "The API key is not known, or it was revoked.",
    fix="Send a valid key as metadata `authorization: Bearer bw...`; `bidwright key create` makes one.",
    reason="KEY_UNKNOWN",
)


class ApiKeys:
    """Makes, checks and revokes API keys."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def create(self, *, account: str, principal: str, roles: frozenset[str]) -> str:
        """Make a key and return it; it cannot be read again.

        Raises:
            InvalidInput: Account or principal is not a short lower-case name, or a role does not exist.
        """
        for what, name in (("account", account), ("principal", principal)):
            if not _NAME.fullmatch(name):
                raise InvalidInput(
                    f"{name!r} cannot be the name of the {what}.",
                    fix="Use 1 to 40 of a-z, 0-9, - and _, beginning with a letter.",
                )
        if not roles or roles - set(ROLES):
            raise InvalidInput(
                f"{', '.join(sorted(roles)) or 'No role'} is not allowed.",
                fix=f"Give one or more of {', '.join(ROLES)}.",
            )
        key_id, secret = random_id("k"), secrets.token_urlsafe(32)
        key = ApiKey(
            id=key_id,
            principal=Principal(name=f"principals/{principal}", account=account, roles=sorted(roles)),
            secret_sha256=_digest(secret),
        )
        key.create_time.FromDatetime(self._clock())
        await self._store.commit(SYSTEM, Change(puts=[Put(_KIND, key_id, encoded(key), 0)]))
        return f"bw.{key_id}.{secret}"

    async def authenticate(self, authorization: str) -> Caller:
        """The caller behind an ``authorization`` metadata value.

        Raises:
            Unauthenticated: There is no key, or it is unknown or revoked; which of these is not told.
        """
        form = _FORM.fullmatch(authorization.removeprefix("Bearer ").strip())
        record = await self._store.get(SYSTEM, _KIND, form[1]) if form else None
        if form is None or record is None:
            raise _UNKNOWN
        key = ApiKey.FromString(record.body)
        if not hmac.compare_digest(key.secret_sha256, _digest(form[2])) or key.HasField("revoke_time"):
            raise _UNKNOWN
        return Caller(
            account=key.principal.account,
            principal=key.principal.name.removeprefix("principals/"),
            roles=frozenset(key.principal.roles),
        )

    async def revoke(self, key_id: str) -> None:
        """Make a key open nothing from now on; harmless to repeat.

        Raises:
            NotFound: There is no such key.
        """
        record = await self._store.get(SYSTEM, _KIND, key_id)
        if record is None:
            raise NotFound(f"There is no key {key_id}.", fix="`bidwright key list` shows the keys.")
        key = ApiKey.FromString(record.body)
        if key.HasField("revoke_time"):
            return
        key.revoke_time.FromDatetime(self._clock())
        put = Put(_KIND, key_id, encoded(key), record.version)
        await self._store.commit(SYSTEM, Change(puts=[put]))

    async def every(self) -> AsyncIterator[ApiKey]:
        """All keys, oldest first."""
        async for record in self._store.every(_KIND):
            yield ApiKey.FromString(record.body)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
