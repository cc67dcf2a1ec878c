"""The panel of attachments on every noun's page."""

from __future__ import annotations

from typing import Any

from inventory.core.registry import Panel, nouns
from inventory.core.web import access
from inventory.core.wording import N_
from inventory.files import content, queries


def attachments(row: Any) -> dict[str, Any]:
    """Return what the panel shows of an object."""
    noun = nouns()[row.__tablename__]
    return {
        "files": queries.attachments_of(noun.key, row.public_id),
        "noun": noun.key,
        "public_id": row.public_id,
        "may_attach": access().allows(noun.contribute, noun.entity_id(row)),
        "icon_of": _icon_of,
        "most_bytes": content.MAX_BYTES,
        "accepted": ",".join(f".{ending}" for ending in content.BY_ENDING),
        "refusals": [],
    }


def _icon_of(media_type: str) -> str:
    kind = content.BY_MEDIA_TYPE.get(media_type)
    return kind.icon if kind else "file"


def _shown(row: Any) -> dict[str, Any] | None:
    context = attachments(row)
    return context if context["files"] or context["may_attach"] else None


ATTACHMENTS = Panel("attachments", N_("Attachments"), "files/_panel.html", _shown, order=65)
