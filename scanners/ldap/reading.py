"""Reads the computers and the people of a directory, and accounts for what could not be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from scanners.coverage import Cause, Coverage, Failure
from scanners.ldap import computers, people
from scanners.ldap.causes import SessionError
from scanners.ldap.entry import Entry
from scanners.ldap.options import DirectoryOptions
from scanners.ldap.session import RootDse, Session
from scanners.observation import Observation, ObservationError

Subject = Literal["computers", "people"]
SUBJECTS: tuple[Subject, ...] = ("computers", "people")

Progress = Callable[[Subject, int], None]
"""Called after each page with the subject and the number of its entries so far."""

MOST_FAILURES = 1000
MOST_COUNTED = 2000
"""Where `test_connection` stops counting."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many were counted, and whether there are more."""

    found: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """What a directory that answers looks like: enough to see that it is the right one."""

    vendor: str
    active_directory: bool
    naming_contexts: tuple[str, ...]
    base: str
    counts: Mapping[Subject, Count]


@dataclass(slots=True)
class _Account:
    """What is known so far about the reading of one subject."""

    subject: Subject
    scope: str
    started_at: datetime
    entries: int = 0
    read: int = 0
    failures: list[Failure] = field(default_factory=list)

    def failed(self, failure: Failure) -> Failure:
        """Keep it for the Coverage, up to a bound: a hostile server could send millions."""
        if len(self.failures) < MOST_FAILURES:
            self.failures.append(failure)
        return failure

    def closed(self, site: str) -> Coverage:
        """The account as it stands now."""
        return Coverage(
            source="ldap",
            site=site,
            scope=self.scope,
            asked=self.entries,
            answered=self.entries,
            read=self.read,
            failures=tuple(self.failures),
            complete=not self.failures,
            started_at=self.started_at,
            ended_at=_now(),
        )


def read(
    options: DirectoryOptions,
    *,
    subjects: Sequence[Subject] = SUBJECTS,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Iterator[Observation | Failure | Coverage]:
    """Observations and failures as they come, then one Coverage for each subject, in the order asked.

    A Coverage counts entries: `asked` and `answered` are those that the server sent, `read` those that became
    observations. Its scope is the subject and the bases ("computers dc=example"). It is complete only when every
    base was read to its end without any failure. The reading happens while the iterator is consumed.
    """
    reading = _Reading(options, on_progress, should_stop or (lambda: False))
    accounts = [_Account(one, _scope(one, _bases(options, one, None)), _now()) for one in subjects]
    try:
        with Session(options) as session:
            root = session.root()
            for account in accounts:
                account.started_at = _now()
                yield from reading.subject(session, root, account)
                yield account.closed(options.site)
    except SessionError as error:
        failure = Failure(options.url, error.cause, error.detail)
        yield failure
        for account in accounts:
            account.failed(failure)
            yield account.closed(options.site)


class _Reading:
    """One reading: its options, whom to tell, and what was already seen."""

    def __init__(
        self, options: DirectoryOptions, on_progress: Progress | None, should_stop: Callable[[], bool]
    ) -> None:
        self._options = options
        self._on_progress = on_progress
        self._should_stop = should_stop
        self._seen: set[str] = set()

    def subject(self, session: Session, root: RootDse, account: _Account) -> Iterator[Observation | Failure]:
        """Everything of one subject, base after base; a base that fails does not keep the next from being read."""
        bases = _bases(self._options, account.subject, root)
        account.scope = _scope(account.subject, bases)
        self._seen.clear()
        if not bases:
            yield account.failed(Failure(self._options.url, Cause.NO_SUCH_BASE, "the server names none"))
        for base in bases:
            try:
                yield from self._base(session, root, account, base)
            except SessionError as error:
                yield account.failed(Failure(base, error.cause, error.detail))

    def _base(
        self, session: Session, root: RootDse, account: _Account, base: str
    ) -> Iterator[Observation | Failure]:
        attributes = (computers if account.subject == "computers" else people).ATTRIBUTES
        wanted = _filter(self._options, account.subject, active_directory=root.active_directory)
        self._stop_if_asked()
        for page in session.pages(base, wanted, attributes):
            account.entries += len(page)
            for entry in page:
                yield from self._observed(entry, account)
            if self._on_progress:
                self._on_progress(account.subject, account.entries)
            self._stop_if_asked()

    def _stop_if_asked(self) -> None:
        if self._should_stop():
            raise SessionError(Cause.CANCELLED)

    def _observed(self, entry: Entry, account: _Account) -> Iterator[Observation | Failure]:
        """The observation of an entry, unless it is nobody's or was met under another base already."""
        if account.subject == "people" and not people.is_person(entry):
            return
        observe = (computers if account.subject == "computers" else people).observe
        try:
            seen = observe(entry, site=self._options.site, target=self._options.url, observed_at=_now())
        except ObservationError as error:
            yield account.failed(Failure(entry.dn, Cause.MALFORMED, str(error).rstrip(".")))
            return
        if seen.source_key not in self._seen:
            self._seen.add(seen.source_key)
            account.read += 1
            yield seen


def test_connection(options: DirectoryOptions) -> Failure | Summary:
    """Whether the directory can be read with these options, and roughly what is in it; counts stop at 2,000."""
    try:
        with Session(options) as session:
            root = session.root()
            counts = {one: _count(session, root, options, one) for one in SUBJECTS}
    except SessionError as error:
        return Failure(options.url, error.cause, error.detail)
    bases = _bases(options, "computers", root)
    return Summary(
        root.vendor, root.active_directory, root.naming_contexts, bases[0] if bases else "", counts
    )


def _count(session: Session, root: RootDse, options: DirectoryOptions, subject: Subject) -> Count:
    found = 0
    wanted = _filter(options, subject, active_directory=root.active_directory)
    for base in _bases(options, subject, root):
        for page in session.pages(base, wanted, ["1.1"]):  # RFC 4511 §4.5.1.8: no attribute at all
            found += len(page)
            if found >= MOST_COUNTED:
                return Count(found, more=True)
    return Count(found)


def _filter(options: DirectoryOptions, subject: Subject, *, active_directory: bool) -> str:
    given = options.computers_filter if subject == "computers" else options.people_filter
    kind = computers if subject == "computers" else people
    return given or (kind.ACTIVE_DIRECTORY_FILTER if active_directory else kind.OTHER_FILTER)


def _bases(options: DirectoryOptions, subject: Subject, root: RootDse | None) -> tuple[str, ...]:
    given = options.computers_bases if subject == "computers" else options.people_bases
    if given or options.base:
        return given or (options.base,)
    if root is None:
        return ()
    default = root.default_context or next(iter(root.naming_contexts), None)
    return (default,) if default else ()


def _scope(subject: Subject, bases: tuple[str, ...]) -> str:
    return f"{subject} {' | '.join(bases)}".rstrip()


def _now() -> datetime:
    return datetime.now(UTC)
