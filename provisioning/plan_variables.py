"""Gives the variables of a step their values. What a customer typed stays text, whatever it looks like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from google.type.decimal_pb2 import Decimal as DecimalMessage

from bidwright.catalog.model import Answer, Delivery, DeliveryVariable, Release
from bidwright.core.errors import InvalidInput
from bidwright.core.money import plain
from bidwright.v1.configuration_pb2 import Configuration, ConfigurationItem, NeedAnswer
from bidwright.v1.plan_pb2 import Variable


def variables_of(
    release: Release, configuration: Configuration, delivery: Delivery, items: Sequence[ConfigurationItem]
) -> Iterator[Variable]:
    """Give the variables of a delivery in the order of the portfolio.

    Args:
        release: The release of the delivery.
        configuration: Holds the customer's answers.
        delivery: Whose variables.
        items: The components this step delivers; totals and quantities count them and no others.

    Raises:
        InvalidInput: A need has neither an answer nor a default.
    """
    answers = {answer.name: answer for answer in configuration.needs}
    for variable in delivery.variables:
        match variable.origin:
            case "need" if variable.key in answers:
                yield _answered(variable.name, answers[variable.key])
            case "total":
                yield _total(release, variable, items)
            case "quantity":
                yield Variable(name=variable.name, integer=sum(item.quantity for item in items))
            case _:
                yield _typed(variable.name, _value(delivery, variable))


def _value(delivery: Delivery, variable: DeliveryVariable) -> Answer:
    if variable.value is None:
        raise InvalidInput(
            f"The delivery {delivery.id} needs an answer to {variable.key} for its variable {variable.name}.",
            fix=f"Answer the need {variable.key}, or give the variable a default in provisioning.yaml.",
            reason="VARIABLE_WITHOUT_VALUE",
            facts={"delivery": delivery.id, "need": variable.key},
        )
    return variable.value


def _total(release: Release, variable: DeliveryVariable, items: Sequence[ConfigurationItem]) -> Variable:
    """Sum attribute x quantity; an attribute without places after the point gives a whole number."""
    total = sum(
        (release.components[item.component].attributes.get(variable.key, Decimal(0)) * item.quantity for item in items),
        Decimal(0),
    )
    whole = release.attributes[variable.key].places == 0
    return _typed(variable.name, int(total) if whole else total)


def _typed(name: str, value: Answer) -> Variable:
    if isinstance(value, bool):
        return Variable(name=name, boolean=value)
    if isinstance(value, int):
        return Variable(name=name, integer=value)
    if isinstance(value, Decimal):
        return Variable(name=name, decimal=DecimalMessage(value=plain(value)))
    return Variable(name=name, text=value)


def _answered(name: str, answer: NeedAnswer) -> Variable:
    match answer.WhichOneof("value"):
        case "boolean":
            return Variable(name=name, boolean=answer.boolean)
        case "integer":
            return Variable(name=name, integer=answer.integer)
        case "decimal":
            return Variable(name=name, decimal=answer.decimal)
        case _:
            return Variable(name=name, text=answer.text)
