"""What every call passes: authentication, role, validation; and what every error becomes on its way out."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
from google.protobuf.message import DecodeError, Message

from bidwright.core.caller import Caller, current_caller, serve_for
from bidwright.core.errors import BidwrightError, InvalidInput, Unauthenticated
from bidwright.core.ids import random_id
from bidwright.server.access import FOR_EVERYBODY, require_own_terms, require_role, short_name
from bidwright.server.grpc_errors import status_of
from bidwright.server.redaction import redacted
from bidwright.server.validation import validate

_log = logging.getLogger(__name__)

Authenticate = Callable[[str], Awaitable[Caller]]
Context = Any  # grpc.aio.ServicerContext; its stubs lack abort_with_status


class Gate(grpc.aio.ServerInterceptor):  # type: ignore[type-arg]  # generic in the stubs only
    """Lets a call through to its service, with the caller set, or refuses it with a status that says why."""

    def __init__(self, authenticate: Authenticate) -> None:
        self._authenticate = authenticate

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """Wrap the method's handler; called by grpc for each call."""
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or short_name(method).startswith(FOR_EVERYBODY):
            return handler
        serialize, decode = handler.response_serializer, handler.request_deserializer
        if handler.request_streaming:  # reflection is the only such service
            passage = _Passage(method, self._authenticate, lambda requests: requests)
            return grpc.stream_stream_rpc_method_handler(passage.stream(handler.stream_stream), decode, serialize)
        # We decode requests ourselves: grpc would answer INTERNAL to bytes that are no message.
        passage = _Passage(method, self._authenticate, decode)
        if handler.response_streaming:
            return grpc.unary_stream_rpc_method_handler(passage.stream(handler.unary_stream), None, serialize)
        return grpc.unary_unary_rpc_method_handler(passage.unary(handler.unary_unary), None, serialize)


class _Passage:
    """The way of the calls of one method."""

    def __init__(self, method: str, authenticate: Authenticate, decode: Callable[[Any], Any]) -> None:
        self._method = method
        self._authenticate = authenticate
        self._decode = decode

    def unary(self, behaviour: Any) -> Callable[[Any, Context], Awaitable[Any]]:
        async def pass_through(request: Any, context: Context) -> Any:
            try:
                return redacted(await behaviour(await self._admit(request, context), context), current_caller())
            except Exception as error:  # the server's last resort  # noqa: BLE001
                await self._refuse(error, context)

        return pass_through

    def stream(self, behaviour: Any) -> Callable[[Any, Context], AsyncIterator[Any]]:
        async def pass_through(request: Any, context: Context) -> AsyncIterator[Any]:
            try:
                async for response in behaviour(await self._admit(request, context), context):
                    yield response
            except Exception as error:  # the server's last resort  # noqa: BLE001
                await self._refuse(error, context)

        return pass_through

    async def _admit(self, sent: Any, context: Context) -> Any:
        """Let a request in: the request, decoded and validated, with the caller set."""
        metadata = {key: value for key, value in context.invocation_metadata() or () if isinstance(value, str)}
        if "authorization" not in metadata:
            raise Unauthenticated(
                "The call carries no credential.",
                fix="Send your API key as metadata: `authorization: Bearer bw...`.",
                reason="CREDENTIAL_MISSING",
            )
        caller = await self._authenticate(metadata["authorization"])
        require_role(self._method, caller)
        try:
            request = self._decode(sent)
        except DecodeError as error:
            raise InvalidInput(
                f"The bytes sent are not a request of {short_name(self._method)}: {error}",
                fix="Encode the request with the published .proto.",
                reason="MESSAGE_INVALID",
            ) from error
        if isinstance(request, Message):
            validate(request)
            require_own_terms(request, caller)
        serve_for(caller)
        return request

    async def _refuse(self, error: Exception, context: Context) -> None:
        if isinstance(error, grpc.aio.AbortError):
            raise error
        if isinstance(error, BidwrightError):
            await context.abort_with_status(status_of(error))
        error_id = random_id("err")
        _log.error("%s failed, error id %s", self._method, error_id, exc_info=error)
        await context.abort(
            grpc.StatusCode.INTERNAL, f"A fault of the server, not of the request. Report it with the id {error_id}."
        )
