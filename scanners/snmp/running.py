"""Runs a whole scan: sweep, collect while sweeping, ping the silent, and account for all of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from scanners.coverage import Cause, Coverage, Failure
from scanners.observation import Observation
from scanners.sameness import Marks, are_two
from scanners.snmp import ping
from scanners.snmp.collect import Bounds, Reading, read_device
from scanners.snmp.community import CommunityLink, CommunityPort, UserLink
from scanners.snmp.contexts import read_vlans
from scanners.snmp.link import AskError, Link
from scanners.snmp.observe import observe
from scanners.snmp.options import Community, Credential, Progress, ScanOptions, UsmUser
from scanners.snmp.pace import Pace
from scanners.snmp.session import Engine, Probe, UserSession, probe
from scanners.snmp.sweep import ANSWERED, ODD, PENDING, REFUSED, UNREACHABLE, Manner, Sweep
from scanners.snmp.targets import Targets, dotted, number

Result = Observation | Failure | Coverage
OnProgress = Callable[[Progress], None]
ShouldStop = Callable[[], bool]
OnReading = Callable[[Reading, bytes], None]

# Seconds that a device being read has left when the scan must stop.
STOP_WITHIN = 2.0

# Failures kept in the coverage; all of them are yielded one by one as well.
MOST_FAILURES = 1_000

_STATE_CAUSES = {
    REFUSED: Cause.REFUSED,
    UNREACHABLE: Cause.UNREACHABLE,
    ODD: Cause.MALFORMED,
    PENDING: Cause.SILENT,
}


def run(
    targets: Targets,
    options: ScanOptions,
    *,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
    preferred: Mapping[str, str] | None = None,
    on_reading: OnReading | None = None,
) -> Generator[Result, None, None]:
    """Drive the scan on an event loop of its own, so that a plain thread can iterate over it."""
    scan = Scan(
        targets,
        options,
        on_progress=on_progress or (lambda _: None),
        should_stop=should_stop or (lambda: False),
        preferred=preferred or {},
        on_reading=on_reading or (lambda *_: None),
    )
    with asyncio.Runner() as runner:
        results = scan.results()
        try:
            while True:
                try:
                    result = runner.run(_next(results))
                except StopAsyncIteration:
                    return
                if result is None:
                    return
                yield result
        finally:
            runner.run(_close(results))


async def _next(results: AsyncIterator[Result]) -> Result | None:
    return await anext(results, None)


async def _close(results: AsyncIterator[Result]) -> None:
    await results.aclose()  # type: ignore[attr-defined]


class Scan:
    """One scan under way."""

    def __init__(
        self,
        targets: Targets,
        options: ScanOptions,
        *,
        on_progress: OnProgress,
        should_stop: ShouldStop,
        preferred: Mapping[str, str],
        on_reading: OnReading,
    ) -> None:
        self._targets = targets
        self._options = options
        self._on_progress = on_progress
        self._should_stop = should_stop
        self._preferred = preferred
        self._on_reading = on_reading
        self._started = datetime.now(UTC)
        self._probes = _probes(options.credentials)
        self._sweep = Sweep(targets.addresses, [one for one, _ in self._probes], self._answered)
        self._devices: asyncio.Queue[tuple[int, int, bytes] | None] = asyncio.Queue()
        self._results: asyncio.Queue[Result | None] = asyncio.Queue()
        self._pace = Pace(options.rate)
        self._port = CommunityPort(self._pace)
        self._sessions: dict[str, UserSession] = {}
        self._engines: list[Engine] = []
        self._failures: list[Failure] = []
        self._failed = 0
        self._read = 0
        self._seen: dict[str, Marks] = {}
        self._phase = "sweep"
        self._partial = False

    async def results(self) -> AsyncIterator[Result]:
        """Observations and failures as they come, then the coverage."""
        work = asyncio.create_task(self._work())
        try:
            while (result := await self._results.get()) is not None:
                yield result
            await work
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    async def _work(self) -> None:
        try:
            await self._port.open(self._options.port)
            readers = [asyncio.create_task(self._reader()) for _ in range(self._options.at_once)]
            try:
                ticking = asyncio.create_task(self._tick())
                await self._run_sweep()
                self._phase = "collect"
                for _ in readers:
                    self._devices.put_nowait(None)
                await self._finish(readers)
                await self._account()
                ticking.cancel()
            finally:
                for reader in readers:
                    reader.cancel()
                await asyncio.gather(*readers, return_exceptions=True)
            self._report("done")
            self._results.put_nowait(self._coverage())
        finally:
            self._port.close()
            for engine in self._engines:
                engine.close()
            self._results.put_nowait(None)

    async def _finish(self, readers: Sequence[asyncio.Task[None]]) -> None:
        """Wait until every device is read; of a scan that must stop, no longer than devices mostly take."""
        left, stop_at = set(readers), 0.0
        while left:
            _done, left = await asyncio.wait(left, timeout=0.25)
            if left and self._should_stop():
                stop_at = stop_at or time.monotonic() + STOP_WITHIN
                if time.monotonic() > stop_at:
                    # Their devices are read again by whoever goes on.
                    self._partial = True
                    return
        await asyncio.gather(*readers)

    async def _run_sweep(self) -> None:
        options = self._options
        labels = {
            credential.label: which for which, (_, group) in enumerate(self._probes) for credential in group
        }
        first = {
            number(address): labels[label] for address, label in self._preferred.items() if label in labels
        }
        await self._sweep.run(
            options.port,
            Manner(self._pace, options.timeout, options.retries, self._should_stop),
            first,
        )

    def _answered(self, address: int, which: int, engine_id: bytes) -> None:
        self._devices.put_nowait((address, which, engine_id))

    async def _reader(self) -> None:
        while (device := await self._devices.get()) is not None:
            address, which, engine_id = device
            if self._should_stop():
                await self._fail(Failure(dotted(address), Cause.CANCELLED))
                continue
            await self._device(dotted(address), self._probes[which][1], engine_id)

    async def _device(self, address: str, credentials: tuple[Credential, ...], engine_id: bytes) -> None:
        """Read one device with the first credential that it accepts; whatever it does, the scan goes on."""
        wanted = self._preferred.get(address)
        trouble = AskError(Cause.INTERNAL)
        for credential in sorted(credentials, key=lambda one: one.label != wanted):
            try:
                bounds = Bounds(self._options.max_oids, self._options.max_seconds_per_device)
                reading = await read_device(
                    self._link(address, credential), bounds, self._options.profiles.objects
                )
                await read_vlans(reading, credential, partial(self._link, address), bounds)
                await self._deliver(reading, engine_id, credential.label)
                return
            except AskError as error:
                # That a user is unknown says less than that another one's passphrase is wrong.
                trouble = min(trouble, error, key=_telling)
            except Exception as error:  # noqa: BLE001 (a device's answer must not end the run: it is reported by name)
                trouble = AskError(Cause.INTERNAL, type(error).__name__)
        await self._fail(Failure(address, trouble.cause, trouble.detail))

    def _link(self, address: str, credential: Credential) -> Link:
        if isinstance(credential, Community):
            return CommunityLink(self._port, address, credential)
        session = self._sessions.get(credential.label)
        if session is None:
            session = self._sessions[credential.label] = UserSession(credential, self._engine(credential))
        wait, retries = self._options.timeout, max(2, self._options.retries)
        return UserLink(session, address, context=credential.context, wait=wait, retries=retries)

    def _engine(self, user: UsmUser) -> Engine:
        """The one engine of the scan; a further one only for a user name that is given twice, with other keys."""
        users = [
            one for one in self._options.credentials if isinstance(one, UsmUser) and one.user == user.user
        ]
        place = users.index(user)
        while len(self._engines) <= place:
            self._engines.append(Engine(self._options.port, self._pace))
        return self._engines[place]

    async def _deliver(self, reading: Reading, engine_id: bytes, label: str) -> None:
        for cause, detail in reading.troubles:
            await self._fail(Failure(reading.address, cause, detail))
        if not reading.whole:
            return  # half a device could be taken for another one: nothing is concluded from it
        options = self._options
        observation = observe(
            reading, options.profiles, site=options.site, at=datetime.now(UTC), engine_id=engine_id
        )
        self._read += 1
        if self._is_alias(observation):
            return
        # Its label, never its secret: whoever scans next can try it first (`preferred`).
        evidence = {**observation.evidence, "credential": label}
        self._on_reading(reading, engine_id)
        self._results.put_nowait(replace(observation, evidence=evidence))

    def _is_alias(self, observation: Observation) -> bool:
        """Whether this is another address of a device already delivered, which the device itself claims."""
        marks = Marks.of(observation)
        first = self._seen.setdefault(observation.source_key, marks)
        return first.target != marks.target and first.target in marks.addresses and not are_two(first, marks)

    async def _fail(self, failure: Failure) -> None:
        self._failed += 1
        self._partial = True
        if len(self._failures) < MOST_FAILURES:
            self._failures.append(failure)
        self._results.put_nowait(failure)

    async def _account(self) -> None:
        """Say of each address that was not read why, where anything was expected of it."""
        self._phase = "account"
        stopped = self._should_stop()
        state, addresses = self._sweep.state, self._targets.addresses
        silent = [dotted(address) for place, address in enumerate(addresses) if state[place] == PENDING]
        there: frozenset[str] = frozenset()
        if self._options.ping and not stopped:
            there = await ping.present(silent, self._pace, self._options.timeout, self._should_stop)
        for place, address in enumerate(addresses):
            failure = self._unread(address, state[place], there, stopped=stopped)
            if failure is not None:
                await self._fail(failure)
        if stopped:
            self._partial = True

    def _unread(self, address: int, state: int, there: frozenset[str], *, stopped: bool) -> Failure | None:
        """A range is mostly dead space: only what was named, answered before, or is there, is expected to answer."""
        if state == ANSWERED:
            return None
        text = dotted(address)
        expected = address in self._targets.named or text in self._preferred
        if state == PENDING and stopped:
            return Failure(text, Cause.CANCELLED) if expected else None
        # Where nobody pings, a device that answered before may be there all the same.
        if state == PENDING and (text in there or (text in self._preferred and not self._options.ping)):
            return Failure(text, Cause.SILENT_OR_WRONG_COMMUNITY)
        if state == ODD or expected:
            return Failure(text, _STATE_CAUSES[state])
        return None

    def _coverage(self) -> Coverage:
        return Coverage(
            source="snmp",
            site=self._options.site,
            scope=self._targets.scope,
            asked=self._sweep.asked,
            answered=self._sweep.answered,
            read=self._read,
            failures=tuple(self._failures),
            complete=not self._partial,
            started_at=self._started,
            ended_at=datetime.now(UTC),
        )

    async def _tick(self) -> None:
        while True:
            self._report(self._phase)
            await asyncio.sleep(0.25)

    def _report(self, phase: str) -> None:
        sweep = self._sweep
        self._on_progress(
            Progress(sweep.asked, len(self._targets), sweep.answered, self._read, self._failed, phase)
        )


# The nearer a refusal is to letting in, the more it tells; what comes later in the list, or is not in it, tells less.
_TELLING = (
    Cause.AUTHORIZATION,
    Cause.DECRYPTION,
    Cause.WRONG_DIGEST,
    Cause.UNSUPPORTED_LEVEL,
    Cause.NOT_IN_TIME_WINDOW,
    Cause.UNKNOWN_USER,
)


def _telling(trouble: AskError) -> int:
    known = trouble.cause in _TELLING
    return _TELLING.index(trouble.cause) if known else len(_TELLING) + (trouble.cause is Cause.INTERNAL)


def _probes(credentials: Iterable[Credential]) -> list[tuple[Probe, tuple[Credential, ...]]]:
    """One probe for each community; one discovery for all SNMPv3 users together, for it names none."""
    found: list[tuple[Probe, tuple[Credential, ...]]] = []
    users = tuple(one for one in credentials if isinstance(one, UsmUser))
    for credential in credentials:
        if isinstance(credential, Community):
            found.append((probe(credential), (credential,)))
        elif credential == users[0]:
            found.append((probe(credential), users))
    return found
