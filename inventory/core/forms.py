"""Input shapes shared by pages, imports and the API: fields that read what people type, and one form base."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import wtforms
from flask import g, has_request_context
from flask_babel import get_locale, gettext
from sqlalchemy.exc import IntegrityError
from wtforms import validators
from wtforms.fields.choices import SelectChoice

from inventory.core import clock, i18n
from inventory.core.database import transaction
from inventory.core.days import NoSuchDayError, parse_day
from inventory.core.errors import Invalid, Refused, Stale
from inventory.core.text import clean, hides
from inventory.core.types import Code
from inventory.core.wording import N_

MAX_CENTS = 2**31 - 1
MOST_KEPT = 10_000

log = logging.getLogger(__name__)


class _Meta(wtforms.meta.DefaultMeta):
    def get_translations(self, form: wtforms.Form) -> Any:
        return wtforms.i18n.get_translations([str(get_locale() or "en")])


class Form(wtforms.Form):
    """A form whose errors keep everything typed; see `saving` for how a service's refusal lands on it."""

    Meta = _Meta

    def __init__(self, formdata: Any = None, **arguments: Any) -> None:
        super().__init__(formdata or None, **arguments)
        self.sent = formdata is not None and _is_post()
        self.refusals: list[str] = []
        self._refused = False

    @property
    def status(self) -> int:
        """422 once something was refused, else 200."""
        return 422 if self._refused or self.errors else 200

    @property
    def errors(self) -> dict[str | None, Sequence[str]]:
        found: dict[str | None, Sequence[str]] = {
            name: f.errors for name, f in self._fields.items() if f.errors
        }
        if self.refusals:
            found[None] = self.refusals
        return found

    def submitted_and_valid(self) -> bool:
        """Say whether the request posts this form and every field holds."""
        if not self.sent:
            return False
        self._refused = not self.validate()
        return not self._refused

    def values(self) -> dict[str, Any]:
        """Return the cleaned data of all fields but the hidden version."""
        return {
            name: field.data for name, field in self._fields.items() if name not in ("version", "csrf_token")
        }

    def seen_version(self) -> int | None:
        """Return the version of the row that the page was made from, None when the form does not say."""
        text = str(self._fields["version"].data or "")
        return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None

    def refuse(self, error: Invalid | Refused) -> None:
        """Put a service's refusal beside its field, or on the form when it has none."""
        self._refused = True
        sentence = translated(error.message, error.params)
        field = self._fields.get(error.field) if isinstance(error, Invalid) else None
        if field is None:
            self.refusals.append(sentence)
        else:
            field.errors = [*field.errors, sentence]

    def refuse_all(self, faults: Iterable[Invalid | Refused]) -> bool:
        """Refuse each fault that a service finds in what was sent; say whether there was one."""
        for fault in faults:
            self.refuse(fault)
        return bool(self.errors)

    @contextmanager
    def saving(self) -> Iterator[None]:
        """Run the block in a transaction; Invalid and Refused undo it and land on the form.

        So does what only the store's constraints can see: two people saving the same thing at once.
        """
        try:
            with transaction():
                yield
        except (Invalid, Refused) as error:
            self.refuse(error)
        except Stale as error:
            error.form = self
            raise
        except IntegrityError:
            log.exception("the store refused what a form saves")
            self.refuse(
                Refused(N_("The store refused this, perhaps because somebody saved the same thing just now."))
            )


def _is_post() -> bool:
    from flask import request

    return has_request_context() and request.method in ("POST", "PUT", "PATCH")


def translated(message: str, params: dict[str, Any]) -> str:
    """Return an N_ sentence in the reader's language, filled; code members, days and whole numbers in it are the reader's too.

    What is a name rather than a number of things, such as a year or a port, is given as text.
    """
    return i18n.filled(message, params)


class _Labelled:
    """Translates a label and a description given as N_ sentences when they are shown."""

    def __init__(
        self, label: str = "", checks: Sequence[Any] = (), description: str = "", **arguments: Any
    ) -> None:
        super().__init__(  # type: ignore[call-arg]
            gettext(label) if label else "",
            list(checks),
            description=gettext(description) if description else "",
            **arguments,
        )


def required() -> validators.DataRequired:
    """Refuse an empty field."""
    return validators.DataRequired()


def _note_hidden(raw: str) -> None:
    """Remember for this request that what was typed holds signs that are taken out: the message of what is done says so."""
    if has_request_context() and hides(raw[:MOST_KEPT]):
        g.hidden_signs = True


class TextField(_Labelled, wtforms.StringField):
    """One line of text, cleaned of control characters; empty is None."""

    def __init__(
        self, label: str = "", checks: Sequence[Any] = (), *, limit: int = 255, **arguments: Any
    ) -> None:
        super().__init__(label, checks, **arguments)
        self.limit = limit

    def process_formdata(self, valuelist: list[str]) -> None:
        raw = valuelist[0] if valuelist else ""
        _note_hidden(raw)
        # What is far too long is shown again too, for whoever pasted it into the wrong field.
        self.data = clean(raw, max(self.limit, MOST_KEPT))
        if self.data is not None and len(self.data) > self.limit:
            raise ValueError(gettext(N_("Use at most %(limit)s characters.")) % {"limit": self.limit})


class LongTextField(_Labelled, wtforms.TextAreaField):
    """Several lines of text, kept as typed less control characters; empty is None."""

    limit = 10_000

    def process_formdata(self, valuelist: list[str]) -> None:
        # Enough to see that it is too long, whatever was sent.
        raw = (valuelist[0] if valuelist else "")[: 20 * self.limit]
        _note_hidden(raw)
        lines = raw.replace("\r\n", "\n").split("\n")
        text = "\n".join(clean(line, self.limit + 1) or "" for line in lines).strip()
        self.data = text or None
        if len(text) > self.limit:
            raise ValueError(gettext(N_("Use at most %(limit)s characters.")) % {"limit": self.limit})


class FileField(_Labelled, wtforms.FileField):
    """A file to send, of at most so many bytes; views read it from the request."""

    def __init__(self, label: str = "", *, most: int, **arguments: Any) -> None:
        super().__init__(label, **arguments)
        self.most = most

    def __call__(self, **attributes: Any) -> Any:
        too_large = gettext(N_("The file is larger than %(size)s MB. Cut it in parts.")) % {
            "size": self.most >> 20
        }
        return super().__call__(**{"data-most": self.most, "data-too-large": too_large, **attributes})


class PasswordField(_Labelled, wtforms.PasswordField):
    """A secret: never shown again, never cleaned."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        if _is_post():
            secrets_sent().add(self.name)


def secrets_sent() -> set[str]:
    """Return the names of the secret fields that this request sent: no page may give them back."""
    from flask import g

    found: set[str] = g.setdefault("secrets_sent", set())
    return found


class HiddenField(wtforms.HiddenField):
    """A value that people do not see."""


class BoolField(_Labelled, wtforms.BooleanField):
    """A box to tick."""


class IntField(_Labelled, wtforms.IntegerField):
    """A whole number; empty is None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        raw = re.sub(r"[\s\u00a0\u202f]", "", valuelist[0]) if valuelist else ""
        if not raw:
            self.data = None
            return
        try:
            self.data = int(raw)
        except ValueError:
            self.data = None
            raise ValueError(gettext(N_("Type a whole number."))) from None
        if self.data is not None and abs(self.data) > MAX_CENTS:
            raise ValueError(gettext(N_("This number is too large.")))


class DayField(_Labelled, wtforms.StringField):
    """A day, as people write it and as pages do; empty is None."""

    placeholder = N_("dd/mm/yyyy")

    def process_formdata(self, valuelist: list[str]) -> None:
        self.typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not self.typed:
            return
        try:
            self.data = parse_day(self.typed, clock.today())
        except NoSuchDayError:
            raise ValueError(
                gettext(N_("No calendar has a day “%(typed)s”."), typed=self.typed[:40])
            ) from None
        except ValueError:
            raise ValueError(
                gettext(N_("Type a date such as 23/11/2026, 2026-11-23 or “yesterday”."))
            ) from None

    def _value(self) -> str:
        if self.data:
            return i18n.day(self.data)
        return getattr(self, "typed", "")


class EuroField(_Labelled, wtforms.StringField):
    """An amount in euros as people write it ("1 234,56"), kept in whole cents; empty is None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.typed = valuelist[0].strip() if valuelist else ""
        raw = i18n.typed_number(self.typed.replace("€", ""))
        self.data = None
        if not raw:
            return
        if not re.fullmatch(r"\d{1,8}(\.\d{1,2})?", raw):
            raise ValueError(gettext(N_("Type an amount such as 1,234.56.")))
        euros, _dot, cents = raw.partition(".")
        self.data = int(euros) * 100 + int(cents.ljust(2, "0") or 0)
        if self.data > MAX_CENTS:
            raise ValueError(gettext(N_("This number is too large.")))

    def _value(self) -> str:
        if self.data is None:
            return getattr(self, "typed", "")
        return i18n.to_type(f"{self.data // 100}.{self.data % 100:02d}")


CHOOSE = N_("Choose one from the list.")


def options(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """Return what a ChoiceField's `choices` wants for (value, label) pairs."""
    return [SelectChoice(value=value, label=label) for value, label in pairs]


class ChoiceField(_Labelled, wtforms.SelectField):
    """One of a list set with `options`; the empty value is None."""

    data: Any

    def process_data(self, value: Any) -> None:
        # A form made from a row gives the related row itself, which is no choice: its public id is.
        super().process_data(getattr(value, "public_id", value))

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        self.data = self.data or None

    def pre_validate(self, form: Any) -> None:
        if self.data is not None:
            super().pre_validate(form)


class ManyField(_Labelled, wtforms.SelectMultipleField):
    """Several of a list set with `options`, each with a box to tick."""

    widget = wtforms.widgets.ListWidget(prefix_label=False)
    option_widget = wtforms.widgets.CheckboxInput()


class CodeField(_Labelled, wtforms.SelectField):
    """One member of a closed list; with `blank`, the empty choice is None."""

    def __init__(
        self,
        label: str = "",
        checks: Sequence[Any] = (),
        *,
        codes: type[Code],
        blank: str | None = None,
        **arguments: Any,
    ) -> None:
        self.codes, self.may_be_empty = codes, blank is not None
        pairs = [(code.value, gettext(code.label)) for code in codes]
        if blank is not None:
            pairs.insert(0, ("", gettext(blank) if blank else ""))
        super().__init__(label, checks, choices=options(pairs), coerce=self._coerced, **arguments)

    def _coerced(self, value: Any) -> Any:
        return self.codes(value) if value else None

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            self.data = None
            raise ValueError(gettext(CHOOSE)) from None

    def pre_validate(self, form: Any) -> None:
        if self.data is None and not self.may_be_empty and not self.process_errors:
            raise validators.ValidationError(gettext(CHOOSE))


class PickerField(_Labelled, wtforms.StringField):
    """A row found by typing: holds its public id; `text` is what is shown for it. Empty is None.

    `near` is the public id of an entity whose rows are offered first, where the form does not ask for one.
    """

    def __init__(
        self,
        label: str = "",
        checks: Sequence[Any] = (),
        *,
        search_endpoint: str,
        search_arguments: Mapping[str, str] | None = None,
        **arguments: Any,
    ) -> None:
        super().__init__(label, checks, **arguments)
        self.search_endpoint, self.search_arguments = search_endpoint, search_arguments or {}
        self.text: str | None = None
        self.near: str | None = None

    def process_data(self, value: Any) -> None:
        # A form made from a row gives the related row itself.
        self.data = getattr(value, "public_id", value)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = clean(valuelist[0], 40) if valuelist else None
