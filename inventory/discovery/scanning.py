"""Scans a range chunk by chunk, so that a killed scan goes on where it was."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from inventory.core import clock
from inventory.core.database import db, transaction
from inventory.core.errors import Refused
from inventory.core.wording import N_
from inventory.discovery import (
    addresses,
    blackout,
    causes,
    credentials,
    noticing,
    queries,
    readings,
    results,
    rules,
    runs,
)
from inventory.discovery.addresses import Span
from inventory.discovery.models import AddressRange, Run, RunKind, Sighting, Site
from inventory.discovery.sightings import Origin, Placement
from inventory.discovery.streaming import Account, drain
from inventory.jobs.context import JobContext, PostponedJobError
from inventory.jobs.models import Job, JobState
from scanners.coverage import Cause, Coverage
from scanners.observation import Observation

if TYPE_CHECKING:
    from scanners.presence import PresenceOptions
    from scanners.snmp import Progress, ScanOptions

RATE_OVER_S = 60.0  # longer than a part is read for, in which no address is asked
# Everybody may answer an echo: so many are kept at once, in a transaction.
NOTICED_AT_ONCE = 2_000
SILENT = (Cause.SILENT, Cause.SILENT_OR_WRONG_COMMUNITY)
IN_BLACKOUT = N_("These are black-out hours of the range: it goes on by itself at their end, %(until)s.")


@dataclass(frozen=True, slots=True)
class Order:
    """What to scan and how, as it was when the run began: editing the range changes the next run only."""

    title: str
    site_id: int
    entity_id: int
    addresses: str
    exclude: str = ""
    range_id: int | None = None
    location_id: int | None = None
    port: int = 161
    rate: int = 1000
    timeout_ms: int = 1000
    retries: int = 2
    tcp_hints: bool = False
    credential_ids: list[int] = field(default_factory=list)

    @property
    def spans(self) -> list[Span]:
        """The addresses asked, disjoint and ascending."""
        return addresses.without(addresses.parse(self.addresses), addresses.parse_excluded(self.exclude))

    @property
    def subject(self) -> runs.Subject:
        """The run that this order makes."""
        scope = f"{self.addresses} − {self.exclude}" if self.exclude else self.addresses
        return runs.Subject(
            RunKind.SNMP, self.title, scope, self.entity_id, site_id=self.site_id, range_id=self.range_id
        )


def order_of(range_: AddressRange) -> Order:
    """Return the order that scans a range as it is now."""
    return Order(
        title=range_.name,
        site_id=range_.site_id,
        entity_id=range_.entity_id,
        addresses=range_.addresses,
        exclude=range_.exclude,
        range_id=range_.id,
        location_id=range_.location_id,
        port=range_.port,
        rate=range_.rate,
        timeout_ms=range_.timeout_ms,
        retries=range_.retries,
        tcp_hints=range_.tcp_hints,
        credential_ids=list(range_.credential_ids),
    )


def order_of_job(payload: Mapping[str, Any]) -> Order:
    """Return the order in a job's payload: a range's id, or an order of its own. Raises Refused when the range is gone."""
    if "order" in payload:
        return Order(**payload["order"])
    range_ = db.session.get(AddressRange, payload["range_id"])
    if range_ is None:
        raise Refused(N_("The range was removed before it could be scanned."))
    return order_of(range_)


def scan(context: JobContext) -> JobState:
    """Do a job of the kind “discovery.scan”. Raises Refused when there is no credential to present."""
    reading = _begin(context)
    parts = list(addresses.chunks(reading.order.spans, addresses.chunk_size(reading.order.rate)))
    for number in range(context.saved["next"], len(parts)):
        reading.leave_if_asked()
        reading.chunk(number, parts[number])
    return reading.finish()


def left_of(checkpoint: Mapping[str, Any]) -> list[Span]:
    """Return the addresses that a scan with this checkpoint has not asked, disjoint and ascending."""
    if "order" not in checkpoint:
        return []
    order = Order(**checkpoint["order"])
    parts = list(addresses.chunks(order.spans, addresses.chunk_size(order.rate)))
    return addresses.merged([span for part in parts[checkpoint["next"] :] for span in part])


def _begin(context: JobContext) -> _Reading:
    """Open the run, or find the one that a killed worker left."""
    with context.transaction():
        run = queries.run_of_job(context.job_id)
        order = Order(**context.saved["order"]) if "order" in context.saved else order_of_job(context.payload)
        run = run or runs.open_run(order.subject, job=db.session.get_one(Job, context.job_id))
        runs.going_on(run.id)
        run.ended_at, run.rules = None, rules.digest()
        known = credentials.in_order(order.credential_ids)
        if not known:
            raise Refused(N_("There is no credential to present: add one to the range."))
        if "order" not in context.saved:
            context.checkpoint(order=asdict(order), next=0, complete=True)
        site = db.session.get_one(Site, order.site_id)
        options = _options(order, site, credentials.open_snmp(known))
        return _Reading(
            context=context,
            run_id=run.id,
            order=order,
            site_code=site.code,
            options=options,
            presence=noticing.options_of(
                site, rate=order.rate, timeout_ms=order.timeout_ms, tcp_hints=order.tcp_hints
            ),
            labels=credentials.labels(known),
            hours=_hours(context, order),
            time_zone=site.time_zone,
        )


def _hours(context: JobContext, order: Order) -> tuple[blackout.Window, ...]:
    """The black-out hours that hold: those that the range has now, none where a person lets it go on all the same."""
    range_ = db.session.get(AddressRange, order.range_id or 0)
    return () if range_ is None or context.payload.get("anyway") else blackout.parse(range_.blackout)


def _options(order: Order, site: Site, opened: Any) -> ScanOptions:
    from scanners.snmp import ScanOptions

    return ScanOptions(
        credentials=opened,
        port=order.port,
        timeout=order.timeout_ms / 1000,
        retries=order.retries,
        rate=float(order.rate),
        site=site.code,
        ping=False,  # who is there is noticed by itself, with more than an echo (`noticing`)
        profiles=rules.profiles(),
    )


@dataclass(kw_only=True)
class _Reading:
    """One execution of a scan: knows its run by id only, since each transaction reads it afresh."""

    context: JobContext
    run_id: int
    order: Order
    site_code: str
    options: ScanOptions
    presence: PresenceOptions
    labels: dict[str, int]
    hours: tuple[blackout.Window, ...]
    time_zone: str

    def __post_init__(self) -> None:
        self.total = addresses.count(self.order.spans)
        self.pace = Pace(self.total)
        self.heard: set[str] = set()
        self.closes_at: datetime | None = blackout.begins_at(self.hours, self.time_zone, clock.now())
        if blackout.ends_at(self.hours, self.time_zone, clock.now()):
            self.closes_at = clock.now()
        self.begun = time.monotonic()
        self.readings = readings.Noted()

    def should_stop(self) -> bool:
        """Say whether to stop at the next good moment: the job must, or black-out hours have begun."""
        is_closed = self.closes_at is not None and clock.now() >= self.closes_at
        return is_closed or self.context.should_stop()

    def leave_if_asked(self) -> None:
        """Raise what ends this execution where it should stop: interrupted, or postponed to the end of the black-out."""
        self.context.leave_if_asked()
        if self.closes_at is None or clock.now() < self.closes_at:
            return
        until = blackout.ends_at(self.hours, self.time_zone, clock.now()) or clock.now()
        local = until.astimezone(ZoneInfo(self.time_zone))
        raise PostponedJobError(until, IN_BLACKOUT, until=f"{local:%Y-%m-%d %H:%M}")

    def _run(self) -> Run:
        return runs.going_on(self.run_id)

    def _origin(self) -> Origin:
        placement = Placement(self.order.entity_id, self.order.location_id)
        return Origin(
            run_id=self.run_id,
            site_code=self.site_code,
            at=clock.now(),
            place=lambda _observation: placement,
            range_id=self.order.range_id,
            credential_ids=self.labels,
        )

    def chunk(self, number: int, spans: list[Span]) -> None:
        """Scan some addresses; what they said is stored as it comes, the rest with the checkpoint."""
        from scanners.snmp import scan as scan_network

        self.begun = time.monotonic()
        before = self.context.saved.get("asked", 0)
        preferred = self._preferred()
        found = scan_network(
            [str(span) for span in spans],
            self.options,
            on_progress=lambda progress: self._show(before, progress),
            should_stop=self.should_stop,
            preferred=preferred,
            on_reading=self.readings.note,
        )
        account = drain(found, self._take_in)
        there: set[str] = set()
        if not self.should_stop():
            if number == 0 and not noticing.may_ping():
                self.context.event(
                    N_("This process may not send echo requests: only neighbours are noticed.")
                )
            there = self._notice(spans, replace(self.presence, multicast=False), preferred.keys())
        # A chunk that was stopped midway is done again as a whole: only what it saw is kept.
        self.leave_if_asked()
        self._close_chunk(number, addresses.count(spans), account, preferred.keys() - there)

    def _preferred(self) -> dict[str, str]:
        names = {id_: label for label, id_ in self.labels.items()}
        with transaction():
            known = queries.preferred_credentials(self.site_code)
        return {target: names[id_] for target, id_ in known.items() if id_ in names}

    def _show(self, before: int, progress: Progress) -> None:
        done = before + progress.asked
        answered = self.context.saved.get("answered", 0) + progress.answered
        asked_per_s, found_per_s = self.pace.rates(done, answered)
        self.context.progress(
            done=done,
            total=self.total,
            answered=answered,
            left_s=self.pace.left(done),
            asked_per_s=asked_per_s,
            found_per_s=found_per_s,
        )

    def _notice(
        self, spans: list[Span], options: PresenceOptions, expected: AbstractSet[str] = frozenset()
    ) -> set[str]:
        """Keep who is there without having been heard; returns those of the expected addresses that are."""
        there: set[str] = set()
        looked = noticing.look(spans, self.heard, options, self.should_stop)
        while some := list(islice(looked, NOTICED_AT_ONCE)):
            found = [one for one in some if not isinstance(one, Coverage)]
            with self.context.transaction():
                noticing.keep_looked(self._run(), found, self._origin())
            there.update(one.address for one in found if one.address in expected)
            if any(isinstance(one, Coverage) and noticing.are_names_silent(one) for one in some):
                # Waiting for it costs seconds: once for a run is enough.
                self.presence = replace(self.presence, reverse_dns=False)
                self.context.event(N_("The name server answers nothing: this run asks it for no more names."))
        return there

    def _take_in(self, batch: list[Observation]) -> None:
        for one in batch:
            self.heard |= noticing.own_addresses(one)
        with self.context.transaction():
            self.readings.keep(runs.take_in(self._run(), batch, self._origin()))

    def _close_chunk(self, number: int, asked: int, account: Account, gone: AbstractSet[str]) -> None:
        answered = account.coverage.answered if account.coverage else 0
        saved = self.context.saved
        # That a known device says nothing at all is an answer too: all the rest may still be concluded from.
        silent = [one for one in account.failures if one.cause in SILENT and one.target in gone]
        troubles = [one for one in account.failures if one not in silent]
        all_asked = account.coverage is not None and all(one.cause in causes.REFUSALS for one in troubles)
        with self.context.transaction():
            run = self._run()
            runs.add_failures(run, runs.failure_rows(troubles))
            results.note_silent(run, [one.target for one in silent])
            run.asked += asked
            run.answered += answered
            run.worked_ms += round((time.monotonic() - self.begun) * 1000)
            self.context.checkpoint(
                next=number + 1,
                complete=saved["complete"] and all_asked,
                asked=saved.get("asked", 0) + asked,
                answered=saved.get("answered", 0) + answered,
            )

    def finish(self) -> JobState:
        """Conclude what a whole reading allows, and close the run."""
        if self.presence.multicast:
            # Asked once for the whole range, however many parts it was scanned in.
            self._notice(self.order.spans, replace(self.presence, echo=False, tcp_hints=False))
        with self.context.transaction():
            run = self._run()
            results.settle_silent(run)
            complete = self._is_whole(run)
            if complete and self.order.range_id is not None:
                spans, unread = self.order.spans, results.unread_targets(run)
                complete = runs.conclude_absent(
                    run,
                    (Sighting.range_id == self.order.range_id) & (Sighting.source == "snmp"),
                    within=lambda target: target not in unread and addresses.contains(spans, target),
                )
            runs.close(run, complete=complete)
        self.context.progress(done=self.total, total=self.total, left_s=0)
        return JobState.DONE if complete else JobState.PARTIAL

    def _is_whole(self, run: Run) -> bool:
        """Say whether all was asked; where each that is there refuses, the community has changed and nothing was read."""
        is_readable = bool(run.read) or not run.failed
        # Of more refusals than are kept, nobody could say later what not to conclude about.
        return bool(self.context.saved["complete"]) and is_readable and run.failed <= runs.MOST_FAILURES_KEPT


class Pace:
    """Says how fast this execution goes and how long the rest will take."""

    def __init__(self, total: int) -> None:
        self.total = total
        self._lately: deque[tuple[float, int, int]] = deque()
        self._started: float | None = None
        self._first = 0

    def rates(self, done: int, found: int) -> tuple[float | None, float | None]:
        """Return the addresses asked and the devices found a second over the last minute, None while too little is known."""
        now = time.monotonic()
        self._lately.append((now, done, found))
        while now - self._lately[0][0] > RATE_OVER_S and len(self._lately) > 2:
            self._lately.popleft()
        then, done_then, found_then = self._lately[0]
        if now - then < 1:
            return None, None
        return round((done - done_then) / (now - then), 1), round((found - found_then) / (now - then), 1)

    def left(self, done: int) -> int | None:
        """Return the seconds left, or None while too little is known."""
        if self._started is None:
            self._started, self._first = time.monotonic(), done
        elapsed = time.monotonic() - self._started
        if done <= self._first or elapsed < 2:
            return None
        return round((self.total - done) * elapsed / (done - self._first))
