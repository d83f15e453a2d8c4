# ruff: noqa: INP001 - Ansible loads plugins by path; they are in no package
"""Turns the size of a database into settings of PostgreSQL, the same for a database and its standbys."""

from __future__ import annotations

from collections.abc import Callable, Mapping

_RESERVED = 3  # connections that PostgreSQL keeps for its administrator; those sold come on top


def postgresql_tuning(ram_gib: str | float, connections: str | int) -> Mapping[str, str]:
    """Compute the settings that follow from what was sold.

    Args:
        ram_gib: Memory for the database, in GiB; less than 1/16 counts as 1/16.
        connections: Customer's connections at the same time; counted as 5 to 1000.

    Returns:
        Value in the form of the configuration file, by name of the setting. Standbys must have the same
        ``max_connections`` and ``max_wal_senders``, or more.

    Source: PostgreSQL 15, chapters 20.4 (a quarter of the memory for shared buffers) and 20.5; the rest is our choice.
    """
    memory_mib = max(int(float(ram_gib) * 1024), 64)
    served = _between(5, int(connections), 1000)
    wal_mib = _between(256, memory_mib, 16384)
    return {
        "max_connections": str(served + _RESERVED),
        "shared_buffers": f"{memory_mib // 4}MB",
        "effective_cache_size": f"{memory_mib * 3 // 4}MB",
        # A quarter of the memory is for sorting, and all connections may sort at the same time.
        "work_mem": f"{_between(1, memory_mib // 4 // served, 1024)}MB",
        "maintenance_work_mem": f"{_between(8, memory_mib // 16, 2048)}MB",
        "max_wal_size": f"{wal_mib}MB",
        "min_wal_size": f"{wal_mib // 4}MB",
        "wal_compression": "on",
        # The same with and without standbys, so that one more takes no other settings.
        "wal_level": "replica",
        "max_wal_senders": "10",
        "max_replication_slots": "10",
        # A standby that is gone must not fill the disk.
        "max_slot_wal_keep_size": f"{wal_mib * 4}MB",
    }


def _between(least: int, value: int, most: int) -> int:
    return max(least, min(value, most))


class FilterModule:
    """Tells Ansible the filters of this file."""

    def filters(self) -> dict[str, Callable[[str | float, str | int], Mapping[str, str]]]:
        """Name the filters."""
        return {"postgresql_tuning": postgresql_tuning}
