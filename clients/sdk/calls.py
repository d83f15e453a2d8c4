"""What is done for every call: key, deadline, request id, repetition, errors."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import grpc

from bidwright.clients.sdk.refusal import refusal_of

_PAUSES_S = (0.1, 0.4, 1.6)  # waits before a repetition; the server may be restarting


class _Details(NamedTuple):
    """The call details of grpc, as an interceptor may replace them."""

    method: str
    timeout: float | None
    metadata: list[tuple[str, str | bytes]]
    credentials: Any
    wait_for_ready: bool | None
    compression: Any


class EveryCall(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):  # type: ignore[type-arg]  # generic in the stubs only
    """Adds key and deadline, repeats where that is safe, and turns errors into ``RequestRefused``."""

    def __init__(self, key: str, timeout_s: float) -> None:
        self._key = key
        self._timeout_s = timeout_s

    def intercept_unary_unary(
        self, continuation: Callable[..., Any], client_call_details: grpc.ClientCallDetails, request: Any
    ) -> Any:
        """Make one call, repeated while the server cannot be reached."""
        request = _with_request_id(request)
        details = self._details(client_call_details, self._timeout_s)
        for pause_s in (*_PAUSES_S, None):
            call = continuation(details, request)
            error = call.exception()
            if error is None:
                return call
            refusal = refusal_of(error)
            if pause_s is None or refusal.code is not grpc.StatusCode.UNAVAILABLE or refusal.searched_in_vain:
                raise refusal from None
            time.sleep(pause_s)
        raise AssertionError("The last pause is None.")

    def intercept_unary_stream(
        self, continuation: Callable[..., Any], client_call_details: grpc.ClientCallDetails, request: Any
    ) -> Any:
        """Make one call with many answers."""
        return _answers(continuation(self._details(client_call_details, None), request))

    def _details(self, details: grpc.ClientCallDetails, timeout_s: float | None) -> _Details:
        metadata = [*(details.metadata or ()), ("authorization", f"Bearer {self._key}")]
        return _Details(
            details.method,
            details.timeout if details.timeout is not None else timeout_s,
            metadata,
            details.credentials,
            details.wait_for_ready,
            getattr(details, "compression", None),
        )


def _answers(call: Any) -> Iterator[Any]:
    try:
        yield from call
    except grpc.RpcError as error:
        raise refusal_of(error) from None
    finally:
        call.cancel()


def _with_request_id(request: Any) -> Any:
    """A copy with a request id where the message has room for one and none is given."""
    if "request_id" not in request.DESCRIPTOR.fields_by_name or request.request_id:
        return request
    named = type(request)()
    named.CopyFrom(request)
    named.request_id = str(uuid.uuid4())
    return named
