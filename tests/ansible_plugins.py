"""Filters and modules of the collection, loaded as Ansible loads them: by path."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

PLUGINS = Path(__file__).parents[1] / "playbooks" / "plugins"


def plugin(kind: str, name: str) -> ModuleType:
    """Load a plugin; ``kind`` is ``filter`` or ``modules``."""
    spec = importlib.util.spec_from_file_location(name, PLUGINS / kind / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module
