"""Attaches files, deletes them, and clears away contents that nothing names any more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Any

from inventory.audit import services as audit
from inventory.audit.models import Action, ChangeSet, ChangeSetKind
from inventory.core import clock
from inventory.core.access import Actor
from inventory.core.database import after_commit, db
from inventory.core.errors import Invalid
from inventory.core.wording import N_, Sentence
from inventory.files import content, pictures, queries
from inventory.files.models import Attachment
from inventory.files.names import safe_name
from inventory.files.storage import Draft, storage

MOST = 200
# Long enough to undo a deletion; a content is then cleared away.
KEPT_FOR = timedelta(days=30)
ABANDONED_AFTER = timedelta(days=1)
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that has come for an object, looked at and not attached yet: its name, format and content."""

    name: str
    kind: content.Format
    draft: Draft


@contextmanager
def arriving(object_type: str, row: Any, name: str, stream: IO[bytes]) -> Iterator[Arrival]:
    """Take in a file for an object (a row with a public id), check it and draw its pictures: all that takes time.

    Raises Invalid with the reason; nothing of a refused file is kept. Be in no transaction: where there is one writer,
    others would wait for the drawing.
    """
    known_as = safe_name(name)
    content.format_named(known_as)
    with storage.receive(stream) as draft:
        arrival = Arrival(known_as, content.recognise(draft.path, known_as), draft)
        _check_place(object_type, row, arrival)
        if arrival.kind.is_picture:
            storage.path(draft.sha256).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            copies = {size: storage.path(draft.sha256, size) for size in pictures.SIZES}
            pictures.draw(draft.path, copies, known_as)
        yield arrival


def attach(object_type: str, row: Any, arrival: Arrival, *, actor: Actor, entity_id: int) -> Attachment:
    """Attach a file that is `arriving` to its object; raises Invalid where it was attached meanwhile, or there are too many."""
    _check_place(object_type, row, arrival)
    storage.keep(arrival.draft)
    attachment = Attachment(
        object_type=object_type,
        object_id=row.public_id,
        name=arrival.name,
        media_type=arrival.kind.media_type,
        size=arrival.draft.size,
        sha256=arrival.draft.sha256,
        has_picture=arrival.kind.is_picture,
        author_id=actor.id,
        author_label=actor.label[:255],
    )
    db.session.add(attachment)
    db.session.flush()
    change = {"attachment": [None, arrival.name]}
    audit.record(Action.ATTACHED, object_type, row, change, actor=actor, entity_id=entity_id)
    return attachment


def _check_place(object_type: str, row: Any, arrival: Arrival) -> None:
    name = arrival.name
    twin = queries.same_content(object_type, row.public_id, arrival.draft.sha256)
    if twin is not None and twin.name == name:
        raise Invalid("file", N_("“%(name)s” is attached already."), name=name)
    if twin is not None:
        raise Invalid("file", N_("“%(name)s” is attached already, as “%(twin)s”."), name=name, twin=twin.name)
    if len(queries.attachments_of(object_type, row.public_id, limit=MOST)) >= MOST:
        raise Invalid("file", N_("There are %(most)s files here already. Delete some first."), most=MOST)


def detach(attachment: Attachment, row: Any, *, actor: Actor, entity_id: int) -> ChangeSet:
    """Delete an attachment as a change set, which brings it back when undone within KEPT_FOR."""
    title = Sentence(
        N_("File deleted from %(name)s: %(file)s"), name=audit.label_of(row), file=attachment.name
    )
    sha256 = attachment.sha256
    with audit.change_set(ChangeSetKind.DELETION, title, actor=actor, entity_id=entity_id) as opened:
        change = {"attachment": [attachment.name, None]}
        audit.record(Action.ATTACHED, attachment.object_type, row, change, actor=actor, entity_id=entity_id)
        db.session.delete(attachment)
        db.session.flush()
    after_commit(lambda: storage.touch(sha256))
    return opened


def clear_away() -> int:
    """Remove contents that no attachment names since KEPT_FOR, and drafts that were left; returns how many contents went."""
    now = clock.now()
    oldest = (now - KEPT_FOR).timestamp()
    stale = [sha256 for sha256, fresh_at in storage.contents() if fresh_at < oldest]
    removed = 0
    for start in range(0, len(stale), AT_ONCE):
        chunk = stale[start : start + AT_ONCE]
        for sha256 in set(chunk) - queries.named_contents(chunk):
            storage.remove(sha256)
            removed += 1
    for path, written_at in storage.abandoned():
        if written_at < (now - ABANDONED_AFTER).timestamp():
            path.unlink(missing_ok=True)
    return removed


def follow_merge(*, kept: Any, absorbed: Any, **_told: Any) -> None:
    """Give what two records became the files of the absorbed one; the merge tells who did it."""
    for attachment in queries.attachments_of(kept.__tablename__, absorbed.public_id, limit=10_000):
        if queries.same_content(attachment.object_type, kept.public_id, attachment.sha256):
            db.session.delete(attachment)
        else:
            attachment.object_id = kept.public_id
    db.session.flush()
