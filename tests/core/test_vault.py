"""Secrets are unreadable without the key, and the key is nobody else's to read."""

from __future__ import annotations

import stat

import pytest
from cryptography.fernet import Fernet

from inventory.core.vault import KEY_FILE, Vault, VaultError


@pytest.fixture
def vault(tmp_path):
    made = Vault()
    made.open(tmp_path)
    return made


def test_a_secret_comes_back_and_is_not_seen_on_the_way(vault):
    token = vault.encrypt("c0mmunauté")
    assert vault.decrypt(token) == "c0mmunauté"
    assert b"c0mmunaut" not in token
    assert vault.encrypt("c0mmunauté") != token


def test_the_key_is_made_once_for_its_owner_alone(vault, tmp_path):
    key = tmp_path / KEY_FILE
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = key.read_text()
    Vault().open(tmp_path)
    assert key.read_text() == before
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


def test_another_key_opens_nothing(vault, tmp_path):
    (tmp_path / "other").mkdir()
    other = Vault()
    other.open(tmp_path / "other")
    with pytest.raises(VaultError, match="another key"):
        other.decrypt(vault.encrypt("x"))


def test_a_secret_that_was_tampered_with_is_refused(vault):
    token = bytearray(vault.encrypt("x"))
    token[20] ^= 1
    with pytest.raises(VaultError):
        vault.decrypt(bytes(token))


def test_keys_from_the_environment_leave_no_file_and_older_ones_still_open(tmp_path):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    before, after = Vault(), Vault()
    before.open(tmp_path, old)
    after.open(tmp_path, f"{new}, {old}")
    assert after.decrypt(before.encrypt("x")) == "x"
    with pytest.raises(VaultError):
        before.decrypt(after.encrypt("x"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("key", ["short", "é" * 44, "=" * 44])
def test_what_is_no_key_is_named_as_such(tmp_path, key):
    with pytest.raises(VaultError, match="base64"):
        Vault().open(tmp_path, key)


def test_a_vault_that_was_never_opened_says_so():
    with pytest.raises(VaultError, match="not been opened"):
        Vault().encrypt("x")
