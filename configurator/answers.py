"""What the configurator answers: a request understood, the search for it, and the record of what was found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from bidwright.catalog.amount_messages import decimal_message
from bidwright.catalog.answers import answers_to_proto
from bidwright.catalog.days import today_in
from bidwright.catalog.model import Answer, Release
from bidwright.configurator.alternatives import USUAL_NUMBER, Alternative, alternatives, qualities_of
from bidwright.configurator.change import Change
from bidwright.configurator.change_repair import change_repairs, least_change
from bidwright.configurator.configure import configure
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.guide_answers import guided
from bidwright.configurator.installed import Installed, check_places
from bidwright.configurator.mending import Mender
from bidwright.configurator.money_checks import check_packages, possible_packages, require_equal
from bidwright.configurator.objectives import OURS_ALONE
from bidwright.configurator.question import Question
from bidwright.configurator.repair_messages import changed_request, weights_of
from bidwright.configurator.request import Requirements, requirements_of
from bidwright.configurator.sites_change import SitesChange
from bidwright.configurator.sites_configure import SitedSolution, configure_sites
from bidwright.configurator.sites_repair import SitedChanges
from bidwright.configurator.sites_repair_messages import changed_sites
from bidwright.configurator.sites_request import site_messages
from bidwright.configurator.solution import Solution
from bidwright.core.amount_table import AmountTable, CostTable
from bidwright.core.clock import Clock
from bidwright.v1 import configuration_pb2, configurator_pb2, price_pb2

USUAL_REPAIRS = 3
"""How many repairs are told where the request does not say."""

Price = Callable[
    [Release, configuration_pb2.Configuration, configuration_pb2.CommercialTerms, dt.date], price_pb2.Price
]
"""Prices a configuration under terms, today. Given by pricing."""


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


class Answers:
    """Answers the requests of ConfiguratorService, each in the thread it is called in. Keeps nothing."""

    def __init__(self, tables: AmountTables, price: Price, clock: Clock) -> None:
        self._tables = tables
        self._price = price
        self._clock = clock

    def question(
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
        return Question(request=request, sites=sites or (), requirements=requirements, table=table, today=today)

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
        table = replace(table, packages=possible_packages(table.packages, requirements))
        check_packages(table, requirements)
        if not any(objective.measure in OURS_ALONE for objective in requirements.objectives):
            return table
        costed = _configuration(request, requirements, {})
        return replace(table, costs=self._tables.cost_table(release, costed, request.terms, today))

    def configure(self, question: Question, deadline: Deadline) -> configurator_pb2.ConfigureResponse:
        """The best configuration, or what cannot hold together."""
        outcome = configure(question.requirements, question.table, deadline, or_any=True)
        if isinstance(outcome, configuration_pb2.Conflict):
            return configurator_pb2.ConfigureResponse(conflict=outcome)
        return configurator_pb2.ConfigureResponse(solution=self._priced(question, outcome))

    def configure_sites(self, question: Question, deadline: Deadline) -> configurator_pb2.ConfigureResponse:
        """The same for a bid with sites."""
        outcome = configure_sites(question.requirements, question.table, deadline)
        if isinstance(outcome, configuration_pb2.Conflict):
            return configurator_pb2.ConfigureResponse(conflict=outcome)
        return configurator_pb2.ConfigureResponse(solution=self._sited(question, outcome))

    def suggest(
        self, request: configurator_pb2.SuggestAlternativesRequest, question: Question, deadline: Deadline
    ) -> configurator_pb2.SuggestAlternativesResponse:
        """Alternatives from the cheapest to the best."""
        qualities = qualities_of(request.qualities, question.requirements)
        number = request.max_alternatives or USUAL_NUMBER
        outcome = alternatives(question.requirements, question.table, qualities, deadline, number=number)
        if isinstance(outcome, configuration_pb2.Conflict):
            return configurator_pb2.SuggestAlternativesResponse(conflict=outcome, complete=True)
        found = [self._alternative(question, one) for one in outcome.found]
        return configurator_pb2.SuggestAlternativesResponse(alternatives=found, complete=outcome.complete)

    def _alternative(self, question: Question, found: Alternative) -> configurator_pb2.Alternative:
        solution = self._sited(question, SitedSolution(found.solution, found.sites))
        solution.proof.objective = "contract value with at least these qualities"
        qualities = [
            configurator_pb2.QualityValue(attribute=attribute, value=decimal_message(total))
            for attribute, total in found.qualities.items()
        ]
        return configurator_pb2.Alternative(
            title=found.title, solution=solution, qualities=qualities, differences=found.differences
        )

    def change(
        self,
        request: configurator_pb2.ChangeConfigurationRequest,
        installed: Installed,
        question: Question,
        deadline: Deadline,
    ) -> configurator_pb2.ChangeConfigurationResponse:
        """The way from what is installed that disturbs least, or why there is none and what would mend it."""
        if question.requirements.sites:
            check_places(question.requirements, installed)
        outcome = least_change(question, installed, deadline, or_any=True)
        if not isinstance(outcome, configuration_pb2.Conflict):
            return configurator_pb2.ChangeConfigurationResponse(change=self._change(question, outcome))
        response = configurator_pb2.ChangeConfigurationResponse(conflict=outcome)
        if request.max_repairs:
            repairs, response.repairs_complete = change_repairs(
                question, installed, self._changed, most=request.max_repairs, deadline=deadline
            )
            response.repairs.extend(
                configurator_pb2.ChangeRepair(
                    changes=repair.mended.changes,
                    weight=repair.mended.weight,
                    change=self._change(repair.mended.question, repair.change),
                )
                for repair in repairs
            )
        return response

    def _change(self, question: Question, outcome: Change) -> configurator_pb2.ConfigurationChange:
        solution = self._priced(question, outcome.solution)
        solution.proof.objective = "contract value of what disturbs least"
        found = configurator_pb2.ConfigurationChange(solution=solution, changes=outcome.items, disruption=outcome.proof)
        if isinstance(outcome, SitesChange):
            found.solution.configuration.sites.extend(site_messages(outcome.sites))
            found.sites.extend(outcome.site_changes)
        return found

    def guide(
        self, request: configurator_pb2.GuideConfigurationRequest, question: Question, deadline: Deadline
    ) -> configurator_pb2.GuideConfigurationResponse:
        """What a partial choice means for each option."""
        return guided(request, question, lambda asked: self._table(question.request, asked, question.today), deadline)

    def explain(
        self, request: configurator_pb2.ExplainConfigurationRequest, question: Question, deadline: Deadline
    ) -> configurator_pb2.ExplainConfigurationResponse:
        """Why nothing meets a request, and what would mend it."""
        weights = weights_of(request.weights, question.requirements)
        mender = Mender(question=question, changed=self._changed, held=lambda asked: asked.requirements)
        found = mender.mending(weights, most=request.max_repairs or USUAL_REPAIRS, deadline=deadline)
        if found is None:
            return configurator_pb2.ExplainConfigurationResponse(complete=True)
        repairs = [
            configurator_pb2.Repair(
                changes=one.changes, weight=one.weight, solution=self._sited(one.question, one.found)
            )
            for one in found.repairs
        ]
        return configurator_pb2.ExplainConfigurationResponse(
            conflict=found.conflict, repairs=repairs, complete=found.complete
        )

    def _changed(self, question: Question, changes: SitedChanges) -> Question:
        """A question with changes to its request and its sites, on the same day."""
        requirements = question.requirements
        request = changed_request(question.request, changes.bid, requirements.market.currency)
        sites = changed_sites(question.sites, changes.sites)
        changed = requirements_of(request, requirements.release, sites=sites or None)
        table = self._table(request, changed, question.today)
        return replace(question, request=request, sites=sites, requirements=changed, table=table)

    def _sited(self, question: Question, found: SitedSolution) -> configurator_pb2.Solution:
        """The record of a solution, with what is at each site."""
        solution = self._priced(question, found.solution)
        solution.configuration.sites.extend(site_messages(found.sites))
        return solution

    def _priced(self, question: Question, solution: Solution) -> configurator_pb2.Solution:
        """The record of a solution, with the totals that pricing counts."""
        configuration = _configuration(question.request, question.requirements, solution.items)
        release = question.requirements.release
        totals = self._price(release, configuration, question.request.terms, question.today).totals
        require_equal(solution, totals, question.table)
        first, *further = solution.proofs
        return configurator_pb2.Solution(
            configuration=configuration, proof=first, totals=totals, further_proofs=further
        )


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
