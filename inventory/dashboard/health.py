"""Whether the instance is well: its store, its folder, its background work; what is wrong says what to do."""

from __future__ import annotations

import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

from flask import current_app, url_for
from flask_babel import gettext as _
from sqlalchemy import and_, func, or_, select, text

from inventory.assets.models import Asset
from inventory.audit.models import AuditRecord
from inventory.core import backup, clock, i18n, mail, migrations
from inventory.core.database import db
from inventory.core.types import Code
from inventory.core.wording import N_
from inventory.jobs import queries as jobs
from inventory.jobs.models import Job, JobState, Schedule
from inventory.notices import queries as notices

# Work that waits longer than this has nobody to do it.
WAITS_TOO_LONG = timedelta(minutes=5)
# Mails given up longer ago are no news any more.
MAIL_LATELY = timedelta(days=7)
# Of several machines none has quite the same time.
CLOCK_MAY_DIFFER = timedelta(minutes=2)
# A night may fail; a week of them is a week of work that would be lost.
BACKUP_IS_OLD = timedelta(days=2)
BACKUP_IS_TOO_OLD = timedelta(days=7)
LITTLE_ROOM = 2 * 2**30
NO_ROOM = 200 * 2**20


class Wellness(Code):
    """How a check ended."""

    GOOD = "good", N_("well"), "good", "check"
    LOOK = "look", N_("have a look"), "warn", "alert-triangle"
    BAD = "bad", N_("act now"), "bad", "alert-triangle"


@dataclass(frozen=True, slots=True)
class Check:
    """One question about the instance: its answer in words, and what to do when it is not well."""

    label: str
    wellness: Wellness
    said: str
    advice: str = ""
    url: str = ""


def checks() -> list[Check]:
    """Return every check, what is worst first."""
    found = [
        _store(), _shape(), _backup(), _folder(), *_keys(), _time(), _waiting(), _failed(), _schedules(), _mail(),
    ]  # fmt: skip
    return sorted(found, key=lambda check: list(Wellness).index(check.wellness), reverse=True)


def about() -> list[tuple[str, str]]:
    """Return what the instance is: versions, store, sizes."""
    return [
        (_("Parc"), version("parc")),
        (_("Python"), ".".join(str(part) for part in sys.version_info[:3])),
        (_("Store"), _store_words()),
        (_("Size of the store"), i18n.filesize(_store_size())),
        (_("Instance folder"), current_app.instance_path),
        (_("Items of equipment"), i18n.number(_count(Asset))),
        (_("Records of changes"), i18n.number(_count(AuditRecord))),
    ]


def _count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def _is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def _store_words() -> str:
    if _is_sqlite():
        return "SQLite " + str(db.session.scalar(text("SELECT sqlite_version()")))
    return "PostgreSQL " + str(db.session.scalar(text("SHOW server_version")))


def _store_size() -> int:
    """Return the bytes that the store takes."""
    if not _is_sqlite():
        return int(db.session.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    file = Path(str(db.engine.url.database))
    return sum(path.stat().st_size for path in file.parent.glob(f"{file.name}*"))


def _store() -> Check:
    label = _("Store")
    if not _is_sqlite():
        return Check(label, Wellness.GOOD, _store_words())
    mode = str(db.session.scalar(text("PRAGMA journal_mode")))
    if mode != "wal":
        advice = _(
            "It stands on a disk that several cannot write to at once. Put the instance on a local disk."
        )
        return Check(label, Wellness.LOOK, f"SQLite, {mode}", advice)
    return Check(label, Wellness.GOOD, _store_words())


def _shape() -> Check:
    label = _("Version of the store")
    if migrations.is_current():
        return Check(label, Wellness.GOOD, migrations.latest())
    return Check(
        label, Wellness.BAD, _("Migrations are missing."), _("Start Parc once more: it migrates by itself.")
    )


def _backup() -> Check:
    """Check how long ago the store was last backed up; what other programs copy is not known here."""
    label, made = _("Last backup"), backup.last(Path(current_app.instance_path))
    if made is None:
        advice = _(
            "Run “parc store backup FOLDER” each night, to another disk. Backups made otherwise are not known here."
        )
        return Check(label, Wellness.LOOK, _("none by Parc yet"), advice)
    age = clock.now() - made.at
    said = _(
        "%(ago)s, %(size)s: %(place)s", ago=i18n.ago(made.at), size=i18n.filesize(made.size), place=made.place
    )
    if age < BACKUP_IS_OLD:
        return Check(label, Wellness.GOOD, said)
    wellness = Wellness.BAD if age >= BACKUP_IS_TOO_OLD else Wellness.LOOK
    advice = _(
        "Look why “parc store backup” no longer runs: what was entered since would be lost with the disk."
    )
    return Check(label, wellness, said, advice)


def _folder() -> Check:
    label = _("Room on the disk of the instance")
    free = shutil.disk_usage(current_app.instance_path).free
    said = _("%(size)s free", size=i18n.filesize(free))
    if free < NO_ROOM:
        return Check(label, Wellness.BAD, said, _("Free some room: nothing can be saved when it is full."))
    if free < LITTLE_ROOM:
        return Check(label, Wellness.LOOK, said, _("Free some room before it is full."))
    return Check(label, Wellness.GOOD, said)


def _keys() -> Iterator[Check]:
    """Check that nobody else on the machine reads the keys that open the secrets."""
    label = _("Who can read the keys")
    open_files = [
        path.name
        for path in sorted(Path(current_app.instance_path).glob("*.key"))
        if stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    if open_files:
        advice = _("Run: chmod 600 %(files)s", files=" ".join(open_files))
        yield Check(label, Wellness.BAD, ", ".join(open_files), advice)
    else:
        yield Check(label, Wellness.GOOD, _("the service alone"))


def _time() -> Check:
    """Check that nothing was recorded later than now: dates, sessions and schedules all go by the clock."""
    label, now = _("Clock of the server"), clock.now()
    latest = db.session.scalar(select(func.max(AuditRecord.recorded_at)))
    if latest is None or latest - now < CLOCK_MAY_DIFFER:
        return Check(label, Wellness.GOOD, i18n.instant(now))
    return Check(
        label,
        Wellness.BAD,
        _("%(now)s, but something was recorded on %(at)s", now=i18n.instant(now), at=i18n.instant(latest)),
        _("Set the clock of this machine, or of the one that recorded it."),
    )


def _waiting() -> Check:
    label = _("Waiting background work")
    # What was taken up and let go is nobody's either: its worker has ended, and none has taken it over.
    statement = select(func.min(func.coalesce(Job.lease_until, Job.run_after))).where(
        or_(
            and_(Job.state == JobState.QUEUED, Job.run_after <= clock.now()),
            and_(Job.state == JobState.RUNNING, Job.lease_until < clock.now()),
        )
    )
    oldest = db.session.scalar(statement)
    if oldest is None or clock.now() - oldest < WAITS_TOO_LONG:
        return Check(label, Wellness.GOOD, _("Nothing waits."), url=url_for("jobs.index"))
    return Check(
        label,
        Wellness.BAD,
        _("Something waits since %(at)s.", at=i18n.instant(oldest)),
        _("Is a worker running? “parc run” has one; with several processes, start “parc worker”."),
        url_for("jobs.index", open="1"),
    )


def _failed() -> Check:
    label = _("Failed background work")
    count = jobs.count_failed()
    if not count:
        return Check(label, Wellness.GOOD, _("none"), url=url_for("jobs.index"))
    return Check(
        label,
        Wellness.LOOK,
        i18n.ngettext("%(num)s has failed", "%(num)s have failed", count),
        _("Read why, then try it again."),
        url_for("jobs.index", failed="1"),
    )


def _schedules() -> Check:
    label = _("Schedules")
    late = db.session.scalar(
        select(func.count()).where(
            Schedule.enabled.is_(True), Schedule.next_due_at < clock.now() - WAITS_TOO_LONG
        )
    )
    if not late:
        return Check(label, Wellness.GOOD, _("on time"))
    words = i18n.ngettext("%(num)s is late", "%(num)s are late", late)
    return Check(label, Wellness.LOOK, words, _("Is a worker running?"), url_for("jobs.index"))


def _mail() -> Check:
    label, url = _("Mail"), url_for("mail.index")
    if not mail.is_set_up():
        advice = _("One-time links are handed over by hand until it is.")
        return Check(label, Wellness.LOOK, _("not set up"), advice, url)
    advice = _("Send a test: it says why.")
    if waiting := notices.waiting_refused():
        words = i18n.ngettext("%(num)s waits for the server", "%(num)s wait for the server", waiting)
        return Check(label, Wellness.LOOK, words, advice, url)
    if count := notices.given_up_since(clock.now() - MAIL_LATELY):
        words = i18n.ngettext("%(num)s was given up lately", "%(num)s were given up lately", count)
        return Check(label, Wellness.LOOK, words, advice, url)
    return Check(label, Wellness.GOOD, _("goes out"), url=url)
