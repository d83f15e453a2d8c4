"""A model with units written out: instead of units of a component, the truths that say which number of units it is.

The same solutions in fewer and tighter rows, which is what a linear relaxation and a search without presolve need. The
variables keep their indices; those that are written out stand in no row any more, and are filled in afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import IntegerVariableProto

from bidwright.configurator.cpsat_forms import LinearForm, minimize
from bidwright.configurator.cpsat_new import NewModel
from bidwright.configurator.cpsat_rows import Numbers, Rows, Truths

_ENDLESS = 2**62


@dataclass(frozen=True, kw_only=True)
class WrittenOut:
    """By variable what it is a sum of: ``factors`` x ``columns`` from ``starts``, ``counts`` of them.

    A variable that is not written out is itself once.
    """

    columns: Numbers
    factors: Numbers
    starts: Numbers
    counts: Numbers

    @staticmethod
    def of(count: int, sums: Mapping[int, Sequence[tuple[int, int]]]) -> WrittenOut:
        """Write out some of so many variables: variable -> terms, of variable and factor."""
        counts = np.ones(count, dtype=np.int64)
        counts[list(sums)] = [len(terms) for terms in sums.values()]
        found = WrittenOut(
            columns=np.repeat(np.arange(count), counts),
            factors=np.ones(int(counts.sum()), dtype=np.int64),
            starts=np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64),
            counts=counts,
        )
        places, _ = found._places(np.array(list(sums), dtype=np.int64))
        found.columns[places] = [column for terms in sums.values() for column, _ in terms]
        found.factors[places] = [factor for terms in sums.values() for _, factor in terms]
        return found

    def rows(self, rows: Rows) -> Rows:
        """Rows with the variables written out; each variable at most once in a row, in order."""
        places, repeated = self._places(rows.variables)
        columns, factors = self.columns[places], self.factors[places] * rows.factors[repeated]
        count = len(self.starts)
        keys, inverse = np.unique(rows.rows[repeated] * count + columns, return_inverse=True)
        sums = np.zeros(len(keys), dtype=np.int64)
        np.add.at(sums, inverse, factors)
        kept = sums != 0
        return Rows(
            rows=keys[kept] // count,
            variables=keys[kept] % count,
            factors=sums[kept],
            bounds=rows.bounds,
            condition_rows=rows.condition_rows,
            condition_variables=rows.condition_variables,
            condition_values=rows.condition_values,
            holes=rows.holes,
            others=rows.others,
        )

    def form(self, form: LinearForm) -> LinearForm:
        """A form with the variables written out."""
        variables, coefficients = np.array(form.terms, dtype=np.int64).reshape(-1, 2).T
        places, repeated = self._places(variables)
        columns, inverse = np.unique(self.columns[places], return_inverse=True)
        factors = np.zeros(len(columns), dtype=np.int64)
        np.add.at(factors, inverse, coefficients[repeated] * self.factors[places])
        kept = factors != 0
        return LinearForm(tuple(zip(columns[kept].tolist(), factors[kept].tolist(), strict=True)), form.constant)

    def parts(self, variables: Sequence[int]) -> Sequence[int]:
        """What some variables are sums of."""
        places, _ = self._places(np.array(variables, dtype=np.int64))
        return sorted(set(self.columns[places].tolist()))

    def filled_in(self, values: Iterable[int]) -> tuple[int, ...]:
        """A solution with the variables that were written out."""
        found = np.array(list(values), dtype=np.int64)
        return tuple(np.add.reduceat(self.factors * found[self.columns], self.starts).tolist())

    def _places(self, variables: Numbers) -> tuple[Numbers, Numbers]:
        """For terms of these variables: places of what they are sums of, and which term each is of."""
        counts = self.counts[variables]
        repeated = np.repeat(np.arange(len(variables)), counts)
        first = np.concatenate([[0], np.cumsum(counts)[:-1]])
        offsets = np.arange(len(repeated)) - first[repeated]
        return self.starts[variables][repeated] + offsets, repeated


@dataclass(frozen=True, kw_only=True)
class Written:
    """How the model of a narrowed request is written out.

    Attributes:
        low, high: The least and the most of each of its first variables.
        sums: Variable -> what it is a sum of.
        rows: What the first ``constraints`` of the model say, and those in ``said``.
    """

    low: Numbers
    high: Numbers
    sums: Mapping[int, Sequence[tuple[int, int]]]
    rows: Rows
    constraints: int
    said: frozenset[int]


def model_of(low: Numbers, high: Numbers, rows: Rows, objective: LinearForm) -> cp_model.CpModel:
    """A CP-SAT model of rows; those that always hold are left out."""
    model = NewModel()
    variables, constraints = model.proto.variables, model.proto.constraints
    used = _used(len(low), rows, objective)
    domains = list(zip(low.tolist(), np.where(used, high, low).tolist(), strict=True))
    kinds = {domain: _variable(*domain) for domain in set(domains)}
    variables.extend([kinds[domain] for domain in domains])
    conditions: dict[int, list[int]] = {}
    for row, variable, value in zip(
        rows.condition_rows.tolist(), rows.condition_variables.tolist(), rows.condition_values.tolist(), strict=True
    ):
        conditions.setdefault(row, []).append(variable if value else -variable - 1)
    ends = np.searchsorted(rows.rows, np.arange(len(rows.bounds) + 1)).tolist()
    terms, factors, bounds = rows.variables.tolist(), rows.factors.tolist(), rows.bounds.tolist()
    for row in np.flatnonzero(_lacking(low, high, rows)).tolist():
        constraint = constraints.add()
        linear = constraint.linear
        linear.vars.extend(terms[ends[row] : ends[row + 1]])
        linear.coeffs.extend(factors[ends[row] : ends[row + 1]])
        linear.domain.extend([bounds[row], _ENDLESS])
        if row in conditions:
            constraint.enforcement_literal.extend(conditions[row])
    constraints.extend(rows.others)
    minimize(model, objective)
    return model


def add_at_most(model: cp_model.CpModel, form: LinearForm, most: int) -> None:
    """Demand that a form is at most something."""
    linear = model.proto.constraints.add().linear
    linear.vars.extend([variable for variable, _ in form.terms])
    linear.coeffs.extend([coefficient for _, coefficient in form.terms])
    linear.domain.extend([-_ENDLESS, most - form.constant])


def add_difference(model: cp_model.CpModel, variables: Iterable[int], values: Sequence[int], form: LinearForm) -> None:
    """Demand that one of some variables has another value, where a form is to be no larger than at these values.

    Then something that it counts is less, or something that it does not count is different. The values are a solution.
    """
    literals, domains, costs = list[int](), model.proto.variables, dict(form.terms)
    for variable in sorted({*variables, *costs}):
        domain, value, cost = domains[variable].domain, values[variable], costs.get(variable, 0)
        first, last = domain[0], domain[1]
        for low, high, helps in ((first, value - 1, cost >= 0), (value + 1, last, cost <= 0)):
            if not helps or low > high:
                continue
            if (first, last) == (0, 1):
                literals.append(variable if low else -variable - 1)
            else:
                differs, one = model.new_bool_var(""), model.get_int_var_from_proto_index(variable)
                model.add_linear_constraint(one, low, high).only_enforce_if(differs)
                literals.append(differs.index)
    model.proto.constraints.add().bool_or.literals.extend(literals)


def _variable(first: int, last: int) -> IntegerVariableProto:
    found = IntegerVariableProto()
    found.domain.extend([first, last])
    return found


def _used(count: int, rows: Rows, objective: LinearForm) -> Truths:
    used = np.zeros(count, dtype=bool)
    used[rows.variables] = True
    used[rows.condition_variables] = True
    used[list(rows.unsaid)] = True
    used[[variable for variable, _ in objective.terms]] = True
    return used


def _lacking(low: Numbers, high: Numbers, rows: Rows) -> Truths:
    """Rows that may not hold by the domains of their variables alone."""
    least = np.zeros(len(rows.bounds), dtype=np.int64)
    ends = np.where(rows.factors > 0, rows.factors * low[rows.variables], rows.factors * high[rows.variables])
    np.add.at(least, rows.rows, ends)
    return least < rows.bounds
