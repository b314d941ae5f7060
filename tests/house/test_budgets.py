"""Nothing grows past what one person holds in mind: budgets of files, functions, views, templates."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("billing", "portal", "staff_admin", "sandbox", "tools", "tests", "benchmarks")
FILE_LINES, FUNCTION_LINES, VIEW_LINES, TEMPLATE_LINES, CONFTEST_LINES = 400, 70, 15, 120, 200


def python_files() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body, without the docstring: explaining is not a cost."""
    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1


@pytest.mark.parametrize("path", python_files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_python_files_keep_their_budget(path: Path) -> None:
    limit = CONFTEST_LINES if path.name == "conftest.py" else FILE_LINES
    lines = len(path.read_text().splitlines())
    assert lines <= limit, f"{path.name} has {lines} lines, at most {limit}: split it by idea"
    long = {n.name: length(n) for n in functions(path) if length(n) > FUNCTION_LINES}
    assert not long, f"functions over {FUNCTION_LINES} lines: {long}"


def test_views_are_short() -> None:
    long = {}
    for folder in ("portal/blueprints", "staff_admin/blueprints"):
        for path in (ROOT / folder).rglob("views*.py"):
            for node in functions(path):
                if node.decorator_list and length(node) > VIEW_LINES:
                    long[f"{path.relative_to(ROOT)}:{node.name}"] = length(node)
    assert not long, (
        f"views over {VIEW_LINES} lines: move the deciding into a service or a query: {long}"
    )


def test_templates_keep_their_budget() -> None:
    folders = (ROOT / "portal/templates", ROOT / "staff_admin/templates")
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for folder in folders
        for path in folder.rglob("*.html")
    }
    assert lengths, "no templates found: the test looks in the wrong place"
    long = {name: lines for name, lines in lengths.items() if lines > TEMPLATE_LINES}
    assert not long, f"templates over {TEMPLATE_LINES} lines: use components: {long}"
