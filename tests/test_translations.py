"""Every word of the interface is in the French catalogue, translated, with the same placeholders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

# One worker reads the words for all of them.
pytestmark = pytest.mark.xdist_group("translations")

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "inventory" / "translations" / "fr" / "LC_MESSAGES" / "messages.po"
FOLDERS = ("inventory", "scanners", "templates")
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "N_": None,
    "NN_": (1, 2),
    "lazy_gettext": None,
    "_l": None,
    "lazy_ngettext": (1, 2),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
# Words that are the same in both languages.
SAME = re.compile(r"[\W\d_]*|[A-Z0-9 ./–-]+")


@lru_cache
def extracted() -> frozenset[str | tuple[str, ...]]:
    """Return every marked message of the code and the templates."""
    found: set[str | tuple[str, ...]] = set()
    for folder in FOLDERS:
        for _name, _line, message, _comments, _context in extract_from_dir(
            str(ROOT / folder), method_map=METHODS, keywords=KEYWORDS
        ):
            found.add(message)
    return frozenset(found)


@lru_cache
def french() -> Catalog:
    """Return the French catalogue; an empty one while there is none."""
    if not CATALOGUE.exists():
        return Catalog(locale="fr")
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="fr")


def messages() -> Iterator[Message]:
    """Yield the catalogue's messages, its header left out."""
    return (message for message in french() if message.id)


def texts(value: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def listed(wrong: list[str]) -> str:
    return f"\n{len(wrong)}:\n" + "\n".join(sorted(wrong))


def test_every_marked_word_is_in_the_french_catalogue():
    known = {texts(message.id) for message in messages()}
    missing = [repr(each) for each in extracted() if texts(each) not in known]
    assert not missing, listed(missing)


def test_every_word_of_the_catalogue_is_translated():
    empty = [repr(message.id) for message in messages() if not all(texts(message.string or ""))]
    assert not empty, listed(empty)


def test_no_translation_is_a_guess():
    assert not [message.id for message in messages() if message.fuzzy]


def test_nothing_stays_in_the_catalogue_that_nobody_says_any_more():
    said = {texts(each) for each in extracted()}
    left = [repr(message.id) for message in messages() if texts(message.id) not in said]
    assert not left, listed(left)


def test_translations_have_the_placeholders_of_their_source():
    wrong = []
    for message in messages():
        plural = texts(message.id)
        wanted = set(PLACEHOLDER.findall(plural[-1]))
        for text in texts(message.string or ""):
            got = set(PLACEHOLDER.findall(text))
            # "one" may be said in words, so that a singular needs no number.
            if got - wanted or (wanted - got) - ({"num"} if len(plural) > 1 else set()):
                wrong.append(f"{message.id!r} → {text!r}")
    assert not wrong, listed(wrong)


def test_plurals_have_both_forms():
    wrong = [
        repr(message.id)
        for message in messages()
        if isinstance(message.id, tuple) and len(texts(message.string)) != 2
    ]
    assert not wrong, listed(wrong)


def test_french_has_its_own_spaces_quotes_and_apostrophes():
    """A narrow or hard space before ; : ! ? », after «; the curly apostrophe; no exclamation marks."""
    wrong = []
    for message in messages():
        for text in texts(message.string or ""):
            plain = re.sub(r"https?://\S+|\w+://\S*|%\(\w+\)s|[\w.]+:[\w.%]+", "", text)
            if (
                re.search(r"[^\s\u00a0\u202f][;!?»]|[^\s\u00a0\u202f\d]:(?=\s|$)| [;:!?»]|« ", plain)
                or "!" in plain
            ):
                wrong.append(f"spaces: {text!r}")
            if re.search(r"\w'\w", plain):
                wrong.append(f"apostrophe: {text!r}")
    assert not wrong, listed(wrong)


def test_no_word_that_people_read_is_left_unmarked_in_a_template():
    """Text between tags goes through _(): names of formats and keys excepted."""
    allowed = re.compile(r"(– )?Parc|Excel|Enter|kbd|[A-Z]{2,5}|[xejkun]")
    wrong = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = re.sub(
            r"\{#.*?#\}|\{% block body_class %\}[\w-]*|\{%.*?%\}|\{\{.*?\}\}|<script.*?</script>|<svg.*?</svg>",
            "\0",
            path.read_text(),
            flags=re.DOTALL,
        )
        text = re.sub(r"<[^<>]*>", "\1", text, flags=re.DOTALL)
        for piece in re.split(r"[\0\1]", text):
            words = " ".join(piece.split())
            if re.search(r"[A-Za-zÀ-ÿ]{2,}", words) and not allowed.fullmatch(words):
                wrong.append(f"{path.relative_to(ROOT)}: {words[:80]}")
    assert not wrong, listed(wrong)


@pytest.mark.parametrize("text", ["label", "description", "placeholder", "title", "aria-label"])
def test_no_attribute_that_people_read_is_left_unmarked_in_a_template(text):
    wrong = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for match in re.finditer(rf'\s{text}="[A-Za-zÀ-ÿ][^"{{]*\s[^"{{]*"', path.read_text(encoding="utf-8"))
    ]
    assert not wrong, listed(wrong)
