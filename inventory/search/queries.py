"""Finds documents: by an identifier, by the beginnings of words, and by words that were mistyped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, String, literal, select, type_coerce, union_all

from inventory.core.access import Scope
from inventory.core.database import among, db, lookup
from inventory.search import documents, folding, store
from inventory.search.documents import Searchable
from inventory.search.models import SearchDocument
from inventory.search.store import Every, Expression, Some, Term
from scanners import identity

# What is shown of a document, and what it is ranked by.
SHOWN = (
    SearchDocument.id,
    SearchDocument.noun,
    SearchDocument.row_id,
    SearchDocument.argument,
    SearchDocument.title,
    SearchDocument.subtitle,
    SearchDocument.badge,
    SearchDocument.faded,
)
# How many documents of a noun are ranked: somebody who gets more goes on typing.
RANKED = 60
SHORTEST = 2


@dataclass(slots=True)
class Group:
    """The documents of one noun that were found, as rows of `SHOWN`; `more` when there are others, `count` of all where it is known."""

    searchable: Searchable
    documents: list[Any]
    more: bool = False
    count: int | None = None
    icons: dict[int, str] = field(default_factory=dict)

    def icon(self, document: Any) -> str:
        """Return the icon of the row's own kind, else the noun's."""
        return self.icons.get(document.row_id) or self.searchable.icon


@dataclass(slots=True)
class Found:
    """What a search found; `guessed` are the words it was made with instead of mistyped ones."""

    text: str
    groups: list[Group] = field(default_factory=list)
    guessed: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many documents were found; where `is_counted` is False there are more."""
        return sum(group.count or RANKED for group in self.groups)

    @property
    def is_counted(self) -> bool:
        return all(group.count is not None for group in self.groups)


def exactly(text: str, scope: Scope) -> SearchDocument | None:
    """Return the one document of the scope that has this whole identifier; None when there is none, or several."""
    found = with_identifier((text,), scope, limit=2)
    return found[0] if len(found) == 1 else None


def with_identifier(
    texts: Sequence[str], scope: Scope, *, limit: int, noun: str | None = None
) -> list[SearchDocument]:
    """Return at most `limit` documents of the scope (or those of one noun) that have one of these whole identifiers.

    The address of a page, as a label's code holds it, counts as what stands at its end.
    """
    terms = [term for text in texts for term in _whole(text)]
    if not terms:
        return []
    about = () if noun is None else (Term(folding.noun_token(noun)),)
    inside = () if scope.whole else (_within(scope),)
    wanted = Every((*about, *inside, Some(tuple(dict.fromkeys(terms)))))
    chosen = SearchDocument.id.in_(store.documents(wanted, limit))
    return list(db.session.scalars(select(SearchDocument).where(chosen).order_by(SearchDocument.id)))


def _whole(text: str) -> list[Term]:
    if "://" in text:
        named = folding.key(text.strip().partition("?")[0].rstrip("/").rpartition("/")[2])
        return [Term(f"i{named}")] if named else []
    return [*(Term(f"k{one}") for one in _keys(text)), *_otherwise(text)]


def find(text: str, scope: Scope, *, limit: int = 6, noun: str | None = None) -> Found:
    """Return what the words of `text` lead to in the scope, at most `limit` documents of each noun (or of one).

    Every word must begin one of the document's words, or the whole must begin one of its identifiers or end it, or be
    bytes of its MAC address. Where nothing is found, near words are tried.
    """
    found = Found(text)
    words = folding.words(text)[: folding.MAX_WORDS]
    nouns = [one for one in documents.searchables() if noun in {None, one.noun}]
    if sum(map(len, words)) < SHORTEST or not nouns:
        return found
    # Bytes with colons between them are no words: "00:0d" would find whatever has a zero before its number.
    typed = [] if folding.has_colons(text) else [[word] for word in words]
    found.groups = _groups(nouns, _by_key(text), typed, scope=scope, limit=limit)
    if not found.groups and typed:
        meant = [_meant(word) for word in words]
        if meant != typed:
            found.groups = _groups(nouns, None, meant, scope=scope, limit=limit)
            found.guessed = [options[0] for options in meant] if found.groups else []
    _draw(found.groups)
    return found


def matching(noun: str, row_id: Any, text: str) -> ColumnElement[bool]:
    """Return the condition that a list's rows match the words of `text`, as `find` reads them without guessing."""
    words = folding.words(text)[: folding.MAX_WORDS]
    if not words:
        return literal(not text.strip())
    by_key = _by_key(text)
    by_words = _by_words([[word] for word in words])
    wanted = by_key if by_key and folding.has_colons(text) else _either(by_key, by_words)
    return row_id.in_(store.row_ids(Every((Term(folding.noun_token(noun)), wanted))))


def _keys(text: str) -> list[str]:
    """Return the ways in which a text may name an identifier."""
    canonical = identity.canonical_ip(text) or text
    return [one for one in dict.fromkeys((folding.key(text), folding.key(canonical))) if len(one) >= SHORTEST]


def _by_key(text: str) -> Expression | None:
    terms = [Term(f"k{one}", begins=True) for one in _keys(text)]
    terms += [Term(f"s{one}") for one in _keys(text) if 4 <= len(one) <= 6]
    if (part := folding.part_of_mac(text)) is not None:
        terms.append(Term(f"m{part}", begins=True))
    terms += _otherwise(text)
    return Some(tuple(terms)) if terms else None


def _otherwise(text: str) -> list[Term]:
    return [Term(f"i{folding.key(argument)}") for argument in documents.found_otherwise(text)]


def _by_words(words: Sequence[Sequence[str]]) -> Expression:
    """Each place must be taken by a word that begins with one of its options."""
    return Every(
        tuple(Some(tuple(Term(f"w{option}", begins=True) for option in options)) for options in words)
    )


def _either(first: Expression | None, second: Expression) -> Expression:
    return second if first is None else Some((first, second))


def _within(scope: Scope) -> Expression:
    """Return what holds for the documents of the scope's entities and of none."""
    ids = sorted(scope.entity_ids)
    return Some(
        (Term(folding.entity_token(folding.EVERYBODY)), *(Term(folding.entity_token(id_)) for id_ in ids))
    )


def _groups(
    nouns: Sequence[Searchable],
    by_key: Expression | None,
    words: Sequence[Sequence[str]],
    *,
    scope: Scope,
    limit: int,
) -> list[Group]:
    """Return what is found by an identifier or by words, each with its options, those nouns first that are called so."""
    ways = (by_key, _by_words(words) if words else None)
    inside = () if scope.whole else (_within(scope),)
    parts = []
    for place, one in enumerate(nouns):
        about = Term(folding.noun_token(one.noun))
        for nearness, wanted in enumerate(ways):
            if wanted is not None:
                ids = store.documents_of(one.noun, Every((about, *inside, wanted)), RANKED + 1).subquery()
                parts.append(
                    select(ids.c.id, literal(place).label("place"), literal(nearness).label("nearness"))
                )
    nearest: dict[int, int] = {}
    for id_, _place, nearness in db.session.execute(union_all(*parts)):
        nearest[id_] = min(nearness, nearest.get(id_, nearness))
    if not nearest:
        return []
    by_noun: dict[str, list[Any]] = {}
    for row in db.session.execute(lookup(select(*SHOWN).where(among(SearchDocument.id, nearest)))):
        by_noun.setdefault(row.noun, []).append(row)
    rows = (row for found in by_noun.values() for row in found)
    called = {
        row.id: len(folding.words(row.title)) > len(words) for row in rows if _is_called(row.title, words)
    }
    found = (one for one in nouns if one.noun in by_noun)
    groups = [_group(one, by_noun[one.noun], nearest, called=called, limit=limit) for one in found]
    # Somebody's equipment has their name too: who is called so comes before.
    return sorted(groups, key=lambda group: called.keys().isdisjoint(row.id for row in group.documents))


def _is_called(title: str, words: Sequence[Sequence[str]]) -> bool:
    """Say whether each word begins one of a title's."""
    parts = folding.words(title)
    return all(any(part.startswith(tuple(options)) for part in parts) for options in words)


def _group(
    searchable: Searchable, rows: list[Any], nearest: dict[int, int], *, called: dict[int, bool], limit: int
) -> Group:
    """Sort what was found of a noun; `called` says of those with the words in their titles whether these hold more."""
    rows.sort(
        key=lambda row: (
            row.faded,
            nearest[row.id],
            called.get(row.id, 2),
            folding.words(row.title),
            row.id,
        )
    )
    # Where more were found than are ranked, some were left unread.
    count = len(rows) if len(rows) <= RANKED else None
    return Group(searchable, rows[:limit], more=len(rows) > limit, count=count)


def _draw(groups: Sequence[Group]) -> None:
    """Read the icons of the rows that are shown, in one query."""
    drawn = {group.searchable.noun: group for group in groups if group.searchable.kind is not None}
    if not drawn:
        return
    parts = []
    for noun, group in drawn.items():
        one, ids = group.searchable, [document.row_id for document in group.documents]
        kind = type_coerce(one.kind, String)
        parts.append(
            select(literal(noun).label("noun"), one.every.label("id"), kind.label("kind")).where(
                among(one.every, ids)
            )
        )
    for noun, row_id, kind in db.session.execute(lookup(union_all(*parts))):
        if kind is not None:
            drawn[noun].icons[row_id] = drawn[noun].searchable.kind.type.codes(kind).icon


def _meant(word: str) -> list[str]:
    """Return the known words that a mistyped one may have meant; itself where it is like none, as a number is."""
    if folding.allowed_mistakes(word) == 0:
        return [word]
    candidates = store.near(folding.trigrams(word), 60)
    return folding.guesses(word, candidates) or [word]
