"""Files of the instance that nobody but its own account may read: keys and the store."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def kept_secret(path: Path, make: Callable[[], str]) -> str:
    """Return the text kept in `path`, made on first use at mode 0600; of two processes that start at once one makes it."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(make())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # Another process was first: its text is the one that counts.
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()


def make_private(path: Path) -> None:
    """Make an empty file at mode 0600 where there is none, so that SQLite's files are not readable by others."""
    if not path.exists():
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
