"""A partial choice and what it means, from and to the messages of the wire."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from bidwright.catalog.amount_messages import decimal_message, money
from bidwright.catalog.answers import answer_to_proto, answers_from_proto
from bidwright.configurator.guide import Guidance, Wishes
from bidwright.configurator.guide_facts import Option, Vocabulary
from bidwright.configurator.request import Requirements
from bidwright.core.errors import Faults, InvalidInput
from bidwright.core.money import from_minor
from bidwright.core.nearest import advice
from bidwright.v1 import configurator_pb2
from bidwright.v1.configurator_pb2 import GuideConfigurationRequest, GuideConfigurationResponse


def wishes_of(request: GuideConfigurationRequest, vocabulary: Vocabulary) -> Wishes:
    """Understand what is wanted beside the states.

    Raises:
        InvalidInput: With every fault at once: options that the offering does not have.
    """
    known = {option: option for option in vocabulary.options}
    faults = Faults()
    explain = _options(request.explain, "explain", known, faults)
    price = _options(request.price, "price", known, faults)
    faults.raise_if_any("The request")
    return Wishes(explain=explain, price=price, ranges=request.ranges)


def asked_site(request: GuideConfigurationRequest, bid: Requirements) -> str:
    """Understand which site is asked about; empty for the bid as a whole.

    Raises:
        InvalidInput: The bid does not have it.
    """
    ids = [site.id for site in bid.sites]
    faults = Faults()
    if request.site and request.site not in ids:
        faults.add("site", f"{request.site!r} is not a site of the bid", advice(request.site, ids))
    faults.raise_if_any("The request")
    return request.site


def _options(
    messages: Iterable[configurator_pb2.Option], where: str, known: Iterable[Option], faults: Faults
) -> tuple[Option, ...]:
    found: dict[Option, None] = {}
    for index, message in enumerate(messages):
        try:
            option = _option(message)
        except InvalidInput as refusal:
            faults.found.extend(refusal.faults)
            continue
        if option in known:
            found[option] = None
        else:
            values = [str(other.value) for other in known if other.need == option.need]
            told = f"{option.value} is no answer to {option.need}" if option.need else f"{option.value} is not offered"
            faults.add(f"{where}[{index}]", told, advice(str(option.value), values))
    return tuple(found)


def _option(message: configurator_pb2.Option) -> Option:
    if message.WhichOneof("kind") == "component":
        return Option("", message.component)
    [(need, answer)] = answers_from_proto([message.answer]).items()
    return Option(need, answer if isinstance(answer, bool) else str(answer))


def response_of(guidance: Guidance, currency: str) -> GuideConfigurationResponse:
    """The answer; amounts are in the currency."""
    vocabulary = guidance.vocabulary
    response = GuideConfigurationResponse()
    for option, state in guidance.states.items():
        told = response.options.add(option=_message(option), state=state, reasons=guidance.reasons.get(option, ()))
        if option in guidance.price_differences:
            told.price_difference.CopyFrom(money(from_minor(guidance.price_differences[option], currency), currency))
        if not option.need and str(option.value) in guidance.units:
            told.least_quantity, told.most_quantity = guidance.units[str(option.value)]
    for name, (least, most) in guidance.ranges.items():
        places = vocabulary.offering.needs[name].places
        response.ranges.add(
            need=name,
            least=decimal_message(Decimal(least).scaleb(-places)),
            most=decimal_message(Decimal(most).scaleb(-places)),
        )
    return response


def _message(option: Option) -> configurator_pb2.Option:
    if not option.need:
        return configurator_pb2.Option(component=str(option.value))
    return configurator_pb2.Option(answer=answer_to_proto(option.need, option.value))
