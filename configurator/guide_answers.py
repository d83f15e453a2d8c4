"""The answer to a request for guidance, of a bid with sites or without."""

from __future__ import annotations

from bidwright.configurator.deadline import Deadline
from bidwright.configurator.guide import guide
from bidwright.configurator.guide_facts import vocabulary_of
from bidwright.configurator.guide_messages import asked_site, response_of, wishes_of
from bidwright.configurator.request import Requirements
from bidwright.configurator.sites_guide import guide_sites, vocabulary_of_sites
from bidwright.core.amount_table import AmountTable
from bidwright.v1.configuration_pb2 import Conflict
from bidwright.v1.configurator_pb2 import GuideConfigurationRequest, GuideConfigurationResponse


def guided(
    request: GuideConfigurationRequest, requirements: Requirements, amounts: AmountTable, deadline: Deadline
) -> GuideConfigurationResponse:
    """What a partial choice means for each option.

    Raises:
        InvalidInput: Options or a site that there are not.
        Unavailable: It was not known in time whether the choice can be completed.
    """
    site = asked_site(request, requirements)
    if requirements.sites:
        wishes = wishes_of(request, vocabulary_of_sites(requirements, site))
        outcome = guide_sites(requirements, site, amounts, wishes=wishes, deadline=deadline)
    else:
        wishes = wishes_of(request, vocabulary_of(requirements.release, requirements.offering))
        outcome = guide(requirements, amounts, wishes, deadline)
    if isinstance(outcome, Conflict):
        return GuideConfigurationResponse(conflict=outcome)
    return response_of(outcome, amounts.currency)
