"""A feature model as an offering: features become components, groups slots, constraints rules.

Every non-root feature stands in one group, so every group becomes a family with a slot. What typed features hold become
needs. The result has the selections of the model, feature by feature; what the rule language cannot say is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from bidwright.catalog.rule_language import (
    AllOf,
    AnyOf,
    Comparison,
    Constant,
    Expression,
    Kinds,
    Name,
    Not,
    Selected,
)
from bidwright.catalog.rule_text import rule_text
from bidwright.configurator.amount_comparison import bounds_in
from bidwright.configurator.clauses import Clauses
from bidwright.configurator.comparisons import Comparisons
from bidwright.configurator.feature_clauses import node_of
from bidwright.configurator.feature_model import FeatureModel, Group, Kind, Place
from bidwright.configurator.formulas import Node
from bidwright.configurator.uvl_import_names import Ids
from bidwright.configurator.uvl_import_rules import EMPTY, RuleWriter, conjuncts
from bidwright.configurator.uvl_import_sums import Figures, Sums
from bidwright.configurator.uvl_tokens import refuse

OTHER = "other"
"""Option of a need for a text: any that no constraint names."""

_MOST = 999_999_999
_MOST_FEATURES = 4_000
_LONGEST_RULE = 2_000
_MOST_RULES = 9_000
_LONGEST_NAME = 380
_LONGEST_TEXT = 300


@dataclass(frozen=True, kw_only=True)
class ImportedGroup:
    """A family with its slot; ``members`` are features."""

    family: str
    title: str
    members: tuple[int, ...]
    least: int
    most: int


@dataclass(frozen=True, kw_only=True)
class ImportedNeed:
    """What a typed feature holds, as a need; ``least`` and ``most`` of numbers, ``options`` of texts."""

    name: str
    feature: int
    kind: Kind
    least: int = 0
    most: int = 0
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ImportedRule:
    """A rule, where it comes from, and whether it stands for the tree, not for a constraint."""

    id: str
    text: str
    because: str
    is_of_tree: bool


@dataclass(frozen=True, kw_only=True)
class Imported:
    """A feature model in the words of portfolios.

    Attributes:
        model: The model.
        components: Of each feature.
        groups: The root's first, then those of the model, then what stands for several instances.
        needs, rules, figures: As the offering and the portfolio have them.
        notes: What whoever imports it should know.
    """

    model: FeatureModel
    components: Sequence[str]
    groups: Sequence[ImportedGroup]
    needs: Sequence[ImportedNeed]
    rules: Sequence[ImportedRule]
    figures: Sequence[Figures]
    notes: Sequence[str]


def import_model(model: FeatureModel) -> Imported:
    """Put a feature model into the words of portfolios.

    Raises:
        InvalidInput: Something in it cannot be said there, with file, line and column.
    """
    if len(model.features) > _MOST_FEATURES:
        fix = f"A portfolio holds at most {_MOST_FEATURES:,} features; split the model."
        refuse(model.features[0].place, f"There are {len(model.features):,} features and instances.", fix)
    return _Import(model).run()


class _Import:
    def __init__(self, model: FeatureModel) -> None:
        self._model = model
        self._groups = list(_groups(model))
        self._components = _components(model, self._groups)
        needs = Ids()
        self._needs = {
            index: needs.of(feature.name)
            for index, feature in enumerate(model.features)
            if feature.kind is not Kind.BOOLEAN
        }
        self._options: dict[int, dict[str, str]] = {index: {"": EMPTY} for index in self._needs}
        self._sums = Sums(dict(enumerate(self._components)))
        self._sums.add_attributes_of(model)
        self._rule_ids = Ids()
        self._rules: list[ImportedRule] = []
        self._notes: list[str] = []

    def run(self) -> Imported:
        """Rules of the tree, then of typed features, then constraints."""
        comparisons = Comparisons(Clauses(len(self._model.features)), self._model.features)
        nodes = [node_of(constraint, comparisons) for constraint in self._model.constraints]
        comparisons.learn_bounds(nodes)
        for group, imported in zip(self._model.groups, self._groups[1:], strict=False):
            self._add_tree_rules(group, imported)
        for summary in self._model.summaries:
            instances = AnyOf(tuple(self._selected(each) for each in summary.instances))
            same = Comparison("==", self._selected(summary.feature), instances)
            place = self._model.features[summary.feature].place
            self._add([same], place, f"{self._model.features[summary.feature].name} stands for its instances.")
        needs = list(self._make_needs(nodes))
        writer = RuleWriter(comparisons, self._sums, self._needs, self._options)
        for constraint, node in zip(self._model.constraints, nodes, strict=True):
            conditions = conjuncts(writer.condition(node, constraint.place))
            if any(len(rule_text(condition)) > _LONGEST_RULE for condition in conditions):
                conditions = conjuncts(writer.condition(node, constraint.place, is_short=True))
            self._add(conditions, constraint.place, constraint.text, is_of_tree=False)
        return Imported(
            model=self._model,
            components=self._components,
            groups=self._groups,
            needs=needs,
            rules=self._rules,
            figures=self._sums.figures,
            notes=self._notes,
        )

    def _selected(self, index: int) -> Expression:
        return Selected(self._components[index])

    def _add(self, conditions: Sequence[Expression], place: Place, said: str, *, is_of_tree: bool = True) -> None:
        for condition in conditions:
            if condition == Constant(value=True):
                continue
            text = rule_text(condition)
            if len(text) > _LONGEST_RULE:
                refuse(place, f"As a rule this takes {len(text)} characters.", "Split the constraint into several.")
            if len(self._rules) >= _MOST_RULES:
                refuse(place, f"This takes over {_MOST_RULES:,} rules.", "Split the model.")
            because = f"{place.file}, line {place.line}: {' '.join(said.split())[:_LONGEST_TEXT]}"
            self._rules.append(ImportedRule(self._rule_ids.of(f"line_{place.line}"), text, because, is_of_tree))

    def _add_tree_rules(self, group: Group, imported: ImportedGroup) -> None:
        """A group is filled where its parent is selected, and empty elsewhere; the slot limits how many there are."""
        if group.parent == 0 and group.least <= len(group.children) and group.most > 0:
            return  # the root is always selected, so the slot says it all
        feature = self._model.features[group.parent]
        parent, kinds = self._selected(group.parent), Kinds(imported.family)
        members: Expression = Selected(imported.family)
        if len(group.children) == 1:
            members = self._selected(group.children[0])
        conditions: list[Expression] = []
        if group.most == 0:
            conditions.append(Not(members))
        elif len(group.children) == 1 and group.least == 1:
            conditions.append(Comparison("==", members, parent))
        else:
            conditions.append(AnyOf((Not(members), parent)))
            if group.least > 0:
                enough = Comparison(">=", kinds, Constant(Fraction(group.least)))
                conditions.append(AnyOf((Not(parent), members if group.least == 1 else enough)))
        names = ", ".join(self._model.features[child].name for child in group.children)
        said = f"{feature.name} takes {group.least} to {group.most} of: {names}"
        self._add([AllOf(tuple(conditions))], self._model.features[group.children[0]].place, said)

    def _make_needs(self, nodes: Sequence[Node]) -> Iterator[ImportedNeed]:
        bounds = bounds_in(nodes)
        for index, name in self._needs.items():
            feature = self._model.features[index]
            value = Name("need", name)
            if feature.kind is Kind.STRING:
                nothing = Comparison("==", value, Constant(EMPTY))
                self._notes.append(f"{feature.name}: all texts that no constraint names are the option {OTHER!r}.")
            else:
                nothing = Comparison("==", value, Constant(Fraction(0)))
            said = f"{feature.name} holds nothing where it is not selected."
            self._add([AnyOf((self._selected(index), nothing))], feature.place, said)
            least, most = bounds.get(index, (None, None)) if feature.kind is Kind.INTEGER else (None, None)
            if feature.kind is not Kind.STRING and (least is None or most is None):
                self._notes.append(
                    f"{feature.name}: without bounds in the model, it is between -{_MOST:,} and {_MOST:,}."
                )
            least, most = (-_MOST if least is None else min(least, 0)), (_MOST if most is None else max(most, 0))
            if least < -_MOST or most > _MOST:
                refuse(feature.place, f"{feature.name} reaches from {least:,} to {most:,}.", f"Bound it by {_MOST:,}.")
            yield ImportedNeed(
                name=name, feature=index, kind=feature.kind, least=least, most=most, options=self._options[index]
            )


def _groups(model: FeatureModel) -> Iterator[ImportedGroup]:
    """Families for the root and for every group."""
    families = Ids()
    root = model.features[0].name
    yield ImportedGroup(family=families.of(root), title=_title(model, 0), members=(0,), least=1, most=1)
    for group in model.groups:
        parent = model.features[group.parent].name
        name = model.features[group.children[0]].name if len(group.children) == 1 else f"{parent} parts"
        members = len(group.children)
        yield ImportedGroup(
            family=families.of(name),
            title=_title(model, group.children[0]) if members == 1 else f"{_title(model, group.parent)}: parts",
            members=group.children,
            least=min(group.least, members) if group.parent == 0 else 0,
            most=max(1, min(group.most, members)),
        )
    others = _others(model)
    if others:
        family, title = families.of(f"{root} instances"), f"{_title(model, 0)}: features with several instances"
        yield ImportedGroup(family=family, title=title, members=others, least=0, most=len(others))


def _others(model: FeatureModel) -> tuple[int, ...]:
    """Features in no group: they stand for what is below features with several instances."""
    grouped = {child for group in model.groups for child in group.children}
    return tuple(index for index in range(1, len(model.features)) if index not in grouped)


def _components(model: FeatureModel, groups: Sequence[ImportedGroup]) -> list[str]:
    found = [""] * len(model.features)
    for group in groups:
        names = Ids()
        for member in group.members:
            found[member] = f"{group.family}.{names.of(model.features[member].name)}"
    return found


def _title(model: FeatureModel, index: int) -> str:
    feature = model.features[index]
    if len(feature.name) > _LONGEST_NAME or not feature.name.isprintable() or not feature.name.strip():
        fix = f"Use at most {_LONGEST_NAME} letters, digits and spaces."
        refuse(feature.place, f"{feature.name[:40]!r} cannot be the name of a component.", fix)
    return feature.name
