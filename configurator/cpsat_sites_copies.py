"""A whole bid as one CP-SAT model with a copy of the offering's model for each site.

Prices join all copies, so it is no way to an optimum of many sites; yet it needs no list of what a site can have, and
needs may be open. Whether there is anything valid it mostly tells soon, also of 500 sites that all differ.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model import Domain

from bidwright.catalog.model import Answer
from bidwright.configurator.check import check
from bidwright.configurator.confirmed import confirmed
from bidwright.configurator.cpsat_conflict import answers_of
from bidwright.configurator.cpsat_model import OfferingKey, compiled
from bidwright.configurator.cpsat_request import RequestModel, request_model
from bidwright.configurator.cpsat_sites import Placement
from bidwright.configurator.cpsat_sites_solve import SitesFound
from bidwright.configurator.cpsat_solve import optimum_solver
from bidwright.configurator.cpsat_variables import Variables, answer_number, new_variables
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.members import EXCLUSION, NEED, PIN, Member
from bidwright.configurator.request import Requirements
from bidwright.configurator.sites import Site, kinds_of
from bidwright.configurator.sites_split import at_site, whole_bid
from bidwright.configurator.solution import SolverDisagrees
from bidwright.core.amount_table import AmountTable

_SOME = Domain.greater_or_equal(1)
_NONE = Domain(0, 0)
_FOR_ANY = 0.5
"""Part of the time left in which some bid is looked for; the rest is for a better one."""


class CopiedBid:
    """The model of a whole bid, in which the components of sites are the sums over the copies.

    What is answered and excluded for the whole bid is said there, once; a copy has the same answers to its needs.

    Args:
        bid: The bid with its sites; needs that it or a site has no answer to may have any.
        amounts: What quantities cost.
        alike_but: Where it is given, sites of which the same was said have the same, but for the site with this id.
            That leaves fewer bids, and is decided as soon as if there were few sites.
        priced: Whether there are charges even where there is no budget.
        switchable: Ids of sites of which each member can be turned off, as can those of the bid; None for nothing.
    """

    def __init__(
        self,
        bid: Requirements,
        amounts: AmountTable,
        *,
        alike_but: str | None = None,
        priced: bool = False,
        switchable: Collection[str] | None = None,
    ) -> None:
        self._bid = bid
        self._amounts = amounts
        self._whole = request_model(whole_bid(bid), amounts, switchable=switchable is not None, priced=priced)
        said_of_sites = replace(bid, answers={}, exclusions=())
        self._copies: dict[str, RequestModel] = {}
        copies: list[tuple[RequestModel, int]] = []
        kinds = [[site] for site in bid.sites] if alike_but is None else kinds_of(bid.sites, apart=alike_but)
        for sites in kinds:
            copy = self._copy(at_site(said_of_sites, sites[0]), switchable=sites[0].id in (switchable or ()))
            self._copies |= dict.fromkeys((site.id for site in sites), copy)
            copies.append((copy, len(sites)))
        for component in copies[0][0].units:
            units, numbers = zip(*((copy.quantities[component], number) for copy, number in copies), strict=True)
            total = cp_model.LinearExpr.weighted_sum(units, numbers)
            self.model.add(total == self._whole.quantities[component])

    @property
    def model(self) -> cp_model.CpModel:
        """The model of everything."""
        return self._whole.model

    def seen_from(self, site_id: str) -> RequestModel:
        """The model with the components, needs and members of a site, or of the bid where the id is empty."""
        return self._copies[site_id] if site_id else self._whole

    def confirm(self, solver: cp_model.CpSolver) -> None:
        """Have the check that uses no solver look at a solution: at the bid, and at what is at each site.

        Raises:
            SolverDisagrees: It is not valid, or above the budget.
        """
        bid, items = self._found(solver), _items(self._whole, solver)
        if bid.budget:
            value = int(solver.value(self._whole.charges.contract_value))
            confirmed(items, value, value, requirements=bid, table=self._amounts)
            return
        violations = check(bid, items)
        if violations:
            raise SolverDisagrees("; ".join(violation.text for violation in violations))

    def _found(self, solver: cp_model.CpSolver) -> Requirements:
        """The bid with answers to all needs that are not texts, and with what is at each site."""
        bid = self._bid
        answers = {**bid.answers, **answers_of(whole_bid(bid), self._whole, solver)}
        sites = tuple(self._found_at(site, self._copies[site.id], solver) for site in bid.sites)
        return replace(bid, answers=answers, sites=sites)

    def _found_at(self, site: Site, copy: RequestModel, solver: cp_model.CpSolver) -> Site:
        answers: Mapping[str, Answer] = {**site.answers, **answers_of(self._bid, copy, solver)}
        return replace(site, answers=answers, items=_items(copy, solver))

    def _copy(self, asked: Requirements, *, switchable: bool) -> RequestModel:
        """Add a site to the model; needs of the bid, of which its rules may speak, are the bid's."""
        slots = asked.offering.slots
        variables = new_variables(self.model, asked.release, asked.offering, families=slots)
        # Hours of delivery centres, and which components they deliver, are the bid's, too.
        key = OfferingKey(asked.release.digest, asked.offering.id, asked.release)
        made = compiled(key, variables, slots, switchable=switchable)
        switches = dict(made.active)
        for member, variable, allowed in _wishes(asked, variables):
            when = []
            if switchable:
                when.append(self.model.new_bool_var(f"active {member.id}"))
                switches[member] = when[0].index
            self.model.add_linear_expression_in_domain(variable, allowed).only_enforce_if(*when)
        for name in variables.needs.keys() & self._whole.needs.keys():
            self._link(name, variables)
        own = {name: variable for name, variable in variables.needs.items() if name not in self._whole.needs}
        return replace(
            self._whole,
            units=made.quantities,
            selected=variables.selected,
            needs=own,
            codes=made.codes,
            switches=switches,
        )

    def _link(self, name: str, variables: Variables) -> None:
        """Have a need of the bid answered alike by the bid and by a copy, which numbers options in its own way."""
        there, here = self._whole.needs[name], variables.needs[name]
        options = self._bid.offering.needs[name].options
        if options:
            same = [(self._whole.codes[option], variables.codes[option]) for option in options]
            self.model.add_allowed_assignments([there, here], same)
        else:
            self.model.add(there == here)


def cheap_bid(bid: Requirements, amounts: AmountTable, deadline: Deadline) -> SitesFound | None:
    """A valid bid, the cheapest that is found in half of the time; None where there is none.

    Raises:
        TimeoutError: The deadline came before anything was known.
    """
    copied = CopiedBid(bid, amounts, priced=True)
    whole = copied.seen_from("")
    copied.model.minimize(whole.charges.contract_value)
    solver = optimum_solver(deadline.after(_FOR_ANY))
    status = solver.solve(copied.model)
    if status == cp_model.INFEASIBLE:
        return None
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        raise TimeoutError("no bid was found in time")
    copied.confirm(solver)
    at_sites = {site.id: dict(_items(copied.seen_from(site.id), solver)) for site in bid.sites}
    return SitesFound(status="found", items=_items(whole, solver), placement=Placement(at_sites, {}))


def _wishes(asked: Requirements, variables: Variables) -> Iterator[tuple[Member, cp_model.IntVar, Domain]]:
    """What was said of a site: each with a variable and the values that it leaves it."""
    for name, answer in asked.answers.items():
        if name in variables.needs:  # texts are not
            number = answer_number(asked.offering.needs[name], answer, variables.codes)
            yield Member(NEED, name), variables.needs[name], Domain(number, number)
    for component, units in asked.pins.items():
        yield Member(PIN, component), variables.quantities[component], Domain(units, units) if units else _SOME
    for component in asked.exclusions:
        yield Member(EXCLUSION, component), variables.quantities[component], _NONE


def _items(request: RequestModel, solver: cp_model.CpSolver) -> Mapping[str, int]:
    units = {component: solver.value(variable) for component, variable in request.quantities.items()}
    return {component: number for component, number in units.items() if number}
