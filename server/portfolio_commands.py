"""The commands of ``bidwright portfolio``."""

from __future__ import annotations

import click

from bidwright.core.command_line.lazy_group import CommandAt, LazyGroup

_COMMANDS = {
    "analyze": CommandAt(
        "bidwright.server.portfolio_analyze_command:portfolio_analyze",
        "Say what is in every configuration, in none, needless.",
    ),
    "check": CommandAt("bidwright.server.portfolio_check_command:portfolio_check", "Report every fault at once."),
    "complete": CommandAt(
        "bidwright.server.feature_model_commands:portfolio_complete",
        "Complete a choice of a feature model, or say why not.",
    ),
    "import": CommandAt(
        "bidwright.server.portfolio_import_command:portfolio_import", "Make a portfolio of a feature model."
    ),
    "preview": CommandAt(
        "bidwright.server.portfolio_preview_command:portfolio_preview",
        "Say which open quotes would have another price.",
    ),
    "publish": CommandAt(
        "bidwright.server.portfolio_publish_command:portfolio_publish", "Make a portfolio the current release."
    ),
}


@click.group(cls=LazyGroup, commands_at=_COMMANDS)
def portfolio() -> None:
    """Check, analyze, import and publish what may be sold."""
