"""One row of each noun, and which of them an address names: for the tests that walk over every route."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask import Flask
from PIL import Image
from sqlalchemy import select
from werkzeug.routing import Rule

from inventory.applications.states import Criticality, Hosting
from inventory.assets import services as assets
from inventory.assets.models import Asset
from inventory.assets.states import State
from inventory.audit.models import AuditRecord, ChangeSet, ChangeSetKind
from inventory.auth.models import User
from inventory.catalog.kinds import Kind
from inventory.catalog.models import Category
from inventory.core import clock
from inventory.core.access import SYSTEM
from inventory.core.database import db, transaction
from inventory.core.permissions import Permission, Role
from inventory.discovery.models import CredentialKind, Presence, Run, RunKind, RunResult, Sighting
from inventory.exchange import services as exchange
from inventory.exchange.models import Import, ImportLine, Outcome, Stage
from inventory.fields.kinds import FieldKind
from inventory.fields.models import CustomField, CustomValue
from inventory.files import services as files
from inventory.files.models import Attachment
from inventory.jobs.models import Job, JobEvent, JobState
from inventory.notes import services as notes
from inventory.notes.models import Note
from inventory.organization.models import Entity
from inventory.procurement.models import Supplier
from inventory.reconciliation.models import Answer, Review, ReviewKind
from inventory.renewal import queries as renewal
from inventory.renewal import snapshots
from inventory.renewal.models import RenewalRule, Replacement, Snapshot
from inventory.renewal.sixth import Rounding
from inventory.topology.models import PortAttachment, SwitchLink
from inventory.topology.states import Confidence, LinkReason, Reason
from tests import factories
from tests.applications import making as portfolio
from tests.discovery import making
from tests.factories import number

DAY = date(2026, 3, 2)


@dataclass
class Rows:
    """The latest row of each noun made for one entity, and the categories and models they share."""

    entity: Entity
    by_noun: dict[str, Any] = field(default_factory=dict)
    category: Category | None = None

    def __getitem__(self, noun: str) -> Any:
        return self.by_noun[noun]


def make(entity: Entity, rows: Rows | None = None) -> Rows:
    """Make one more row of every noun for an entity."""
    # One commit: each brings the search index up to date, and all that was loaded is read again.
    with transaction():
        made = rows or Rows(entity, category=factories.create_category(Kind.LAPTOP, in_renewal_base=True))
        for noun, maker in MAKERS.items():
            made.by_noun[noun] = maker(made)
    return made


def of_le_bouscat() -> tuple[factories.Cast, Rows]:
    """Make the cast, and a row of every noun for Le Bouscat."""
    cast = factories.create_cast()
    return cast, make(cast.le_bouscat)


def _saved(row: Any) -> Any:
    with transaction():
        db.session.add(row)
        db.session.flush()
    return row


def _entity(rows: Rows) -> Entity:
    return factories.create_entity(rows.entity)


def _user(rows: Rows) -> User:
    user = factories.create_user(Role.READER, rows.entity)
    rows.by_noun["grant"] = user.grants[0]
    return user


def _asset(rows: Rows) -> Asset:
    n = number()
    model = factories.create_model()
    return factories.create_asset(  # type: ignore[no-any-return]
        rows.entity,
        rows.category,
        tag=f"{rows.entity.code}-{n:06d}",
        serial=f"SERIAL{n:06d}",
        manufacturer_id=model.manufacturer_id,
        model_id=model.id,
        location_id=rows["location"].id,
        first_used_on=DAY - timedelta(days=365 * (n % 9)),
        on=DAY,
    )


def _run(rows: Rows) -> Run:
    job = rows["job"]
    run = _saved(
        Run(
            kind=RunKind.SNMP, title="Mairie", scope="10.1.0.0/24", site_id=rows["site"].id, entity_id=rows.entity.id,
            range_id=rows["range"].id, job_id=job.id, asked=254, answered=12, read=11, failed=1, ended_at=clock.now(),
            change_set_id=rows["change_set"].id,
        )
    )  # fmt: skip
    _saved(RunResult(run_id=run.id, target="10.1.0.9", cause="silent"))
    return run  # type: ignore[no-any-return]


def _job(rows: Rows) -> Job:
    job = _saved(
        Job(
            kind="discovery.scan",
            title="Mairie",
            state=JobState.DONE,
            entity_id=rows.entity.id,
            ended_at=clock.now(),
        )
    )
    _saved(JobEvent(job_id=job.id, message="Started."))
    return job  # type: ignore[no-any-return]


def _sighting(rows: Rows) -> Sighting:
    n = number()
    seen = making.observe(n, site=rows["site"].code)
    return _saved(  # type: ignore[no-any-return]
        Sighting(
            source="snmp", site_code=rows["site"].code, source_key=f"key-{n}", subject="device", entity_id=rows.entity.id,
            target=seen.target, digest=f"{n:064d}", observation=seen.to_json(), first_seen_at=making.AT,
            last_seen_at=making.AT, last_run_id=rows["run"].id, range_id=rows["range"].id,
        )
    )  # fmt: skip


def _hanging(rows: Rows) -> PortAttachment:
    """The asset on a port of a switch, which is linked to one that no scan reads."""
    category = db.session.scalar(select(Category).where(Category.kind == Kind.SWITCH))
    switch = factories.create_asset(
        rows.entity, category or factories.create_category(Kind.SWITCH), name=f"sw-{number()}", on=DAY
    )
    site, port = rows["site"].code, {"port": 24, "port_name": "GigabitEthernet1/0/24"}
    dates = {"since": making.AT, "last_seen_at": making.AT}
    link = SwitchLink(
        site_code=site, switch_id=switch.id, peer_name="sw-gymnase", reason=LinkReason.NOT_READ, protocol="LLDP",
        **port, **dates,
    )  # fmt: skip
    _saved(link)
    return _saved(  # type: ignore[no-any-return]
        PortAttachment(
            site_code=site, asset_id=rows["asset"].id, mac=f"02:00:00:00:{number() % 256:02x}:01", switch_id=switch.id,
            vlan=10, reason=Reason.ALONE, confidence=Confidence.CERTAIN, **port, **dates,
        )
    )  # fmt: skip


def _presence(rows: Rows) -> Presence:
    n = number()
    mac = f"00:1b:a9:00:{n // 256 % 256:02x}:{n % 256:02x}"
    return _saved(  # type: ignore[no-any-return]
        Presence(
            site_id=rows["site"].id, key=f"mac:{mac}", mac=mac, maker="Brother", address=f"10.1.0.{n % 250 + 1}",
            entity_id=rows.entity.id, range_id=rows["range"].id, name=f"imp-{n}", names=[{"value": f"imp-{n}", "source": "mdns"}],
            hints=[{"code": "port", "text": "9100"}], means=["icmp", "arp"], guess="raw_printing",
            first_seen_at=making.AT, last_seen_at=clock.now(), last_run_id=rows["run"].id, asset_id=None,
        )
    )  # fmt: skip


def _review(rows: Rows) -> Review:
    asset = rows["asset"]
    return _saved(  # type: ignore[no-any-return]
        Review(
            kind=ReviewKind.UNKNOWN_DEVICE, question_key=f"unknown:{number()}", entity_id=rows.entity.id,
            sighting_id=rows["sighting"].id, candidate_ids=[asset.id], proposed=Answer.CREATE,
        )
    )  # fmt: skip


def _replacement(rows: Rows) -> Replacement:
    old, new = _asset(rows), _asset(rows)
    return _saved(  # type: ignore[no-any-return]
        Replacement(
            entity_id=rows.entity.id,
            old_asset_id=old.id,
            new_asset_id=new.id,
            replaced_on=DAY,
            position="Bureau 12",
        )
    )


def _rule(rows: Rows) -> RenewalRule:
    return _saved(RenewalRule(entity_id=rows.entity.id, version=number(), rounding=Rounding.AUTO))  # type: ignore[no-any-return]


def _snapshot(rows: Rows) -> Snapshot:
    figures = snapshots.as_json(renewal.figures(rows.entity))
    return _saved(  # type: ignore[no-any-return]
        Snapshot(entity_id=rows.entity.id, year=2026, perimeter="both", as_of_on=DAY, figures=figures)
    )


def _application(rows: Rows) -> Any:
    person = rows["person"]
    n = number()
    return portfolio.create_application(
        rows.entity,
        name=f"Application {n}",
        code=f"APP{n}",
        description="Accounts and budget.",
        modules="Budget\nPayments",
        business_owner_id=person.id,
        editor_id=rows["manufacturer"].id,
        contract_supplier_id=rows["supplier"].id,
        contract_ends_on=DAY,
        criticality=list(Criticality)[n % 4],
        hosting=list(Hosting)[n % 4],
    )


def _import(rows: Rows) -> Import:
    data = "Étiquette;Nom\nLBX-9;PC-9\n".encode()
    with transaction():
        kept = exchange.keep(
            data, "livraison.csv", noun="asset", entity_id=rows.entity.id, user=rows["user"], actor=SYSTEM
        )
        kept.stage = Stage.TRIED
        kept.counts = {Outcome.CREATED.value: 1}
        db.session.add(ImportLine(import_id=kept.id, line=2, outcome=Outcome.CREATED, label="LBX-9"))
    return kept


def _change_set(rows: Rows) -> ChangeSet:
    return _saved(  # type: ignore[no-any-return]
        ChangeSet(kind=ChangeSetKind.BULK, title="Bulk edit", actor_kind="user", entity_id=rows.entity.id)
    )


def _credential(rows: Rows) -> Any:
    return making.create_credential(rows.entity, CredentialKind.SNMP_COMMUNITY)


def _connected(rows: Rows) -> Asset:
    screen = _asset(rows)
    with transaction():
        assets.connect(rows["asset"], screen, actor=SYSTEM)
    return screen


def _custom_field(rows: Rows) -> CustomField:
    field = _saved(
        CustomField(
            home="category",
            home_id=rows["category"].public_id,
            label=f"Badge {number()}",
            kind=FieldKind.TEXT,
        )
    )
    _saved(
        CustomValue(
            field_id=field.id, object_type="asset", object_id=rows["asset"].public_id, text=f"{number()}"
        )
    )
    return field  # type: ignore[no-any-return]


def _attachment(rows: Rows) -> Attachment:
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), (number() % 255, 120, 90)).save(picture, "PNG")
    picture.seek(0)
    with files.arriving("asset", rows["asset"], "photo.png", picture) as arrival, transaction():
        return files.attach("asset", rows["asset"], arrival, actor=SYSTEM, entity_id=rows.entity.id)


def _note(rows: Rows) -> Note:
    with transaction():
        return notes.write_note(
            "asset", rows["asset"], "Charger missing.", actor=SYSTEM, entity_id=rows.entity.id
        )


MAKERS: dict[str, Callable[[Rows], Any]] = {
    "below": _entity,
    "user": _user,
    "location": lambda rows: factories.create_location(rows.entity),
    "person": lambda rows: factories.create_person(
        rows.entity, email=f"p{number()}@example.org", department="État civil"
    ),
    "category": lambda rows: rows.category,
    "manufacturer": lambda _rows: factories.create_manufacturer(),
    "model": lambda _rows: factories.create_model(),
    "supplier": lambda _rows: _saved(Supplier(name=f"Supplier {number()}")),
    "asset": _asset,
    "application": _application,
    "application_use": lambda rows: portfolio.use_of(rows["application"]),
    "application_component": lambda rows: portfolio.attach(rows["application"], rows["asset"]),
    "application_annex": lambda rows: portfolio.freeze(rows.entity),
    "connected": _connected,
    "custom_field": _custom_field,
    "attachment": _attachment,
    "note": _note,
    "change_set": _change_set,
    "job": _job,
    "site": lambda rows: making.create_site(rows.entity),
    "hanging": _hanging,
    "credential": _credential,
    "range": lambda rows: making.create_range(rows["site"]),
    "directory": lambda rows: making.create_directory(rows["site"]),
    "run": _run,
    "sighting": _sighting,
    "presence": _presence,
    "review": _review,
    "replacement": _replacement,
    "rule": _rule,
    "snapshot": _snapshot,
    "import": _import,
}
"""How a row of each noun is made, in an order where each finds what it needs."""

NOUNS = {
    "/entities/": "entity",
    "/users/": "user",
    "/people/": "person",
    "/places/": "location",
    "/places/of/": "entity",
    "/jobs/": "job",
    "/imports/": "import",
    "/suppliers/": "supplier",
    "/catalog/categories/": "category",
    "/catalog/manufacturers/": "manufacturer",
    "/catalog/models/": "model",
    "/assets/": "asset",
    "/fields/": "custom_field",
    "/applications/": "application",
    "/applications/uses/": "application_use",
    "/applications/equipment/": "application_component",
    "/applications/annexes/": "entity",
    "/applications/annexes/frozen/": "application_annex",
    "/changes/": "change_set",
    "/changes/own/": "change_set",
    "/history/": "asset",
    "/files/": "attachment",
    "/files/on/": "asset",
    "/notes/": "note",
    "/notes/on/": "asset",
    "/renewal/": "entity",
    "/renewal/presented/": "snapshot",
    "/renewal/replacements/": "replacement",
    "/reports/sixth/": "entity",
    "/reports/annexes/": "entity",
    "/reports/annexes/frozen/": "application_annex",
    "/reviews/": "review",
    "/discovery/sites/": "site",
    "/discovery/topology/": "site",
    "/discovery/ranges/": "range",
    "/discovery/directories/": "directory",
    "/discovery/credentials/": "credential",
    "/discovery/runs/": "run",
    "/discovery/sightings/": "sighting",
    "/discovery/presences/": "presence",
    "/journal/": "asset",
}
"""Which noun stands in an address after this beginning."""


def _record_of(row: Any) -> int:
    found = db.session.scalar(select(AuditRecord.id).where(AuditRecord.object_id == row.public_id).limit(1))
    assert found is not None
    return found


OTHER_ARGUMENTS: dict[str, Callable[[Rows], Any]] = {
    "field": lambda _rows: "serial",
    "name": lambda _rows: "depreciation_months",
    "other": lambda rows: rows["connected"].public_id,
    "grant_id": lambda rows: rows["grant"].id,
    "record_id": lambda rows: _record_of(rows["asset"]),
    "kind": lambda _rows: CredentialKind.SNMP_COMMUNITY.value,
    "to": lambda _rows: State.IN_REPAIR.value,
}
"""Arguments that are no row's public id."""

FIXED: dict[str, dict[str, Any]] = {
    "preferences.language": {"code": "en"},
    "account.end_session": {"public_id": "0000000000aa"},
    "assets.bulk_run": {"public_id": "0000000000aa"},
    "assets.handing_run": {"public_id": "0000000000aa"},
    "jobs.own": {"public_id": "0000000000aa"},
    "jobs.cancel_own": {"public_id": "0000000000aa"},
    "reviews.triage_run": {"public_id": "0000000000aa"},
    "saved_views.edit": {"public_id": "0000000000aa"},
    "saved_views.keep": {"public_id": "0000000000aa"},
    "saved_views.delete": {"public_id": "0000000000aa"},
    "auth.first_run": {"token": "0000"},
    "imports.template": {"noun": "asset"},
    "auth.new_password": {"token": "0000"},
}
"""Routes whose arguments name no row of an entity: sessions of one's own, one-time tokens, languages."""

OWN = {
    "account.end_session",
    "assets.bulk_run",
    "assets.handing_run",
    "jobs.own",
    "jobs.cancel_own",
    "reviews.triage_run",
    "changes.undo_own",
    "saved_views.edit",
    "saved_views.keep",
    "saved_views.delete",
}
"""Addresses of what belongs to the user alone, whatever the entity."""

WITH_TOKEN = {"auth.first_run", "auth.new_password"}
"""Addresses that a one-time token opens."""

SHARED_NOUNS = {"category", "custom_field", "manufacturer", "model", "supplier", "job"}
"""Nouns that belong to no entity, or whose pages ask for the whole instance."""


class NoRow(LookupError):
    """No noun is known for the address of this route: add it to NOUNS."""


def noun_of(rule: Rule) -> str | None:
    """Return the noun whose row a route's address names first; None when it names none. Raises NoRow."""
    if not rule.arguments or rule.endpoint in FIXED:
        return None
    start = rule.rule.split("<", 1)[0]
    argument = rule.rule.split("<", 1)[1].split(">", 1)[0].split(":")[-1]
    if argument in OTHER_ARGUMENTS and start not in NOUNS:
        return None
    if start not in NOUNS:
        raise NoRow(f"{rule.endpoint}: {rule.rule}")
    return NOUNS[start]


def address(rule: Rule, rows: Rows) -> str:
    """Return the address of a route for these rows, each choice between words (`<any(a, b):wish>`) taken as its first."""
    values: dict[str, Any] = dict(FIXED.get(rule.endpoint, {}))
    noun = noun_of(rule)
    row = rows.entity if noun == "entity" else (rows[noun] if noun else None)
    for name in rule.arguments - set(values):
        if name in OTHER_ARGUMENTS:
            values[name] = OTHER_ARGUMENTS[name](rows)
        elif name == "noun":
            values[name] = noun
        elif name == "code":
            values[name] = row.code
        elif name == "public_id":
            values[name] = row.public_id
        elif hasattr(rule._converters[name], "items"):
            values[name] = min(rule._converters[name].items)
        else:
            raise NoRow(f"{rule.endpoint}: {rule.rule} has an argument {name} that nobody knows")
    _domain, path = rule.build(values) or ("", "")
    return str(path)


def is_known(rule: Rule) -> bool:
    """Say whether a row is known for the address of a route."""
    try:
        noun_of(rule)
    except NoRow:
        return False
    return True


def permission_of(app: Flask, rule: Rule) -> Permission | None:
    """Return what the route's view declares."""
    return getattr(app.view_functions[rule.endpoint], "required_permission", None)


def routes(app: Flask, method: str) -> list[Rule]:
    """Return the routes that take a method, in the order of their addresses, signing out last; static files left out."""
    found = [
        rule
        for rule in app.url_map.iter_rules()
        if method in (rule.methods or ()) and rule.endpoint != "static"
    ]
    return sorted(found, key=lambda rule: (rule.endpoint == "auth.sign_out", rule.rule))


def walk(app: Flask, method: str) -> list[Rule]:
    """Return the routes that can be asked for; `test_every_address_with_a_row_is_walked` names those that cannot."""
    return [rule for rule in routes(app, method) if is_known(rule)]
