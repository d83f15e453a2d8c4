"""Check, by example."""

from __future__ import annotations

from examples import request

from bidwright.configurator.check import check
from bidwright.configurator.request import BespokeEffect

_VALID = {"compute.small": 1, "os.debian": 1, "support.standard": 1, "web.nginx_site": 1}


def test_a_valid_configuration_has_no_violation() -> None:
    assert check(request(), _VALID) == []


def test_everything_wrong_is_told_at_once_with_values_and_a_fix() -> None:
    effect = BespokeEffect(id="till", title="Till", requires=("cache",), forbids=("web",))
    requirements = request(
        answers={"users": 1000}, bespoke=(effect,), pins={"os.debian": 3}, exclusions=("web.apache_site",)
    )
    items = {
        "compute.small": 21,
        "database.postgresql_ha": 1,
        "os.debian": 1,
        "web.apache_site": 1,
        "web.nginx_site": 1,
    }
    told = [(violation.id, violation.text, violation.fix) for violation in check(requirements, items)]
    assert told == [
        (
            "database",
            "Web hosting has no place for Database (database), but database.postgresql_ha is chosen.",
            "Remove database.postgresql_ha.",
        ),
        (
            "support",
            "Web hosting takes exactly 1 of the different Support (support), but 0 are chosen.",
            "Choose 1 of support.premium, support.standard.",
        ),
        (
            "web",
            (
                "Web hosting takes exactly 1 of the different Web (web), "
                "but 2 are chosen: web.apache_site, web.nginx_site."
            ),
            "Choose 1 of web.apache_site, web.nginx_site.",
        ),
        (
            "compute.small",
            "21 units of compute small (compute.small): one configuration holds at most 20.",
            "Choose at most 20 units.",
        ),
        (
            "debian_on_every_server",
            (
                'Every server runs an operating system. Not met: quantity("os") == quantity("compute") '
                '(quantity("os") is 1, quantity("compute") is 21).'
            ),
            'Change components or needs so that quantity("os") == quantity("compute") holds.',
        ),
        (
            "support_meets_availability",
            (
                "The support level must cover the availability asked for. Not met: "
                'total("availability", "support") >= need.availability '
                '(total("availability", "support") is 0, need.availability is 99 percent).'
            ),
            'Change components or needs so that total("availability", "support") >= need.availability holds.',
        ),
        ("till", '"Till" requires Cache (cache), which is not chosen.', "Add Cache (cache)."),
        (
            "till",
            '"Till" cannot stand beside web.apache_site, web.nginx_site.',
            "Remove web.apache_site, web.nginx_site.",
        ),
        ("os.debian", "you asked for exactly 3 units of os debian (os.debian), but there are 1.", "Choose 3 of it."),
        ("web.apache_site", "you ruled out web apache_site (web.apache_site), but it is chosen.", "Remove it."),
    ]


def test_a_resource_consumed_beyond_what_is_provided_is_told() -> None:
    items = {
        "compute.small": 1,
        "database.postgresql_ha": 1,
        "os.debian": 1,
        "support.standard": 1,
        "web.nginx_site": 1,
    }
    told = {v.id: v.text for v in check(request("business_application"), items)}
    assert told["app_ram_gib"] == ("9 GiB of Memory for applications (app_ram_gib) are consumed, but only 3 provided.")


def test_a_missing_row_of_a_table_is_named() -> None:
    rule = '("database", "os") in table("supported_stacks")'
    requirements = request("business_application", rule=rule)
    items = {**_VALID, "compute.small": 3, "os.debian": 3, "database.postgresql_ha": 1}
    (violation,) = check(requirements, items)
    assert violation.text == (
        'It is so. Not met: ("database", "os") in table("supported_stacks") '
        "(supported_stacks has no row (database.postgresql_ha, os.debian))."
    )
