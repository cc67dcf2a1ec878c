"""The sprite: every icon that a template or a closed list names is drawn."""

from __future__ import annotations

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
LISTED = frozenset((PROJECT / "inventory" / "static" / "icons.txt").read_text(encoding="utf-8").split())
TONES = "neutral|accent|good|warn|bad|info"
CALL = re.compile(r"\bicon_?\(\s*\"([a-z0-9-]+)\"")
MARK = re.compile(rf"\bmark\([^)]*\"(?:{TONES})\",\s*\"([a-z0-9-]+)\"")
KEYWORD = re.compile(r"\bicon=\"([a-z0-9-]+)\"")
MEMBER = re.compile(rf"\"(?:{TONES})\",\s*\"([a-z0-9-]+)\"\s*\)?$", re.MULTILINE)
MENU = re.compile(r"MenuEntry\(\s*(?:N_\([^)]*\)|\"\"),\s*N_\([^)]*\),\s*\"[a-z_.]+\",\s*\"([a-z0-9-]+)\"")


def _named(folder: str, suffix: str, *patterns: re.Pattern[str]) -> dict[str, str]:
    found = {}
    for path in (PROJECT / folder).rglob(f"*{suffix}"):
        text = path.read_text(encoding="utf-8")
        for pattern in patterns:
            found.update(dict.fromkeys(pattern.findall(text), path.name))
    return found


def test_every_icon_of_the_templates_is_in_the_sprite():
    named = _named("templates", ".html", CALL, MARK, KEYWORD)
    assert "chevron-left" in named
    assert {name: place for name, place in named.items() if name not in LISTED} == {}


def test_every_icon_of_a_closed_list_or_of_the_menu_is_in_the_sprite():
    named = _named("inventory", ".py", MEMBER, MENU, KEYWORD)
    assert "eye" in named
    assert {name: place for name, place in named.items() if name not in LISTED} == {}


def test_the_list_of_icons_is_sorted_and_names_each_once():
    names = (PROJECT / "inventory" / "static" / "icons.txt").read_text(encoding="utf-8").split()
    assert names == sorted(set(names))
