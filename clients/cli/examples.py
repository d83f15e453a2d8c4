"""What the commands that configure are typed like; shown at the end of their help."""

from __future__ import annotations

from bidwright.core.command_line.help_examples import examples

CONFIGURE = examples(
    "bid configure web_hosting -n users=400 --budget-monthly 900 -o design.json",
    "bid configure web_hosting --interactive",
    "bid configure branch_network --portfolio branch_networks --sites sites.csv",
)
CHECK = examples(
    "bid check design.json",
)
EXPLAIN = examples(
    "bid explain web_hosting -n users=2000 --budget-monthly 100",
    "bid explain web_hosting -n users=2000 --budget-monthly 100 --apply 2 -o mended.json",
)
ALTERNATIVES = examples(
    "bid alternatives web_hosting -n users=300",
    "bid alternatives web_hosting --quality support_hours_week --pick 2 -o better.json",
)
CHANGE = examples(
    "bid change --installed design.json -n users=500 --frozen dns.zone -o new.json",
    "bid change --installed contracts/ID --term 60 --budget-monthly 900",
)
