"""Sites as spreadsheets save them."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from bidwright.clients.cli.site_files import read_sites
from bidwright.v1 import catalog_pb2 as catalog

OFFERING = catalog.Offering(
    needs=[
        catalog.Need(name="users", type=catalog.NEED_TYPE_INTEGER, per_site=True),
        catalog.Need(name="critical", type=catalog.NEED_TYPE_BOOLEAN, per_site=True),
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
    ],
)
def test_what_is_wrong_with_a_site_is_told_in_words(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "sites.csv"
    file.write_text(content)
    with pytest.raises(click.BadParameter) as refused:
        read_sites(file, OFFERING)
    assert said in refused.value.message
