"""Sites as spreadsheets save them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import click
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bidwright.clients.cli.site_files import read_sites
from bidwright.v1 import catalog_pb2 as catalog
from bidwright.v1.configuration_pb2 import NeedAnswer
from bidwright.v1.configurator_pb2 import Pin, Site

OFFERING = catalog.Offering(
    needs=[
        catalog.Need(name="users", type=catalog.NEED_TYPE_INTEGER, per_site=True),
        catalog.Need(name="critical", type=catalog.NEED_TYPE_BOOLEAN, per_site=True),
        catalog.Need(name="level", type=catalog.NEED_TYPE_DECIMAL, per_site=True),
        catalog.Need(name="label", type=catalog.NEED_TYPE_TEXT, per_site=True),
    ]
)


@pytest.mark.parametrize(
    "content",
    [
        b"id,title,users,critical\nkoeln,K\xc3\xb6ln,120,yes\n",
        b"\xef\xbb\xbfid,title,users,critical\r\nkoeln,K\xc3\xb6ln,120,yes\r\n",  # Excel, "CSV UTF-8"
        b"\xef\xbb\xbfid;title;users;critical\r\nkoeln;K\xc3\xb6ln;120;yes\r\n",  # Excel in Germany
    ],
)
def test_csv_is_read_as_spreadsheets_of_any_country_save_it(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "sites.csv"
    file.write_bytes(content)
    (site,) = read_sites(file, OFFERING)
    assert (site.id, site.title) == ("koeln", "Köln")
    assert {need.name: need.integer or need.boolean for need in site.needs} == {"users": 120, "critical": True}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("id,users\nm-1,5\n", "site 1: the id 'm-1' is not small letters, digits and _, a letter first"),
        ("id,usrs\nm1,5\n", "site 1: 'usrs=5': there is no need 'usrs'. Did you mean 'users'"),
        ("id,users,pins\nm1,5,router.small=0\n", "rule out router.small instead"),
        ("id,users,users\nm1,5,7\n", "there are 2 columns users"),
        ("id,users,,\nm1,5,7,\n", "there is no need ''"),  # a cell under no name
        ("id,users\nm1,5,7\n", "site 1: a row has as many cells as there are columns"),
    ],
)
def test_what_is_wrong_with_a_site_is_told_in_words(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "sites.csv"
    file.write_text(content)
    with pytest.raises(click.BadParameter) as refused:
        read_sites(file, OFFERING)
    assert said in refused.value.message


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        # as it is written: no number, in which the zeros would be lost
        ("needs: {label: 007}", NeedAnswer(name="label", text="007")),
        ("needs: {label: 1.10}", NeedAnswer(name="label", text="1.10")),
        ("needs: {level: 0.00001}", NeedAnswer(name="level", decimal={"value": "0.00001"})),
        ("needs: {level: 99.99999999999999999}", NeedAnswer(name="level", decimal={"value": "99.99999999999999999"})),
        ("needs: {critical: true}", NeedAnswer(name="critical", boolean=True)),
        # nothing is said
        ("needs: {label: }", None),
        ("needs:", None),
    ],
)
def test_yaml_is_read_as_it_is_written(tmp_path: Path, said: str, expected: NeedAnswer | None) -> None:
    file = tmp_path / "sites.yaml"
    file.write_text(f"- id: m1\n  {said}\n")
    (site,) = read_sites(file, OFFERING)
    assert list(site.needs) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ("exclusions: router.small", "write pins and exclusions as lists"),
        ("pins: router.small", "write pins and exclusions as lists"),
        ("title: [a]", "['a'] is a list or a mapping"),
        ("needs: {label: {a: b}}", "{'a': 'b'} is a list or a mapping"),
    ],
)
def test_a_list_in_yaml_is_a_list_and_a_text_is_a_text(tmp_path: Path, said: str, refusal: str) -> None:
    file = tmp_path / "sites.yaml"
    file.write_text(f"- id: m1\n  {said}\n")
    with pytest.raises(click.BadParameter) as refused:
        read_sites(file, OFFERING)
    assert refusal in refused.value.message


TEXT = st.one_of(
    st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=8).map(str.strip),
    st.sampled_from(["007", "1.10", "yes", "null", "~", "a,b", "a;b", '"', "- x", "#1", "=1+1", "{a: b}"]),
)
ANSWERS = {
    "users": st.integers(0, 9999).map(str),
    "critical": st.sampled_from(["yes", "no", "true", "FALSE"]),
    "level": st.decimals(0, 100, places=19).map(lambda number: format(number, "f")),
    "label": TEXT,
}
COMPONENTS = st.sampled_from(["router.small", "access.fiber_250", "wifi.dense"])


@st.composite
def written_sites(draw: st.DrawFn) -> list[dict[str, object]]:
    """Sites with what is typed of them."""
    ids = draw(st.lists(st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True), unique=True, max_size=4))
    return [
        {
            "id": id_,
            "title": draw(TEXT),
            "needs": draw(st.fixed_dictionaries({}, optional=ANSWERS)),
            "pins": draw(st.dictionaries(COMPONENTS, st.integers(1, 99), max_size=2)),
            "exclusions": draw(st.lists(COMPONENTS, unique=True, max_size=2)),
        }
        for id_ in ids
    ]


def expected_site(site: dict[str, object]) -> Site:
    found = Site(id=site["id"], title=site["title"], exclusions=site["exclusions"])
    found.pins.extend(Pin(component=component, quantity=units) for component, units in site["pins"].items())
    for name, typed in site["needs"].items():
        if name == "label" and typed:
            found.needs.add(name=name, text=typed)
        elif name == "users":
            found.needs.add(name=name, integer=int(typed))
        elif name == "critical":
            found.needs.add(name=name, boolean=typed in {"yes", "true"})
        elif name == "level":
            found.needs.add(name=name, decimal={"value": typed})
    return found


def as_yaml(sites: list[dict[str, object]]) -> str:
    """Figures and answers without quotation marks, texts within them."""
    lines = []
    for site in sites:
        answers = {n: json.dumps(a, ensure_ascii=False) if n == "label" else a for n, a in site["needs"].items()}
        lines += [
            f"- id: {site['id']}",
            f"  title: {json.dumps(site['title'], ensure_ascii=False)}",
            f"  needs: {{{', '.join(f'{name}: {answer}' for name, answer in answers.items())}}}",
            f"  pins: {{{', '.join(f'{component}: {units}' for component, units in site['pins'].items())}}}",
            f"  exclusions: [{', '.join(site['exclusions'])}]",
        ]
    return "\n".join([*lines, "" if sites else "[]"])


def as_csv(sites: list[dict[str, object]], columns: list[str], delimiter: str) -> str:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerow(columns)
    for site in sites:
        pins = " ".join(f"{component}={units}" for component, units in site["pins"].items())
        cells = {**site, **site["needs"], "pins": pins, "exclusions": " ".join(site["exclusions"])}
        writer.writerow([cells.get(column, "") for column in columns])
    return file.getvalue()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sites=written_sites(),
    columns=st.permutations(["id", "title", "pins", "exclusions", *ANSWERS, "", ""]),
    delimiter=st.sampled_from([",", ";"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig"]),
)
def test_what_is_written_of_sites_is_what_is_asked_for_in_either_form(
    tmp_path: Path, sites: list[dict[str, object]], columns: list[str], delimiter: str, encoding: str
) -> None:
    expected = [expected_site(site) for site in sites]
    (tmp_path / "sites.csv").write_text(as_csv(sites, columns, delimiter), encoding=encoding, newline="")
    (tmp_path / "sites.yaml").write_text(as_yaml(sites), encoding="utf-8")
    for name in ("sites.csv", "sites.yaml"):
        found = read_sites(tmp_path / name, OFFERING)
        for site in (*found, *expected):
            site.needs.sort(key=lambda need: need.name)
        assert found == expected
