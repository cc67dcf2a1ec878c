"""Writes the index: some rows' documents again, or every noun's from nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Any, cast

from sqlalchemy import Table, delete, exists, func, select, update

from inventory.core.database import among, bulk_load, db, transaction
from inventory.search import documents, folding, store
from inventory.search.documents import Document
from inventory.search.models import SearchDocument, SearchWord

CHUNK = 1000
DOCUMENTS = cast("Table", SearchDocument.__table__)
WORDS = cast("Table", SearchWord.__table__)


def in_chunks(values: Iterable[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    """Yield the values some hundreds at once."""
    rest = iter(values)
    while chunk := list(islice(rest, size)):
        yield chunk


@dataclass(frozen=True, slots=True)
class Ready:
    """A document as the index takes it: the words that it says, its tokens, and its columns."""

    said: list[str]
    tokens: list[str]
    columns: dict[str, Any]


def make_ready(noun: str, found: Iterable[Document]) -> dict[int, Ready]:
    """Return documents of a noun as the index takes them, by their rows' ids; nothing is asked of the store."""
    ready = {}
    for document in found:
        said = document.said()
        tokens = document.tokens(noun, said)
        ready[document.row_id] = Ready(said, tokens, document.row(noun, tokens))
    return ready


def reindex(noun: str, row_ids: Iterable[int], ready: Mapping[int, Ready] = MappingProxyType({})) -> int:
    """Make the documents of these rows what the rows say now; returns how many had changed. Inside a transaction.

    Those that are `ready`, by row id, are taken as they are.
    """
    searchable, changed = documents.searchable(noun), 0
    for chunk in in_chunks(sorted({*row_ids, *ready})):
        unread = [row_id for row_id in chunk if row_id not in ready]
        found = make_ready(noun, searchable.load(unread) if unread else ())
        found |= {row_id: ready[row_id] for row_id in chunk if row_id in ready}
        changed += _write(noun, chunk, found)
    return changed


def _write(noun: str, row_ids: Sequence[int], found: Mapping[int, Ready]) -> int:
    ids = [documents.document_id(noun, row_id) for row_id in row_ids]
    said = db.session.execute(select(DOCUMENTS.c.id, DOCUMENTS.c.digest).where(among(DOCUMENTS.c.id, ids)))
    known = {id_: digest for id_, digest in said}  # noqa: C416 - rows are no pairs to a type checker
    new = [one for one in found.values() if known.get(one.columns["id"]) != one.columns["digest"]]
    written = {one.columns["id"] for one in new}
    stale = known.keys() - ({one.columns["id"] for one in found.values()} - written)
    # What is new takes the place of what was, also where a document was lost and its tokens were not.
    _forget(sorted(stale | written))
    bulk_load(DOCUMENTS, [one.columns for one in new])
    store.put("search_index", [(one.columns["id"], one.tokens) for one in new])
    _learn(folding.vocabulary({word for one in new for word in one.said}))
    return len(stale) + len(new)


def _forget(ids: Sequence[int]) -> None:
    for chunk in in_chunks(ids):
        store.remove("search_index", chunk)
        db.session.execute(delete(DOCUMENTS).where(among(DOCUMENTS.c.id, chunk)))


def _learn(words: set[str]) -> None:
    """Add the words that are not known yet, with their trigrams."""
    for chunk in in_chunks(sorted(words)):
        known = set(db.session.scalars(select(WORDS.c.word).where(among(WORDS.c.word, chunk))))
        if not (new := [word for word in chunk if word not in known]):
            continue
        statement = store.insert_unless_there(WORDS).returning(WORDS.c.id, WORDS.c.word)
        added = db.session.execute(statement, [{"word": word} for word in new])
        store.put("search_near", [(id_, folding.trigrams(word)) for id_, word in added])


def rebuild(on_progress: Callable[[int, int], None] = lambda _done, _total: None) -> int:
    """Bring every document up to date, chunk by chunk in transactions of their own, and return how many there are.

    Searches go on meanwhile; documents of rows that are gone are forgotten, and so are words that nobody says any more.
    """
    with transaction():
        store.prepare()
        db.session.execute(delete(WORDS))
        store.empty("search_near")
        db.session.execute(update(DOCUMENTS).values(digest=""))
        total = sum(_count(one.every) for one in documents.searchables())
    done = 0
    for one in documents.searchables():
        with transaction():
            row_ids = list(db.session.scalars(select(one.every).order_by(one.every)))
            _forget(_strays(one.noun, one.every))
        for chunk in in_chunks(row_ids, 4 * CHUNK):
            with transaction():
                reindex(one.noun, chunk)
            done += len(chunk)
            on_progress(done, total)
    with transaction():
        known = [one.noun for one in documents.searchables()]
        _forget(list(db.session.scalars(select(DOCUMENTS.c.id).where(DOCUMENTS.c.noun.not_in(known)))))
    return done


def _count(column: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(column.table)) or 0


def _strays(noun: str, every: Any) -> list[int]:
    """Return the documents of a noun whose row is gone."""
    statement = select(DOCUMENTS.c.id).where(
        DOCUMENTS.c.noun == noun, ~select(every).where(every == DOCUMENTS.c.row_id).exists()
    )
    return list(db.session.scalars(statement))


def start() -> bool:
    """Make the derived tables where they are missing, and say whether the index has to be built.

    It has where rows stand without a document, or documents without tokens, as after a restore that brought only some
    of the tables; and where a release that says other words of them, or a rebuild that was broken off, took their digests.
    """
    with transaction():
        store.prepare()
    documented = _count(DOCUMENTS.c.id)
    rows = sum(_count(one.every) for one in documents.searchables())
    stale = db.session.scalar(select(exists().where(DOCUMENTS.c.digest == "")))
    return documented != rows or bool(stale) or (documented > 0 and not store.has_rows("search_index"))
