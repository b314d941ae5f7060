"""Views behind a sign-in tell the audit trail whose data they show, and have addresses that tell nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("portal/blueprints", "staff_admin/blueprints")
PROTECTED = {"patient", "patient_or_guest", "applicant", "staff"}


def modules() -> list[tuple[Path, ast.Module]]:
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    return [(path, ast.parse(path.read_text())) for path in sorted(paths)]


def decorators(node: ast.FunctionDef) -> Iterator[tuple[str, list[ast.expr]]]:
    for decorator in node.decorator_list:
        call = decorator if isinstance(decorator, ast.Call) else None
        target = call.func if call else decorator
        name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
        yield name, call.args if call else []


def routes(node: ast.FunctionDef) -> list[str]:
    return [
        str(args[0].value)
        for name, args in decorators(node)
        if name in {"route", "get", "post"} and args and isinstance(args[0], ast.Constant)
    ]


def calls(node: ast.AST) -> set[str]:
    return {
        call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
    }


def tells(path: Path, tree: ast.Module, told: dict[str, set[str]]) -> set[str]:
    """Names of functions that call `saw`: themselves, through another of the module, or of its blueprint."""
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
        if alias.name in told.get(node.module, set())
    }
    telling = {"saw", "own_security_page", "end_one_device"} | imported
    while True:
        more = {name for name, node in functions.items() if calls(node) & telling} - telling
        if not more:
            told[module_of(path)] = telling
            return telling
        telling |= more


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def test_HIPAA_3_a_view_of_one_record_says_whose_it_is() -> None:
    """The row is always written; without `saw` it would not say whose data was seen."""
    silent, seen = [], 0
    told: dict[str, set[str]] = {}
    for path, tree in modules():  # what others of a blueprint call stands in its `views`
        if path.stem == "views":
            tells(path, tree, told)
    for path, tree in modules():
        telling = tells(path, tree, told)
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef):
                continue
            names = {name for name, _ in decorators(node)}
            if names & PROTECTED and any("<" in route for route in routes(node)):
                seen += 1
                if node.name not in telling:
                    silent.append(f"{path.relative_to(ROOT)}:{node.name}")
    assert seen > 5, "no views found: the test looks in the wrong place"
    assert silent == [], "call portal.web.access.saw(accounts=..., patients=...) in the view"


def test_addresses_are_kebab_case() -> None:
    odd = [
        route
        for _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for route in routes(node)
        if re.search("[A-Z_]", re.sub("<[^>]*>", "", route))
    ]
    assert odd == []


def test_HIPAA_18_searches_are_posted_so_that_names_stay_out_of_addresses() -> None:
    """A GET form would put what was typed into the address, the history and every proxy's log."""
    folders = ("portal/templates", "staff_admin/templates")
    typed = re.compile(r"<input[^>]*type=\"(text|search|email|tel|date)\"|field\(", re.IGNORECASE)
    forms = re.compile(r"<form[^>]*method=\"get\".*?</form>", re.DOTALL)
    leaking = [
        str(path.relative_to(ROOT))
        for folder in folders
        for path in (ROOT / folder).rglob("*.html")
        if any(typed.search(form) for form in forms.findall(path.read_text()))
    ]
    assert leaking == []


def test_a_status_tag_is_of_a_kind_that_has_a_shape() -> None:
    """Where the kind is spelled in the template: an unknown one fails only on the page that first shows it."""
    macro = (ROOT / "portal/templates/components/status_tag.html").read_text()
    known = set(re.findall(r'"(\w+)": "', macro))
    asked = {
        (path.name, kind)
        for place in ("portal/templates", "staff_admin/templates")
        for path in (ROOT / place).rglob("*.html")
        for call in re.findall(r"status_tag\(((?:\{[^}]*\}|\"\w+\")[^,]*),", path.read_text())
        for kind in re.findall(r'^"(\w+)"$|: "(\w+)"|, "(\w+)"\)$', call)
        for kind in kind
        if kind
    }
    assert len(asked) > 50
    assert {one for one in asked if one[1] not in known} == set()
