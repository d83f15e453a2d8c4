"""The AccessService on the wire."""

from __future__ import annotations

from typing import Any

from bidwright.core.caller import current_caller
from bidwright.v1.access_pb2 import GetCallerRequest, Principal
from bidwright.v1.access_pb2_grpc import AccessServiceServicer


class AccessApi(AccessServiceServicer):
    """Tells callers who they are."""

    async def GetCaller(self, request: GetCallerRequest, context: Any) -> Principal:
        """Read the principal behind the credential of the call."""
        caller = current_caller()
        return Principal(name=caller.name, account=caller.account, roles=sorted(caller.roles))
