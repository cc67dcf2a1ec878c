"""The index itself: FTS5 tables on SQLite, tsvector columns under GIN on PostgreSQL. Nothing else knows which it is.

Tokens and trigrams come ready-made from `folding`, so that both stores agree on what a word is and PostgreSQL needs no
extension (unaccent and pg_trgm are the server owner's to install). `search_index` holds the tokens of each document,
`search_near` the trigrams of each word.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    ScalarSelect,
    Select,
    Table,
    cast,
    column,
    event,
    func,
    literal_column,
    select,
    table,
    text,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import TSQUERY

from inventory.core import bulk
from inventory.core.database import db
from inventory.core.types import BigId
from inventory.search.documents import NOUNS
from inventory.search.models import SearchDocument, SearchWord

TABLES = {"search_index": "tokens", "search_near": "grams"}
"""The derived tables, and the column that is searched in each."""

# How many of a noun's latest documents are read one by one, and for what beginnings of words: up to so many letters.
LATEST, SHORT = 600, 2

_SQLITE = (
    """CREATE VIRTUAL TABLE IF NOT EXISTS search_index USING fts5(
        tokens, tokenize='unicode61 remove_diacritics 0', detail=none, columnsize=0, prefix='3 4 5 6')""",
    """CREATE VIRTUAL TABLE IF NOT EXISTS search_near USING fts5(
        grams, tokenize='unicode61 remove_diacritics 0', detail=none)""",
)
_POSTGRESQL = (
    "CREATE TABLE IF NOT EXISTS search_index (id bigint PRIMARY KEY, tokens tsvector NOT NULL)",
    "CREATE INDEX IF NOT EXISTS ix_search_index_tokens ON search_index USING gin (tokens)",
    "CREATE TABLE IF NOT EXISTS search_near (id bigint PRIMARY KEY, grams tsvector NOT NULL)",
    "CREATE INDEX IF NOT EXISTS ix_search_near_grams ON search_near USING gin (grams)",
)


@dataclass(frozen=True, slots=True)
class Term:
    """A token, or with `begins` every token that begins so."""

    token: str
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Every:
    """Every part holds."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part holds."""

    parts: tuple[Expression, ...]


Expression = Term | Every | Some


def is_sqlite() -> bool:
    """Say which of the two stores this is."""
    return db.engine.dialect.name == "sqlite"


def prepare(connection: Any = None) -> None:
    """Make the derived tables where they are missing, inside the transaction of the session or of the connection given."""
    for statement in _SQLITE if is_sqlite() else _POSTGRESQL:
        (connection or db.session).execute(text(statement))


@event.listens_for(SearchDocument.__table__, "after_create")
def _prepare_with_models(_table: Any, connection: Any, **_arguments: Any) -> None:
    prepare(connection)


def empty(name: str) -> None:
    """Forget everything in one of the derived tables."""
    db.session.execute(text(f"DELETE FROM {_known(name)}"))  # noqa: S608 - one of TABLES


def put(name: str, rows: Sequence[tuple[int, Iterable[str]]]) -> None:
    """Write (id, tokens) into a derived table, which must not hold these ids."""
    if not rows:
        return
    searched = TABLES[_known(name)]
    if is_sqlite():
        statement = text(f"INSERT INTO {name} (rowid, {searched}) VALUES (:id, :tokens)")  # noqa: S608
        db.session.execute(statement, [{"id": id_, "tokens": " ".join(tokens)} for id_, tokens in rows])
    else:
        # One statement for all: tokens hold no spaces.
        given = "unnest(CAST(:ids AS bigint[]), CAST(:words AS text[])) AS given (id, words)"
        vectors = f"SELECT id, array_to_tsvector(string_to_array(words, ' ')) FROM {given}"  # noqa: S608
        db.session.execute(
            text(f"INSERT INTO {name} (id, {searched}) {vectors}"),
            {
                "ids": bulk.array([id_ for id_, _tokens in rows]),
                "words": bulk.array([" ".join(tokens) for _id, tokens in rows]),
            },
        )


def remove(name: str, ids: Sequence[int]) -> None:
    """Take rows out of a derived table."""
    if not ids:
        return
    if is_sqlite():
        statement = text(f"DELETE FROM {_known(name)} WHERE rowid = :id")  # noqa: S608
        db.session.execute(statement, [{"id": id_} for id_ in ids])
    else:
        statement = text(f"DELETE FROM {_known(name)} WHERE id = ANY(CAST(:ids AS bigint[]))")  # noqa: S608
        db.session.execute(statement, {"ids": bulk.array(ids)})


def has_rows(name: str) -> bool:
    """Say whether a derived table holds anything."""
    return db.session.execute(text(f"SELECT 1 FROM {_known(name)} LIMIT 1")).first() is not None  # noqa: S608


def insert_unless_there(into: Table) -> Any:
    """Return an INSERT that leaves out rows which the table has already."""
    dialect = sqlite if is_sqlite() else postgresql
    return dialect.insert(into).on_conflict_do_nothing()


def _known(name: str) -> str:
    if name not in TABLES:
        raise KeyError(name)
    return name


def matching(name: str, expression: Expression) -> tuple[Any, Any]:
    """Return (id column, condition) of a derived table's rows that an expression holds for."""
    source = table(_known(name), column(TABLES[name]), column("id", BigId), column("rowid", BigId))
    if is_sqlite():
        return source.c.rowid, literal_column(name).op("MATCH")(_fts5(expression))
    return source.c.id, source.c[TABLES[name]].op("@@")(cast(_tsquery(expression), TSQUERY))


def documents(expression: Expression, limit: int) -> Select[Any]:
    """Return the ids of the documents that an expression holds for, the newest first."""
    id_, condition = matching("search_index", expression)
    # On PostgreSQL the sum keeps the planner from walking the primary key backwards in search of a rare word.
    newest = id_.desc() if is_sqlite() else (id_ + 0).desc()
    return select(id_.label("id")).where(condition).order_by(newest).limit(limit)


def documents_of(noun: str, expression: Expression, limit: int) -> Select[Any]:
    """Return the same of one noun, which the expression must name; ids may come twice.

    PostgreSQL would gather all that holds the beginning of many words before it takes the newest: its index is asked
    for one only where the noun's latest documents do not hold enough.
    """
    whole = documents(expression, limit)
    if is_sqlite() or not _has_short_word(expression):
        return whole
    index = table("search_index", column("id", BigId), column("tokens"))
    of_noun = select(SearchDocument.id).where(SearchDocument.noun == noun).order_by(SearchDocument.id.desc())
    newest = of_noun.limit(LATEST).subquery()
    # Materialised, so that the condition is not looked up in the index after all.
    latest = select(index).join(newest, newest.c.id == index.c.id).cte().prefix_with("MATERIALIZED")
    fits = latest.c.tokens.op("@@")(cast(_tsquery(expression), TSQUERY))
    near = select(latest.c.id).where(fits).order_by(latest.c.id.desc()).limit(limit).cte()
    goes_on = (_count(near) < limit) & (_count(latest) >= LATEST)
    rest = whole.where(goes_on).subquery()
    either = union_all(select(near.c.id), select(rest.c.id)).subquery()
    return select(either.c.id)


def _has_short_word(expression: Expression) -> bool:
    """Say whether a beginning of a word is asked for that is too short to be rare."""
    if isinstance(expression, Term):
        return expression.token.startswith("w") and len(expression.token) <= 1 + SHORT
    return any(_has_short_word(part) for part in expression.parts)


def _count(rows: CTE) -> ScalarSelect[int]:
    return select(func.count()).select_from(rows).scalar_subquery()


def near(grams: Sequence[str], limit: int) -> Sequence[str]:
    """Return the words that share most of these trigrams, at most `limit`."""
    wanted = Some(tuple(Term(gram) for gram in grams))
    id_, condition = matching("search_near", wanted)
    if is_sqlite():
        best: Any = literal_column("rank")
    else:
        best = func.ts_rank(literal_column("grams"), cast(_tsquery(wanted), TSQUERY)).desc()
    found = select(id_.label("id")).where(condition).order_by(best).limit(limit).subquery()
    return db.session.scalars(select(SearchWord.word).join(found, found.c.id == SearchWord.id)).all()


def row_ids(expression: Expression) -> Select[Any]:
    """Return the row ids of the documents that an expression holds for; it must name a noun."""
    id_, condition = matching("search_index", expression)
    return select(id_ // NOUNS).where(condition)


def _fts5(expression: Expression) -> str:
    if isinstance(expression, Term):
        return f'"{expression.token}"' + (" *" if expression.begins else "")
    word = " AND " if isinstance(expression, Every) else " OR "
    return "(" + word.join(_fts5(part) for part in expression.parts) + ")"


def _tsquery(expression: Expression) -> str:
    if isinstance(expression, Term):
        return f"'{expression.token}'" + (":*" if expression.begins else "")
    word = " & " if isinstance(expression, Every) else " | "
    return "(" + word.join(_tsquery(part) for part in expression.parts) + ")"
