"""Draws the outline icons of the sprite, whose names are in `static/icons.txt`."""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup, escape

from inventory.core.addresses import static_url


def icon(name: str, label: str | None = None) -> Markup:
    """Return one icon; decorative unless it gets a label."""
    return _drawn(static_url("vendor/icons.svg"), name, label)


# A page draws hundreds of a few.
@lru_cache(maxsize=2048)
def _drawn(sprite: str, name: str, label: str | None) -> Markup:
    said = Markup(' role="img" aria-label="{}"').format(label) if label else Markup(' aria-hidden="true"')
    return Markup(
        '<svg class="ico" width="18" height="18" focusable="false"{}>\n    <use href="{}#{}"></use>\n  </svg>'
    ).format(said, escape(sprite), name)
