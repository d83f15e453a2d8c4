"""The configurator on a portfolio of 1,000 components and 2,000 rules, against other engines and against its targets.

Side by side in one run: ours, a fresh CP-SAT model a call with default settings, python-sat kept warm, clingo, and a
gRPC call that does nothing. All answer the same requests, and their answers are compared. Times are processor
milliseconds of this process, which are those of one idle core: engines run in it, with one worker each. Ours begins
warm: the offering has been asked other questions before. What it takes to write a request out for python-sat and
clingo does not count. An engine that is stopped counts as long as it ran.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.configurator_choices import choices
from bench.configurator_ground import Call, Ground, Question, ground
from bench.configurator_searches import searches
from bench.figure import Figure
from bench.grown_portfolio import grown
from bench.installations import running
from bidwright.core.errors import Unavailable
from bidwright.v1.access_pb2 import GetCallerRequest

_OTHERS = 3
"""So many requests are enough for the other engines."""


@dataclass(frozen=True)
class _Measured:
    """The median of some calls, and their answers; None where one did not get to an end."""

    median_ms: float
    answers: Sequence[object]

    @property
    def note(self) -> str:
        """Says that some did not get to an end."""
        ended = sum(answer is not None for answer in self.answers)
        return "" if ended == len(self.answers) else f"({ended} of {len(self.answers)} to the end)"


def run(*, quick: bool) -> Iterator[Figure]:
    """Ask every question of every engine; quick ones are few, and on a smaller portfolio."""
    size = (300, 300) if quick else (1000, 2000)
    given = ground(grown(*size), warm=2, counted=3 if quick else 5, seconds=5.0 if quick else 20.0)
    return measure(given, nothing_ms(100 if quick else 500))


def measure(given: Ground, nothing: float) -> Iterator[Figure]:
    """Ask every question, and tell each on stderr as a row of a table."""
    _row("question", "ours ms", "target", "", "CP-SAT", "python-sat", "clingo", "no-op")
    for question in (*choices(given), *searches(given)):
        yield from _figures(given, question, nothing)


def nothing_ms(calls: int) -> float:
    """The median of a gRPC call that does nothing."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder)) as installation,
        installation.client() as client,
    ):
        times = []
        for _ in range(calls):
            began = time.perf_counter()
            client.access.GetCaller(GetCallerRequest())
            times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def _figures(given: Ground, question: Question[Any], nothing: float) -> Iterator[Figure]:
    for case in question.cases[: given.warm]:
        _ask(question.ours(case))
    counted = question.cases[given.warm :]
    ours = _measured([question.ours(case) for case in counted], 1.0)
    told = {engine: f"left out: {reason}" for engine, reason in question.missing.items()}
    against = {"a call that does nothing": (nothing, None, ""), "its target": (question.target_ms, 1.0, ours.note)}
    for engine, make in question.others.items():
        found = _measured([make(case) for case in counted[:_OTHERS]], question.factors.get(engine, 1.0))
        note = f"{found.note}{_disagreement(ours, found)}"
        told[engine] = f"{found.median_ms:,.1f}{' ' + note if note else ''}"
        against[engine] = (found.median_ms, question.ratios.get(engine, 1.0), note)
    reached = "reached" if ours.median_ms <= question.target_ms and not ours.note else "not reached"
    engines = [told[engine] for engine in ("CP-SAT", "python-sat", "clingo")]
    _row(question.name, f"{ours.median_ms:,.2f}", f"{question.target_ms:g}", reached, *engines, f"{nothing:.2f}")
    for what, (floor, ratio, note) in against.items():
        name = f"{question.name}: ours against {what}"
        yield Figure(bench=name, ours=ours.median_ms, floor=floor, unit="ms", target=ratio, note=note)


def _measured(calls: Sequence[Call], factor: float) -> _Measured:
    asked = [_ask(call) for call in calls]
    return _Measured(statistics.median(ms for ms, _ in asked) * factor, [answer for _, answer in asked])


def _ask(call: Call) -> tuple[float, object]:
    """Processor milliseconds, and the answer; None where there was no time to find it."""
    began = time.process_time()
    try:
        answer = call()
    except Unavailable:
        answer = None
    return (time.process_time() - began) * 1000, answer


def _disagreement(ours: _Measured, other: _Measured) -> str:
    """Says that two engines do not answer alike, where both got to an end."""
    pairs = [(one, two) for one, two in zip(ours.answers, other.answers, strict=False) if None not in (one, two)]
    wrong = sum(_differ(one, two) for one, two in pairs)
    return f" ({wrong} of {len(pairs)} answers differ)" if wrong else ""


def _differ(one: object, two: object) -> bool:
    """Whether two answers differ; of several, as far as both tell them."""
    if isinstance(one, dict) and isinstance(two, dict):
        return any(one[key] != two[key] for key in one.keys() & two.keys())
    return one != two


def _row(*cells: str) -> None:
    widths = (36, 10, 7, 12, 24, 34, 40, 8)
    print("  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)), file=sys.stderr)
