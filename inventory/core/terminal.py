"""What every `parc` command stands on: the application is made when a command runs, never to show its help."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from flask import Flask

Command = TypeVar("Command", bound=Callable[..., Any])


def with_application(command: Command) -> Command:
    """Run a command inside the application that the outermost context knows how to make."""

    @click.pass_context
    def inside(context: click.Context, *arguments: Any, **options: Any) -> Any:
        from flask import has_app_context

        if not has_app_context():
            context.with_resource(load_application(context).app_context())
        return context.invoke(command, *arguments, **options)

    return update_wrapper(inside, command)  # type: ignore[return-value]


def load_application(context: click.Context) -> Flask:
    """Return the application of a command; `parc` gives its maker, a test runner of Flask's gives its own."""
    from flask.cli import ScriptInfo

    info = context.find_object(ScriptInfo)
    if info is None:
        info = ScriptInfo(create_app=context.find_root().obj)
        context.obj = info
    return info.load_app()
