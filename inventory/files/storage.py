"""Keeps contents by their hash in a folder of the instance, outside of everything that is served."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from inventory.files.content import MAX_BYTES, PIECE

FOLDER, INCOMING = "files", "incoming"


@dataclass(frozen=True, slots=True)
class Draft:
    """A content that has arrived and is not kept yet."""

    path: Path
    sha256: str
    size: int


class Storage:
    """The folder of contents; `open` says where it is before anything else."""

    def __init__(self) -> None:
        self._folder: Path | None = None

    def open(self, instance: Path) -> None:
        """Use `instance`/files, made readable by its own account alone when it is first written to."""
        self._folder = instance / FOLDER

    @property
    def folder(self) -> Path:
        """The folder; raises RuntimeError before `open`."""
        if self._folder is None:
            raise RuntimeError("the storage was not opened")
        return self._folder

    def path(self, sha256: str, picture: str = "") -> Path:
        """Return where a content is kept, or one of its pictures ("small", "large")."""
        return self.folder / sha256[:2] / (f"{sha256}.{picture}.jpg" if picture else sha256)

    @contextmanager
    def receive(self, stream: IO[bytes]) -> Iterator[Draft]:
        """Read a stream into a draft, at most one byte more than is accepted; what is not kept in the block is removed."""
        incoming = self.folder / INCOMING
        incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = incoming / secrets.token_hex(16)
        digest, size = hashlib.sha256(), 0
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                while size <= MAX_BYTES and (piece := stream.read(PIECE)):
                    size += len(piece)
                    digest.update(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            yield Draft(path, digest.hexdigest(), size)
        finally:
            path.unlink(missing_ok=True)

    def keep(self, draft: Draft) -> Path:
        """Keep a draft's content; one that is there already is only marked as fresh."""
        target = self.path(draft.sha256)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.path.replace(target)
        return target

    def touch(self, sha256: str) -> None:
        """Begin the days anew for which a content is kept though nothing names it."""
        path = self.path(sha256)
        if path.exists():
            os.utime(path)

    def contents(self) -> Iterator[tuple[str, float]]:
        """Yield the hash of each content and when it was last fresh, in seconds since 1970."""
        for path in self.folder.glob("[0-9a-f][0-9a-f]/*"):
            if "." not in path.name:
                yield path.name, path.stat().st_mtime

    def abandoned(self) -> Iterator[tuple[Path, float]]:
        """Yield drafts that a stopped process left, with when they were written."""
        for path in (self.folder / INCOMING).glob("*"):
            yield path, path.stat().st_mtime

    def remove(self, sha256: str) -> None:
        """Remove a content and its pictures for good."""
        for path in self.path(sha256).parent.glob(f"{sha256}*"):
            path.unlink(missing_ok=True)


storage = Storage()
