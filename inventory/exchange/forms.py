"""Input shapes of an import: the file, and which of its columns is which."""

from __future__ import annotations

from inventory.core.forms import ChoiceField, CodeField, FileField, Form, required
from inventory.core.wording import N_
from inventory.exchange.models import Extent
from inventory.exchange.reading import MAX_BYTES


class UploadForm(Form):
    """The file, what it is about, and the entity of rows that name none."""

    noun = ChoiceField(N_("What the rows are"), [required()])
    entity = ChoiceField(
        N_("Entity"), [required()], description=N_("Of the rows that name no entity of their own.")
    )
    file = FileField(
        N_("File"),
        most=MAX_BYTES,
        description=N_("CSV, XLSX, XLS or ODS, up to 15 MB and 100,000 rows, with headings."),
    )


class TermsForm(Form):
    """What finds a row that exists already, and what is done when some rows are refused."""

    match_key = ChoiceField(
        N_("Rows are found by"),
        description=N_("A row found is changed; any other is new. Leave empty to make every row new."),
    )
    extent = CodeField(N_("When rows are refused"), codes=Extent, default=Extent.VALID)
