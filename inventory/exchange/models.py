"""A file being imported, what came of each of its lines, and the columns chosen for its like."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from inventory.audit.models import ChangeSet
from inventory.core import clock
from inventory.core.database import Base
from inventory.core.types import BigId, Code, CodeType, HasPublicId, HasVersion, UtcDateTime
from inventory.core.wording import N_
from inventory.jobs.models import Job
from inventory.organization.models import Entity


class Stage(Code):
    """How far an import is."""

    CHOOSING = "choosing", N_("Columns to choose"), "neutral", "columns"
    TRYING = "trying", N_("Being tried"), "info", "loader"
    TRIED = "tried", N_("Tried, nothing saved"), "accent", "eye-check"
    RUNNING = "running", N_("Being imported"), "info", "loader"
    DONE = "done", N_("Imported"), "good", "check"
    # Never kept: the change set of an import knows it.
    UNDONE = "undone", N_("Undone"), "neutral", "arrow-back-up"


class Extent(Code):
    """What is done with a file of which some lines cannot be imported."""

    VALID = "valid", N_("Import the valid rows, hand the others back as a file")
    WHOLE = "whole", N_("Import nothing unless every row is valid")


class Outcome(Code):
    """What came of a line, or would come of it."""

    CREATED = "created", N_("Added"), "good", "plus"
    UPDATED = "updated", N_("Changed"), "accent", "pencil"
    UNCHANGED = "unchanged", N_("As it is"), "neutral", "equal"
    REFUSED = "refused", N_("Refused"), "bad", "alert-triangle"


class Import(HasPublicId, HasVersion, Base):
    """A file of rows for one noun: how its columns are read, how far it is, what came of it."""

    __tablename__ = "import"
    __journal__ = False

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    noun: Mapped[str] = mapped_column(String(40))
    entity_id: Mapped[int] = mapped_column(ForeignKey("entity.id"), index=True)
    filename: Mapped[str] = mapped_column(String(255))
    # Packed, and in the store: a worker on another machine reads it too.
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    headings: Mapped[list[str]] = mapped_column(JSON)
    # The first different values of each column, as `reading.samples` gives them.
    samples: Mapped[list[list[Any]]] = mapped_column(JSON, default=list, deferred=True)
    read_as: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    lines: Mapped[int] = mapped_column(default=0)
    columns: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    match_key: Mapped[str | None] = mapped_column(String(40))
    extent: Mapped[Extent] = mapped_column(CodeType(Extent), default=Extent.VALID)
    stage: Mapped[Stage] = mapped_column(CodeType(Stage), default=Stage.CHOOSING)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    user_label: Mapped[str] = mapped_column(String(255), default="")
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"), index=True)
    change_set_id: Mapped[int | None] = mapped_column(ForeignKey("change_set.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    entity: Mapped[Entity] = relationship()
    job: Mapped[Job | None] = relationship()
    change_set: Mapped[ChangeSet | None] = relationship()

    @property
    def label(self) -> str:
        """What people call it: the name of its file."""
        return self.filename

    @property
    def stands(self) -> Stage:
        """How far it is today: what was imported may be undone since."""
        undone = self.change_set is not None and self.change_set.undone_at is not None
        return Stage.UNDONE if undone else self.stage


class ImportLine(Base):
    """What came, or would come, of one line: what it is about, what changes, what is wrong, what to look at."""

    __tablename__ = "import_line"
    __journal__ = False

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("import.id"))
    line: Mapped[int] = mapped_column()
    outcome: Mapped[Outcome] = mapped_column(CodeType(Outcome))
    label: Mapped[str] = mapped_column(String(255), default="")
    object_id: Mapped[str | None] = mapped_column(String(40))
    changes: Mapped[dict[str, list[Any]]] = mapped_column(JSON, default=dict)
    remarks: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)

    __table_args__ = (
        UniqueConstraint("import_id", "line"),
        Index("ix_import_line_import_id_outcome_line", "import_id", "outcome", "line"),
    )


class KnownLayout(Base):
    """The columns last chosen for files with these headings."""

    __tablename__ = "import_layout"
    __journal__ = False

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    noun: Mapped[str] = mapped_column(String(40))
    signature: Mapped[str] = mapped_column(String(64))
    columns: Mapped[dict[str, str]] = mapped_column(JSON)
    match_key: Mapped[str | None] = mapped_column(String(40))

    __table_args__ = (UniqueConstraint("noun", "signature"),)
