"""A letter's words put together with its facts: title and blocks, the same for the page and for paper. Pure.

A template is data (`Words`): a title, and blocks of sentences with merge fields in braces. A block with `when` is
said only where that field was given and is not zero; a block with `each` has one bullet for each line of a field.
"""

from __future__ import annotations

import hashlib
import json
import string
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypedDict

from billing.language_help import in_english, languages_of
from billing.money import Money
from billing.notices import Field

LANGUAGES = ("en", "es")
BOLD_14 = "bold_14"  # a state's sentence in bold letters of 14 points (COLL-T4)
EXACT = "exact"  # a law's own words, which nobody may make plainer (COLL-33)
PAGE = "page"  # begins a page of its own
LANGUAGE = "language"  # the notice of free language help; its rows are pairs of language and sentence (LANG-1)
_MONTHS_ES = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
    "octubre", "noviembre", "diciembre",
)  # fmt: skip


class Words(TypedDict, total=False):
    """A template, or a letter that was made of it; rows are pairs of label and value."""

    title: str
    blocks: list[Block]


class Block(TypedDict, total=False):
    """A part of a letter; every key may lack."""

    heading: str
    paragraphs: list[str]
    rows: list[list[str]]
    bullets: list[str]
    each: str
    when: str
    unless: str
    style: str


class UnknownField(ValueError):
    """A template speaks of a field that its kind does not have; the message names it."""


def said_day(day: date, language: str) -> str:
    """`March 14, 2026`, `14 de marzo de 2026`."""
    if language == "es":
        return f"{day.day} de {_MONTHS_ES[day.month - 1]} de {day.year}"
    return f"{day:%B} {day.day}, {day.year}"


def fields_in(words: Words) -> frozenset[str]:
    """Every merge field that a template names."""
    found: set[str] = set()
    for block in words["blocks"]:
        found |= {block[key] for key in ("when", "unless", "each") if key in block}
        found |= {name for text in _texts(block) for name in _names(text)}
    return frozenset(found | set(_names(words["title"])))


def made_letter(
    words: Words,
    *,
    facts: Mapping[str, Any],
    types: Mapping[str, Field],
    frame: Mapping[str, str],
    flags: frozenset[str],
    language: str,
) -> Words:
    """The letter: `facts` as `notices.checked` kept them, `frame` what is true of every letter.

    `flags` are further names that `when` and `unless` may ask about. Raises UnknownField.
    """
    said = {name: _said(types[name], value, language) for name, value in facts.items()}
    given = {name for name, value in facts.items() if value not in (0, "", [], False)} | flags
    values = {**frame, **{k: v for k, v in said.items() if isinstance(v, str)}}
    blocks = []
    for block in words["blocks"]:
        if ("when" in block and block["when"] not in given) or block.get("unless") in given:
            continue
        blocks.append(_block(block, values, said))
    return Words(title=_fill(words["title"], values), blocks=blocks)


def with_language_help(letter: Words, *, phone: str, state: str) -> Words:
    """The letter with the notice of free help in the languages of our state at its end (LANG-1)."""
    notice = Block(
        style=LANGUAGE,
        paragraphs=[in_english(phone)],
        rows=[[one.tag, one.said(phone)] for one in languages_of(state)],
    )
    return Words(title=letter["title"], blocks=[*letter["blocks"], notice])


def text_of(letter: Words) -> str:
    """Every sentence, for a reader, a lint or a measure of how hard it is."""
    found = [letter["title"] + "."]
    for block in letter["blocks"]:
        found += _texts(block)
    return "\n".join(found)


def sentences_of(letter: Words) -> str:
    """Only what is said in sentences: labels, figures and lists of bills are read out, not understood (STMT-14)."""
    return "\n".join(
        text
        for block in letter["blocks"]
        if block.get("style") not in {EXACT, LANGUAGE}
        for text in (*block.get("paragraphs", ()), *block.get("bullets", ()))
        if text.rstrip().endswith((".", "?"))
    )


def hash_of(words: Words) -> str:
    """SHA-256 of the words, whichever way their JSON was written."""
    plain = json.dumps(words, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def _block(block: Block, values: Mapping[str, str], said: Mapping[str, str | list[str]]) -> Block:
    made = Block()
    if "heading" in block:
        made["heading"] = _fill(block["heading"], values)
    if "style" in block:
        made["style"] = block["style"]
    if "paragraphs" in block:
        made["paragraphs"] = [_fill(text, values) for text in block["paragraphs"]]
    if "rows" in block:
        made["rows"] = [[_fill(cell, values) for cell in row] for row in block["rows"]]
    bullets = [_fill(text, values) for text in block.get("bullets", ())]
    if "each" in block:
        lines = said.get(block["each"])
        bullets += lines if isinstance(lines, list) else []
    if bullets:
        made["bullets"] = bullets
    return made


def _said(kind: Field, value: Any, language: str) -> str | list[str]:
    if kind is Field.DAY:
        return said_day(date.fromisoformat(value), language)
    if kind is Field.MONEY:
        return str(Money(value))
    return list(value) if kind is Field.LINES else str(value)


def _fill(text: str, values: Mapping[str, str]) -> str:
    try:
        return text.format_map(values)
    except (KeyError, IndexError, ValueError) as error:
        raise UnknownField(f"the template says {error}, which this letter does not have") from error


def _texts(block: Block) -> Sequence[str]:
    rows = [cell for row in block.get("rows", ()) for cell in row]
    heading = [block["heading"]] if "heading" in block else []
    return [*heading, *block.get("paragraphs", ()), *rows, *block.get("bullets", ())]


def _names(text: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
