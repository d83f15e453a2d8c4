"""A feature model that was imported and published is sold at once, without further options."""

from __future__ import annotations

from pathlib import Path

from bench.installations import Installation
from click.testing import CliRunner

from bidwright.server.main import bidwright

_MODEL = (
    "features\n\tKiosk\n\t\tmandatory\n\t\t\tScreen\n\t\toptional\n\t\t\tPrinter\n\t\t\tInteger Seats\nconstraints\n"
)
_RULES = "\tSeats >= 0 & Seats <= 9\n\tSeats > 3 => Printer\n"


def test_an_imported_model_is_published_and_configured_with_the_commands_that_the_import_names(
    installation: Installation, tmp_path: Path
) -> None:
    model, made = tmp_path / "kiosk.uvl", tmp_path / "made"
    model.write_text(_MODEL + _RULES, encoding="utf-8")
    imported = CliRunner().invoke(bidwright, ["portfolio", "import", str(model), "--output", str(made)])
    assert f"`bidwright portfolio publish {made}`" in imported.stderr
    assert "`bid configure kiosk --portfolio kiosk --interactive`" in imported.stderr
    assert installation.manage("portfolio", "publish", str(made)).returncode == 0
    # Its one market and the term that `bid` assumes.
    done = installation.bid("configure", "kiosk", "--portfolio", "kiosk", "-n", "seats=4")
    assert done.returncode == 0, done.stderr
    assert "kiosk_parts.printer" in done.stdout
