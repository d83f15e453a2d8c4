"""Settings of PostgreSQL that follow from what was sold, and the addresses that reach its configuration."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

FILTERS = Path(__file__).parents[2] / "playbooks" / "plugins" / "filter"


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, FILTERS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        # a common size
        (
            ("4", "100"),
            {"max_connections": "103", "shared_buffers": "1024MB", "work_mem": "10MB", "max_wal_size": "4096MB"},
        ),
        # so little that the least of everything counts
        (
            (0.01, 0),
            {"max_connections": "8", "shared_buffers": "16MB", "work_mem": "3MB", "maintenance_work_mem": "8MB"},
        ),
        # so much that the most counts
        ((512, 5), {"work_mem": "1024MB", "maintenance_work_mem": "2048MB", "max_slot_wal_keep_size": "65536MB"}),
    ],
)
def test_settings_follow_from_memory_and_connections(
    size: tuple[str | float, str | int], expected: dict[str, str]
) -> None:
    settings = loaded("postgresql_tuning").postgresql_tuning(*size)
    assert {name: settings[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("source", "network"),
    [
        ("192.0.2.7", "192.0.2.7/32"),
        ("192.0.2.7/24", "192.0.2.0/24"),  # the network of the address
        ("2001:db8::1", "2001:db8::1/128"),
        ("fe80::1%eth0 trust", ""),  # a zone may be any text
        ("all", ""),  # a word of pg_hba.conf
        ("192.0.2.7/32 trust", ""),
        ("192.0.2.7\n", ""),
        ("", ""),
        (7, ""),  # a number is an address to Python
    ],
)
def test_an_address_is_written_as_a_network_and_anything_else_as_nothing(source: object, network: str) -> None:
    assert loaded("ip_network").ip_network(source) == network
