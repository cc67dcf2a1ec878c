"""Secrets: written once, kept encrypted, never shown."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from sqlalchemy import select

from inventory.audit.models import AuditRecord
from inventory.core.access import SYSTEM, Access
from inventory.core.database import db, transaction
from inventory.core.errors import Forbidden, Invalid, NotFound, Refused
from inventory.core.permissions import Role
from inventory.discovery import credentials
from inventory.discovery.models import Credential, CredentialKind
from tests.discovery.making import COMMUNITY, create_credential, create_range, create_site, everything
from tests.factories import Cast

pytestmark = [pytest.mark.any_store, pytest.mark.usefixtures("database")]


def change(credential: Credential, **values: Any) -> Credential:
    given = {"entity_id": credential.entity_id, "name": credential.name, **credential.settings, **values}
    with transaction():
        return credentials.save(credential, given, access=everything(), actor=SYSTEM)


@pytest.mark.parametrize("kind", list(CredentialKind))
def test_a_secret_is_nowhere_to_be_read_but_opens_again(
    cast: Cast, kind: CredentialKind, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    credential = create_credential(cast.le_bouscat, kind)
    change(credential, name="renamed")
    trail = [(row.changes, row.object_label, row.note) for row in db.session.scalars(select(AuditRecord))]
    stored = db.session.execute(select(Credential.__table__)).all()
    assert COMMUNITY not in repr(trail) + repr(credential) + str(stored) + caplog.text
    assert COMMUNITY.encode() not in credential.secret
    if kind is CredentialKind.LDAP_BIND:
        assert credentials.open_bind(credential) == ("cn=reader,dc=example", COMMUNITY)
    else:
        opened = credentials.open_snmp([credential])
        assert COMMUNITY in (getattr(opened[0], "name", None), getattr(opened[0], "priv_key", None))
        assert COMMUNITY not in repr(opened)


def test_an_empty_secret_field_keeps_what_is_stored(cast: Cast) -> None:
    credential = create_credential(cast.le_bouscat)
    change(credential, community="", version="1")
    opened = credentials.open_snmp([credential])[0]
    assert (opened.name, opened.version) == (COMMUNITY, "1")  # type: ignore[union-attr]


def test_a_replaced_secret_is_recorded_without_its_values(cast: Cast) -> None:
    credential = create_credential(cast.le_bouscat)
    set_at = credential.secret_set_at
    change(credential, community="another-one")
    record = db.session.scalars(select(AuditRecord).order_by(AuditRecord.id.desc())).first()
    assert record
    assert record.changes == {"secret": [None, "replaced"]}
    assert credential.secret_set_at > set_at


def test_a_passphrase_is_forgotten_with_its_protocol(cast: Cast) -> None:
    credential = create_credential(cast.le_bouscat, CredentialKind.SNMP_USER)
    change(credential, priv_protocol="")
    opened = credentials.open_snmp([credential])[0]
    assert opened.level == "authNoPriv"  # type: ignore[union-attr]
    with pytest.raises(Invalid) as refusal:
        change(credential, priv_protocol="AES")
    assert refusal.value.field == "priv_key"


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        (CredentialKind.SNMP_COMMUNITY, {"community": ""}, "community"),
        (CredentialKind.SNMP_COMMUNITY, {"community": "é" * 200}, "community"),
        (CredentialKind.SNMP_USER, {"user": ""}, "user"),
        (CredentialKind.SNMP_USER, {"user": "u" * 33}, "user"),
        (CredentialKind.SNMP_USER, {"auth_key": "short"}, "auth_key"),
        (CredentialKind.SNMP_USER, {"auth_protocol": "ROT13"}, "auth_protocol"),
        (CredentialKind.SNMP_USER, {"auth_protocol": ""}, "auth_protocol"),
        (CredentialKind.LDAP_BIND, {"password": ""}, "password"),
        (CredentialKind.LDAP_BIND, {"bind_dn": ""}, "bind_dn"),
    ],
)
def test_what_no_server_would_take_is_refused_beside_its_field(
    cast: Cast, kind: CredentialKind, values: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        create_credential(cast.le_bouscat, kind, **values)
    assert refusal.value.field == field


def test_two_credentials_of_one_entity_have_two_names(cast: Cast) -> None:
    create_credential(cast.le_bouscat, name="public")
    create_credential(cast.pessac, name="public")
    with pytest.raises(Invalid):
        create_credential(cast.le_bouscat, name="public")


def test_a_credential_in_use_is_not_deleted(cast: Cast) -> None:
    credential = create_credential(cast.le_bouscat)
    create_range(create_site(cast.le_bouscat), name="Mairie", credential_ids=[credential.id])
    with pytest.raises(Refused, match="Mairie"), transaction():
        credentials.delete(credential, access=everything(), actor=SYSTEM)


def test_an_unused_credential_is_deleted(cast: Cast) -> None:
    credential = create_credential(cast.le_bouscat)
    with transaction():
        credentials.delete(credential, access=everything(), actor=SYSTEM)
    assert db.session.get(Credential, credential.id) is None


@pytest.mark.parametrize(
    ("role", "refusal"), [(Role.MANAGER, Forbidden), (Role.READER, Forbidden), (None, NotFound)]
)
def test_only_an_administrator_of_the_entity_changes_its_credentials(
    cast: Cast, role: Role | None, refusal: type[Exception]
) -> None:
    access = Access(9, {cast.le_bouscat.id: role} if role else {cast.pessac.id: Role.ADMINISTRATOR})
    credential = create_credential(cast.le_bouscat)
    with pytest.raises(refusal), transaction():
        credentials.delete(credential, access=access, actor=SYSTEM)
    values = {"entity_id": cast.le_bouscat.id, "name": "x", "kind": "snmp_community", "community": "x"}
    with pytest.raises(refusal), transaction():
        credentials.save(None, values, access=access, actor=SYSTEM)


def test_credentials_of_one_name_get_labels_of_their_own(cast: Cast) -> None:
    one, two = (
        create_credential(cast.le_bouscat, name="public"),
        create_credential(cast.pessac, name="public"),
    )
    assert list(credentials.labels([one, two])) == ["public", f"public ({two.id})"]
    assert len({each.label for each in credentials.open_snmp([one, two])}) == 2
