"""The fields of a form that patients fill in (SCH-12): what may be asked, how answers are checked, how it is written down.

A field is data, so that staff may change what is asked; the rules of checking are here, and the server's.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from billing.form_words import MISSING, TOO_LONG, Kind

MOST_FIELDS = 60
LONGEST_TEXT, LONGEST_LONG = 200, 2000
CODE = re.compile(r"^[a-z][a-z0-9_]{0,39}$")
NUMBER = re.compile(r"^-?\d{1,9}(\.\d{1,3})?$")
YES, NO = "yes", "no"
Answers = Mapping[str, Any]


CHOICES = frozenset({Kind.ONE, Kind.SEVERAL})


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: its code is the same in every language."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class ShownIf:
    """Asked only where another field, which stands before it, has this answer."""

    field: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question."""

    code: str
    kind: Kind
    label: str
    required: bool = False
    options: tuple[Option, ...] = ()
    shown_if: ShownIf | None = None


class BadFields(ValueError):
    """What staff wrote makes no form; `faults` says what, line by line."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(" ".join(faults))


def to_json(fields: Sequence[Field]) -> list[dict[str, Any]]:
    """As a version keeps them."""
    found: list[dict[str, Any]] = []
    for field in fields:
        row: dict[str, Any] = {"code": field.code, "kind": field.kind.value, "label": field.label}
        if field.required:
            row["required"] = True
        if field.options:
            row["options"] = [[option.code, option.words] for option in field.options]
        if field.shown_if:
            row["shown_if"] = [field.shown_if.field, field.shown_if.value]
        found.append(row)
    return found


def from_json(rows: Sequence[Mapping[str, Any]]) -> tuple[Field, ...]:
    """Read back what `to_json` wrote."""
    return tuple(
        Field(
            code=row["code"],
            kind=Kind(row["kind"]),
            label=row["label"],
            required=bool(row.get("required")),
            options=tuple(Option(code, words) for code, words in row.get("options", ())),
            shown_if=ShownIf(*row["shown_if"]) if row.get("shown_if") else None,
        )
        for row in rows
    )


def digest(title: str, body: str, fields: Sequence[Field], required: Sequence[str] = ()) -> str:
    """One value for exactly these words and questions, and the texts that the law adds to them."""
    whole: dict[str, Any] = {"title": title, "body": body, "fields": to_json(fields)}
    if required:
        whole["required"] = list(required)
    spelled = json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(spelled.encode()).hexdigest()


def faults_of(fields: Sequence[Field]) -> tuple[str, ...]:
    """Why these fields make no form; empty when they do."""
    found: list[str] = []
    before: dict[str, Field] = {}
    if len(fields) > MOST_FIELDS:
        found.append(f"Ask {MOST_FIELDS} questions at most.")
    for number, field in enumerate(fields, start=1):
        found += [f"Question {number}: {fault}" for fault in _faults(field, before)]
        before[field.code] = field
    return tuple(found)


def _faults(field: Field, before: Mapping[str, Field]) -> list[str]:
    found: list[str] = []
    if not CODE.match(field.code):
        found.append("its short name takes small letters, digits and _.")
    if field.code in before:
        found.append(f"the short name {field.code} stands twice.")
    if not field.label.strip():
        found.append("it has no words.")
    codes = [option.code for option in field.options]
    if field.kind in CHOICES and len(codes) < 2:  # noqa: PLR2004 - one thing is no choice
        found.append("give two choices or more.")
    if field.kind not in CHOICES and codes:
        found.append("only one or several take choices.")
    if len(set(codes)) != len(codes) or not all(CODE.match(code) for code in codes):
        found.append("each choice needs a short name of its own, in small letters.")
    if field.shown_if is not None:
        asked = before.get(field.shown_if.field)
        if asked is None:
            found.append(f"{field.shown_if.field} is not asked before it.")
        elif field.shown_if.value not in _values(asked):
            found.append(f"{field.shown_if.field} is never answered {field.shown_if.value}.")
    return found


def _values(field: Field) -> tuple[str, ...]:
    if field.kind is Kind.YES_NO:
        return (YES, NO)
    return tuple(option.code for option in field.options)


def is_shown(field: Field, fields: Sequence[Field], answers: Answers) -> bool:
    """Whether the field is asked, given the answers before it; what is hidden hides what hangs on it."""
    if field.shown_if is None:
        return True
    asked = next((one for one in fields if one.code == field.shown_if.field), None)
    if asked is None or not is_shown(asked, fields, answers):
        return False
    given = answers.get(asked.code)
    return field.shown_if.value in (given if isinstance(given, list | tuple) else (given,))


def clean(fields: Sequence[Field], given: Answers) -> dict[str, Any]:
    """The answers that count: of fields that are asked, trimmed, empty ones left out."""
    found: dict[str, Any] = {}
    for field in fields:
        if not is_shown(field, fields, found):
            continue
        answer = given.get(field.code)
        if field.kind is Kind.SEVERAL:
            several = [one for one in _values(field) if one in (answer or ())]
            if several:
                found[field.code] = several
        elif isinstance(answer, str) and answer.strip():
            found[field.code] = answer.strip()
    return found


def check(fields: Sequence[Field], answers: Answers) -> dict[str, str]:
    """What is wrong with the answers, by field, in words for the patient; empty when all is well.

    Only what is asked counts, and an answer to a choice must be one of the choices.
    """
    found: dict[str, str] = {}
    for field in fields:
        if not is_shown(field, fields, answers):
            continue
        answer = answers.get(field.code)
        if answer in (None, "", []):
            if field.required:
                found[field.code] = MISSING[field.kind]
        elif wrong := _wrong(field, answer):
            found[field.code] = wrong
    return found


def _wrong(field: Field, answer: Any) -> str:
    if field.kind is Kind.SEVERAL:
        return "" if set(answer) <= set(_values(field)) else MISSING[field.kind]
    if field.kind in (Kind.ONE, Kind.YES_NO):
        return "" if answer in _values(field) else MISSING[field.kind]
    if field.kind is Kind.NUMBER:
        return "" if NUMBER.match(answer) else MISSING[field.kind]
    if field.kind is Kind.DATE:
        return "" if _is_day(answer) else MISSING[field.kind]
    longest = LONGEST_LONG if field.kind is Kind.LONG else LONGEST_TEXT
    return TOO_LONG if len(answer) > longest else ""


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def in_words(field: Field, answer: Any) -> str:
    """An answer as a person reads it, on the printed form and at the desk."""
    words = {option.code: option.words for option in field.options}
    if isinstance(answer, list | tuple):
        return ", ".join(words.get(one, str(one)) for one in answer)
    return words.get(answer, str(answer or ""))


# How staff write fields, a line each:
#   smokes * | yes_no | Do you smoke?
#   how_much | one | How much? | little: A little; lots: A lot | if smokes = yes


def to_lines(fields: Sequence[Field]) -> str:
    """The fields as staff edit them."""
    lines = []
    for field in fields:
        parts = [f"{field.code}{' *' if field.required else ''}", field.kind.value, field.label]
        if field.options:
            parts.append("; ".join(f"{one.code}: {one.words}" for one in field.options))
        if field.shown_if:
            parts.append(f"if {field.shown_if.field} = {field.shown_if.value}")
        lines.append(" | ".join(parts))
    return "\n".join(lines)


def from_lines(text: str) -> tuple[Field, ...]:
    """Read what staff wrote; raises BadFields with every fault."""
    lines = [line for line in text.splitlines() if line.strip()]
    faults: list[str] = []
    fields: list[Field] = []
    for number, line in enumerate(lines, start=1):
        try:
            fields.append(_read(line))
        except ValueError as wrong:
            faults.append(f"Question {number}: {wrong}")
    faults += faults_of(fields) if not faults else ()
    if faults:
        raise BadFields(faults)
    return tuple(fields)


def _read(line: str) -> Field:
    parts = [part.strip() for part in line.split("|")]
    if len(parts) < 3:  # noqa: PLR2004 - name, kind, words
        raise ValueError("write: short name | kind | question.")
    name, kind, label, *more = parts
    if kind not in set(Kind):
        raise ValueError(f"{kind} is no kind. Use {', '.join(Kind)}.")
    options: tuple[Option, ...] = ()
    shown_if = None
    for part in more:
        if part.startswith("if "):
            field, _, value = part.removeprefix("if ").partition("=")
            shown_if = ShownIf(field.strip(), value.strip())
        elif part:
            options = tuple(_option(one) for one in part.split(";") if one.strip())
    code = name.removesuffix("*").strip()
    return Field(
        code=code,
        kind=Kind(kind),
        label=label,
        required=name.endswith("*"),
        options=options,
        shown_if=shown_if,
    )


def _option(text: str) -> Option:
    code, colon, words = text.partition(":")
    if not colon or not words.strip():
        raise ValueError(f"write the choice “{text.strip()}” like often: Every day.")
    return Option(code.strip(), words.strip())
