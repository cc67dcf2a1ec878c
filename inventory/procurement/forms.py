"""Input shapes of suppliers."""

from __future__ import annotations

from inventory.core.forms import Form, TextField, required
from inventory.core.merging import VersionField
from inventory.core.wording import N_


class SupplierForm(Form):
    """A supplier."""

    version = VersionField()
    name = TextField(N_("Name"), [required()], limit=120)
    siret = TextField(N_("SIRET number"), limit=20)
    email = TextField(N_("E-mail address"))
    phone = TextField(N_("Phone"), limit=40)
    website = TextField(N_("Web site"))
