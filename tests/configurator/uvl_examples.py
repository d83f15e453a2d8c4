"""Small feature models, and all that can be said about them by trying every configuration."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from pathlib import Path

from bidwright.configurator.analysis import Analysis, analyze_model
from bidwright.configurator.completion import Completion, ImpossibleChoice, complete
from bidwright.configurator.deadline import Deadline
from bidwright.configurator.feature_check import violations
from bidwright.configurator.feature_model import FeatureModel
from bidwright.configurator.uvl_files import read_uvl


def model_of(text: str, folder: Path) -> FeatureModel:
    """Read a model from its text."""
    path = folder / "model.uvl"
    path.write_text(text, encoding="utf-8")
    return read_uvl(path)


def analysis_of(text: str, folder: Path) -> Analysis:
    """Analyze a model, with a minute to do it."""
    return analyze_model(model_of(text, folder), Deadline(60))


def completed(text: str, folder: Path, select: str = "", deselect: str = "") -> Completion | ImpossibleChoice:
    """Complete names separated by blanks."""
    return complete(model_of(text, folder), select.split(), deselect.split(), Deadline(60))


def all_configurations(model: FeatureModel) -> list[frozenset[int]]:
    """Every valid configuration of a model without typed features: all are tried, by the checker without a solver."""
    values: dict[int, Fraction | str] = {}
    found: list[frozenset[int]] = []
    for truths in product((False, True), repeat=len(model.features)):
        selected = frozenset(index for index, truth in enumerate(truths) if truth)
        if not violations(model, selected, values):
            found.append(selected)
    return found
