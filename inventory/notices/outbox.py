"""The post of `core.mail`: letters go into the outbox, and a job sends them after the commit."""

from __future__ import annotations

from flask import current_app

from inventory.core.mail import Letter
from inventory.notices import queries, services


class Outbox:
    """Keeps letters as long as mail is set up: a server, and an address of the instance for their links."""

    def address(self) -> str | None:
        """Return the instance's address, the configured `public_url` before that of the settings; None without mail."""
        settings = queries.settings()
        if settings is None or not settings.enabled:
            return None
        found = current_app.config["PUBLIC_URL"] or settings.address
        return str(found).rstrip("/") if found else None

    def take(self, letter: Letter) -> None:
        """Put a letter into the outbox."""
        services.keep(
            to=(letter.name, letter.to),
            subject=letter.subject,
            text=letter.text,
            useful_until=letter.useful_until,
            key=letter.key,
        )
