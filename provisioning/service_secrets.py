"""Gives each step its secrets: its own, and those it has in common with others."""

from __future__ import annotations

from collections.abc import Mapping

from bidwright.core.errors import Conflicting
from bidwright.provisioning.ansible_roles import role_interface
from bidwright.provisioning.credentials import CredentialCipher
from bidwright.provisioning.journal import Journal
from bidwright.provisioning.order import step_of
from bidwright.provisioning.order_records import CREDENTIAL_KIND, service_id
from bidwright.storage.changes import Put
from bidwright.v1.order_pb2 import Order
from bidwright.v1.plan_pb2 import PlanStep

_ATTEMPTS = 10  # somebody else writes a service's credentials once or twice in its life


async def secrets_of(cipher: CredentialCipher, journal: Journal, order: Order, step: PlanStep) -> Mapping[str, str]:
    """Read the secrets of a step, or generate them and store them before the role can see them.

    A shared secret is that of another step; whoever comes first generates it, with all the others of that step.

    Raises:
        InvalidInput: The role is unknown.
        Unavailable: The secrets cannot be decrypted.
    """
    found = dict(await _own(cipher, journal, order, step))
    for shared in step.secrets:
        owner = step_of(order, shared.step)
        if owner is None:
            raise ValueError(f"{order.name} has no step {shared.step}")
        found[shared.name] = (await _own(cipher, journal, order, owner.plan_step))[shared.option]
    return found


async def _own(cipher: CredentialCipher, journal: Journal, order: Order, step: PlanStep) -> Mapping[str, str]:
    names = role_interface(step.role).secrets - {shared.name for shared in step.secrets}
    if not names:
        return {}
    id_ = service_id(order.contract, step.id)
    for _ in range(_ATTEMPTS):
        record = await journal.store.get(journal.account, CREDENTIAL_KIND, id_)
        stored = cipher.reveal(record.body) if record is not None and record.body else {}
        # A role may have gained a secret since the service was made; those it has stay as they are.
        missing = names - stored.keys()
        if not missing:
            return stored
        encrypted = cipher.seal({**stored, **cipher.reveal(cipher.generate(missing))})
        try:
            await journal.put(Put(CREDENTIAL_KIND, id_, encrypted, record.version if record else 0))
        except Conflicting as error:
            if error.reason != "ETAG_MISMATCH":
                raise
        else:
            return cipher.reveal(encrypted)
    raise Conflicting(
        f"The credentials of services/{id_} changed {_ATTEMPTS} times while they were to be written.",
        fix="Repeat later.",
        reason="ORDER_BUSY",
    )
