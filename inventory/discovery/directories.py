"""Reads a directory subject by subject, and tells whether it can be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inventory.core import clock
from inventory.core.database import db
from inventory.core.errors import Refused
from inventory.core.wording import N_
from inventory.discovery import branches, credentials, queries, runs
from inventory.discovery.models import Directory, Run, RunKind, Sighting
from inventory.discovery.sightings import Origin, Placement
from inventory.discovery.streaming import Account, drain
from inventory.jobs.context import JobContext
from inventory.jobs.models import Job, JobState
from scanners.coverage import Failure
from scanners.observation import Observation

if TYPE_CHECKING:
    from scanners.ldap import DirectoryOptions
    from scanners.ldap.reading import Subject, Summary

SUBJECT_OF = {"computers": "device", "people": "person"}


def subjects_of(directory: Directory) -> list[Subject]:
    """Return what a directory is read for."""
    wanted: list[Subject] = []
    if directory.read_computers:
        wanted.append("computers")
    if directory.read_people:
        wanted.append("people")
    return wanted


def options_of(directory: Directory) -> DirectoryOptions:
    """Return how to reach a directory, with its secret opened; raises VaultError when the key is another one."""
    from scanners.ldap import DirectoryOptions

    found = credentials.in_order([directory.credential_id] if directory.credential_id else [])
    bind_dn, password = credentials.open_bind(found[0]) if found else ("", "")
    return DirectoryOptions(
        url=directory.url,
        base=directory.base,
        bind_dn=bind_dn,
        password=password,
        anonymous=not found,
        tls=directory.tls.value,  # type: ignore[arg-type]
        ca_pem=directory.ca_pem or None,
        site=directory.site.code,
    )


def test(directory: Directory) -> Failure | Summary:
    """Ask the server whether it can be read, and roughly what is in it; changes nothing."""
    from scanners.ldap.reading import test_connection

    return test_connection(options_of(directory))


def placer(directory: Directory) -> Callable[[Observation], Placement]:
    """Return what says where a thing found belongs: its longest mapped branch, else the directory's own entity."""
    mapped = {branches.parts(unit.dn): unit.entity_id for unit in directory.units}
    own = directory.entity_id

    def place(observation: Observation) -> Placement:
        dn = observation.facts.get("dn") or observation.facts.get("unit")
        return Placement(branches.longest_match(str(dn), mapped, own) if dn else own)

    return place


def subject_of(directory: Directory) -> runs.Subject:
    """Return the run that reading a directory makes."""
    scope = f"{directory.url} {directory.base}".rstrip()
    return runs.Subject(
        RunKind.LDAP,
        directory.name,
        scope,
        directory.entity_id,
        site_id=directory.site_id,
        directory_id=directory.id,
    )


def read_directory(context: JobContext) -> JobState:
    """Do a job of the kind “discovery.read_directory”. Raises Refused when the directory is gone."""
    reading = _begin(context)
    for subject in reading.subjects:
        if subject not in context.saved["done"]:
            context.leave_if_asked()
            reading.read(subject)
    return reading.finish()


def _begin(context: JobContext) -> _Reading:
    with context.transaction():
        directory = db.session.get(Directory, context.payload["directory_id"])
        if directory is None:
            raise Refused(N_("The directory was removed before it could be read."))
        run = queries.run_of_job(context.job_id)
        run = run or runs.open_run(subject_of(directory), job=db.session.get_one(Job, context.job_id))
        runs.going_on(run.id)
        run.ended_at = None
        if "done" not in context.saved:
            context.checkpoint(done=[], whole=[])
        plan = Plan(directory.id, directory.site.code, placer(directory))
        return _Reading(
            context=context,
            run_id=run.id,
            options=options_of(directory),
            subjects=subjects_of(directory),
            plan=plan,
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """Where what is found belongs, as it was when the reading began."""

    directory_id: int
    site_code: str
    place: Callable[[Observation], Placement]


@dataclass(kw_only=True)
class _Reading:
    """One execution of a directory's reading."""

    context: JobContext
    run_id: int
    options: DirectoryOptions
    subjects: list[Subject]
    plan: Plan

    def _run(self) -> Run:
        return runs.going_on(self.run_id)

    def _origin(self) -> Origin:
        return Origin(
            run_id=self.run_id,
            site_code=self.plan.site_code,
            at=clock.now(),
            place=self.plan.place,
            directory_id=self.plan.directory_id,
        )

    def read(self, subject: Subject) -> None:
        """Read the computers or the people; done again as a whole when it was stopped midway."""
        from scanners.ldap.reading import read

        before = self.context.saved.get("entries", 0)
        results = read(
            self.options,
            subjects=[subject],
            on_progress=lambda _subject, entries: self.context.progress(done=before + entries),
            should_stop=self.context.should_stop,
        )
        account = drain(results, self._take_in)
        self.context.leave_if_asked()
        self._close(subject, account)

    def _take_in(self, batch: list[Observation]) -> None:
        with self.context.transaction():
            runs.take_in(self._run(), batch, self._origin())

    def _close(self, subject: Subject, account: Account) -> None:
        entries = account.coverage.answered if account.coverage else 0
        saved, rows = self.context.saved, runs.failure_rows(account.failures)
        with self.context.transaction():
            run = self._run()
            # Who cannot be reached or refuses says so once for computers and once for people.
            runs.add_failures(run, [row for row in rows if [*row] not in saved.get("of_server", [])])
            run.asked += account.coverage.asked if account.coverage else 0
            run.answered += entries
            scope = (Sighting.directory_id == self.plan.directory_id) & (Sighting.source == "ldap")
            believed = account.is_whole and runs.conclude_absent(
                run, scope & (Sighting.subject == SUBJECT_OF[subject])
            )
            self.context.checkpoint(
                done=[*saved["done"], subject],
                whole=[*saved["whole"], subject] if believed else saved["whole"],
                doubted=saved.get("doubted", False) or (account.is_whole and not believed),
                entries=saved.get("entries", 0) + entries,
                of_server=[
                    *saved.get("of_server", []),
                    *([*row] for row in rows if row[0] in (self.options.url, self.options.base)),
                ],
            )

    def finish(self) -> JobState:
        """Close the run: failed when nothing could be read at all."""
        complete = set(self.context.saved["whole"]) == set(self.subjects)
        with self.context.transaction():
            run = self._run()
            runs.close(run, complete=complete)
            if complete:
                return JobState.DONE
            return JobState.PARTIAL if run.read or self.context.saved.get("doubted") else JobState.FAILED
