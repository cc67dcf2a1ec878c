"""Rules of templates: each one used, compiled, without a style or script of its own, and asking nothing of another host."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError, nodes

from tests.architecture.source import called, dotted, modules, templates

TEMPLATE = re.compile(r"[\w/-]+\.html$")
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
INLINE = (
    (re.compile(r"\sstyle\s*=", re.IGNORECASE), "an inline style"),
    (re.compile(r"<style\b", re.IGNORECASE), "a style element"),
    (re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE), "an inline handler"),
    (re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE), "an inline script"),
    (re.compile(r"javascript:", re.IGNORECASE), "a javascript: address"),
    (re.compile(r"(?<!['\"])\s*\|\s*safe\b"), "|safe on something that is not a literal"),
    (re.compile(r"\{%-?\s*autoescape\s+false"), "escaping switched off"),
)
ELSEWHERE = re.compile(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", re.IGNORECASE)
NAMESPACES = ("http://www.w3.org/",)


@lru_cache(maxsize=64)
def environment(root: Path) -> Environment:
    """Return an environment that parses what ours does, with the filters that the code registers."""
    made = Environment(autoescape=True, extensions=["jinja2.ext.i18n", "jinja2.ext.do"])
    for module in modules(root):
        for node in module.nodes:
            if isinstance(node, ast.Call) and called(node).endswith("jinja_env.filters.update"):
                made.filters.update({each.arg: str for each in node.keywords if each.arg})
            elif isinstance(node, ast.Subscript) and dotted(node.value).endswith("jinja_env.filters"):
                made.filters[ast.literal_eval(node.slice)] = str
    return made


@lru_cache(maxsize=64)
def parsed(root: Path) -> dict[str, nodes.Template | TemplateSyntaxError]:
    """Return each template's syntax tree, or what is wrong with it."""
    found: dict[str, nodes.Template | TemplateSyntaxError] = {}
    for name, text in templates(root).items():
        try:
            found[name] = environment(root).parse(text, name)
        except TemplateSyntaxError as error:
            found[name] = error
    return found


def templates_compile(root: Path) -> list[str]:
    """Every template is well formed and uses filters that exist."""
    found = []
    for name, tree in parsed(root).items():
        try:
            if isinstance(tree, TemplateSyntaxError):
                raise tree
            environment(root).compile(tree, name)
        except TemplateSyntaxError as error:
            found.append(f"templates/{name}:{error.lineno}: {error.message}")
    return found


def templates_are_used(root: Path) -> list[str]:
    """Every template is named by a view, a panel or another template."""
    named = _named_in_code(root) | _named_in_templates(root)
    patterns = [re.compile(f"{re.escape(name).replace(chr(0), '[^/]+')}$") for name in named]
    return [
        f"templates/{name}: nothing uses it"
        for name in templates(root)
        if not any(p.match(name) for p in patterns)
    ]


def named_templates_exist(root: Path) -> list[str]:
    """Every template that code or another template names is there."""
    there = set(templates(root))
    return sorted(
        f"{name} is named and does not exist"
        for name in _named_in_code(root) | _named_in_templates(root)
        if "\0" not in name and "/" in name and name not in there
    )


def _named_in_code(root: Path) -> set[str]:
    found = set()
    for module in modules(root):
        for node in module.nodes:
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and TEMPLATE.fullmatch(node.value)
            ):
                found.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                text = "".join(part.value if isinstance(part, ast.Constant) else "\0" for part in node.values)
                if text.endswith(".html"):
                    found.add(text)
    return found


def _named_in_templates(root: Path) -> set[str]:
    found: set[str] = set()
    for tree in parsed(root).values():
        if isinstance(tree, TemplateSyntaxError):
            continue
        for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
            found |= {
                const.value for const in node.template.find_all(nodes.Const) if isinstance(const.value, str)
            }
            if isinstance(node.template, nodes.Const):
                found.add(str(node.template.value))
    return found


def templates_hold_no_script_or_style(root: Path) -> list[str]:
    """No inline style, script or handler, and nothing that switches escaping off."""
    return [
        f"templates/{name}:{text[: match.start()].count(chr(10)) + 1}: {sentence}"
        for name, whole in templates(root).items()
        for text in (COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), whole),)
        for pattern, sentence in INLINE
        for match in pattern.finditer(text)
    ]


def no_page_asks_another_host(root: Path) -> list[str]:
    """Templates, styles and scripts name no address but that of an XML namespace."""
    files = {f"templates/{name}": text for name, text in templates(root).items()}
    for path in sorted((root / "inventory" / "static").rglob("*")):
        if path.suffix in {".css", ".js", ".svg"} and "vendor" not in path.parts:
            files[str(path.relative_to(root))] = path.read_text(encoding="utf-8")
    return [
        f"{name}: {match.group()}"
        for name, text in files.items()
        for match in ELSEWHERE.finditer(text)
        if not text[match.start() :].startswith(NAMESPACES)
    ]


def markup_is_only_made_of_constants(root: Path) -> list[str]:
    """`Markup` wraps a literal: what is put into it goes through `format`, which escapes."""
    return [
        module.at(node.lineno, "Markup of something that is not a literal")
        for module in modules(root)
        for node in module.nodes
        if isinstance(node, ast.Call)
        and called(node).rsplit(".", 1)[-1] == "Markup"
        and node.args
        and not isinstance(node.args[0], ast.Constant)
    ]
