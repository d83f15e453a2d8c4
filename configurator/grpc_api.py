"""ConfiguratorService over gRPC."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import grpc

from bidwright.catalog.releases import FindRelease
from bidwright.configurator.answers import AmountTables, Answers, Price
from bidwright.configurator.check import check
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.installed import installed_of
from bidwright.configurator.objectives import is_ours_alone
from bidwright.configurator.question import Question
from bidwright.configurator.request import requirements_and_items
from bidwright.core.caller import current_caller
from bidwright.core.clock import Clock
from bidwright.core.errors import Forbidden, Unavailable
from bidwright.v1 import configurator_pb2, configurator_pb2_grpc

DEFAULT_DEADLINE_S = 10.0
LONGEST_DEADLINE_S = 60.0
_ANSWER_S = 0.25
"""Kept back of a caller's deadline for pricing and sending the answer."""

_WAITING_PER_THREAD = 16
"""Searches that may wait for each thread; more would only reach their deadlines."""

AnswerT = TypeVar("AnswerT")


class ConfiguratorService(configurator_pb2_grpc.ConfiguratorServiceServicer):
    """Answers every method of the service, beside the event loop and within the caller's deadline. Keeps nothing."""

    def __init__(
        self, find_release: FindRelease, tables: AmountTables, price: Price, *, clock: Clock, threads: int = 2
    ) -> None:
        self._find_release = find_release
        self._answers = Answers(tables, price, clock)
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="configure")
        self._most_at_once = threads * (1 + _WAITING_PER_THREAD)
        self._at_once = 0

    def close(self) -> None:
        """Let running searches end and start no more."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    async def Configure(
        self,
        request: configurator_pb2.ConfigureRequest,
        context: grpc.aio.ServicerContext[configurator_pb2.ConfigureRequest, configurator_pb2.ConfigureResponse],
    ) -> configurator_pb2.ConfigureResponse:
        """Find the best valid configuration, or say what cannot hold together."""
        return await self._search(request, context.time_remaining(), self._answers.configure)

    async def SuggestAlternatives(
        self,
        request: configurator_pb2.SuggestAlternativesRequest,
        context: grpc.aio.ServicerContext[
            configurator_pb2.SuggestAlternativesRequest, configurator_pb2.SuggestAlternativesResponse
        ],
    ) -> configurator_pb2.SuggestAlternativesResponse:
        """Suggest configurations between the cheapest and the best."""
        return await self._search(
            request.request,
            context.time_remaining(),
            lambda *asked: self._answers.suggest(request, *asked),
            sites=request.sites or None,
        )

    async def ChangeConfiguration(
        self,
        request: configurator_pb2.ChangeConfigurationRequest,
        context: grpc.aio.ServicerContext[
            configurator_pb2.ChangeConfigurationRequest, configurator_pb2.ChangeConfigurationResponse
        ],
    ) -> configurator_pb2.ChangeConfigurationResponse:
        """Find the way from what is installed to new needs that disturbs it least."""
        installed = installed_of(request)
        return await self._search(
            request.request,
            context.time_remaining(),
            lambda *asked: self._answers.change(request, installed, *asked),
            sites=request.sites or None,
        )

    async def GuideConfiguration(
        self,
        request: configurator_pb2.GuideConfigurationRequest,
        context: grpc.aio.ServicerContext[
            configurator_pb2.GuideConfigurationRequest, configurator_pb2.GuideConfigurationResponse
        ],
    ) -> configurator_pb2.GuideConfigurationResponse:
        """Say for a partial choice which options are forced, open and excluded."""
        return await self._search(
            request.request,
            context.time_remaining(),
            lambda *asked: self._answers.guide(request, *asked),
            partial=True,
            sites=request.sites or None,
        )

    async def ExplainConfiguration(
        self,
        request: configurator_pb2.ExplainConfigurationRequest,
        context: grpc.aio.ServicerContext[
            configurator_pb2.ExplainConfigurationRequest, configurator_pb2.ExplainConfigurationResponse
        ],
    ) -> configurator_pb2.ExplainConfigurationResponse:
        """Say why nothing meets a request, and the smallest changes to it that mend it."""
        return await self._search(
            request.request,
            context.time_remaining(),
            lambda *asked: self._answers.explain(request, *asked),
            sites=request.sites or None,
        )

    async def ConfigureSites(
        self,
        request: configurator_pb2.ConfigureSitesRequest,
        context: grpc.aio.ServicerContext[configurator_pb2.ConfigureSitesRequest, configurator_pb2.ConfigureResponse],
    ) -> configurator_pb2.ConfigureResponse:
        """Find the best valid configuration of a bid with many sites."""
        return await self._search(
            request.request, context.time_remaining(), self._answers.configure_sites, sites=request.sites
        )

    async def CheckConfiguration(
        self,
        request: configurator_pb2.CheckConfigurationRequest,
        context: grpc.aio.ServicerContext[
            configurator_pb2.CheckConfigurationRequest, configurator_pb2.CheckConfigurationResponse
        ],
    ) -> configurator_pb2.CheckConfigurationResponse:
        """Say everything that is wrong with one configuration."""
        release = await self._find_release(request.configuration.release)
        requirements, items = requirements_and_items(request.configuration, release)
        violations = await asyncio.to_thread(check, requirements, items)
        return configurator_pb2.CheckConfigurationResponse(valid=not violations, violations=violations)

    async def _search(
        self,
        request: configurator_pb2.ConfigureRequest,
        remaining_s: float | None,
        search: Callable[[Question, Deadline], AnswerT],
        *,
        partial: bool = False,
        sites: Sequence[configurator_pb2.Site] | None = None,
    ) -> AnswerT:
        """Understand a request and run a search for it beside the event loop, within what the caller waits."""
        _require_own_people(request)
        release = await self._find_release(request.portfolio)
        deadline = Deadline(_allowed_s(remaining_s))
        return await self._in_thread(
            lambda: search(self._answers.question(request, release, partial=partial, sites=sites), deadline), deadline
        )

    async def _in_thread(self, search: Callable[[], AnswerT], deadline: Deadline) -> AnswerT:
        """Run a search beside the event loop; a caller who goes away ends it.

        Raises:
            Unavailable: Too many searches wait already.
        """
        if self._at_once >= self._most_at_once:
            raise Unavailable(
                f"{self._at_once} searches are under way or waiting",
                fix="Repeat the request in a moment.",
                reason="TOO_MANY_SEARCHES",
            )
        self._at_once += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, search)
        except asyncio.CancelledError:
            deadline.end_now()
            raise
        finally:
            self._at_once -= 1


def _require_own_people(request: configurator_pb2.ConfigureRequest) -> None:
    """Refuse customers what would tell them our cost.

    Raises:
        Forbidden: A caller who is nothing but a customer asks for the best cost or margin.
    """
    asked = [f"objectives[{at}]" for at, one in enumerate(request.objectives) if is_ours_alone(one)]
    if asked and current_caller().roles <= {"customer"}:
        raise Forbidden(
            f"{current_caller().principal} is a customer, and {', '.join(asked)} would tell our cost.",
            fix="Ask for the least contract value, or for another measure than cost and margin.",
            reason="OBJECTIVE_OURS_ALONE",
        )


def _allowed_s(remaining_s: float | None) -> float:
    """Seconds a search may take, given what the caller waits."""
    if remaining_s is None:
        return DEFAULT_DEADLINE_S
    return min(max(remaining_s - _ANSWER_S, 0.0), LONGEST_DEADLINE_S)
