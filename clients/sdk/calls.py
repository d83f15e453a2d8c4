"""What is done for every call: key, deadline, request id, repetition, errors."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import grpc

from bidwright.clients.sdk.refusal import RequestRefused, refusal_of

_log = logging.getLogger(__name__)

_PAUSES_S = (0.1, 0.4, 1.5, 2.0, 2.0, 2.0, 2.0)  # 10 s in all: within them a server that was killed is back
_TOLD_BEFORE_S = 1.5  # shorter pauses need no word


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
        patience = _Patience(self._timeout_s if client_call_details.timeout is None else client_call_details.timeout)
        while True:
            call = continuation(self._details(client_call_details, patience), request)
            error = call.exception()
            if error is None:
                return call
            patience.wait_after(refusal_of(error))

    def intercept_unary_stream(
        self, continuation: Callable[..., Any], client_call_details: grpc.ClientCallDetails, request: Any
    ) -> Any:
        """Make one call with many answers, continued after the last one while the server cannot be reached."""
        return self._answers(continuation, client_call_details, request)

    def _answers(
        self, continuation: Callable[..., Any], client_call_details: grpc.ClientCallDetails, request: Any
    ) -> Iterator[Any]:
        patience = _Patience(client_call_details.timeout)
        while True:
            call = continuation(self._details(client_call_details, patience), request)
            try:
                for answer in call:
                    yield answer
                    request = _what_follows(request, answer)
                    patience.begin_anew()
            except grpc.RpcError as error:
                refusal = refusal_of(error)
            else:
                return
            finally:
                call.cancel()
            patience.wait_after(refusal)

    def _details(self, details: grpc.ClientCallDetails, patience: _Patience) -> _Details:
        metadata = [*(details.metadata or ()), ("authorization", f"Bearer {self._key}")]
        return _Details(
            details.method,
            patience.left_s,
            metadata,
            details.credentials,
            details.wait_for_ready,
            getattr(details, "compression", None),
        )


class _Patience:
    """The time that one call has, and the pauses before it is repeated."""

    def __init__(self, timeout_s: float | None) -> None:
        self._end = None if timeout_s is None else time.monotonic() + timeout_s
        self._pauses_s = iter(_PAUSES_S)

    @property
    def left_s(self) -> float | None:
        """Seconds until the deadline; None without one."""
        return None if self._end is None else max(self._end - time.monotonic(), 0.0)

    def begin_anew(self) -> None:
        """Forget earlier repetitions: the server has answered."""
        self._pauses_s = iter(_PAUSES_S)

    def wait_after(self, refusal: RequestRefused) -> None:
        """Pause before the next repetition.

        Raises:
            RequestRefused: The one given, where a repetition cannot help, or there is no time for one any more.
        """
        pause_s = next(self._pauses_s, None) if refusal.may_pass else None
        left_s = self.left_s
        if pause_s is None or (left_s is not None and left_s <= pause_s):
            raise refusal from None
        if pause_s == _TOLD_BEFORE_S:
            why = refusal.message if refusal.reason else "The server cannot be reached."
            _log.warning("%s Trying again for up to %.0f seconds.", why, sum(_PAUSES_S))
        time.sleep(pause_s)


def _what_follows(request: Any, answer: Any) -> Any:
    """The request for what comes after an answer: of events the later ones, of a record its present state again."""
    if "after" not in request.DESCRIPTOR.fields_by_name:
        return request
    following = type(request)()
    following.CopyFrom(request)
    following.after = answer.event.position
    return following


def _with_request_id(request: Any) -> Any:
    """A copy with a request id where the message has room for one and none is given."""
    if "request_id" not in request.DESCRIPTOR.fields_by_name or request.request_id:
        return request
    named = type(request)()
    named.CopyFrom(request)
    named.request_id = str(uuid.uuid4())
    return named
