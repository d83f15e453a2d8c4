"""Gives the variables of a step their values. What a customer typed stays text, whatever it looks like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from google.type.decimal_pb2 import Decimal as DecimalMessage

from bidwright.catalog.model import Answer, Delivery, DeliverySecret, DeliveryVariable, Release
from bidwright.core.errors import InvalidInput
from bidwright.core.money import plain
from bidwright.provisioning.plan_places import Instance, Layout
from bidwright.v1.configuration_pb2 import Configuration, ConfigurationItem, NeedAnswer
from bidwright.v1.plan_pb2 import (
    REFERENCE_KIND_ADDRESS,
    REFERENCE_KIND_ADDRESSES,
    REFERENCE_KIND_ENDPOINT,
    REFERENCE_KIND_ENDPOINTS,
    Reference,
    ReferenceKind,
    SharedSecret,
    Variable,
)

_REFERENCES: Final[Mapping[str, ReferenceKind]] = {
    "endpoint": REFERENCE_KIND_ENDPOINT,
    "endpoints": REFERENCE_KIND_ENDPOINTS,
    "address": REFERENCE_KIND_ADDRESS,
    "addresses": REFERENCE_KIND_ADDRESSES,
}
_OF_THE_FIRST = (REFERENCE_KIND_ENDPOINT, REFERENCE_KIND_ADDRESS)


def variables_of(
    release: Release, configuration: Configuration, instance: Instance, layout: Layout
) -> Iterator[Variable]:
    """Give the variables of a step in the order of the portfolio.

    A reference to deliveries of which none is carried out by a role in this plan is left out: the role's default holds.

    Args:
        release: The release of the delivery.
        configuration: Holds the customer's answers.
        instance: Whose variables; totals and quantities count its components and no others.
        layout: Of the whole plan.

    Raises:
        InvalidInput: A need has neither an answer nor a default.
    """
    answers = {answer.name: answer for answer in configuration.needs}
    for variable in instance.delivery.variables:
        match variable.origin:
            case "need" if variable.key in answers:
                yield _answered(variable.name, answers[variable.key])
            case "total":
                yield _total(release, variable, instance.items)
            case "quantity":
                yield Variable(name=variable.name, integer=sum(item.quantity for item in instance.items))
            case "need" | "value":
                yield _typed(variable.name, _value(instance.delivery, variable))
            case _:
                yield from _referring(variable, layout)


def secrets_of(release: Release, instance: Instance, layout: Layout) -> Iterator[SharedSecret]:
    """Say which secrets a step does not get for itself: those of another delivery that a role carries out.

    Of several instances the first has the secret; a delivery that names itself lets all its instances have that one.
    """
    for shared in instance.delivery.secrets:
        if layout.role_steps_of(shared.delivery):
            owner, secret = _origin(release, shared, layout)
            step = layout.role_steps_of(owner)[0]
            if (step, secret) != (instance.step_id, shared.name):
                yield SharedSecret(name=shared.name, step=step, option=secret)


def _origin(release: Release, shared: DeliverySecret, layout: Layout) -> tuple[str, str]:
    """Follow a secret to the delivery that has it of its own; the portfolio check refuses circles."""
    while True:
        owner, secret = shared.delivery, shared.option
        further = next((one for one in release.deliveries[owner].secrets if one.name == secret), None)
        if further is None or not layout.role_steps_of(further.delivery):
            return owner, secret
        if (further.delivery, further.option) == (owner, secret):
            return owner, secret
        shared = further


def _referring(variable: DeliveryVariable, layout: Layout) -> Iterator[Variable]:
    kind = _REFERENCES[variable.origin]
    steps = next((steps for steps in map(layout.role_steps_of, variable.deliveries) if steps), [])
    if steps:
        counted = steps[:1] if kind in _OF_THE_FIRST else steps
        yield Variable(name=variable.name, reference=Reference(kind=kind, steps=counted))


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
