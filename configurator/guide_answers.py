"""The answer to a request for guidance, of a bid with sites or without."""

from __future__ import annotations

from collections.abc import Callable

from bidwright.configurator.deadline import Deadline
from bidwright.configurator.guide import Guidance, Wishes, guide
from bidwright.configurator.guide_cases import guide_cases
from bidwright.configurator.guide_facts import vocabulary_of
from bidwright.configurator.guide_messages import asked_site, response_of, wishes_of
from bidwright.configurator.question import Question
from bidwright.configurator.request import Requirements
from bidwright.configurator.sites_guide import guide_sites, vocabulary_of_sites
from bidwright.core.amount_table import AmountTable
from bidwright.v1.configuration_pb2 import Conflict
from bidwright.v1.configurator_pb2 import GuideConfigurationRequest, GuideConfigurationResponse


def guided(
    request: GuideConfigurationRequest,
    question: Question,
    price: Callable[[Requirements], AmountTable],
    deadline: Deadline,
) -> GuideConfigurationResponse:
    """What a partial choice means for each option.

    Args:
        request: What is wanted to know.
        question: The choice.
        price: What quantities cost with more answers.
        deadline: When it is over, what is not known by then is left out.

    Raises:
        InvalidInput: Options or a site that there are not.
        Unavailable: It was not known in time whether the choice can be completed.
    """
    requirements = question.requirements
    site = asked_site(request, requirements)

    def of_sites(asked: Requirements, amounts: AmountTable, wishes: Wishes) -> Guidance | Conflict:
        return guide_sites(asked, site, amounts, wishes=wishes, deadline=deadline)

    def of_bid(asked: Requirements, amounts: AmountTable, wishes: Wishes) -> Guidance | Conflict:
        return guide(asked, amounts, wishes, deadline)

    if requirements.sites:
        vocabulary, guide_one = vocabulary_of_sites(requirements, site), of_sites
    else:
        vocabulary, guide_one = vocabulary_of(requirements.release, requirements.offering), of_bid
    wishes = wishes_of(request, vocabulary)
    outcome = guide_cases(requirements, question.table, wishes, guide=guide_one, price=price)
    if isinstance(outcome, Conflict):
        return GuideConfigurationResponse(conflict=outcome)
    return response_of(outcome, question.table.currency)
