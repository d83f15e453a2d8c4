"""Reads a UVL file, with the files that it imports, as a feature model."""

from __future__ import annotations

from pathlib import Path

from bidwright.configurator.feature_model import FeatureModel
from bidwright.configurator.model_text import text_of
from bidwright.configurator.uvl_instances import with_instances
from bidwright.configurator.uvl_modules import put_together
from bidwright.configurator.uvl_names import Binder
from bidwright.configurator.uvl_parser import parse
from bidwright.configurator.uvl_syntax import Import, WrittenModel
from bidwright.configurator.uvl_tokens import refuse

_MOST_BYTES = 64 * 1024 * 1024


def read_uvl(path: Path) -> FeatureModel:
    """Read a model.

    Args:
        path: The file; what it imports is looked for beside it: ``folder.file`` is ``folder/file.uvl``.

    Raises:
        InvalidInput: Something in it is not UVL or not supported, with file, line, column and what is allowed.
    """
    folder = path.parent
    read: dict[str, WrittenModel] = {}

    def load(imported: Import, importing: str) -> tuple[WrittenModel, str]:
        if any("/" in part or "\\" in part for part in imported.path):
            refuse(imported.place, "An import leads out of the folder of its file.", "Separate folders by dots.")
        target = (folder / importing).parent.joinpath(*imported.path).with_name(imported.path[-1] + ".uvl")
        name = target.relative_to(folder).as_posix()
        if name not in read:
            if not target.is_file():
                refuse(imported.place, f"There is no file {name}.", "An import names a file beside the importing one.")
            read[name] = parse(text_of(target, name, _MOST_BYTES), name)
        return read[name], name

    whole = put_together(parse(text_of(path, path.name, _MOST_BYTES), path.name), load, path.name)
    return with_instances(whole, Binder(whole).bind(whole.constraints))
