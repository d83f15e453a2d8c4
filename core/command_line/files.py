"""Files and folders on the command line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


class OutputFile(click.Path):
    """A file that can be written: what is wrong with its name is told before an answer is worked out for it."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, writable=True, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read the name of a file whose folder is there and may be written to."""
        file = Path(str(super().convert(value, param, ctx)))
        if not file.parent.is_dir():
            self.fail(f"there is no folder {str(file.parent)!r} to write to; make it first.", param, ctx)
        if not file.exists() and not os.access(file.parent, os.W_OK):
            self.fail(f"nothing may be written to the folder {str(file.parent)!r}; choose another one.", param, ctx)
        return file
