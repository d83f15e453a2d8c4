"""A configuration that was found, with what it costs and why it is the best."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from bidwright.configurator.objectives import CHEAPEST, Reached
from bidwright.configurator.totals import Amounts
from bidwright.v1.configuration_pb2 import Proof


class SolverDisagrees(RuntimeError):
    """The solver's answer fails the solver-free check: a fault of ours, never of the request."""


@dataclass(frozen=True, kw_only=True)
class Solution:
    """The best valid configuration that was found.

    Attributes:
        items: Component id -> units, at least 1, by id.
        amounts: What it costs, in minor units.
        bound: Minor units of contract value that no valid configuration is below.
        currency: ISO 4217 code.
        reached: How good it is by each objective, in their order; by contract value alone where empty.
    """

    items: Mapping[str, int]
    amounts: Amounts
    bound: int
    currency: str
    reached: tuple[Reached, ...] = ()

    @property
    def proofs(self) -> tuple[Proof, ...]:
        """Why it is the best, as records: at least one."""
        value = Reached(objective=CHEAPEST, value=Decimal(self.amounts.contract_value), bound=Decimal(self.bound))
        return tuple(reached.proof(self.currency) for reached in self.reached or (value,))

    @property
    def proof(self) -> Proof:
        """Why it is the best by the first objective, as a record."""
        return self.proofs[0]
