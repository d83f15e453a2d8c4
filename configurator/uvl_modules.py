"""Puts a UVL file and the files it imports together into one tree of features."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bidwright.configurator.feature_model import Feature, Group, Kind
from bidwright.configurator.uvl_syntax import (
    Cardinality,
    Import,
    Name,
    Value,
    WrittenConstraint,
    WrittenFeature,
    WrittenGroup,
    WrittenModel,
)
from bidwright.configurator.uvl_tokens import refuse

MOST_FEATURES = 200_000
_MOST_IMPORTS = 1_000

Load = Callable[[Import, str], tuple[WrittenModel, str]]
"""Reads the file that an import, in a file of the given name, asks for; with the name of the file that it found."""


@dataclass
class Module:
    """One use of a file.

    Attributes:
        written: What the file says.
        prefix: Aliases under which the root file reaches it.
        file: Name of the file.
        features: Index in the whole model, by name without prefix.
        imported: Other uses, by alias.
    """

    written: WrittenModel
    prefix: Name
    file: str
    features: dict[str, int] = field(default_factory=dict)
    imported: dict[Name, Module] = field(default_factory=dict)

    def find(self, names: Name) -> tuple[int, Name] | None:
        """The feature that the longest beginning of a reference names, and what is left of the reference."""
        module, rest = self, names
        while True:
            alias = next((rest[:end] for end in range(len(rest) - 1, 0, -1) if rest[:end] in module.imported), None)
            if alias is None:
                break
            module, rest = module.imported[alias], rest[len(alias) :]
        space = module.written.namespace
        if rest[0] not in module.features and space and rest[: len(space)] == space and len(rest) > len(space):
            rest = rest[len(space) :]
        return (module.features[rest[0]], rest[1:]) if rest[0] in module.features else None


@dataclass
class Whole:
    """All files as one tree, before constraints are looked at.

    Attributes:
        features: Parents first.
        groups: Their features, exact bounds already in place.
        attributes: Of each feature.
        cardinalities: Features of which there may be several instances.
        constraints: With the use of the file they stand in; sections first, then attributes.
    """

    features: list[Feature] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    attributes: list[Mapping[Name, Value]] = field(default_factory=list)
    cardinalities: dict[int, Cardinality] = field(default_factory=dict)
    constraints: list[tuple[Module, WrittenConstraint]] = field(default_factory=list)


def put_together(root: WrittenModel, load: Load, file: str) -> Whole:
    """Follow the imports of a file, and build one tree.

    Args:
        root: The file.
        load: Gives the file of an import.
        file: Name of the root file.

    Raises:
        InvalidInput: A cycle of imports, an import that is nowhere in the tree, or a name used twice.
    """
    modules = _modules(root, load, file)
    whole = Whole()
    root_feature = root.features[0]
    if len(root_feature.name) > 1:
        refuse(root_feature.place, "The root feature is an imported one.", "Give the model a root of its own.")
    placed: list[tuple[Module, int]] = [(modules[0], _add(whole, modules[0], root_feature, -1, is_optional=False))]
    for module, root_index in placed:
        placed.extend(_add_below(whole, module, root_index))
    for module in modules:
        whole.constraints.extend((module, constraint) for constraint in module.written.constraints)
    for module in modules:
        for feature in module.written.features:
            whole.constraints.extend((module, constraint) for constraint in feature.constraints)
    _check_placed(modules, {id(module) for module, _ in placed})
    return whole


def _modules(root: WrittenModel, load: Load, file: str) -> list[Module]:
    """All uses of all files, the root first."""
    first = Module(root, (), file)
    found: list[tuple[Module, tuple[str, ...]]] = [(first, (file,))]
    for module, trail in found:
        for imported in module.written.imports:
            written, its_file = load(imported, module.file)
            if its_file in trail:
                refuse(imported.place, f"{its_file} imports itself.", "Remove the import that closes the circle.")
            if imported.alias in module.imported:
                refuse(imported.place, f"{'.'.join(imported.alias)} is imported twice.", "Use `as` for another name.")
            if len(found) > _MOST_IMPORTS:
                refuse(imported.place, f"There are over {_MOST_IMPORTS} imports.", "Put files together.")
            use = Module(written, (*module.prefix, *imported.alias), its_file)
            module.imported[imported.alias] = use
            found.append((use, (*trail, its_file)))
    return [module for module, _ in found]


def _add(whole: Whole, module: Module, written: WrittenFeature, parent: int, *, is_optional: bool) -> int:
    """Add one feature; its index."""
    name = written.name[-1]
    if name in module.features:
        refuse(written.place, f"There is a second feature {name}.", "Give every feature a name of its own.")
    if len(whole.features) >= MOST_FEATURES:
        refuse(written.place, f"There are over {MOST_FEATURES} features.", "Split the model.")
    index = len(whole.features)
    full_name = ".".join((*module.prefix, name))
    kind = written.kind or Kind.BOOLEAN
    whole.features.append(Feature(full_name, parent, kind, is_optional, is_instance=False, place=written.place))
    whole.attributes.append(written.attributes)
    module.features[name] = index
    if written.cardinality is not None:
        whole.cardinalities[index] = written.cardinality
    return index


def _add_below(whole: Whole, module: Module, root_index: int) -> list[tuple[Module, int]]:
    """Add all features of a file below its root, and the roots of what it imports; the latter with their indices."""
    written = module.written
    local = [root_index]
    placed: list[tuple[Module, int]] = []
    children: list[list[int]] = [[] for _ in written.groups]
    for feature in written.features[1:]:
        group = written.groups[feature.group]
        is_optional = _is_optional(group, feature)
        parent = local[group.parent]
        if len(feature.name) == 1:
            index = _add(whole, module, feature, parent, is_optional=is_optional)
        else:
            use = _placed_use(module, feature)
            index = _add(whole, use, use.written.features[0], parent, is_optional=is_optional)
            placed.append((use, index))
        local.append(index)
        children[feature.group].append(index)
    for group, members in zip(written.groups, children, strict=True):
        whole.groups.extend(_bounded(whole, group, local[group.parent], members))
    return placed


def _placed_use(module: Module, feature: WrittenFeature) -> Module:
    """The imported file whose root stands here."""
    use = module.imported.get(feature.name[:-1])
    if use is None:
        fix = "A name with dots in the tree is the root feature of an import: `alias.Root`."
        refuse(feature.place, f"Nothing is imported as {'.'.join(feature.name[:-1])}.", fix)
    root = use.written.features[0]
    if feature.name[-1] != root.name[-1] or len(root.name) > 1:
        refuse(feature.place, f"{feature.name[-1]} is not the root of {use.file}.", f"Write {root.name[-1]}.")
    if use.features:
        refuse(feature.place, "This import stands in the tree twice.", "Import the file a second time, with `as`.")
    if feature.has_groups or feature.attributes or feature.constraints or feature.cardinality or feature.kind:
        fix = "Write groups, attributes, cardinality and type in the imported file."
        refuse(feature.place, "The root of an import is described here.", fix)
    return use


def _is_optional(group: WrittenGroup, feature: WrittenFeature) -> bool:
    """Whether the tree alone lets a feature be absent while its parent is selected."""
    if feature.cardinality is not None and feature.cardinality.least == 0:
        return True
    if group.cardinality is not None:
        return group.cardinality.least < len(group.children)
    return group.word == "optional" or (group.word != "mandatory" and len(group.children) > 1)


def _bounded(whole: Whole, group: WrittenGroup, parent: int, members: list[int]) -> list[Group]:
    """A group with its bounds as numbers; members that may have no instance stand in a group of their own."""
    absent = [child for child in members if child in whole.cardinalities and whole.cardinalities[child].least == 0]
    if absent and group.word not in {"mandatory", "optional"}:
        fix = "Write a cardinality from 1, or put the feature below `optional`."
        refuse(whole.cardinalities[absent[0]].place, "[0..] within this group can be read in two ways.", fix)
    groups = [Group(parent, (child,), 0, min(1, _most(whole.cardinalities[child]))) for child in absent]
    rest = tuple(child for child in members if child not in absent)
    if not rest:
        return groups
    if group.cardinality is not None:
        return [Group(parent, rest, group.cardinality.least, min(_most(group.cardinality), len(rest)))]
    least, most = {"mandatory": (len(rest), len(rest)), "optional": (0, len(rest)), "or": (1, len(rest))}.get(
        group.word, (1, 1)
    )
    return [*groups, Group(parent, rest, least, most)]


def _most(cardinality: Cardinality) -> int:
    return MOST_FEATURES if cardinality.most is None else cardinality.most


def _check_placed(modules: list[Module], placed: set[int]) -> None:
    for module in modules:
        for imported in module.written.imports:
            if id(module.imported[imported.alias]) not in placed:
                root = module.imported[imported.alias].written.features[0].name[-1]
                fix = f"Put {'.'.join(imported.alias)}.{root} into the tree, or remove the import."
                refuse(imported.place, "What is imported here stands nowhere in the tree.", fix)
