"""The rule language: what is read, what is refused and where."""

from __future__ import annotations

import string
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_release import small_release

from bidwright.catalog.rule_language import (
    AllOf,
    AnyOf,
    Arithmetic,
    Comparison,
    Constant,
    Expression,
    InTable,
    Kinds,
    Name,
    Not,
    Quantity,
    Selected,
    Sum,
)
from bidwright.catalog.rule_parser import RuleRefused, parse, parse_located
from bidwright.catalog.rule_types import Vocabulary, check

USERS = Name("need", "users")
TWO = Constant(Fraction(2))


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ('selected("cache")', Selected("cache")),
        ('not selected("compute.small")', Not(Selected("compute.small"))),
        ('kinds("compute") == 2', Comparison("==", Kinds("compute"), TWO)),
        ("need.users * 0.25 >= 2", Comparison(">=", Arithmetic("*", USERS, Constant(Fraction(1, 4))), TWO)),
        ('total("ram_gib", "compute") > 2', Comparison(">", Sum("total", "ram_gib", "compute"), TWO)),
        ('consumed("a") <= provided("a")', Comparison("<=", Sum("consumed", "a"), Sum("provided", "a"))),
        ('implies(need.a, selected("b"))', AnyOf((Not(Name("need", "a")), Selected("b")))),
        ("need.a and need.b or need.c", AnyOf((AllOf((Name("need", "a"), Name("need", "b"))), Name("need", "c")))),
        # a chain is both comparisons
        (
            '2 <= quantity("a") < need.users',
            AllOf((Comparison("<=", TWO, Quantity("a")), Comparison("<", Quantity("a"), USERS))),
        ),
        ('need.x == "EU"', Comparison("==", Name("need", "x"), Constant("EU"))),
        ("need.x == True", Comparison("==", Name("need", "x"), Constant(value=True))),
        ("need.users > -2", Comparison(">", USERS, Constant(Fraction(-2)))),
        ("-need.users < 2", Comparison("<", Arithmetic("-", Constant(Fraction(0)), USERS), TWO)),
        ('("os", "database") in table("t")', InTable(("os", "database"), "t")),
        # lines are joined, as YAML blocks have them
        ('selected("a")\n  and selected("b")', AllOf((Selected("a"), Selected("b")))),
        ('  selected("a")', Selected("a")),
    ],
)  # fmt: skip
def test_an_expression_is_read(text: str, expression: Expression) -> None:
    assert parse(text) == expression


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("", 1, "empty"),
        ('selected("a") and', 18, "it ends too early"),
        ('selected("a"', 9, "'(' was never closed"),
        ('__import__("os")', 1, "no function '__import__'"),
        ('selected("a").real', 1, "is not a name"),
        ("need.users.real > 1", 1, "is not a name"),
        ("users > 1", 1, "'users' alone has no meaning"),
        ('1 < quantity("a") / 2', 5, "operator"),
        ('2 ** quantity("a") > 1', 1, "operator"),
        ("[1, 2] == 1", 1, "not part of the rule language"),
        ("(lambda: 1)() == 1", 1, "no function"),
        ("need.a if need.b else need.c", 1, "not part of the rule language"),
        ("need.a is need.b", 11, "'is' does not compare"),
        ('selecte("a")', 1, "no function 'selecte'"),
        ("need.a and selected(need.b)", 21, "not an id in quotes"),
        ('selected("a", "b")', 1, "has 2 arguments"),
        ('selected(**"a")', 1, "named arguments"),
        ("need.users > 5 GB", 16, "'GB' does not fit here"),
        ('total("a", "b", "c") > 1', 1, "has 3 arguments"),
        ("implies(need.a)", 1, "has 1 arguments"),
        ("need.users > 1e3", 14, "not a plain number"),
        ("need.users > 0x10", 14, "not a plain number"),
        ("need.users > 1_000", 14, "not a plain number"),
        ("need.users > 1.0000000001", 14, "not a plain number"),
        ("need.users > None", 14, "not a plain number"),
        ('"os" in table("t")', 1, "2 to 5 families"),
        ('("a", "b") not in table("t")', 19, "not allowed"),
        ('("a", "b") in ("a", "b")', 15, "not allowed"),
        ('table("t")', 1, "stands alone"),
        ("need.a # or not", 8, "'#' is not part"),
        ('selected("\\x41")', 11, "is not part"),
        # columns count characters, not bytes
        ('need.a == "\u00fc" and users', 19, "'users' alone"),
        ("  users > 1", 3, "'users' alone"),
    ],
)  # fmt: skip
def test_what_is_not_in_the_language_is_refused_with_its_column(text: str, column: int, words: str) -> None:
    with pytest.raises(RuleRefused) as caught:
        parse(text)
    assert caught.value.column == column
    assert caught.value.message.startswith(f"column {column}: ")
    assert words in caught.value.message
    assert len(caught.value.fix) > 3


@pytest.mark.parametrize(
    ("text", "column", "fix"),
    [
        ("need.users = 5", 12, "Write == "),
        ("need.a === need.b", 8, "Write == "),
        ("need.a != need.b and need.users <> 5", 33, "Write !="),
        ("need.users =< 5", 12, "Write <="),
        ("need.users \u2265 5", 12, "Write >="),
        ("need.a && need.b", 8, "Write and"),
        ("need.a & need.b", 8, "Write and"),
        ("need.a AND need.b", 8, "Write and"),
        ("need.a || need.b", 8, "Write or"),
        ("!need.a", 1, "Write not"),
        ("NOT(need.a)", 1, "Write not"),
        ("need.a => need.b", 8, "Write implies(a, b)"),
        ("need.a -> need.b", 8, "Write implies(a, b)"),
        ("need.a implies need.b", 8, "Write implies(a, b)"),
        ("if need.a then need.b", 11, "Write implies(a, b)"),
        ('requires("a", "b")', 1, "Write implies(a, b)"),
        ('excludes("a", "b")', 1, "Write not (a and b)"),
        ("need.a <=> need.b", 8, "Write == "),
        ("need.a == true", 11, "Write True"),
        ("need.users > \u22125", 14, "Write - "),
        ("selected(\u201ca\u201d)", 10, "straight quotes"),
        ("selected(web.small)", 10, 'Write "web.small"'),
        ("selected(need.a)", 10, 'such as "compute"'),
        ('slected("a")', 1, "'selected'"),
    ],
)  # fmt: skip
def test_what_other_languages_write_is_refused_with_what_to_write_instead(text: str, column: int, fix: str) -> None:
    with pytest.raises(RuleRefused) as caught:
        parse(text)
    assert caught.value.column == column
    assert fix in caught.value.fix


def test_texts_names_and_what_is_in_the_language_are_no_slips() -> None:
    assert parse('need.x == "a => b, true & \u201cc\u201d"')
    assert parse("need.true and need.users<=-5 or need.users>=-5 and not need.users!=-1")


@pytest.mark.parametrize(
    "text",
    [
        "x" * 2001,
        "(" * 300 + "1" + ")" * 300,
        "not " * 400 + "need.a",
        "-" * 1900 + "1",
        "need.a" + " and need.a" * 150 + "(" * 150,
        "need.u" + " + 1" * 400 + " > 1",
        " or ".join(["1 < 2"] * 200),
        "9" * 1900,
    ],
    ids=["long", "brackets", "nots", "minuses", "unclosed", "sums", "parts", "digits"],
)
def test_a_hostile_rule_is_refused_and_nothing_is_exhausted(text: str) -> None:
    with pytest.raises(RuleRefused):
        parse(text)


@given(st.text(alphabet=string.ascii_letters + string.digits + " ()\"'.,<>=!+-*/%&|^~[]:@$\n\u00e9", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    assert 1 <= _refused_column(text) <= len(text) + 2


def _refused_column(text: str) -> int:
    try:
        parse(text)
    except RuleRefused as refused:
        return refused.column
    return 1


def _vocabulary() -> Vocabulary:
    release = small_release()
    return Vocabulary(
        needs=release.offerings["business_application"].needs,
        components=release.components.keys(),
        families=release.families.keys(),
        attributes=release.attributes,
        tables={"stacks": ("os", "database")},
        figures={("total", "ram_gib", "compute"), ("provided", "app_ram_gib", "compute")},
    )


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("need.user > 1", 1, "no need 'user'"),
        ('selected("computer")', 1, "no component or family 'computer'"),
        ('1 < kinds("compute.small")', 5, "no family 'compute.small'"),
        ('total("ram") > 1', 1, "no attribute 'ram'"),
        ('total("vcpu") > 1', 1, "always 0"),
        ('provided("app_ram_gib") >= need.users', 1, "GiB on the left, users on the right"),
        ('total("ram_gib") + need.users > 1', 1, "GiB on the left, users on the right"),
        ('total("ram_gib") * quantity("os") > 1', 1, "both sides of this product"),
        ('need.users * need.users > total("ram_gib")', 1, "users\u00b7users on the left, GiB on the right"),
        ('quantity("os")', 1, "this is a number"),
        ('selected("os") and quantity("os")', 20, "this is a number"),
        ('selected("os") > 1', 1, "a boolean is compared with a number"),
        ('selected("os") > selected("web")', 1, "no order for >"),
        ("need.data_residency == 1", 1, "a text is compared with a number"),
        ('need.data_residency == "CH"', 24, "'CH' is not one of the options"),
        ('need.data_residency < "EU"', 1, "no order"),
        ('need.site_title == "x"', 1, "need 'site_title' is a text"),
        ("quote.monthly > 1", 1, "quote.monthly has no meaning here"),
        ('("database", "os") in table("stacks")', 1, "has the columns os, database"),
        ('("os", "database") in table("stack")', 1, "no table 'stack'"),
    ],
)  # fmt: skip
def test_a_rule_is_checked_for_names_types_and_units(text: str, column: int, words: str) -> None:
    faults = check(parse_located(text), _vocabulary())
    assert len(faults) == 1, faults
    assert (faults[0].column, words in faults[0].what) == (column, True), faults[0]


@pytest.mark.parametrize(
    "text",
    [
        'need.users * 0.25 <= total("ram_gib", "compute")',  # a product with a bare number fits any unit
        'quantity("os") >= need.users',  # units of a component are a bare number
        'total("ram_gib") * need.users * 2 - 4 > 0',  # one side depends on the components
        'need.highly_available == selected("cache")',
        'need.data_residency != "EU" or selected("web.nginx_site")',
        '("os", "database") in table("stacks")',
    ],
)  # fmt: skip
def test_a_sound_rule_has_no_faults(text: str) -> None:
    assert check(parse_located(text), _vocabulary()) == []


def test_all_faults_of_a_rule_are_told_at_once() -> None:
    faults = check(parse_located('selected("x") and need.y and kinds("z") > 0'), _vocabulary())
    assert [fault.column for fault in faults] == [1, 19, 30]
