"""Input shape of a note."""

from __future__ import annotations

from inventory.core.forms import Form, LongTextField, required
from inventory.core.merging import VersionField
from inventory.core.wording import N_


class NoteForm(Form):
    """A few lines."""

    version = VersionField()
    text = LongTextField(N_("Note"), [required()])
