"""Encrypts secrets at rest with a key that is never in the database."""

from __future__ import annotations

from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from inventory.core.private_files import kept_secret

KEY_FILE = "secret.key"


class VaultError(RuntimeError):
    """The key is absent, unreadable or not the one that the secret was encrypted with."""


class Vault:
    """Holds the instance's keys: the first encrypts, all decrypt, so that a key can be changed."""

    def __init__(self) -> None:
        self._keys: MultiFernet | None = None

    def open(self, instance: Path, keys: str | None = None) -> None:
        """Take the keys from `keys` (comma separated, from the environment), else from `instance`.

        A new key is written there at mode 0600 on first use.
        """
        texts = (
            [key.strip() for key in keys.split(",")]
            if keys
            else [kept_secret(instance / KEY_FILE, lambda: Fernet.generate_key().decode("ascii"))]
        )
        try:
            self._keys = MultiFernet([Fernet(text) for text in texts])
        except ValueError as error:
            raise VaultError("the secret key is not 32 bytes of URL-safe base64") from error

    def encrypt(self, text: str) -> bytes:
        """Return `text` encrypted and authenticated."""
        return self._opened().encrypt(text.encode())

    def decrypt(self, token: bytes) -> str:
        """Return the text of `token`; raises VaultError when it was encrypted with another key."""
        try:
            return self._opened().decrypt(token).decode()
        except InvalidToken as error:
            raise VaultError("this secret was encrypted with another key") from error

    def _opened(self) -> MultiFernet:
        if self._keys is None:
            raise VaultError("the vault has not been opened")
        return self._keys


vault = Vault()


def encrypt(text: str) -> bytes:
    """Encrypt with the instance's vault."""
    return vault.encrypt(text)


def decrypt(token: bytes) -> str:
    """Decrypt with the instance's vault; raises VaultError."""
    return vault.decrypt(token)
