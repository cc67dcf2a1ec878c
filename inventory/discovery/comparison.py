"""What a run found against the run before it: new, moved, back, changed, newly silent, newly unreadable, readable again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from inventory.discovery.models import Outcome

TELLING = (Outcome.NEW, Outcome.MOVED, Outcome.RETURNED, Outcome.CHANGED)


@dataclass(frozen=True, slots=True)
class Entry:
    """One target of a run as a comparison needs it."""

    target: str
    outcome: Outcome
    cause: str = ""
    sighting_id: int | None = None
    row: object = None


@dataclass(slots=True)
class Comparison:
    """The entries of a run by what they say against the run before; `recovered` are entries of that earlier run."""

    told: dict[Outcome, list[Entry]] = field(default_factory=dict)
    newly_silent: list[Entry] = field(default_factory=list)
    still_silent: list[Entry] = field(default_factory=list)
    newly_failed: list[Entry] = field(default_factory=list)
    still_failed: list[Entry] = field(default_factory=list)
    recovered: list[Entry] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is different."""
        return not (any(self.told.values()) or self.newly_silent or self.newly_failed or self.recovered)


def compare(now: Sequence[Entry], before: Sequence[Entry]) -> Comparison:
    """Compare the entries of a run with those of the one before it; the unchanged ones may be left out on both sides.

    A target failed anew when it did not fail before for the same cause. It is readable again when it was silent or
    failed before and is neither now.
    """
    found = Comparison(told={outcome: [one for one in now if one.outcome is outcome] for outcome in TELLING})
    silent_before = {one.target for one in before if one.outcome is Outcome.SILENT}
    failed_before = {(one.target, one.cause) for one in before if one.outcome is Outcome.FAILED}
    bad_now: set[str] = set()
    for one in now:
        if one.outcome is Outcome.SILENT:
            (found.still_silent if one.target in silent_before else found.newly_silent).append(one)
        elif one.outcome is Outcome.FAILED:
            known = (one.target, one.cause) in failed_before
            (found.still_failed if known else found.newly_failed).append(one)
        else:
            continue
        bad_now.add(one.target)
    bad = (Outcome.SILENT, Outcome.FAILED)
    found.recovered = [one for one in before if one.outcome in bad and one.target not in bad_now]
    return found
