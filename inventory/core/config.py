"""Reads settings: defaults, then instance/parc.toml, then PARC_* of the environment."""

from __future__ import annotations

import os
import secrets
import tomllib
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from inventory.core.private_files import kept_secret, make_private

PROJECT = Path(__file__).resolve().parents[2]
SESSION_KEY_FILE = "session.key"
STORE_FILE = "parc.sqlite"
MAX_BODY = 16 * 1024 * 1024


class WrongSetting(ValueError):
    """A setting has a value that makes no sense; the message names it."""


def instance_path(overrides: dict[str, Any] | None = None) -> Path:
    """Return the instance folder (PARC_INSTANCE, else `instance/` of the project), made private if absent."""
    chosen = (overrides or {}).get("INSTANCE") or os.environ.get("PARC_INSTANCE")
    path = Path(chosen).resolve() if chosen else PROJECT / "instance"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def load(app: Flask, overrides: dict[str, Any]) -> None:
    """Fill `app.config`; raises WrongSetting naming what is wrong in instance/parc.toml or the environment."""
    instance = instance_path(overrides)
    app.config.update(
        SQLALCHEMY_DATABASE_URI=None,
        SQLALCHEMY_ENGINE_OPTIONS={},
        SECRET_KEYS=None,
        PROXIES=0,
        PUBLIC_URL=None,
        SESSION_COOKIE_NAME="parc",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=False,
        MAX_CONTENT_LENGTH=MAX_BODY,
        FIGURES_KEPT_S=20.0,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
        BABEL_TRANSLATION_DIRECTORIES=str(PROJECT / "inventory" / "translations"),
        # Rate of sign-in attempts an address may make in a quarter of an hour.
        SIGN_IN_ATTEMPTS=30,
        # Everything in it is made up (`parc demo`): pages say so, and no network is asked anything.
        SYNTHETIC=False,
    )
    app.config.update(_from_file(instance / "parc.toml"))
    app.config.update(_from_environment())
    app.config.update(overrides)
    for name in ("PROXIES", "SIGN_IN_ATTEMPTS"):
        app.config[name] = _whole_number(name, app.config[name])
    app.config.setdefault("SECRET_KEY", None)
    app.config["SECRET_KEY"] = app.config["SECRET_KEY"] or kept_secret(
        instance / SESSION_KEY_FILE, lambda: secrets.token_urlsafe(48)
    )
    _choose_store(app, instance)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if app.config["PROXIES"]:
        hops = app.config["PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _choose_store(app: Flask, instance: Path) -> None:
    """Take the store that was asked for, else a file of the instance that nobody else may read."""
    address = app.config.pop("DATABASE_URL", None) or app.config["SQLALCHEMY_DATABASE_URI"]
    if not address:
        make_private(instance / STORE_FILE)
        address = f"sqlite:///{instance / STORE_FILE}"
    app.config["SQLALCHEMY_DATABASE_URI"] = str(address)
    given = app.config["SQLALCHEMY_ENGINE_OPTIONS"]
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(str(address)) | given


def engine_options(address: str) -> dict[str, Any]:
    """Return how a store is spoken to: PostgreSQL with its own $1, $2."""
    if not address.startswith("postgresql"):
        return {}
    from inventory.core.postgres import PlainCursor

    return {"paramstyle": "numeric_dollar", "connect_args": {"cursor_factory": PlainCursor}}


def _from_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        with path.open("rb") as file:
            return {name.upper(): value for name, value in tomllib.load(file).items()}
    except tomllib.TOMLDecodeError as error:
        raise WrongSetting(f"{path.name}: {error}") from error


def _whole_number(name: str, value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise WrongSetting(f"{name.lower()} is not a whole number: {value!r}") from error


def _from_environment() -> dict[str, Any]:
    names = {
        "PARC_DATABASE_URL": "DATABASE_URL",
        "PARC_SECRET_KEYS": "SECRET_KEYS",
        "PARC_PROXIES": "PROXIES",
        "PARC_PUBLIC_URL": "PUBLIC_URL",
    }
    found: dict[str, Any] = {key: os.environ[name] for name, key in names.items() if os.environ.get(name)}
    if os.environ.get("PARC_SECURE_COOKIES") == "1":
        found["SESSION_COOKIE_SECURE"] = True
    return found
