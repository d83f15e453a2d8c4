"""``bidwright portfolio import``: a feature model that others wrote becomes a portfolio."""

from __future__ import annotations

from pathlib import Path

import click

from bidwright.catalog.reader import read_files
from bidwright.configurator.uvl_files import read_uvl
from bidwright.configurator.uvl_import import import_model
from bidwright.configurator.uvl_import_files import files_of
from bidwright.core.clock import utc_now
from bidwright.core.command_line.files import FILE
from bidwright.core.command_line.help_examples import examples

_FOLDER = click.Path(file_okay=False, path_type=Path)


_EXAMPLES = examples(
    "bidwright portfolio import shop.uvl --output portfolios/shop",
    "bidwright portfolio import shop.uvl --output portfolios/shop --price-attribute price",
)


@click.command("import", epilog=_EXAMPLES)
@click.argument("file", type=FILE, required=False)
@click.option("--uvl", type=FILE, help="Feature model in UVL, whatever its name ends in.")
@click.option("--output", type=_FOLDER, required=True, metavar="DIRECTORY", help="Where the portfolio is written.")
@click.option(
    "--price-attribute",
    default="",
    metavar="NAME",
    help="Attribute that is the monthly price of a feature; 0.00 otherwise.",
)
def portfolio_import(file: Path | None, uvl: Path | None, output: Path, price_attribute: str) -> None:
    """Make a portfolio of one offering from a feature model; FILE is read by what its name ends in (.uvl)."""
    if (file is None) == (uvl is None):
        raise click.UsageError("Give one of FILE and --uvl.")
    if file is not None and file.suffix != ".uvl":
        raise click.UsageError(f"{file.name} does not end in .uvl: name its format, for example by --uvl.")
    source = uvl or file
    if source is None:
        raise AssertionError("one of them is given")
    if output.exists() and any(output.iterdir()):
        raise click.UsageError(f"{output} is not empty.")
    imported = import_model(read_uvl(source))
    files = files_of(imported, source=source.name, price_attribute=price_attribute)
    release = read_files({name: text.encode() for name, text in files.items()}, today=utc_now().date())
    for name, text in files.items():
        path = output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for note in imported.notes:
        click.echo(f"Note: {note}", err=True)
    size = f"{len(imported.components)} components, {len(imported.needs)} needs, {len(imported.rules)} rules"
    click.echo(f"{output}: {size}. Prices, texts and deliveries are placeholders: fill them in.")
    try_it = f"`bid configure {release.portfolio} --portfolio {release.portfolio} --interactive`"
    click.echo(f"To try it: `bidwright portfolio publish {output}`, then {try_it}.", err=True)
