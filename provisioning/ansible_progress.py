"""Listens to the events of a run: progress, the outcome's details, and the first failure in words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bidwright.provisioning.ansible_run import Data, TaskDone

_UNREACHABLE = "runner_on_unreachable"
_ENDS = {"runner_on_ok": False, "runner_on_failed": True, _UNREACHABLE: True}  # event -> failed
# Of a task's outcome, for people; the last ones where something else than the module has answered, sudo for example.
_TOLD = ("msg", "stderr", "reason", "module_stderr", "module_stdout")

# A line of ansible-playbook itself, or the last one of its traceback.
_ERROR = re.compile(r"\[ERROR\]|ERROR!|^[A-Za-z.]+Error: ")


class Progress:
    """Collects from events what a result needs beyond the return code.

    Attributes:
        changed: Tasks that changed something.
        endpoint: What the role published as ``delivery_endpoint``.
        message: Of the first failed task, or of ansible-playbook itself; without secrets.
        is_unreachable: Whether the host did not answer, at the begin or later, even if it does again.
    """

    def __init__(self, on_task: Callable[[TaskDone], None], secrets: Sequence[str]) -> None:
        self._on_task = on_task
        self._secrets = secrets
        self.changed = 0
        self.endpoint: Mapping[str, Data] = {}
        self.message = ""
        self.is_unreachable = False
        self._is_hidden = False

    def take(self, event: Mapping[str, Any]) -> bool:
        """Take one event; false, so that the runner writes no file for it."""
        facts = event.get("event_data", {})
        self.is_unreachable |= event["event"] == _UNREACHABLE
        if event["event"] in _ENDS:
            self._take_task(facts, failed=_ENDS[event["event"]] and not facts.get("ignore_errors"))
        elif event["event"] == "playbook_on_stats":
            self.changed = sum(facts.get("changed", {}).values())
            self.endpoint = facts.get("artifact_data", {}).get("delivery_endpoint", {})
        elif event["event"] == "error" or (event["event"] == "verbose" and _ERROR.search(event.get("stdout", ""))):
            self._fail(event.get("stdout", ""))
        return False

    def _take_task(self, facts: Mapping[str, Any], *, failed: bool) -> None:
        outcome = facts.get("res", {})
        if failed:
            self._fail(f"{facts.get('task', '')}: {_words(outcome)}", is_hidden="censored" in outcome)
        self._on_task(
            TaskDone(
                task=self._without_secrets(facts.get("task", "")),
                role=facts.get("role", ""),
                host=facts.get("host", ""),
                changed=bool(outcome.get("changed")),
                failed=failed,
            )
        )

    def _fail(self, words: str, *, is_hidden: bool = False) -> None:
        """Keep the first failure; one whose cause is not shown gives way to one that tells it."""
        if not self.message or (self._is_hidden and not is_hidden):
            self.message, self._is_hidden = self._without_secrets(words)[:2000], is_hidden

    def _without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            for form in {secret, json.dumps(secret)[1:-1]} - {""}:
                text = text.replace(form, "********")
        return text


def _words(outcome: Mapping[str, Any]) -> str:
    """Take the parts of a task's outcome that a person reads."""
    parts = [str(outcome[key]).strip() for key in _TOLD if outcome.get(key)]
    return ": ".join(dict.fromkeys(parts)) or "failed"
