"""texts/<component>.md: the three texts of a component."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bidwright.catalog.draft import Draft
from bidwright.catalog.model import Texts
from bidwright.catalog.source_files import Files, text_of

SECTIONS = ("Service specification", "Statement of work", "Service-delivery description")
"""The headings of a text, in their order in the model."""

_LONGEST = 8000


def read_texts(draft: Draft, files: Files) -> None:
    """Read the text of every component, and refuse texts of none."""
    for name in sorted(name for name in files if name.startswith("texts/") and name.endswith(".md")):
        component = name.removeprefix("texts/").removesuffix(".md")
        is_known = draft.ids.check("component", component, f"{name}:1")
        text = text_of(files, name, draft.faults)
        if text is not None and is_known:
            _read(draft, component, name, text)
    for component, where in draft.ids.of("component").items():
        if f"texts/{component}.md" not in files:
            what = f"component {component!r} has no texts"
            draft.faults.add(where, what, f"Write texts/{component}.md with the sections {', '.join(SECTIONS)}.")


def _read(draft: Draft, component: str, name: str, text: str) -> None:
    bodies: dict[str, str] = {}
    for line, heading, body in _sections(text):
        where = f"{name}:{line}"
        if heading not in SECTIONS:
            draft.faults.add(where, f"the section {heading!r} is not known", f"Use {', '.join(SECTIONS)}.")
        elif heading in bodies:
            draft.faults.add(where, f"the section {heading!r} comes twice", "Join the two.")
        else:
            bodies[heading] = body
            if not body:
                draft.faults.add(where, f"the section {heading!r} is empty", "Write its text.")
            elif len(body) > _LONGEST:
                draft.faults.add(where, f"the section {heading!r} has {len(body)} characters", f"Use {_LONGEST}.")
    for heading in SECTIONS:
        if heading not in bodies:
            draft.faults.add(f"{name}:1", f"the section {heading!r} is missing", f"Add `## {heading}` and its text.")
    draft.texts[component] = Texts(
        service_specification=bodies.get(SECTIONS[0], ""),
        statement_of_work=bodies.get(SECTIONS[1], ""),
        delivery_description=bodies.get(SECTIONS[2], ""),
    )


def _sections(text: str) -> Iterator[tuple[int, str, str]]:
    heads = list(re.finditer(r"^##[ \t]+(.*?)[ \t]*$", text, re.MULTILINE))
    ends = [*(head.start() for head in heads[1:]), len(text)]
    for head, end in zip(heads, ends, strict=False):
        yield text.count("\n", 0, head.start()) + 1, head[1], text[head.end() : end].strip()
