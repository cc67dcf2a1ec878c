"""Where Parc looks and what it saw: sites, ranges, directories, credentials, runs and sightings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from inventory.assets.models import Asset
from inventory.core import clock
from inventory.core.clock import DEFAULT_TIME_ZONE
from inventory.core.database import Base
from inventory.core.ordering import follows
from inventory.core.types import BigId, Code, CodeType, HasPublicId, HasVersion, UtcDateTime
from inventory.core.wording import N_
from inventory.discovery.addresses import in_order
from inventory.jobs.models import Job, JobState
from inventory.organization.models import Entity, Location


class CredentialKind(Code):
    """What a credential opens."""

    SNMP_COMMUNITY = "snmp_community", N_("SNMP community (v1, v2c)"), "neutral", "key"
    SNMP_USER = "snmp_user", N_("SNMPv3 user"), "neutral", "lock"
    LDAP_BIND = "ldap_bind", N_("Directory account"), "neutral", "users"


class RunKind(Code):
    """What a run reads."""

    SNMP = "snmp", N_("Network scan"), "info", "radar-2"
    LDAP = "ldap", N_("Directory reading"), "info", "users"
    LOAD = "load", N_("Observations loaded from a file"), "neutral", "upload"
    IDENTIFY_TRIAL = "identify_trial", N_("Trial of a new identification"), "neutral", "eye"
    IDENTIFY = "identify", N_("New identification"), "info", "refresh"


class Outcome(Code):
    """What came of one target of a run: what it answered, against what was known of it."""

    NEW = "new", N_("new"), "good", "plus"
    CHANGED = "changed", N_("changed"), "info", "refresh"
    UNCHANGED = "unchanged", N_("as before"), "neutral", "check"
    MOVED = "moved", N_("moved"), "accent", "switch-horizontal"
    RETURNED = "returned", N_("back again"), "good", "arrow-back-up"
    SAME = "same", N_("same device"), "neutral", "copy"
    SILENT = "silent", N_("silent"), "warn", "eye-off"
    FAILED = "failed", N_("not read"), "bad", "alert-triangle"
    PROPOSED = "proposed", N_("would change"), "accent", "refresh"


class TlsMode(Code):
    """How the connection to a directory is protected."""

    LDAPS = "ldaps", N_("LDAPS")
    STARTTLS = "starttls", N_("StartTLS")
    NONE = "none", N_("No encryption")


class Site(HasPublicId, HasVersion, Base):
    """A network reached by one worker; the same private addresses exist at many sites."""

    __tablename__ = "site"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    time_zone: Mapped[str] = mapped_column(String(40), default=DEFAULT_TIME_ZONE)
    # What may be sent there, beside SNMP and echo requests, to name what does not say what it is.
    reverse_dns: Mapped[bool] = mapped_column(default=True)
    dns_server: Mapped[str] = mapped_column(String(45), default="")  # IP address; empty: the worker's own
    multicast: Mapped[bool] = mapped_column(default=False)
    entity: Mapped[Entity] = relationship()


class Credential(HasPublicId, HasVersion, Base):
    """A secret that scans present; encrypted, written once, never shown again."""

    __tablename__ = "credential"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[CredentialKind] = mapped_column(CodeType(CredentialKind))
    # What is no secret: SNMP version or user and protocols, bind DN.
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    secret_set_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    entity: Mapped[Entity] = relationship()

    __table_args__ = (UniqueConstraint("entity_id", "name"),)


class AddressRange(HasPublicId, HasVersion, Base):
    """Addresses of a site to scan, and the entity that what they hold belongs to."""

    __tablename__ = "address_range"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    addresses: Mapped[str] = mapped_column(String(255))  # CIDR, a-b, or one address; commas between
    exclude: Mapped[str] = mapped_column(String(255), default="")
    port: Mapped[int] = mapped_column(default=161)
    rate: Mapped[int] = mapped_column(default=1000)  # questions a second, whatever is asked
    timeout_ms: Mapped[int] = mapped_column(default=1000)
    retries: Mapped[int] = mapped_column(default=2)
    tcp_hints: Mapped[bool] = mapped_column(default=False)  # open the usual TCP ports of who is there
    credential_ids: Mapped[list[int]] = mapped_column(JSON, default=list)  # in trial order
    # Hours in the site's time zone in which nothing is scanned, as blackout.canonical writes them.
    blackout: Mapped[str] = mapped_column(String(255), default="")
    enabled: Mapped[bool] = mapped_column(default=True)
    schedule_id: Mapped[int | None] = mapped_column(ForeignKey("schedule.id"), index=True)
    site: Mapped[Site] = relationship()
    entity: Mapped[Entity] = relationship()
    location: Mapped[Location | None] = relationship()

    __table_args__ = (UniqueConstraint("site_id", "name"),)


class Directory(HasPublicId, HasVersion, Base):
    """An LDAP directory or Active Directory domain read for computers and people."""

    __tablename__ = "directory"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    url: Mapped[str] = mapped_column(String(255))
    base: Mapped[str] = mapped_column(String(255))
    tls: Mapped[TlsMode] = mapped_column(CodeType(TlsMode), default=TlsMode.LDAPS)
    ca_pem: Mapped[str | None] = mapped_column(Text)
    credential_id: Mapped[int | None] = mapped_column(ForeignKey("credential.id"), index=True)
    read_computers: Mapped[bool] = mapped_column(default=True)
    read_people: Mapped[bool] = mapped_column(default=True)
    enabled: Mapped[bool] = mapped_column(default=True)
    schedule_id: Mapped[int | None] = mapped_column(ForeignKey("schedule.id"), index=True)
    site: Mapped[Site] = relationship()
    entity: Mapped[Entity] = relationship()
    credential: Mapped[Credential | None] = relationship()
    units: Mapped[list[OrganizationalUnit]] = relationship(
        back_populates="directory", cascade="all, delete-orphan"
    )


class OrganizationalUnit(Base):
    """A branch of a directory and the entity that what stands in it belongs to; the longest match wins."""

    __tablename__ = "organizational_unit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    directory_id: Mapped[int] = mapped_column(ForeignKey("directory.id"))
    dn: Mapped[str] = mapped_column(String(255))
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    directory: Mapped[Directory] = relationship(back_populates="units")
    # A branch is never shown without its entity: one query for all branches of a directory.
    entity: Mapped[Entity] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (UniqueConstraint("directory_id", "dn"),)


class Run(HasPublicId, Base):
    """One reading: what was asked, what answered, what changed, what failed and why; kept for ever."""

    __tablename__ = "run"
    __journal__ = False

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[RunKind] = mapped_column(CodeType(RunKind))
    title: Mapped[str] = mapped_column(String(255))
    # What was asked, in words that outlive the range or the directory.
    scope: Mapped[str] = mapped_column(Text, default="")
    requested_by: Mapped[str] = mapped_column(String(255), default="")
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"), index=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"))
    range_id: Mapped[int | None] = mapped_column(ForeignKey("address_range.id"), index=True)
    directory_id: Mapped[int | None] = mapped_column(ForeignKey("directory.id"), index=True)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"), index=True)
    change_set_id: Mapped[int | None] = mapped_column(ForeignKey("change_set.id"), index=True)
    asked: Mapped[int] = mapped_column(default=0)
    answered: Mapped[int] = mapped_column(default=0)
    read: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    complete: Mapped[bool] = mapped_column(default=False)
    # Addresses that were to be asked and were not, as people write ranges; empty when none was left out.
    unasked: Mapped[str] = mapped_column(Text, default="")
    unasked_count: Mapped[int] = mapped_column(default=0)
    # Milliseconds of work, less those in which it was paused or waited.
    worked_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    # The digest of the rules that it identified devices with.
    rules: Mapped[str] = mapped_column(String(16), default="")
    # new, changed, unchanged, reviews…: counts of what came of it.
    outcome: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    job: Mapped[Job | None] = relationship()
    site: Mapped[Site | None] = relationship()
    range: Mapped[AddressRange | None] = relationship()
    directory: Mapped[Directory | None] = relationship()
    entity: Mapped[Entity] = relationship()

    __table_args__ = (Index("ix_run_entity_id_started_at", "entity_id", "started_at"),)

    @property
    def state(self) -> JobState:
        """Where it stands: its job's state; a file loaded without a job is done, or done in part."""
        if self.job is not None:
            return self.job.state
        return JobState.DONE if self.complete else JobState.PARTIAL


class RunResult(Base):
    """What came of one target of a run: a device that answered or was expected to, an entry or a line that was not read."""

    __tablename__ = "run_result"
    __journal__ = False

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    target: Mapped[str] = mapped_column(String(255))
    # `addresses.in_order(target)`: 10.0.0.9 stands before 10.0.0.10.
    target_order: Mapped[str] = follows("target", in_order, length=64)
    outcome: Mapped[Outcome] = mapped_column(CodeType(Outcome), default=Outcome.FAILED)
    # Where it answered the time before, when that was elsewhere; of a further address, where this run met its device.
    moved_from: Mapped[str] = mapped_column(String(255), default="")
    cause: Mapped[str] = mapped_column(String(40), default="")
    detail: Mapped[str] = mapped_column(String(255), default="")
    # [[fact, old, new, what it was read from], …] of a new identification.
    changes: Mapped[list[Any]] = mapped_column(JSON, default=list)
    # No index on these two: nothing is asked by them, and every night writes thousands of rows.
    sighting_id: Mapped[int | None] = mapped_column(ForeignKey("sighting.id", ondelete="SET NULL"))
    credential_id: Mapped[int | None] = mapped_column(ForeignKey("credential.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    sighting: Mapped[Sighting | None] = relationship()
    credential: Mapped[Credential | None] = relationship()

    __table_args__ = (
        Index("ix_run_result_run_id_outcome_id", "run_id", "outcome", "id"),
        Index("ix_run_result_run_id_target_order_id", "run_id", "target_order", "id"),
    )


class Sighting(HasPublicId, Base):
    """One subject as one source keeps seeing it at one site: first, last, and its latest observation."""

    __tablename__ = "sighting"
    __journal__ = False

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    source: Mapped[str] = mapped_column(String(20))
    site_code: Mapped[str] = mapped_column(String(20))
    source_key: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(10))
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    location_id: Mapped[int | None] = mapped_column(ForeignKey("location.id"), index=True)
    target: Mapped[str] = mapped_column(String(255))
    target_order: Mapped[str] = follows("target", in_order, length=64)
    # Emptied by whoever wants the next sighting to be reconciled again although nothing has changed.
    digest: Mapped[str] = mapped_column(String(64))
    observation: Mapped[dict[str, Any]] = mapped_column(JSON)
    # The credential that it answered to, tried first next time.
    credential_id: Mapped[int | None] = mapped_column(
        ForeignKey("credential.id", ondelete="SET NULL"), index=True
    )
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # No index holds what every night moves, here and on Asset: PostgreSQL then writes the row alone (HOT).
    last_run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"))
    range_id: Mapped[int | None] = mapped_column(ForeignKey("address_range.id"), index=True)
    directory_id: Mapped[int | None] = mapped_column(ForeignKey("directory.id"), index=True)
    # Set when a run that read its whole scope no longer saw it.
    absent_since: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("source", "site_code", "source_key"),
        Index("ix_sighting_subject_entity_id", "subject", "entity_id"),
        Index("ix_sighting_first_seen_at_id", "first_seen_at", "id"),
        Index("ix_sighting_target_order_id", "target_order", "id"),
        # A night's new versions of a page's rows fit beside the old ones.
        {"postgresql_with": {"fillfactor": 50}},
    )


class SightingRevision(Base):
    """An earlier observation of a sighting, kept when a changed one took its place."""

    __tablename__ = "sighting_revision"
    __journal__ = False

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sighting_id: Mapped[int] = mapped_column(ForeignKey("sighting.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    observation: Mapped[dict[str, Any]] = mapped_column(JSON)
    observed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"), index=True)


class Presence(HasPublicId, Base):
    """What was noticed at a site without saying what it is: no asset, and never made one by itself.

    `key` is "mac:…" or, where no MAC is known, "ip:…". With `asset_id` it only confirms that asset (docs: presences);
    with `sighting_id` it was identified since.
    """

    __tablename__ = "presence"
    __journal__ = False

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    key: Mapped[str] = mapped_column(String(60))
    mac: Mapped[str | None] = mapped_column(String(17))
    maker: Mapped[str] = mapped_column(String(80), default="")
    address: Mapped[str] = mapped_column(String(45))
    address_order: Mapped[str] = follows("address", in_order, length=64)
    addresses: Mapped[list[str]] = mapped_column(JSON, default=list)  # the latest first
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    range_id: Mapped[int | None] = mapped_column(ForeignKey("address_range.id"), index=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    name_order: Mapped[str] = follows("name")
    names: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)  # value, source
    hints: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)  # code, text
    means: Mapped[list[str]] = mapped_column(JSON, default=list)
    told_by: Mapped[str] = mapped_column(String(255), default="")
    guess: Mapped[str] = mapped_column(String(40), default="")  # the rule that held (scanners.presence.guess)
    guessed_kind: Mapped[str] = mapped_column(String(40), default="")
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"))
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id", ondelete="SET NULL"), index=True)
    matched_by: Mapped[str] = mapped_column(String(4), default="")  # mac, ip or name
    sighting_id: Mapped[int | None] = mapped_column(
        ForeignKey("sighting.id", ondelete="SET NULL"), index=True
    )
    hidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    hidden_by: Mapped[str] = mapped_column(String(255), default="")
    hidden_reason: Mapped[str] = mapped_column(String(255), default="")
    site: Mapped[Site] = relationship()
    entity: Mapped[Entity] = relationship()
    range: Mapped[AddressRange | None] = relationship()
    asset: Mapped[Asset | None] = relationship()

    __table_args__ = (
        UniqueConstraint("site_id", "key"),
        Index("ix_presence_site_id_address", "site_id", "address"),
    )


class SightingReading(Base):
    """The objects that a sighting was identified by, so that better rules may read them again without a scan."""

    __tablename__ = "sighting_reading"
    __journal__ = False

    sighting_id: Mapped[int] = mapped_column(
        ForeignKey("sighting.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    objects: Mapped[bytes] = mapped_column(LargeBinary)  # as readings.pack makes them
    kept_at: Mapped[datetime] = mapped_column(UtcDateTime)
