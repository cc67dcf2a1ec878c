"""Names a browser and its system from the text it sends, so that people recognise their sessions."""

from __future__ import annotations

from flask_babel import gettext as _

# The first that the text holds counts: browsers name those that they descend from after themselves.
BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_name(agent: str | None) -> str:
    """Return "Firefox, Windows" for a User-Agent header, its first words when it is none that people use, "" for none."""
    text = agent or ""
    found = [next((name for mark, name in known if mark in text), None) for known in (BROWSERS, SYSTEMS)]
    return ", ".join(name for name in found if name) or text[:40]


def session_words(agent: str | None) -> str:
    """Return what history says of a session that had this User-Agent header: its browser, or, of none any more, that it ended."""
    return _("ended") if agent is None else browser_name(agent)
