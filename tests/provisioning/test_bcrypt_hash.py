"""The filter that hashes passwords for web servers."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_plugins import plugin

HASHES = plugin("filter", "bcrypt_hash")


def test_a_hash_is_the_same_every_time_and_another_for_another_delivery() -> None:
    hashed = HASHES.bcrypt_hash("planted", "c.m")
    assert hashed == "$2b$10$2Sqrfh/ITKZrhdP/3RBfBu7HM8Cl9Eu9ymOhmwA6KWtOoTpYd.Hzq"
    assert HASHES.bcrypt_hash("planted", "c.m") == hashed
    assert HASHES.bcrypt_hash("planted", "c.n")[:29] != hashed[:29]
    assert HASHES.bcrypt_hash("other", "c.m")[:29] == hashed[:29]
    assert HASHES.bcrypt_hash("other", "c.m") != hashed


@pytest.mark.parametrize("password", ["x" * 73, "ü" * 37, "a\0b"])  # bcrypt would look at a part of it only
def test_a_password_that_bcrypt_would_cut_is_refused(password: str) -> None:
    with pytest.raises(AnsibleFilterError, match="72 bytes"):
        HASHES.bcrypt_hash(password, "c.m")
