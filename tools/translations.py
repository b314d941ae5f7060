"""Collect the words that patients' pages say, keep the Spanish catalogue in step, compile it: `make translations`."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tools.spoken import SPOKEN

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "portal" / "templates"
CATALOGUE = ROOT / "portal" / "translations" / "es" / "LC_MESSAGES" / "messages.po"
# What Python or the database puts together from parts, and the parts that stand inside a sentence.
INSIDE = {
    "%(brand)s card",
    "%(brand)s ending %(last4)s",
    "%(method)s ending in %(last4)s",
    "%(payer)s paid",
    "%(payer)s took off",
    "%(payer)s, payment %(trace)s",
    "Another helper",
    "At our desk, %(kind)s",
    "Bank account",
    "By mail: send a check with the coupon",
    "By phone: %(phone)s",
    "Card",
    "Coinsurance",
    "Copay",
    "Deductible",
    "In %(months)s months",
    "In %(years)s year",
    "In %(years)s years",
    "In person: cash, check or card",
    "Medical service",
    "Medical service (code %(code)s)",
    "No calls",
    "No e-mail",
    "No mail to your usual address",
    "No texts",
    "No wish",
    "No to texts about %(kind)s, %(source)s",
    "Nothing to pay",
    "Others use my phone: texts hold only a link",
    "Paid",
    "Plan paid (%(payer)s)",
    "Taken back: %(what)s",
    "The visit of %(day)s",
    "The whole visit",
    "Visit",
    "We corrected our books",
    "Yes to texts about %(kind)s, %(source)s",
    "Your plan",
    "Your bank did not pay. No money was taken.",
    "a visit",
    "balance",
    "coinsurance",
    "copay",
    "deductible",
    "deposit",
    "each month",
    "each week",
    "each year",
    "every two weeks",
    "no plan was billed",
    "not covered",
    "twice a month",
    "your bank account",
    "your bank account ending in %(last4)s",
    "your %(brand)s card ending in %(last4)s",
    "your %(brand)s card",
}
Id = str | tuple[str, ...]
BETWEEN = re.compile(r"(?<=[.?]) ")
SENTENCE = re.compile(r"^[A-Z%¿][^\n]* [^\n]*[.?:]$")
LABEL = re.compile(r"^[A-Z][A-Za-z ]")
NOUNS = {"required", "chosen", "at_most"}
OWN_NAMES = {"LANGUAGES"}  # each in its own words
SMALL = {
    "DID",
    "WHAT",
    "ELSE",
    "CHANGED",
    "ENDS",
    "SOURCES",
}  # tables of words inside a sentence, which begin small
LABELLED = {  # which argument is a label
    "MenuLink": 1,
    "Explanation": 0,
    "later": 0,
    "gettext": 0,
    "Row": 0,
}
# What only staff read, and what stands in both languages in its module.
SKIPPED = {
    "STAFF_PAGES",
    "_BOX",
    "_TERMS",
    "_ABOUT",
    "KINDS",
    "_AND",
    "NEXT_STEP",
    "NEXT_STEPS",
    "RARC_SENTENCES",
    "UNKNOWN_RARC",
    "WISH",
}
STAFF_LINK = 4  # arguments or more: the fourth is a permission


def collected() -> set[Id]:
    """Every message id: what templates mark, and what Python says; a plural is a pair."""
    said = {words for path in modules() for words in _from_module(ast.parse(path.read_text()))}
    return _from_templates() | said | INSIDE


def catalogue() -> Catalog:
    """The Spanish catalogue as committed."""
    with CATALOGUE.open("rb") as source:
        return read_po(source, locale="es")


def in_step(old: Catalog, wanted: Iterable[Id]) -> Catalog:
    """The catalogue with exactly the wanted ids; words that are there already stay."""
    fresh = Catalog(locale="es", fuzzy=False, header_comment=old.header_comment)
    fresh.mime_headers = old.mime_headers
    for words in sorted(wanted, key=str):
        known = old.get(words)
        fresh.add(words, known.string if known else "")
    return fresh


def compiled(of: Catalog) -> bytes:
    """The machine's form, as `messages.mo` holds it."""
    out = BytesIO()
    write_mo(out, of)
    return out.getvalue()


def main() -> None:
    """Write both files; say what still has no Spanish."""
    fresh = in_step(catalogue(), collected())
    with CATALOGUE.open("wb") as out:
        write_po(out, fresh, width=0, omit_header=False)
    CATALOGUE.with_suffix(".mo").write_bytes(compiled(fresh))
    missing = without_spanish(fresh)
    for words in missing:
        print(f"no Spanish for: {words}")
    sys.exit(bool(missing))


def without_spanish(of: Catalog) -> list[str]:
    """The ids that nobody has translated."""
    return [str(message.id) for message in of if message.id and not all(forms(message.string))]


def forms(words: Iterable[str] | None) -> tuple[str, ...]:
    """The one form, or both of a plural."""
    return (words,) if isinstance(words, str) else tuple(words or ("",))


def _from_templates() -> set[Id]:
    found = extract_from_dir(
        TEMPLATES,
        method_map=[("**.html", "jinja2.ext:babel_extract")],
        options_map={"**.html": {"newstyle_gettext": "true", "silent": "false"}},
    )
    return {
        words if isinstance(words, str) else (words[0], words[1])
        for _file, _line, words, _comments, _context in found
    }


def modules() -> Iterator[Path]:
    """The files of SPOKEN."""
    for name in SPOKEN:
        path = ROOT / name
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def _from_module(tree: ast.Module) -> Iterator[str]:
    for node in spoken_nodes(tree):
        if isinstance(node, ast.JoinedStr):
            yield from _sentences(_with_places(node))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if SENTENCE.match(node.value):
                yield node.value
        elif isinstance(node, ast.Call):
            yield from _labels(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            yield from _named(node)


def spoken_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but docstrings and what is marked as staff's."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue
        if isinstance(child, ast.Assign | ast.AnnAssign) and SKIPPED.intersection(_names(child)):
            continue
        yield child
        if not isinstance(child, ast.JoinedStr):
            yield from spoken_nodes(child)


def _named(node: ast.Assign | ast.AnnAssign) -> Iterator[str]:
    """Labels in a constant: those of a table, a list of choices, or a refusal's title."""
    names = _names(node)
    named = any(name.isupper() or name == "title" for name in names)
    if node.value is None or not named or OWN_NAMES.intersection(names):
        return
    for inner in _values(node.value):
        if LABEL.match(_text(inner)) or (_text(inner) and SMALL.intersection(names)):
            yield _text(inner)


def _names(node: ast.Assign | ast.AnnAssign) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _values(node: ast.expr) -> Iterator[ast.expr]:
    """What a literal holds, without the keys of its tables."""
    if isinstance(node, ast.Dict):
        inner: list[ast.expr] = node.values
    elif isinstance(node, ast.List | ast.Tuple):
        inner = node.elts
    else:
        yield node
        return
    for one in inner:
        yield from _values(one)


def _with_places(node: ast.JoinedStr) -> str:
    """An f-string as an id: each value a place that bears its name."""
    names: list[str] = []
    pieces = []
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            name = _name(part.value)
            taken = names.count(name)
            names.append(name)
            pieces.append(f"%({name}{taken + 1 if taken else ''})s")
        else:
            pieces.append(_text(part).replace("%", "%%"))
    return "".join(pieces)


def _name(value: ast.expr) -> str:
    """The last word of `page.owe`, `day(visit.on)` or `CONSTANT`."""
    if isinstance(value, ast.Call) and value.args:
        return _name(value.args[0])
    if isinstance(value, ast.Attribute):
        return value.attr
    if isinstance(value, ast.Subscript):
        return _name(value.value)
    return value.id.lower() if isinstance(value, ast.Name) else "value"


def _sentences(text: str) -> Iterator[str]:
    """The sentences of a text, as a page looks them up: one by one where several stand together."""
    for sentence in BETWEEN.split(text.strip()):
        if SENTENCE.match(sentence):
            yield sentence


def _labels(call: ast.Call) -> Iterator[str]:
    name = str(getattr(call.func, "id", getattr(call.func, "attr", "")))
    words = [_text(argument) for argument in call.args]
    if name in NOUNS:
        yield from (noun for noun in words if noun)
    elif name.endswith("Field"):
        yield from (label for label in words[:1] if label)
        for keyword in call.keywords:
            if keyword.arg == "choices":
                yield from _choices(keyword.value)
    elif name == "MenuLink" and len(words) >= STAFF_LINK:
        return
    elif name in LABELLED and len(words) > LABELLED[name] and words[LABELLED[name]]:
        yield words[LABELLED[name]]


def _choices(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if LABEL.match(_text(inner)) and not _text(inner).endswith(" "):
            yield _text(inner)


def _text(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


if __name__ == "__main__":
    main()
