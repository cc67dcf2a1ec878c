"""Reads a source tree once: modules with their syntax trees, and templates with their text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef
PACKAGES = ("inventory", "scanners")
VIEW_METHODS = {"route", "get", "post", "put", "patch", "delete"}


@dataclass(frozen=True)
class Module:
    """One Python file: its path below the root, its dotted name, its text and its syntax tree."""

    path: Path
    name: str
    text: str
    tree: ast.Module

    @property
    def feature(self) -> str | None:
        """The package below `inventory` that it belongs to; None for others and for what starts them all."""
        parts = self.name.split(".")
        if parts[0] != "inventory" or len(self.path.parts) < 3:
            return None
        return parts[1]

    @property
    def rooms(self) -> tuple[str, ...]:
        """The names after the feature: ("services", "moves") for inventory/assets/services/moves.py."""
        return tuple(self.name.split(".")[2:])

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the tree: each rule looks at all of them."""
        return tuple(ast.walk(self.tree))

    def imports(self) -> Iterator[tuple[int, str]]:
        """Every import wherever it stands, as (line, dotted name of what is imported)."""
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)

    def outside_functions(self) -> Iterator[ast.AST]:
        """Every node of what runs when the module loads."""
        waiting: list[ast.AST] = [self.tree]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += [child for child in ast.iter_child_nodes(node) if not isinstance(child, Function)]

    @cached_property
    def functions(self) -> tuple[tuple[str, Function], ...]:
        """Every function and method with its qualified name."""
        return tuple(_functions(self.tree, ""))

    def at(self, line: int, sentence: str) -> str:
        """Return a violation as the tests print it."""
        return f"{self.path}:{line}: {sentence}"


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{prefix}{child.name}"
            if not isinstance(child, ast.ClassDef):
                yield name, child
            yield from _functions(child, f"{name}.")
        else:
            yield from _functions(child, prefix)


def is_view(function: Function) -> bool:
    """Say whether a function is decorated by a blueprint's route."""
    return any(
        isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr in VIEW_METHODS
        for each in function.decorator_list
    )


def called(node: ast.Call) -> str:
    """Return the dotted name of what a call calls, as far as it is plain: "db.session.add"."""
    return dotted(node.func)


def dotted(node: ast.expr) -> str:
    """Return a plain dotted expression as text; "" when it is anything else at its root."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


@lru_cache(maxsize=64)
def modules(root: Path) -> tuple[Module, ...]:
    """Return the modules of `inventory` and `scanners`, migrations left out: alembic writes those."""
    found = []
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            below = path.relative_to(root)
            if "migrations" in below.parts and path.name != "migrations.py":
                continue
            parts = below.with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            text = path.read_text(encoding="utf-8")
            found.append(Module(below, name, text, ast.parse(text)))
    return tuple(found)


def features(root: Path) -> tuple[str, ...]:
    """Return the order of features: core, then what `inventory/__init__.py` lists."""
    tree = ast.parse((root / "inventory" / "__init__.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and dotted(node.targets[0]) == "FEATURES":
            return ("core", *ast.literal_eval(node.value))
    raise LookupError("inventory/__init__.py lists no FEATURES")


@lru_cache(maxsize=64)
def templates(root: Path) -> dict[str, str]:
    """Return the templates: name as pages know it → text."""
    folder = root / "templates"
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*.html"))
    }
