"""Plans: what they hold, and laws that hold for every plan."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from google.type.decimal_pb2 import Decimal as DecimalMessage
from hypothesis import given
from hypothesis import strategies as st
from orders import bespoke, configuration
from small_release import small_release

from bidwright.catalog.model import Delivery, DeliveryVariable, Release
from bidwright.core.errors import InvalidInput
from bidwright.provisioning.plan import plan
from bidwright.v1.configuration_pb2 import Configuration, ConfigurationItem, NeedAnswer
from bidwright.v1.plan_pb2 import STEP_KIND_MANUAL, STEP_KIND_ROLE, Plan, Variable

COMPONENTS = sorted(small_release().components)
HOSTILE = "{{ lookup('pipe','touch owned') }} $(id) #{x} \"'"


def release_with(delivery_id: str, **changes: object) -> Release:
    """The small release with one delivery changed."""
    release = small_release()
    changed: Delivery = replace(release.deliveries[delivery_id], **changes)
    return replace(release, deliveries={**release.deliveries, delivery_id: changed})


def variables(release: Release, configured: Configuration) -> list[Variable]:
    return list(plan(release, configured).steps[0].variables)


def test_a_step_says_what_it_delivers_why_and_after_what() -> None:
    made = plan(small_release(), configuration("compute.small", "os.debian", "web.nginx_site", quantity=2))
    assert [step.id for step in made.steps] == ["server", "website"]
    website = made.steps[1]
    assert website.kind == STEP_KIND_ROLE
    assert website.role == "website"
    assert list(website.targets) == ["directory"]
    assert website.title == "Website: web nginx_site"
    assert website.reason == (
        "Delivers 2 x web.nginx_site. The website must run. Begins after server, on which it builds."
    )
    assert made.steps[0].reason == "Delivers 2 x compute.small and 2 x os.debian. The server must run."
    assert (website.unit, website.accountable, website.duration_minutes) == ("platform", "Head of platform", 2)
    assert website.verification == "Role website asks the running service from outside and checks its answer."
    assert website.undo == "Role website withdraws it and leaves no file, port or process behind."


def test_a_delivery_without_a_role_is_a_task_for_people() -> None:
    made = plan(small_release(), configuration("support.standard"))
    (step,) = made.steps
    assert (step.kind, step.role, step.title) == (STEP_KIND_MANUAL, "", "Register the support level.")
    assert step.instructions == "Enter the contract and its support hours."
    assert (made.duration_minutes, made.automation_percent) == (240, 0)


def test_steps_of_equal_rank_stand_by_id_and_the_longest_path_counts() -> None:
    made = plan(small_release(), configuration(*COMPONENTS))
    assert [step.id for step in made.steps] == [
        "server",
        "postgresql_database",
        "service_desk",
        "valkey_cache",
        "website",
    ]
    assert made.duration_minutes == 240  # the service desk; server and website take 4 beside it
    assert made.automation_percent == 80


def test_the_title_a_customer_typed_stays_text() -> None:
    assert variables(small_release(), configuration("web.nginx_site", title=HOSTILE)) == [
        Variable(name="website_title", text=HOSTILE)
    ]


def test_a_number_a_customer_typed_into_a_text_need_stays_text() -> None:
    assert variables(small_release(), configuration("web.nginx_site", title="0x10")) == [
        Variable(name="website_title", text="0x10")
    ]


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        # attribute without places: a whole number, summed over the step's own components only
        (DeliveryVariable(name="v", origin="total", key="ram_gib"), Variable(name="v", integer=60)),
        # attribute with places: an exact decimal
        (
            DeliveryVariable(name="v", origin="total", key="availability"),
            Variable(name="v", decimal=DecimalMessage(value="0")),
        ),
        # units over all components of the step: three each of two sizes
        (DeliveryVariable(name="v", origin="quantity"), Variable(name="v", integer=6)),
        (DeliveryVariable(name="v", origin="value", value="static"), Variable(name="v", text="static")),
        # a boolean is not an integer
        (DeliveryVariable(name="v", origin="value", value=True), Variable(name="v", boolean=True)),
        (DeliveryVariable(name="v", origin="value", value=7), Variable(name="v", integer=7)),
        (
            DeliveryVariable(name="v", origin="value", value=Decimal("0.50")),
            Variable(name="v", decimal=DecimalMessage(value="0.5")),
        ),
        # answered: the answer's own kind
        (DeliveryVariable(name="v", origin="need", key="site_title"), Variable(name="v", text="Welcome")),
        (DeliveryVariable(name="v", origin="need", key="users"), Variable(name="v", integer=250)),
        # a need the offering does not have: its default
        (DeliveryVariable(name="v", origin="need", key="absent", value="other"), Variable(name="v", text="other")),
    ],
)
def test_a_variable_has_the_type_of_its_origin(variable: DeliveryVariable, expected: Variable) -> None:
    configured = configuration("compute.small", "compute.large", quantity=3)
    configured.needs.append(NeedAnswer(name="users", integer=250))
    assert variables(release_with("server", variables=(variable,)), configured) == [expected]


def test_a_need_with_neither_answer_nor_default_is_named() -> None:
    missing = DeliveryVariable(name="v", origin="need", key="absent")
    with pytest.raises(InvalidInput, match="server needs an answer to absent for its variable v"):
        plan(release_with("server", variables=(missing,)), configuration("os.debian"))


def test_a_bespoke_item_is_a_task_of_its_owner_after_what_it_requires() -> None:
    items = (bespoke("till", "web", "database.postgresql_small"), bespoke("manual", days="0.1"))
    made = plan(small_release(), configuration("database.postgresql_small", "web.nginx_site", bespoke=items))
    assert [step.id for step in made.steps] == ["bespoke-manual", "postgresql_database", "website", "bespoke-till"]
    step = made.steps[3]
    assert (step.kind, step.title, step.accountable) == (STEP_KIND_MANUAL, "Make till", "Grace Hopper")
    assert list(step.after) == ["postgresql_database", "website"]
    assert step.bespoke_item == "till"
    assert step.duration_minutes == 1200  # 2.5 days of 8 hours
    assert made.duration_minutes == 1202
    assert made.steps[0].duration_minutes == 48


def test_a_component_of_another_release_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        plan(small_release(), configuration("web.unknown"))
    assert caught.value.reason == "UNKNOWN_COMPONENT"


def test_steps_that_wait_for_each_other_are_named() -> None:
    with pytest.raises(InvalidInput, match="in a circle: server, website"):
        plan(release_with("server", after=("website",)), configuration("os.debian", "web.nginx_site"))


def test_an_empty_configuration_has_an_empty_plan() -> None:
    assert plan(small_release(), configuration()) == Plan()


@st.composite
def configurations(draw: st.DrawFn) -> Configuration:
    chosen = draw(st.dictionaries(st.sampled_from(COMPONENTS), st.integers(1, 20)))
    items = [ConfigurationItem(component=name, quantity=chosen[name]) for name in sorted(chosen)]
    ids = draw(st.sets(st.sampled_from(["alpha", "beta", "gamma"])))
    requires = draw(st.lists(st.sampled_from([*COMPONENTS, "web", "database"]), max_size=3))
    made = configuration(
        title=draw(st.text(max_size=20)), bespoke=tuple(bespoke(id_, *requires) for id_ in sorted(ids))
    )
    made.items.extend(items)
    return made


@given(configurations())
def test_every_component_is_delivered_exactly_once_and_every_bespoke_item_too(configured: Configuration) -> None:
    made = plan(small_release(), configured)
    delivered = [(item.component, item.quantity) for step in made.steps for item in step.items]
    assert sorted(delivered) == [(item.component, item.quantity) for item in configured.items]
    assert sorted(step.bespoke_item for step in made.steps if step.bespoke_item) == [
        item.id for item in configured.bespoke_items
    ]


@given(configurations())
def test_every_step_stands_after_all_it_depends_on_and_has_a_reason(configured: Configuration) -> None:
    before: set[str] = set()
    for step in plan(small_release(), configured).steps:
        assert before.issuperset(step.after)
        assert all(item.component in step.reason for item in step.items)
        assert all(id_ in step.reason for id_ in step.after)
        assert step.accountable
        before.add(step.id)


@given(configurations(), st.randoms(use_true_random=False))
def test_the_order_in_which_components_are_given_does_not_matter(configured: Configuration, random: object) -> None:
    shuffled = Configuration()
    shuffled.CopyFrom(configured)
    del shuffled.items[:]
    items = list(configured.items)
    random.shuffle(items)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    shuffled.items.extend(items)
    assert plan(small_release(), shuffled) == plan(small_release(), configured)


@given(configurations())
def test_the_plan_is_as_long_as_its_longest_path_and_never_longer_than_all_steps_together(
    configured: Configuration,
) -> None:
    made = plan(small_release(), configured)
    longest = max((step.duration_minutes for step in made.steps), default=0)
    assert longest <= made.duration_minutes <= sum(step.duration_minutes for step in made.steps)
