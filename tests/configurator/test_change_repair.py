"""What would mend changes that cannot be: by hand, with sites and without, and held against trying every set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import combinations, product

from branch_bids import branches, request, site
from draws import drawn
from google.type.money_pb2 import Money
from hypothesis import HealthCheck, Phase, given, settings
from random_portfolios import NEED_VALUES, Case
from small_release import small_release
from test_change_random import bases, best

from bidwright.configurator.answers import Answers
from bidwright.configurator.change import change
from bidwright.configurator.change_repair import change_repairs
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.installed import Installed, installed_of
from bidwright.configurator.members import BUDGET, EXCLUSION, NEED, Member
from bidwright.configurator.question import Question
from bidwright.configurator.request import Requirements
from bidwright.configurator.sites_repair import SitedChanges
from bidwright.pricing.amounts import AmountTables
from bidwright.pricing.price import price
from bidwright.v1.configuration_pb2 import (
    CONFLICT_KIND_BUDGET,
    CONFLICT_KIND_EXCLUSION,
    CONFLICT_KIND_NEED,
    CONFLICT_KIND_PIN,
    Budget,
    CommercialTerms,
    ConfigurationItem,
    ConfigurationSite,
    Conflict,
    NeedAnswer,
)
from bidwright.v1.configurator_pb2 import (
    ITEM_ACTION_KEEP,
    ITEM_ACTION_MODIFY,
    ChangeConfigurationRequest,
    ChangeConfigurationResponse,
    ConfigureRequest,
    Pin,
    Site,
)

WEBSITE = {"compute.small": 1, "os.debian": 1, "support.standard": 1, "web.nginx_site": 1}
EACH = {"access.dsl_50": 1, "router.small": 1, "switch.ports_8": 1}
SHARED = {"firewall.central_100": 1, "internet.pool_1000": 1, "support.office_hours": 1}


def _answered(asked: ChangeConfigurationRequest) -> ChangeConfigurationResponse:
    answers = Answers(AmountTables(), price, lambda: dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC))
    release = branches() if asked.sites else small_release()
    question = answers.question(asked.request, release, sites=asked.sites or None)
    return answers.change(asked, installed_of(asked), question, Deadline(60))


def _website(*, frozen: Collection[str] = (), max_repairs: int = 3, **fields: object) -> ChangeConfigurationResponse:
    """A change of a small website."""
    values = {"portfolio": "portfolios/small", "offering": "web_hosting", "market": "DE"}
    asked = ConfigureRequest(**values, terms=CommercialTerms(term_months=24), **fields)  # type: ignore[arg-type]
    items = [ConfigurationItem(component=component, quantity=units) for component, units in WEBSITE.items()]
    return _answered(ChangeConfigurationRequest(request=asked, installed=items, frozen=frozen, max_repairs=max_repairs))


def _given_up(response: ChangeConfigurationResponse) -> list[list[tuple[str, int, str]]]:
    """Of each repair what is given up: site, kind and id."""
    return [
        [(change.member.site, change.member.kind, change.member.id) for change in repair.changes]
        for repair in response.repairs
    ]


def test_fewer_users_fit_what_is_frozen() -> None:
    # A small server serves 100 users, and a frozen one stays the only one.
    told = _website(frozen=["compute.small"], needs=[NeedAnswer(name="users", integer=300)])
    assert _given_up(told) == [[("", CONFLICT_KIND_NEED, "users")]]
    (repair,) = told.repairs
    assert repair.changes[0].answer.integer == 100
    assert {one.action for one in repair.change.changes} == {ITEM_ACTION_KEEP}
    assert told.repairs_complete


def test_of_as_many_changes_the_one_that_disturbs_least_comes_first() -> None:
    # Without the pin nothing changes; the large server takes the place of the small one where it may.
    told = _website(pins=[Pin(component="compute.large")], exclusions=["compute.large"])
    assert _given_up(told) == [
        [("", CONFLICT_KIND_PIN, "compute.large")],
        [("", CONFLICT_KIND_EXCLUSION, "compute.large")],
    ]
    disruptions = [int(repair.change.disruption.number.value) for repair in told.repairs]
    assert disruptions[0] == 0 < disruptions[1]


def test_a_limit_becomes_enough_for_what_must_be() -> None:
    told = _website(budget=Budget(monthly=Money(currency_code="EUR", units=1)))
    assert _given_up(told) == [[("", CONFLICT_KIND_BUDGET, "monthly")]]
    (repair,) = told.repairs
    assert repair.changes[0].limit == repair.change.solution.totals.monthly


def test_what_is_frozen_is_not_given_up() -> None:
    # Both servers are asked for, and one kind may be chosen: the frozen one stays.
    told = _website(frozen=["compute.small"], pins=[Pin(component="compute.large")])
    assert _given_up(told) == [[("", CONFLICT_KIND_PIN, "compute.large")]]


def test_what_is_frozen_and_cannot_stay_leaves_open_what_would_mend_it() -> None:
    told = _website(frozen=["compute.small"], pins=[Pin(component="compute.small", quantity=2)])
    assert told.HasField("conflict")
    assert not told.repairs
    assert not told.repairs_complete


def test_nothing_is_looked_for_where_no_repair_is_wanted() -> None:
    told = _website(max_repairs=0, budget=Budget(monthly=Money(currency_code="EUR", units=1)))
    assert told.HasField("conflict")
    assert not told.repairs
    assert not told.repairs_complete


def test_a_change_that_is_possible_needs_no_repair() -> None:
    told = _website()
    assert told.HasField("change")
    assert not told.repairs


def _branches(*sites: Site, **frozen: Collection[str]) -> ChangeConfigurationResponse:
    """A change of two branch offices, each for ten people without wireless."""
    items = {**dict.fromkeys(EACH, 2), **SHARED}
    at_site = [ConfigurationItem(component=component, quantity=units) for component, units in EACH.items()]
    asked = ChangeConfigurationRequest(
        request=request(),
        installed=[ConfigurationItem(component=component, quantity=units) for component, units in items.items()],
        installed_sites=[ConfigurationSite(id=id_, items=at_site) for id_ in ("a", "b")],
        sites=sites,
        max_repairs=3,
        **frozen,  # type: ignore[arg-type]  # names of fields
    )
    return _answered(asked)


def test_at_a_frozen_site_less_is_asked_for() -> None:
    # Its switch has 8 ports, and every second of 16 people works at a desk with a cable.
    told = _branches(*(site(id_, users=200, wireless=False) for id_ in ("a", "b")), frozen_sites=["b"])
    assert _given_up(told) == [[("b", CONFLICT_KIND_NEED, "users")]]
    (repair,) = told.repairs
    assert repair.changes[0].text == (
        'at site b: answer 16 users instead of 200 users to "How many people work at the site?" (users)'
    )
    assert {one.id: one.action for one in repair.change.sites} == {"a": ITEM_ACTION_MODIFY, "b": ITEM_ACTION_KEEP}


def test_what_is_frozen_wherever_it_is_stays_there() -> None:
    told = _branches(
        site("a", users=10, wireless=False), site("b", users=200, wireless=False), frozen=["switch.ports_8"]
    )
    assert _given_up(told) == []
    assert told.HasField("change")


def _changed(question: Question, changes: SitedChanges) -> Question:
    return replace(question, requirements=_without(question.requirements, changes))


def _without(requirements: Requirements, changes: SitedChanges) -> Requirements:
    gone = changes.bid.members
    return replace(
        requirements,
        answers={**requirements.answers, **changes.bid.answers},
        budget={**requirements.budget, **changes.bid.limits},
        exclusions=tuple(one for one in requirements.exclusions if Member(EXCLUSION, one) not in gone),
    )


def _tried(requirements: Requirements, given_up: Collection[Member]) -> Iterator[Requirements]:
    """The request without what is given up, with every answer that may stand in place of one."""
    names = [name for name in NEED_VALUES if Member(NEED, name) in given_up]
    for values in product(*(NEED_VALUES[name] for name in names)):
        yield replace(
            requirements,
            answers={**requirements.answers, **dict(zip(names, values, strict=True))},
            budget={
                limit: most for limit, most in requirements.budget.items() if Member(BUDGET, limit) not in given_up
            },
            exclusions=tuple(one for one in requirements.exclusions if Member(EXCLUSION, one) not in given_up),
        )


def _is_enough(case: Case, installed: Installed, given_up: Collection[Member]) -> bool:
    return any(best(replace(case, requirements=one), installed) for one in _tried(case.requirements, given_up))


@settings(
    max_examples=drawn(25),
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(bases(much_frozen=True))
def test_the_fewest_changes_are_those_that_trying_every_set_finds(base: tuple[Case, Installed]) -> None:
    case, installed = base
    case = replace(case, requirements=replace(case.requirements, bespoke=()))
    known = case.requirements.release.components
    able = {one for one, units in installed.items.items() if one in known and units <= known[one].max_quantity}
    installed = replace(installed, frozen=installed.frozen & able)
    if not isinstance(change(case.requirements, installed, case.amounts, Deadline(20)), Conflict):
        return
    question = Question(
        request=ConfigureRequest(),
        sites=(),
        requirements=case.requirements,
        table=case.amounts,
        today=dt.date(2026, 7, 1),
    )
    found, complete = change_repairs(question, installed, _changed, most=2, deadline=Deadline(60))
    said = [
        *(Member(NEED, name) for name in NEED_VALUES),
        *(Member(BUDGET, limit) for limit in case.requirements.budget),
        *(Member(EXCLUSION, component) for component in case.requirements.exclusions),
    ]
    sizes = (1, 2)
    enough = [
        set(members) for size in sizes for members in combinations(said, size) if _is_enough(case, installed, members)
    ]
    minimal = [members for members in enough if not any(other < members for other in enough)]
    assert complete
    told = [{Member(one.member.kind, one.member.id) for one in repair.mended.changes} for repair in found]
    assert [len(members) for members in told if len(members) <= max(sizes)] == sorted(map(len, minimal))[:2]
    for repair, members in zip(found, told, strict=True):
        assert members in minimal or len(members) > max(sizes)
        asked = replace(case, requirements=repair.mended.question.requirements)
        reached = (repair.change.disruption, repair.change.solution.amounts.contract_value)
        assert reached == best(asked, installed)
    assert [repair.order for repair in found] == sorted(repair.order for repair in found)
