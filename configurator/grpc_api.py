"""ConfiguratorService over gRPC."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import grpc
from google.type.money_pb2 import Money

from bidwright.catalog.amount_messages import amount_of, decimal_message
from bidwright.catalog.answers import answers_to_proto
from bidwright.catalog.days import today_in
from bidwright.catalog.model import Answer, Release
from bidwright.catalog.releases import FindRelease
from bidwright.configurator.alternatives import USUAL_NUMBER, Alternative, alternatives, qualities_of
from bidwright.configurator.change import Installed, change, installed_of
from bidwright.configurator.check import check
from bidwright.configurator.configure import configure
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.guide import guide
from bidwright.configurator.guide_facts import vocabulary_of
from bidwright.configurator.guide_messages import response_of, wishes_of
from bidwright.configurator.objectives import IN_MONEY, OURS_ALONE, is_ours_alone
from bidwright.configurator.repair import explain_and_repair
from bidwright.configurator.repair_changes import Asked, Changes
from bidwright.configurator.repair_messages import changed_request, explanation_message, weights_of
from bidwright.configurator.request import LIMITS, Requirements, requirements_and_items, requirements_of
from bidwright.configurator.sites_configure import configure_sites
from bidwright.configurator.sites_request import site_messages
from bidwright.configurator.solution import Solution, SolverDisagrees
from bidwright.core.amount_table import AmountTable, CostTable
from bidwright.core.caller import current_caller
from bidwright.core.clock import Clock
from bidwright.core.errors import Forbidden, Unavailable
from bidwright.core.money import to_minor
from bidwright.v1 import configuration_pb2, configurator_pb2, configurator_pb2_grpc, price_pb2

DEFAULT_DEADLINE_S = 10.0
LONGEST_DEADLINE_S = 60.0
DEFAULT_REPAIRS = 3
_ANSWER_S = 0.25
"""Kept back of a caller's deadline for pricing and sending the answer."""

_WAITING_PER_THREAD = 16
"""Searches that may wait for each thread; more would only reach their deadlines."""

Price = Callable[
    [Release, configuration_pb2.Configuration, configuration_pb2.CommercialTerms, dt.date], price_pb2.Price
]
"""Prices a configuration under terms, today. Given by pricing."""


AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, kw_only=True)
class Question:
    """A request that has been understood.

    Attributes:
        table: What quantities cost in its market and under its terms.
        today: The day in its market.
    """

    request: configurator_pb2.ConfigureRequest
    requirements: Requirements
    table: AmountTable
    today: dt.date


class AmountTables(Protocol):
    """Says what quantities cost. Given by pricing."""

    def amount_table(  # noqa: PLR0913 - all that a price depends on
        self,
        release: Release,
        market_id: str,
        terms: configuration_pb2.CommercialTerms,
        *,
        bespoke_items: Sequence[configuration_pb2.BespokeItem],
        answers: Mapping[str, Answer],
        today: dt.date,
    ) -> AmountTable:
        """The amounts of a market under terms and for answers, today."""

    def cost_table(
        self,
        release: Release,
        configuration: configuration_pb2.Configuration,
        terms: configuration_pb2.CommercialTerms,
        today: dt.date,
    ) -> CostTable:
        """What quantities cost us in a market, for answers and with a bespoke layer, today."""


class ConfiguratorService(configurator_pb2_grpc.ConfiguratorServiceServicer):
    """Answers Configure and CheckConfiguration. Keeps nothing."""

    def __init__(
        self, find_release: FindRelease, tables: AmountTables, price: Price, *, clock: Clock, threads: int = 2
    ) -> None:
        self._find_release = find_release
        self._tables = tables
        self._price = price
        self._clock = clock
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
        return await self._search(request, context.time_remaining(), self._configure)

    async def SuggestAlternatives(
        self,
        request: configurator_pb2.SuggestAlternativesRequest,
        context: grpc.aio.ServicerContext[
            configurator_pb2.SuggestAlternativesRequest, configurator_pb2.SuggestAlternativesResponse
        ],
    ) -> configurator_pb2.SuggestAlternativesResponse:
        """Suggest configurations between the cheapest and the best."""
        return await self._search(
            request.request, context.time_remaining(), lambda *asked: self._suggest(request, *asked)
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
            lambda question, deadline: self._change(question, installed, deadline),
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
            request.request, context.time_remaining(), lambda *asked: self._guide(request, *asked), partial=True
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
            request.request, context.time_remaining(), lambda *asked: self._explain(request, *asked)
        )

    async def ConfigureSites(
        self,
        request: configurator_pb2.ConfigureSitesRequest,
        context: grpc.aio.ServicerContext[configurator_pb2.ConfigureSitesRequest, configurator_pb2.ConfigureResponse],
    ) -> configurator_pb2.ConfigureResponse:
        """Find the best valid configuration of a bid with many sites."""
        return await self._search(request.request, context.time_remaining(), self._configure_sites, sites=request.sites)

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
            lambda: search(self._question(request, release, partial=partial, sites=sites), deadline), deadline
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

    def _question(
        self,
        request: configurator_pb2.ConfigureRequest,
        release: Release,
        *,
        partial: bool = False,
        sites: Sequence[configurator_pb2.Site] | None = None,
    ) -> Question:
        """Understand a request.

        Raises:
            InvalidInput: With every fault at once.
        """
        requirements = requirements_of(request, release, partial=partial, sites=sites)
        # Asked once: midnight may pass during the search, and both sums must be those of one day.
        today = today_in(requirements.market, self._clock())
        table = self._table(request, requirements, today)
        return Question(request=request, requirements=requirements, table=table, today=today)

    def _table(
        self, request: configurator_pb2.ConfigureRequest, requirements: Requirements, today: dt.date
    ) -> AmountTable:
        """What quantities cost the customer, and us where an objective is about that."""
        release = requirements.release
        table = self._tables.amount_table(
            release,
            request.market,
            request.terms,
            bespoke_items=request.bespoke_items,
            answers=requirements.answers,
            today=today,
        )
        if not any(objective.measure in OURS_ALONE for objective in requirements.objectives):
            return table
        costed = _configuration(request, requirements, {})
        return replace(table, costs=self._tables.cost_table(release, costed, request.terms, today))

    def _configure(self, question: Question, deadline: Deadline) -> configurator_pb2.ConfigureResponse:
        outcome = configure(question.requirements, question.table, deadline)
        if isinstance(outcome, configuration_pb2.Conflict):
            return configurator_pb2.ConfigureResponse(conflict=outcome)
        return configurator_pb2.ConfigureResponse(solution=self._priced(question, outcome))

    def _configure_sites(self, question: Question, deadline: Deadline) -> configurator_pb2.ConfigureResponse:
        outcome = configure_sites(question.requirements, question.table, deadline)
        if isinstance(outcome, configuration_pb2.Conflict):
            return configurator_pb2.ConfigureResponse(conflict=outcome)
        solution = self._priced(question, outcome.solution)
        solution.configuration.sites.extend(site_messages(outcome.sites))
        return configurator_pb2.ConfigureResponse(solution=solution)

    def _suggest(
        self, request: configurator_pb2.SuggestAlternativesRequest, question: Question, deadline: Deadline
    ) -> configurator_pb2.SuggestAlternativesResponse:
        qualities = qualities_of(request.qualities, question.requirements)
        number = request.max_alternatives or USUAL_NUMBER
        outcome = alternatives(question.requirements, question.table, qualities, deadline, number=number)
        if isinstance(outcome, configuration_pb2.Conflict):
            return configurator_pb2.SuggestAlternativesResponse(conflict=outcome, complete=True)
        found = [self._alternative(question, one) for one in outcome.found]
        return configurator_pb2.SuggestAlternativesResponse(alternatives=found, complete=outcome.complete)

    def _alternative(self, question: Question, found: Alternative) -> configurator_pb2.Alternative:
        solution = self._priced(question, found.solution)
        solution.proof.objective = "contract value with at least these qualities"
        qualities = [
            configurator_pb2.QualityValue(attribute=attribute, value=decimal_message(total))
            for attribute, total in found.qualities.items()
        ]
        return configurator_pb2.Alternative(
            title=found.title, solution=solution, qualities=qualities, differences=found.differences
        )

    def _change(
        self, question: Question, installed: Installed, deadline: Deadline
    ) -> configurator_pb2.ChangeConfigurationResponse:
        outcome = change(question.requirements, installed, question.table, deadline)
        if isinstance(outcome, configuration_pb2.Conflict):
            return configurator_pb2.ChangeConfigurationResponse(conflict=outcome)
        solution = self._priced(question, outcome.solution)
        solution.proof.objective = "contract value of what disturbs least"
        found = configurator_pb2.ConfigurationChange(solution=solution, changes=outcome.items, disruption=outcome.proof)
        return configurator_pb2.ChangeConfigurationResponse(change=found)

    def _guide(
        self, request: configurator_pb2.GuideConfigurationRequest, question: Question, deadline: Deadline
    ) -> configurator_pb2.GuideConfigurationResponse:
        requirements = question.requirements
        wishes = wishes_of(request, vocabulary_of(requirements.release, requirements.offering))
        outcome = guide(requirements, question.table, wishes, deadline)
        if isinstance(outcome, configuration_pb2.Conflict):
            return configurator_pb2.GuideConfigurationResponse(conflict=outcome)
        return response_of(outcome, question.table.currency)

    def _explain(
        self, request: configurator_pb2.ExplainConfigurationRequest, question: Question, deadline: Deadline
    ) -> configurator_pb2.ExplainConfigurationResponse:
        weights = weights_of(request, question.requirements)
        asked = Asked(requirements=question.requirements, amounts=question.table)

        def repaired(changes: Changes) -> Asked:
            changed = self._changed(question, changes)
            return Asked(requirements=changed.requirements, amounts=changed.table)

        most = request.max_repairs or DEFAULT_REPAIRS
        outcome = explain_and_repair(asked, repaired, weights, most=most, deadline=deadline)
        return explanation_message(
            outcome,
            question.requirements,
            lambda repair: self._priced(self._changed(question, repair.changes), repair.solution),
        )

    def _changed(self, question: Question, changes: Changes) -> Question:
        """A question with changes to its request, on the same day."""
        requirements = question.requirements
        request = changed_request(question.request, changes, requirements.market.currency)
        release, today = requirements.release, question.today
        changed = requirements_of(request, release)
        return Question(request=request, requirements=changed, table=self._table(request, changed, today), today=today)

    def _priced(self, question: Question, solution: Solution) -> configurator_pb2.Solution:
        """The record of a solution, with the totals that pricing counts."""
        configuration = _configuration(question.request, question.requirements, solution.items)
        release = question.requirements.release
        totals = self._price(release, configuration, question.request.terms, question.today).totals
        _require_equal(solution, totals)
        first, *further = solution.proofs
        return configurator_pb2.Solution(
            configuration=configuration, proof=first, totals=totals, further_proofs=further
        )


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


def _configuration(
    request: configurator_pb2.ConfigureRequest, requirements: Requirements, items: Mapping[str, int]
) -> configuration_pb2.Configuration:
    return configuration_pb2.Configuration(
        release=requirements.release.name,
        offering=requirements.offering.id,
        market=requirements.market.id,
        needs=answers_to_proto(requirements.answers),
        items=[
            configuration_pb2.ConfigurationItem(component=component, quantity=units)
            for component, units in items.items()
        ],
        bespoke_items=request.bespoke_items,
    )


def _require_equal(solution: Solution, totals: price_pb2.PriceTotals) -> None:
    """The two engines count the same money.

    Raises:
        SolverDisagrees: They do not; a fault of ours.
    """
    counted: dict[str, int] = {name: getattr(solution.amounts, name) for name in LIMITS}
    for one in solution.reached:
        if one.objective.measure is not None and one.objective.measure in IN_MONEY:
            counted[one.objective.measure] = int(one.value)
    for name, amount in counted.items():
        priced = _minor("contract_value", totals) - _minor("contract_cost", totals)
        if name != "margin":
            priced = _minor(name, totals)
        if priced != amount:
            raise SolverDisagrees(f"{name}: the solver counts {amount}, pricing {priced}")


def _minor(name: str, totals: price_pb2.PriceTotals) -> int:
    """A sum of a price in minor units."""
    sum_: Money = getattr(totals, name)
    return to_minor(amount_of(sum_, where=name), sum_.currency_code)
