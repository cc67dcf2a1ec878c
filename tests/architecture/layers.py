"""Who may know whom: features leftwards only, one seam for each protocol, no web below the pages."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.architecture.source import Module, called, features, is_view, modules

WEB = {"flask", "flask_babel", "flask_wtf", "werkzeug", "wtforms"}
# Rooms that jobs and commands use too: they may not know that there is a page.
WITHOUT_WEB = {"models", "services", "queries", "policies", "jobs"}
# Pure modules: rules that can be read, tested and reused without a store.
PURE = {
    "core": {"access", "charts", "clock", "errors", "text", "vault", "wording"},
    "auth": {"passwords"},
    "fields": {"homes", "kinds"},
    "catalog": {"kinds"},
    "assets": {"ages", "authority", "bookvalue", "lifecycle", "periods", "states"},
    "notices": {"composing", "smtp"},
    "search": {"folding"},
    "applications": {"annex", "completeness", "lifecycle", "states"},
    "discovery": {"addresses", "branches", "causes", "timing"},
    "reconciliation": {"likeness", "matching", "merging"},
    "topology": {"deciding", "drawing", "fabric", "layers", "linking", "ports", "states"},
    "printing": {"supplies", "wear"},
    "renewal": {"sixth", "planning"},
}
SEAMS = {"pysnmp": Path("scanners/snmp/session.py"), "ldap3": Path("scanners/ldap/session.py")}
STORE = Path("inventory/core/database.py")
CLOCK = Path("inventory/core/clock.py")
TELLS_TIME = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
WRITES = {"add", "add_all", "delete", "merge", "flush", "bulk_save_objects", "execute", "commit"}


def _top(name: str) -> str:
    return name.split(".")[0]


def imports_go_leftwards(root: Path) -> list[str]:
    """A feature imports only features on its left; nobody imports what starts the application."""
    order = features(root)
    found = []
    for module in modules(root):
        if module.feature is None:
            continue
        if module.feature not in order:
            found.append(module.at(1, f"the feature {module.feature} is not in FEATURES"))
            continue
        for line, name in module.imports():
            parts = name.split(".")
            if parts[0] != "inventory":
                continue
            other = parts[1]
            if other not in order:
                found.append(module.at(line, f"{module.feature} imports {name}, which is no feature"))
            elif order.index(other) > order.index(module.feature):
                found.append(module.at(line, f"{module.feature} imports {other}, which stands on its right"))
    return found


def foreign_keys_go_leftwards(root: Path) -> list[str]:
    """A table refers only to tables of its own feature or of features on its left."""
    order, owners, keys = features(root), {}, []
    for module in modules(root):
        for node in module.nodes:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__tablename__":
                owners[ast.literal_eval(node.value)] = module.feature
            elif isinstance(node, ast.Call) and called(node).endswith("ForeignKey"):
                keys.append((module, node.lineno, str(ast.literal_eval(node.args[0])).split(".")[0]))
    found = []
    for module, line, table in keys:
        owner = owners.get(table)
        if owner is None:
            found.append(module.at(line, f"the table {table} is nobody's"))
        elif module.feature and order.index(owner) > order.index(module.feature):
            found.append(
                module.at(line, f"{module.feature} refers to {table} of {owner}, which stands on its right")
            )
    return found


def only_the_store_commits(root: Path) -> list[str]:
    """`commit` is called in core/database.py and nowhere else; the driver's own, `super().commit()`, does what it is asked."""
    return [
        module.at(node.lineno, "only core/database.py commits")
        for module in modules(root)
        if module.path != STORE
        for node in module.nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
        if ast.unparse(node.func) != "super().commit"
    ]


def scanners_stand_alone(root: Path) -> list[str]:
    """`scanners` knows neither the web, nor the store, nor the inventory."""
    strange = WEB | {"inventory", "sqlalchemy", "flask_sqlalchemy", "alembic"}
    return [
        module.at(line, f"scanners imports {_top(name)}")
        for module in modules(root)
        if module.name.split(".")[0] == "scanners"
        for line, name in module.imports()
        if _top(name) in strange
    ]


def protocols_have_one_seam(root: Path) -> list[str]:
    """pysnmp is imported by scanners/snmp/session.py alone, ldap3 by scanners/ldap/session.py alone."""
    return [
        module.at(line, f"{_top(name)} is imported outside of {SEAMS[_top(name)]}")
        for module in modules(root)
        for line, name in module.imports()
        if _top(name) in SEAMS and module.path != SEAMS[_top(name)]
    ]


def rules_know_no_web(root: Path) -> list[str]:
    """Models, queries, services, policies, jobs and pure modules import neither Flask nor forms."""
    return [
        module.at(line, f"{module.name} imports {_top(name)}")
        for module in modules(root)
        if _room(module) in WITHOUT_WEB or _is_pure(module)
        for line, name in module.imports()
        if _top(name) in WEB
    ]


def _room(module: Module) -> str:
    return module.rooms[0] if module.feature and module.rooms else ""


def _is_pure(module: Module) -> bool:
    return _room(module) in PURE.get(module.feature or "", ())


def pure_modules_know_no_store(root: Path) -> list[str]:
    """Pure modules import no SQLAlchemy and no room of their feature that does."""
    return [
        module.at(line, f"the pure module {module.name} imports {name}")
        for module in modules(root)
        if _is_pure(module)
        for line, name in module.imports()
        if _top(name) in {"sqlalchemy", "flask_sqlalchemy"} or name.startswith("inventory.core.database")
    ]


def queries_do_not_write(root: Path) -> list[str]:
    """`queries` selects; it neither adds, deletes, flushes nor opens a transaction."""
    found = []
    for module in modules(root):
        if _room(module) != "queries":
            continue
        for node in module.nodes:
            name = called(node) if isinstance(node, ast.Call) else ""
            writes = name.startswith("db.session.") and name.rsplit(".", 1)[1] in WRITES - {"execute"}
            if writes or name in {"insert", "update", "delete", "transaction", "bulk_load"}:
                found.append(module.at(node.lineno, f"queries calls {name}"))
    return found


def views_do_not_write(root: Path) -> list[str]:
    """A view calls one service; it adds, deletes and executes nothing itself."""
    found = []
    for module in modules(root):
        for name, function in module.functions:
            if not is_view(function):
                continue
            for node in ast.walk(function):
                call = called(node) if isinstance(node, ast.Call) else ""
                if (call.startswith("db.session.") and call.rsplit(".", 1)[1] in WRITES) or call in {
                    "insert",
                    "update",
                    "delete",
                    "bulk_load",
                }:
                    found.append(module.at(node.lineno, f"the view {name} calls {call}"))
    return found


def only_the_clock_tells_time(root: Path) -> list[str]:
    """The inventory reads the clock in core/clock.py alone, so that tests can set it."""
    return [
        module.at(node.lineno, f"{called(node)}() is core/clock.py's to call")
        for module in modules(root)
        if module.name.split(".")[0] == "inventory" and module.path != CLOCK
        for node in module.nodes
        if isinstance(node, ast.Call) and ".".join(called(node).split(".")[-2:]) in TELLS_TIME
    ]


def imports_have_no_cycle(root: Path) -> list[str]:
    """Following the imports that run when a module loads never leads back to it."""
    known = {module.name: module for module in modules(root)}
    edges = {name: _loaded(module, known) for name, module in known.items()}
    found, done = [], set()

    def visit(name: str, line: tuple[str, ...]) -> None:
        if name in line:
            found.append(" → ".join((*line[line.index(name) :], name)))
            return
        if name in done:
            return
        for other in sorted(edges[name]):
            visit(other, (*line, name))
        done.add(name)

    for name in sorted(edges):
        visit(name, ())
    return found


def _loaded(module: Module, known: dict[str, Module]) -> set[str]:
    names = set()
    for node in module.outside_functions():
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= {name if name in known else node.module for name in whole}
    return {name for name in names if name in known and name != module.name}
