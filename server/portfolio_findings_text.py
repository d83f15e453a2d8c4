"""What was found out about a portfolio, as a record for JSON and as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bidwright.catalog.model import Release
from bidwright.configurator.portfolio_findings import OfferingFindings, PortfolioFindings, Reasons
from bidwright.core.enum_words import enum_word
from bidwright.v1.configuration_pb2 import ConflictKind


def as_record(release: Release, findings: PortfolioFindings, seconds: float) -> dict[str, object]:
    """Everything, with plain names and texts."""
    return {
        "portfolio": release.portfolio,
        "digest": release.digest,
        "offerings": {each.offering: _offering_record(each) for each in findings.offerings},
        "never_sold": findings.never_sold,
        "needless_rules": findings.needless_rules,
        "expired_assurances": {name: str(day) for name, day in findings.expired_assurances.items()},
        "seconds": seconds,
        "complete": findings.is_complete,
    }


def _offering_record(found: OfferingFindings) -> dict[str, object]:
    return {
        "void": found.void,
        "conflict": _reasons(found.conflict),
        "unsellable_markets": found.unsellable_markets,
        "core": found.core,
        "dead": {component: _reasons(reasons) for component, reasons in found.dead.items()},
        "false_optional": found.false_optional,
        "always_filled": found.always_filled,
        "redundant_rules": {rule: _reasons(reasons) for rule, reasons in found.redundant.items()},
        "overlapping": found.overlapping,
        "dominated": found.dominated,
        "unmet_answers": [
            {"need": each.need, "answer": each.answer, "market": each.market, "because": _reasons(each.reasons)}
            for each in found.unmet_answers
        ],
        "unmet_ranges": [
            {"need": each.need, "asked": [str(one) for one in each.asked], "met": [str(one) for one in each.met]}
            for each in found.unmet_ranges
        ],
        "configurations": found.configurations,
        "not_counted": found.not_counted,
        "unfinished": found.unfinished,
    }


def _reasons(reasons: Reasons | None) -> list[dict[str, str]] | None:
    if reasons is None:
        return None
    return [
        {
            "kind": enum_word(ConflictKind, reason.member.kind),
            "id": reason.member.id,
            "text": reason.text,
        }
        for reason in reasons
    ]


def as_text(findings: PortfolioFindings, size: str, seconds: float) -> str:
    """Everything for a reader, nothing said of what has no finding."""
    lines = [line for each in findings.offerings for line in ("", each.offering, *_offering_lines(each))]
    whole: list[tuple[str, Sequence[str]]] = [
        ("Sold in no offering", findings.never_sold),
        ("Rules without effect anywhere", findings.needless_rules),
        ("Assurances expired", [f"{name} on {day}" for name, day in findings.expired_assurances.items()]),
    ]
    lines += ["", "all offerings", *_listed(whole)] if any(found for _, found in whole) else []
    limit = "" if findings.is_complete else "; the time was not enough for everything"
    return "\n".join([*lines[1:], "", f"{size}, {seconds} s{limit}"])


def _offering_lines(found: OfferingFindings) -> Iterator[str]:
    if found.void:
        yield "  Void: no configuration is valid, whatever is answered. These cannot hold together:"
        yield from (f"    {reason.member.id}: {reason.text}" for reason in found.conflict)
        return
    counted = found.not_counted or str(found.configurations)
    yield f"  Configurations: {f'not counted, as {counted}' if found.configurations is None else counted}"
    answers = [
        f"{each.need} = {each.answer}{f' in {each.market}' if each.market else ''}{_because(each.reasons)}"
        for each in found.unmet_answers
    ]
    ranges = [
        f"{each.need}: {each.asked[0]} to {each.asked[1]} may be asked, {each.met[0]} to {each.met[1]} is met"
        for each in found.unmet_ranges
    ]
    yield from _listed(
        [
            ("Markets in which nothing can be sold", found.unsellable_markets),
            ("Core", found.core),
            ("Dead", [f"{component}{_because(why)}" for component, why in found.dead.items()]),
            ("False-optional", found.false_optional),
            ("Families always filled though their slot asks for none", found.always_filled),
            ("Needs nobody can meet", [*answers, *ranges]),
            ("Rules that follow from others", _following(found.redundant)),
            ("Rules that always hold here", [rule for rule, why in found.redundant.items() if why == ()]),
            ("Overlapping", [" = ".join(group) for group in found.overlapping]),
            ("Dominated", [f"{worse} by {by}" for worse, by in found.dominated.items()]),
            ("Not decided in time", found.unfinished),
        ]
    )


def _following(redundant: Mapping[str, Reasons | None]) -> list[str]:
    return [
        f"{rule} from {', '.join(each.member.id for each in why) if why else 'others'}"
        for rule, why in redundant.items()
        if why is None or why
    ]


def _because(reasons: Reasons | None) -> str:
    return f" ({' '.join(reason.text for reason in reasons)})" if reasons else ""


def _listed(sections: Sequence[tuple[str, Sequence[str]]]) -> Iterator[str]:
    for title, found in sections:
        if found:
            yield f"  {title} ({len(found)}):"
            yield from (f"    {each}" for each in found)
