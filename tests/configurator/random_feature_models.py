"""Random small feature models, as text."""

from __future__ import annotations

from hypothesis import strategies as st

_GROUPS = ("mandatory", "optional", "or", "alternative", "[0..1]", "[1..2]", "[2..3]", "[2..*]", "[0]")


@st.composite
def _trees(draw: st.DrawFn) -> tuple[list[str], int]:
    """The lines of a tree of up to eight features F0, F1, ..., with a price each."""
    count = draw(st.integers(1, 8))
    children: dict[int, list[tuple[str, list[int]]]] = {index: [] for index in range(count)}
    for index in range(1, count):
        groups = children[draw(st.integers(0, index - 1))]
        if groups and draw(st.booleans()):
            groups[-1][1].append(index)
        else:
            groups.append((draw(st.sampled_from(_GROUPS)), [index]))
    lines: list[str] = []

    def write(index: int, depth: int) -> None:
        lines.append("\t" * depth + f"F{index} {{Price {draw(st.integers(-3, 5))}}}")
        for word, members in children[index]:
            lines.append("\t" * (depth + 1) + word)
            for member in members:
                write(member, depth + 2)

    write(0, 1)
    return lines, count


def _expressions(count: int) -> st.SearchStrategy[str]:
    names = st.integers(0, count - 1).map(lambda index: f"F{index}")
    amounts = st.one_of(
        names.map(lambda name: f"{name}.Price"),
        st.just("sum(Price)"),
        st.just("avg(Price)"),
        names.map(lambda name: f"sum({name}, Price)"),
        st.integers(0, 6).map(str),
        st.sampled_from(["1.5", "0.25"]),
    )
    terms = st.tuples(amounts, st.sampled_from("+-*/"), amounts).map(lambda parts: f"({' '.join(parts)})")
    numbers = st.one_of(amounts, terms)
    comparisons = st.tuples(numbers, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), numbers).map(" ".join)
    leaves = st.one_of(names, names, comparisons.map(lambda text: f"({text})"))
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            inner.map(lambda text: f"!{text}"),
            st.tuples(inner, st.sampled_from(["&", "|", "=>", "<=>"]), inner).map(lambda parts: f"({' '.join(parts)})"),
        ),
        max_leaves=5,
    )


@st.composite
def models(draw: st.DrawFn) -> str:
    """A model of up to eight features, with prices and up to four constraints."""
    lines, count = draw(_trees())
    constraints = draw(st.lists(_expressions(count), max_size=4))
    return "\n".join(["features", *lines, "constraints", *(f"\t{each}" for each in constraints), ""])
