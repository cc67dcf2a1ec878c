"""Reads the forms of a page as a browser would send them: where to, and each field with its kind and value."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
TYPED = ("text", "search", "email", "tel", "url", "number", "date", "password", "textarea")


@dataclass(slots=True)
class Field:
    """One field: its name, kind (an input's type, textarea or select), and its values as they stand."""

    name: str
    kind: str
    values: list[str] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)


@dataclass(slots=True)
class SentForm:
    """A form of a page: where its data go, how, and its fields in order."""

    action: str
    method: str
    fields: list[Field] = field(default_factory=list)

    def data(self) -> dict[str, list[str]]:
        """Return what a browser sends when nothing is changed."""
        found: dict[str, list[str]] = {}
        for one in self.fields:
            if one.values:
                found.setdefault(one.name, []).extend(one.values)
        return found

    def typed(self) -> list[str]:
        """Return the names of the fields that people type in."""
        return [one.name for one in self.fields if one.kind in TYPED]

    def value(self, name: str) -> str | None:
        """Return what a field shows."""
        return next((one.values[0] for one in self.fields if one.name == name and one.values), None)


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page = page
        self.forms: list[SentForm] = []
        self.form: SentForm | None = None
        self.pressed = False
        self.area: Field | None = None
        self.select: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = given.get("action") or self.page
            self.form, self.pressed = SentForm(action, given.get("method", "get").lower()), False
            self.forms.append(self.form)
        elif tag == "option" and self.select is not None:
            self.select.offered.append(given.get("value", ""))
            if "selected" in given:
                self.select.values = [given.get("value", "")]
        elif tag == "button" and "name" not in given:
            self.pressed = True
        elif tag in ("input", "textarea", "select", "button") and "name" in given:
            self._field(tag, given)

    def _field(self, tag: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text") if tag == "input" else tag
        one = Field(given["name"], kind)
        if self.form is None:
            return
        self.form.fields.append(one)
        if kind in ("button", "submit"):
            # Enter presses the first button there is.
            one.values = [] if self.pressed else [given.get("value", "")]
            self.pressed = True
        elif kind in ("checkbox", "radio"):
            one.values = [given.get("value", "on")] if "checked" in given else []
        elif tag == "input":
            one.values = [given.get("value", "")]
        elif tag == "textarea":
            self.area = one
            one.values = [""]
        else:
            self.select = one

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            self.area.values = [self.area.values[0] + data]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "textarea" and self.area is not None:
            # The first line end belongs to the tag.
            self.area.values = [self.area.values[0].removeprefix("\r\n").removeprefix("\n")]
            self.area = None
        elif tag == "select" and self.select is not None:
            if not self.select.values and self.select.offered:
                self.select.values = self.select.offered[:1]
            self.select = None


def forms_in(html: str, page: str, method: str = "post") -> list[SentForm]:
    """Return the forms of a page's text that use `method`; `page` is its own address."""
    reader = _Reader(page)
    # What stands around the forms, a menu and tables mostly, takes longer to read than they do.
    for part in FORM.findall(html):
        reader.feed(part)
    return [form for form in reader.forms if form.method == method]
