"""Sizes, docstrings and habits: what keeps a file readable in one sitting."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.architecture.source import Function, Module, dotted, is_view, modules, templates

MAX_FILE, MAX_FUNCTION, MAX_VIEW, MAX_TEMPLATE, MAX_POSITIONAL = 400, 40, 25, 150, 6
VAGUE = {"utils", "util", "helpers", "helper", "manager", "managers", "data", "misc", "common", "base"}
# Also what a merge leaves where two changes met.
LEFTOVERS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|^(<{7}|>{7}) ")
SPOKEN = (".py", ".html", ".js", ".mjs", ".css", ".md", ".cfg", ".toml", ".sh", ".in")
INSTALLED = {"node_modules", "vendor", ".venv", ".git", "instance", "build"}


def functions_fit_a_screen(root: Path, excepted: frozenset[str] = frozenset()) -> list[str]:
    """A function has at most 40 lines, a view at most 25."""
    found = []
    for module in modules(root):
        for name, function in module.functions:
            limit = MAX_VIEW if is_view(function) else MAX_FUNCTION
            lines = (function.end_lineno or function.lineno) - function.lineno + 1
            if lines > limit and f"{module.path}::{name}" not in excepted:
                found.append(module.at(function.lineno, f"{name} has {lines} lines, more than {limit}"))
    return found


def files_fit_a_sitting(root: Path, excepted: frozenset[str] = frozenset()) -> list[str]:
    """A Python file has at most 400 lines, a template at most 150."""
    found = [
        f"{module.path}: {len(module.text.splitlines())} lines, more than {MAX_FILE}"
        for module in modules(root)
        if len(module.text.splitlines()) > MAX_FILE and str(module.path) not in excepted
    ]
    found += [
        f"templates/{name}: {len(text.splitlines())} lines, more than {MAX_TEMPLATE}"
        for name, text in templates(root).items()
        if len(text.splitlines()) > MAX_TEMPLATE
    ]
    return found


def functions_take_few_arguments(root: Path) -> list[str]:
    """At most six arguments go by position; what is more is named by its keyword."""
    return [
        module.at(function.lineno, f"{name} takes {count} arguments by position")
        for module in modules(root)
        for name, function in module.functions
        if (count := _positional(function)) > MAX_POSITIONAL
    ]


def _positional(function: Function) -> int:
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def no_error_is_swallowed(root: Path) -> list[str]:
    """No bare except, and none of Exception that only passes."""
    found = []
    for module in modules(root):
        for node in module.nodes:
            if not isinstance(node, ast.ExceptHandler):
                continue
            if node.type is None:
                found.append(module.at(node.lineno, "a bare except"))
            elif _names(node.type) & {"Exception", "BaseException"} and all(map(_does_nothing, node.body)):
                found.append(module.at(node.lineno, "an error is swallowed"))
    return found


def _names(node: ast.expr) -> set[str]:
    return {dotted(each) for each in (node.elts if isinstance(node, ast.Tuple) else [node])}


def _does_nothing(node: ast.stmt) -> bool:
    is_ellipsis = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Pass | ast.Continue) or is_ellipsis


def modules_say_what_they_are_for(root: Path) -> list[str]:
    """Every module opens with a sentence."""
    return [
        module.at(1, "the module's docstring is not a sentence")
        for module in modules(root)
        if not _is_sentence(ast.get_docstring(module.tree))
    ]


def _is_sentence(text: str | None) -> bool:
    first = (text or "").split("\n\n")[0].strip()
    return len(first) > 5 and first.endswith(".")


def public_functions_say_what_they_do(root: Path) -> list[str]:
    """Every public function of the services, queries and core modules has a docstring."""
    return [
        module.at(function.lineno, f"{name} has no docstring")
        for module in modules(root)
        if module.feature == "core" or (module.rooms and module.rooms[0] in {"services", "queries"})
        for name, function in module.functions
        if "." not in name and not name.startswith("_") and not ast.get_docstring(function)
    ]


def names_are_the_fields_own(root: Path) -> list[str]:
    """No module is called utils, helpers, manager or data."""
    return [
        module.at(1, f"“{word}” says nothing about what is inside")
        for module in modules(root)
        for word in sorted(set(module.path.with_suffix("").parts) & VAGUE)
    ]


def nothing_is_left_for_later(root: Path) -> list[str]:
    """No note to do something later stands in any file of ours."""
    found = []
    for path in _own_files(root):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if LEFTOVERS.search(line):
                found.append(f"{path.relative_to(root)}:{number}: left for later")
    return found


def _own_files(root: Path) -> list[Path]:
    folders = [root / name for name in ("inventory", "scanners", "templates", "tools", "docs", "benchmarks")]
    files = [path for folder in folders for path in sorted(folder.rglob("*"))]
    files += sorted(root.glob("*.*"))
    return [
        path
        for path in files
        if path.is_file() and path.suffix in SPOKEN and not INSTALLED & set(path.relative_to(root).parts)
    ]


def features_are_only_wired_in_init(root: Path) -> list[str]:
    """A feature's `__init__` holds init_app and nothing that decides."""
    return [
        module.at(function.lineno, f"{name} belongs in a module of its own")
        for module in modules(root)
        if module.feature
        and module.feature != "core"
        and module.path.name == "__init__.py"
        and len(module.rooms) == 0
        for name, function in module.functions
        if name != "init_app"
    ]


def every_module(root: Path) -> tuple[Module, ...]:
    """Return what the rules read, so that a test can see that it is not nothing."""
    return modules(root)
