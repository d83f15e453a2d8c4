"""approvals.yaml: who must approve which quotes."""

from __future__ import annotations

from bidwright.catalog.draft import Draft
from bidwright.catalog.model import ApprovalRule
from bidwright.catalog.rule_types import Vocabulary
from bidwright.catalog.rules import read_condition


def read_approvals(draft: Draft) -> None:
    """Read all approval rules; needs markets."""
    vocabulary = Vocabulary(is_approval=True, texts={"market": draft.ids.of("market")})
    found: dict[str, ApprovalRule] = {}
    for entry in draft.declared(draft.documents.get("approvals.yaml"), "approvals", "approval"):
        expression = read_condition(draft, entry, "when", vocabulary)
        if expression is not None:
            rule = ApprovalRule(
                id=entry.id(),
                source=" ".join(entry.value["when"].split()),
                expression=expression,
                approver=entry.value["approver"],
                because=entry.value["because"].strip(),
            )
            found.setdefault(rule.id, rule)
    draft.approvals = tuple(found.values())
