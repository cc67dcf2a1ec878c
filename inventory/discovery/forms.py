"""Input shapes of sites, ranges, directories, branches and credentials."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext
from wtforms.validators import ValidationError

from inventory.core.forms import (
    BoolField,
    ChoiceField,
    CodeField,
    Form,
    HiddenField,
    IntField,
    LongTextField,
    PasswordField,
    PickerField,
    TextField,
    options,
    required,
)
from inventory.core.merging import VersionField
from inventory.core.wording import N_
from inventory.discovery import branches
from inventory.discovery.models import CredentialKind, TlsMode
from inventory.discovery.timing import DEFAULT_TIME, Frequency

MOST_CREDENTIALS = 4
SPARE_BRANCHES = 3


class SiteForm(Form):
    """A network reached by one worker."""

    version = VersionField()
    name = TextField(N_("Name"), [required()], limit=120)
    code = TextField(
        N_("Code"),
        [required()],
        limit=20,
        description=N_(
            "Letters, digits and dashes. It names the site's worker, and stays once something was seen."
        ),
    )
    entity = ChoiceField(N_("Entity"), [required()])
    time_zone = TextField(N_("Time zone"), [required()], limit=40, description=N_("Such as Europe/Paris."))
    reverse_dns = BoolField(
        N_("Ask the name server for names"),
        default=True,
        description=N_(
            "For each address where somebody answers, one question is sent to the name server (reverse DNS)."
        ),
    )
    dns_server = TextField(
        N_("Name server"),
        limit=45,
        description=N_(
            "The IP address of the one that knows this site's names. Leave empty for the worker's own."
        ),
    )
    multicast = BoolField(
        N_("Ask the local network who offers services"),
        description=N_(
            "One question each by mDNS, WS-Discovery and SSDP is sent to everybody on the worker's own network at each scan; "
            "printers, cameras and gateways answer with their name and model. What points to its own description is asked for it once."
        ),
    )


class HideForm(Form):
    """Why presences leave the list."""

    reason = TextField(
        N_("Reason"),
        [required()],
        description=N_("Such as “the caretaker's own phone”. It stays with each of them, with your name."),
    )


def equipment_form(keys: Iterable[str]) -> type[Form]:
    """Return a form of a line for each key, what a presence is logged as: `name_KEY`, `category_KEY`, `serial_KEY`, `tag_KEY`."""
    fields: dict[str, Any] = {"version": VersionField()}
    for key in keys:
        fields[f"name_{key}"] = TextField(N_("Name"), limit=120)
        fields[f"category_{key}"] = ChoiceField(N_("Category"), [required()])
        fields[f"serial_{key}"] = TextField(N_("Serial number"), limit=120)
        fields[f"tag_{key}"] = TextField(N_("Tag"), limit=40)
    return type("EquipmentForm", (Form,), fields)


class WhenForm(Form):
    """How often something is read by itself."""

    enabled = BoolField(N_("In use"), default=True)
    frequency = CodeField(N_("Read it"), codes=Frequency, default=Frequency.DAILY)
    at = TextField(
        N_("At"), limit=8, default=DEFAULT_TIME, description=N_("In the site's time zone, such as 03:00.")
    )
    cron = TextField(
        N_("Cron text"),
        limit=60,
        description=N_("Only for the last choice: minute, hour, day, month, weekday."),
    )


class RangeForm(WhenForm):
    """Addresses to scan, and whose things they hold."""

    version = VersionField()
    name = TextField(N_("Name"), [required()], limit=120)
    site = ChoiceField(N_("Site"), [required()])
    addresses = TextField(
        N_("Addresses"),
        [required()],
        description=N_("Networks, ranges or addresses with commas between: 10.1.0.0/24, 10.1.1.5-10.1.1.9."),
    )
    exclude = TextField(N_("Except"), description=N_("Addresses that are never asked, written the same way."))
    entity = ChoiceField(N_("What is found belongs to"), [required()])
    location = PickerField(N_("And stands at"), search_endpoint="organization.search_locations")
    credential_1 = ChoiceField(N_("Credential tried first"))
    credential_2 = ChoiceField(N_("Then"))
    credential_3 = ChoiceField(N_("Then"))
    credential_4 = ChoiceField(N_("Then"))
    blackout = TextField(
        N_("Black-out hours"),
        limit=255,
        description=N_(
            "Nothing is scanned in them, in the site's time zone: Mon-Fri 08:00-18:00; Sat 09:00-12:00. "
            "A scan that is due waits for their end, one under way pauses."
        ),
    )
    port = IntField(N_("UDP port"), default=161)
    rate = IntField(
        N_("Questions a second"),
        default=1000,
        description=N_("At most, whatever the scan asks. A thousand is polite on a municipal network."),
    )
    timeout_ms = IntField(N_("Wait for an answer (ms)"), default=1000)
    retries = IntField(N_("Rounds for the silent"), default=2)
    tcp_hints = BoolField(
        N_("Try the TCP ports of what is silent"),
        description=N_(
            "Where somebody is there but says nothing by SNMP, the TCP ports 22, 80, 443, 445, 631, 3389 and 9100 are opened one after "
            "another, and what is said there is read: banner, page title, name on the certificate, printer model. No password is "
            "ever tried. Security tools may report it: tell who watches this network."
        ),
    )


class DirectoryForm(WhenForm):
    """A directory to read for computers and people."""

    version = VersionField()
    name = TextField(N_("Name"), [required()], limit=120)
    site = ChoiceField(N_("Site"), [required()])
    url = TextField(
        N_("Address"), [required()], description=N_("Such as ldaps://dc1.example.fr, with :port if needed.")
    )
    tls = CodeField(N_("Encryption"), codes=TlsMode, default=TlsMode.LDAPS)
    base = TextField(
        N_("Search base"), description=N_("Such as dc=example,dc=fr. Leave empty for the server's own.")
    )
    credential = ChoiceField(N_("Account to read with"))
    entity = ChoiceField(N_("What is found belongs to"), [required()])
    read_computers = BoolField(N_("Read computers"), default=True)
    read_people = BoolField(N_("Read people"), default=True)
    ca_pem = LongTextField(
        N_("Trusted authority"),
        description=N_(
            "The certificate of your own authority, in PEM form. Leave empty to trust the system's."
        ),
    )


def _distinguished_name(_form: Form, field: TextField) -> None:
    if field.data and not branches.is_name(field.data):
        raise ValidationError(gettext(N_("“%(dn)s” is not a distinguished name.")) % {"dn": field.data[:60]})


def branches_form(count: int) -> type[Form]:
    """Return a form of `count` lines, each a branch (`dn_0`…) and its entity (`entity_0`…)."""
    fields: dict[str, Any] = {"version": VersionField(), "units": HiddenField()}
    for n in range(count):
        fields[f"dn_{n}"] = TextField(N_("Branch"), [_distinguished_name])
        fields[f"entity_{n}"] = ChoiceField(N_("Entity"))
    return type("BranchesForm", (Form,), fields)


class CredentialForm(Form):
    """What every credential has."""

    version = VersionField()
    name = TextField(
        N_("Name"), [required()], limit=120, description=N_("It stands in logs: put no secret in it.")
    )
    entity = ChoiceField(N_("Entity"), [required()])


class CommunityForm(CredentialForm):
    """An SNMP community."""

    version_of_snmp = ChoiceField(N_("SNMP version"), default="2c")
    community = PasswordField(N_("Community"))


class UserForm(CredentialForm):
    """An SNMPv3 user."""

    user = TextField(N_("User name"), [required()], limit=32)
    auth_protocol = ChoiceField(N_("Authentication"))
    auth_key = PasswordField(N_("Authentication passphrase"))
    priv_protocol = ChoiceField(
        N_("Privacy"),
        description=N_(
            "There are two AES-192 and two AES-256, which stretch a passphrase in two ways: a device that is set up "
            "in the other one stays silent."
        ),
    )
    priv_key = PasswordField(N_("Privacy passphrase"))


class BindForm(CredentialForm):
    """A directory account."""

    bind_dn = TextField(
        N_("Account"),
        [required()],
        description=N_("A distinguished name, or name@domain for Active Directory."),
    )
    password = PasswordField(N_("Password"))


# What devices' own pages call the protocols that standards name otherwise.
PROTOCOL_NAMES = {
    "SHA": "SHA-1",
    "AES": "AES-128",
    "AES-192": "AES-192 (Net-SNMP)",
    "AES-256": "AES-256 (Net-SNMP)",
    "AES-192-C": "AES-192 (Cisco)",
    "AES-256-C": "AES-256 (Cisco)",
}

CREDENTIAL_FORMS: dict[CredentialKind, type[CredentialForm]] = {
    CredentialKind.SNMP_COMMUNITY: CommunityForm,
    CredentialKind.SNMP_USER: UserForm,
    CredentialKind.LDAP_BIND: BindForm,
}


def fill_protocols(form: CredentialForm) -> None:
    """Offer the protocols and versions that the scanner knows."""
    from scanners.snmp.options import AUTH_PROTOCOLS, PRIV_PROTOCOLS

    if isinstance(form, CommunityForm):
        form.version_of_snmp.choices = options([("2c", "2c"), ("1", "1")])
    if isinstance(form, UserForm):
        form.auth_protocol.choices = options(
            [("", "–"), *((one, PROTOCOL_NAMES.get(one, one)) for one in AUTH_PROTOCOLS)]
        )
        form.priv_protocol.choices = options(
            [("", "–"), *((one, PROTOCOL_NAMES.get(one, one)) for one in PRIV_PROTOCOLS)]
        )
