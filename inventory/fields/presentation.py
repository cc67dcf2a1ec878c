"""Says in the reader's language what history keeps of custom fields."""

from __future__ import annotations

from flask_babel import gettext

from inventory.fields import homes


def home_words(key: str | None) -> str | None:
    """Return what a home is called; the key itself when it is unknown."""
    home = homes.homes().get(key or "")
    return key if home is None else gettext(home.label)
