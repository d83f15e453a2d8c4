"""New CP-SAT models, which cost nothing beyond what is put into them."""

from __future__ import annotations

from ortools.sat.python import cp_model


class NewModel(cp_model.CpModel):
    """An empty model that knows its methods by their present names only.

    OR-tools gives every single model the old names of its methods, too: 60 closures that cost more than a small model,
    and that refer back to it, so that it would only be given back when Python next looks for cycles.
    """

    def _add_pre_pep8_methods(self) -> None:
        """Add no old names."""

    def clone(self) -> NewModel:
        """A copy of its own."""
        copy = NewModel()
        copy.proto.copy_from(self.proto)
        copy.rebuild_constant_map()
        return copy
