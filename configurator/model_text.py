"""Reads the text of a file that others wrote."""

from __future__ import annotations

from pathlib import Path

from bidwright.configurator.feature_model import Place
from bidwright.configurator.uvl_tokens import refuse


def text_of(path: Path, name: str, most_bytes: int) -> str:
    """The text of a file in UTF-8, with one kind of line ends and without a byte order mark.

    Args:
        path: The file.
        name: What messages call it.
        most_bytes: Longer files are refused.

    Raises:
        InvalidInput: It is too long, or not UTF-8; with line and column.
    """
    with path.open("rb") as file:
        data = file.read(most_bytes + 1)  # a pipe or a device does not tell its size
    if len(data) > most_bytes:
        refuse(Place(name, 1, 1), f"{name} has over {most_bytes} bytes.", "Split the model.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        what = f"The byte 0x{data[error.start]:02x} is not UTF-8 here."
        refuse(Place(name, line, column), what, "Save the file as UTF-8.")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
