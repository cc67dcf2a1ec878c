"""Sign-in, roles, second factors, links."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest

from inventory.auth import queries, services, throttle
from inventory.auth.claims import claim
from inventory.core import clock
from inventory.core.access import SYSTEM
from inventory.core.database import transaction
from inventory.core.errors import Forbidden, Invalid, NotFound, Refused
from inventory.core.permissions import Permission, Role
from tests.factories import PASSWORD, create_entity, create_user


def test_a_role_is_inherited_downwards_and_nowhere_else(cast):
    access = queries.access_of(cast.alice)
    assert access.allows(Permission.ASSETS_EDIT, cast.ccas.id)
    assert not access.allows(Permission.VIEW, cast.pessac.id)
    assert not access.allows(Permission.VIEW, cast.root.id)


def test_the_better_of_two_roles_counts(cast):
    with transaction():
        services.grant(cast.alice, cast.ccas, Role.READER, actor=SYSTEM)
        services.grant(cast.alice, cast.pessac, Role.READER, actor=SYSTEM)
    access = queries.access_of(cast.alice)
    assert access.roles[cast.ccas.id] is Role.TECHNICIAN
    assert access.roles[cast.pessac.id] is Role.READER


def test_a_foreign_entity_is_not_found_and_an_own_one_forbidden(cast):
    access = queries.access_of(cast.chloe)
    with pytest.raises(NotFound):
        access.require(Permission.VIEW, cast.pessac.id)
    with pytest.raises(Forbidden):
        access.require(Permission.ASSETS_EDIT, cast.le_bouscat.id)


def test_only_an_administrator_of_the_root_administers_the_instance(cast):
    local = create_user(Role.ADMINISTRATOR, cast.le_bouscat)
    assert not queries.access_of(local).allows(Permission.INSTANCE_ADMIN, cast.le_bouscat.id)
    assert queries.access_of(cast.diane).allows(Permission.INSTANCE_ADMIN, cast.le_bouscat.id)


def test_five_wrong_passwords_lock_the_account_even_for_the_right_one(cast):
    at = clock.now()
    for _ in range(5):
        with transaction():
            assert services.sign_in(claim("alice@example.org", "wrong"), at=at) is None
    with transaction():
        assert services.sign_in(claim("alice@example.org", PASSWORD), at=at) is None
        assert (
            services.sign_in(claim("alice@example.org", PASSWORD), at=at + timedelta(minutes=2)) is not None
        )


def test_an_address_that_tries_too_often_is_slowed_down(database):
    at = clock.now()
    with transaction():
        for _ in range(3):
            throttle.count("sign-in:192.0.2.1", 3, at)
    with pytest.raises(throttle.TooMany), transaction():
        throttle.count("sign-in:192.0.2.1", 3, at)
    with transaction():
        throttle.count("sign-in:192.0.2.1", 3, at + timedelta(minutes=16))


def test_a_code_is_taken_once(cast):
    secret = pyotp.random_base32()
    code = pyotp.TOTP(secret).now()
    with transaction():
        codes = services.confirm_totp(cast.alice, secret, code, actor=SYSTEM)
    with transaction():
        assert not services.check_code(cast.alice, code, at=clock.now())
        assert services.check_code(cast.alice, codes[0], at=clock.now())
        assert not services.check_code(cast.alice, codes[0], at=clock.now())
        assert services.check_code(cast.alice, codes[1].replace("-", " ").upper(), at=clock.now())


def test_a_wrong_first_code_does_not_switch_the_second_factor_on(cast):
    with pytest.raises(Invalid), transaction():
        services.confirm_totp(cast.alice, pyotp.random_base32(), "000000", actor=SYSTEM)
    assert cast.alice.totp_secret is None


def test_the_totp_secret_is_encrypted(cast):
    secret = pyotp.random_base32()
    with transaction():
        services.confirm_totp(cast.alice, secret, pyotp.TOTP(secret).now(), actor=SYSTEM)
    assert secret.encode() not in cast.alice.totp_secret


@pytest.mark.parametrize(
    "password",
    [
        "short", "aaaaaaaaaaaaaaa", "alice@example.org", "x" * 300, "alice.martin", "motdepasse1234", "P@ssw0rd-1234",
        "Septembre2026!", "azertyuiop12", "210987654321",
    ],
)  # fmt: skip
def test_a_weak_password_is_refused(cast, password):
    with pytest.raises(Invalid), transaction():
        services.set_password(cast.alice, password, actor=SYSTEM)


def test_a_one_time_link_works_once(cast):
    with transaction():
        token = services.issue_link(services.RESET, cast.alice)
        services.use_link(services.link_by_token(services.RESET, token))
    with pytest.raises(NotFound):
        services.link_by_token(services.RESET, token)


def test_the_last_administrator_of_the_root_cannot_be_removed(cast):
    row = cast.diane.grants[0]
    with pytest.raises(Refused), transaction():
        services.revoke(row, actor=SYSTEM)
    with pytest.raises(Refused), transaction():
        services.update_user(cast.diane, {"active": False}, version=None, actor=SYSTEM)


def test_a_local_administrator_cannot_change_a_user_with_roles_elsewhere(cast):
    local = create_user(Role.ADMINISTRATOR, cast.le_bouscat)
    other = create_entity(cast.root)
    with transaction():
        services.grant(cast.alice, other, Role.READER, actor=SYSTEM)
    with pytest.raises(Forbidden):
        services.require_change(queries.access_of(local), cast.alice)
    with pytest.raises(NotFound):
        services.require_change(queries.access_of(local), cast.oscar)


def test_a_second_first_administrator_is_refused(cast):
    with pytest.raises(Refused), transaction():
        services.create_first_administrator(
            {"email": "x@example.org", "name": "X", "password": PASSWORD}, cast.root
        )


def test_an_administrator_who_never_chose_a_password_does_not_count_as_the_one_who_stays(cast):
    with transaction():
        invited = services.create_user({"name": "Éva", "email": "eva@example.org"}, actor=SYSTEM)
        services.grant(invited, cast.root, Role.ADMINISTRATOR, actor=SYSTEM)
    with pytest.raises(Refused), transaction():
        services.update_user(cast.diane, {"active": False}, version=None, actor=SYSTEM)
    with pytest.raises(Refused), transaction():
        services.revoke(cast.diane.grants[0], actor=SYSTEM)
    with transaction():
        services.revoke(invited.grants[0], actor=SYSTEM)


def test_users_are_narrowed_by_role_second_factor_and_whether_they_may_sign_in(cast, sign_in):
    with transaction():
        services.update_user(cast.oscar, {"active": False}, version=None, actor=SYSTEM)
    browser = sign_in(cast.diane)

    def listed(asked):
        page = browser.get(f"/users/?{asked}").get_data(as_text=True)
        return {name for name in ("Alice Martin", "Bruno Petit", "Oscar Blanc") if name in page}

    assert listed("role=technician") == {"Alice Martin", "Oscar Blanc"}
    assert listed("active=0") == {"Oscar Blanc"}
    assert listed("second=1") == set()
    assert listed("role=king") == {"Alice Martin", "Bruno Petit", "Oscar Blanc"}
