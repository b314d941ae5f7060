"""Reference data: what a practice keeps of payers, providers, prices, limits and letters, as rows of a table.

A cell is kept as one text in one form, so that two rows compare by their texts; a file and a form are read by the
same columns. Nothing is ever removed by leaving it out of a file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from billing.adjustments import RULES, AdjustmentKind
from billing.appeal_clock import Basis, Limit
from billing.free_text import redact_free_text

Cells = Mapping[str, str]
LONGEST_CELL = 200
LONGEST_LETTER = 8_000
LONGEST_CLOCK = 1_100  # days: three years; more is a slip
SEPARATOR = ";"


class Kind(StrEnum):
    """The tables by name."""

    PAYERS = "payers"
    DEADLINES = "payer-deadlines"
    PROVIDERS = "providers"
    FEES = "fees"
    LIMITS = "adjustment-limits"
    LETTERS = "appeal-letters"


class CellRefused(ValueError):
    """A cell cannot be read; the message says what to write instead."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: how a cell is read into its one form, and how a page speaks of it."""

    name: str
    label: str
    read: Callable[[str], str]
    needed: bool = True
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()  # value and words
    lines: int = 1  # of the box on a form


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of reference data; `key` names the columns that tell rows apart."""

    kind: Kind
    title: str
    about: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    most: int = 20_000  # rows of one file

    def key_of(self, row: Cells) -> tuple[str, ...]:
        return tuple(row[name] for name in self.key)

    @property
    def values(self) -> tuple[Column, ...]:
        """What may change of a row: every column that is not of its key."""
        return tuple(column for column in self.columns if column.name not in self.key)


def _words(longest: int = LONGEST_CELL) -> Callable[[str], str]:
    def read(text: str) -> str:
        found = " ".join(text.split()) if longest == LONGEST_CELL else text.strip()
        if len(found) > longest:
            raise CellRefused(f"has more than {longest} characters")
        if redact_free_text(found) != found:
            raise CellRefused("looks like a card number: take it out")
        return found

    return read


def _code(text: str) -> str:
    found = text.strip().upper()
    if not re.fullmatch(r"[A-Z0-9.\-]{1,20}", found):
        raise CellRefused("is not a code of letters and digits")
    return found


def _codes(text: str) -> str:
    return SEPARATOR.join(sorted({_code(part) for part in text.split(SEPARATOR) if part.strip()}))


def _identifier(text: str) -> str:
    """As claims and remittances fold it: letters and digits alone."""
    found = "".join(one for one in text.casefold() if one.isalnum())
    if not found:
        raise CellRefused("has no letter and no digit")
    return _words()(found)


def _identifiers(text: str) -> str:
    return SEPARATOR.join(
        sorted({_identifier(part) for part in text.split(SEPARATOR) if part.strip()})
    )


def _money(text: str) -> str:
    found = re.fullmatch(r"\$?\s*(\d{1,7}|\d{1,3}(?:,\d{3})+)(?:\.(\d{1,2}))?", text.strip())
    if found is None:
        raise CellRefused("is not an amount like 125.00")
    return f"{int(found[1].replace(',', ''))}.{(found[2] or '').ljust(2, '0')}"


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise CellRefused("is not a day like 2026-01-31") from None


def _days(text: str) -> str:
    if not re.fullmatch(r"\d{1,4}", text.strip()) or not 0 < int(text) <= LONGEST_CLOCK:
        raise CellRefused(f"is not a number of days from 1 to {LONGEST_CLOCK}")
    return str(int(text))


def _yes_no(text: str) -> str:
    found = {"yes": "yes", "y": "yes", "no": "no", "n": "no"}.get(text.strip().casefold())
    if found is None:
        raise CellRefused("is neither yes nor no")
    return found


def _npi(text: str) -> str:
    """Ten digits whose last one checks the others, with the prefix 80840 of the standard."""
    found = text.strip()
    if not re.fullmatch(r"\d{10}", found):
        raise CellRefused("is not ten digits")
    total = 0
    for place, digit in enumerate(reversed("80840" + found)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - the sum of two digits
    if total % 10:
        raise CellRefused("is no NPI: its check digit is wrong")
    return found


def _one_of(choices: Iterable[tuple[str, str]]) -> Callable[[str], str]:
    known = {value for value, _ in choices}

    def read(text: str) -> str:
        found = text.strip().casefold()
        if found not in known:
            raise CellRefused(f"is not one of {', '.join(sorted(known))}")
        return found

    return read


def _chosen(name: str, label: str, choices: Sequence[tuple[str, str]], hint: str = "") -> Column:
    return Column(name, label, _one_of(choices), hint=hint, choices=tuple(choices))


_YES_NO = (("no", "No"), ("yes", "Yes"))
_LIMITS = tuple((one.value, one.value.replace("_", " ").capitalize()) for one in Limit)
_BASES = tuple((one.value, one.value.replace("_", " ").capitalize()) for one in Basis)
_KINDS = tuple((one.value, RULES[one].label) for one in AdjustmentKind)
_ROLES = (("biller", "Biller"), ("manager", "Manager"))
_PAYER = Column("payer_id", "Payer ID", _identifier, hint="As claims name it (NM109).")

TABLES: Mapping[Kind, Table] = {
    table.kind: table
    for table in (
        Table(
            Kind.PAYERS,
            "Payers",
            "What each plan is called, and the other names and numbers by which its files name it.",
            ("payer_id",),
            (
                _PAYER,
                Column("name", "Name", _words(), hint="As patients read it."),
                Column("capitated", "Capitated", _yes_no, choices=_YES_NO),
                Column(
                    "tax_ids", "Tax IDs", _identifiers, needed=False,
                    hint="Of its remittances (TRN03), with ; between them.",
                ),
                Column(
                    "file_ids", "Other payer IDs", _identifiers, needed=False,
                    hint="With ; between them.",
                ),
                Column(
                    "other_names", "Other names", _identifiers, needed=False,
                    hint="As remittances write it, with ; between them.",
                ),
            ),
        ),
        Table(
            Kind.DEADLINES,
            "Payers’ deadlines",
            "How long each payer may be asked, by its contract. A change counts from its day; open denials follow.",
            ("payer_id", "what"),
            (
                _PAYER,
                _chosen("what", "What has a last day", _LIMITS),
                Column("days", "Days", _days),
                _chosen("basis", "Counted from", _BASES),
                Column("since", "In force since", _day),
                Column("source", "Where it stands", _words(), hint="Contract, manual or letter."),
            ),
        ),
        Table(
            Kind.PROVIDERS,
            "Providers",
            "Who treats, by NPI, with the name that patients read.",
            ("npi",),
            (
                Column("npi", "NPI", _npi),
                Column("last_name", "Last name", _words()),
                Column("first_name", "First name", _words(), needed=False),
            ),
        ),
        Table(
            Kind.FEES,
            "Fees",
            "What a service costs, and what a payer’s contract allows for it, from a day on until the next row.",
            ("payer_id", "procedure", "modifiers", "from_on"),
            (
                Column(
                    "payer_id", "Payer ID", _identifier, needed=False,
                    hint="Empty: the practice’s own price.",
                ),
                Column("procedure", "Procedure", _code),
                Column("modifiers", "Modifiers", _codes, needed=False, hint="With ; between them."),
                Column("from_on", "From", _day),
                Column(
                    "amount", "Amount", _money, needed=False,
                    hint="Like 125.00. Empty: from that day nothing is agreed.",
                ),
            ),
        ),
        Table(
            Kind.LIMITS,
            "Adjustment codes and limits",
            "The closed list of adjustments: class, whether it may be named to a patient, and each role’s limit.",
            ("code", "role"),
            (
                _chosen("code", "Adjustment", _KINDS),
                _chosen("role", "Role", _ROLES),
                Column("limit", "Limit", _money, hint="0.00 takes it from the role."),
                Column("gl_class", "Class", _words()),
                Column("visible", "May be named to the patient", _yes_no, choices=_YES_NO),
                Column("from_on", "From", _day, hint="Today or later."),
            ),
        ),
        Table(
            Kind.LETTERS,
            "Appeal letters",
            "What each appeal starts from. A letter that was sent keeps the words it was sent with.",
            ("letter",),
            (
                Column("letter", "Letter", _words()),
                Column("title", "Title", _words()),
                Column("body", "Words", _words(LONGEST_LETTER), lines=14),
            ),
            most=200,
        ),
    )
}  # fmt: skip


def read_cells(table: Table, typed: Cells) -> tuple[dict[str, str], dict[str, str]]:
    """A row in its one form, and what is wrong with it by column; a row with a problem is not used."""
    row, problems = {}, {}
    for column in table.columns:
        text = typed.get(column.name, "")
        try:
            row[column.name] = column.read(text) if text.strip() else ""
        except CellRefused as refused:
            problems[column.name] = str(refused)
        else:
            if column.needed and not row[column.name]:
                problems[column.name] = "is empty"
    return row, problems


@dataclass(frozen=True, slots=True)
class Change:
    """A row that would be new (`before` None) or different."""

    key: tuple[str, ...]
    before: Cells | None
    after: Cells

    @property
    def fields(self) -> tuple[tuple[str, str, str], ...]:
        """Each column that differs: its name, what it was, what it becomes."""
        before = self.before or {}
        return tuple(
            (name, before.get(name, ""), value)
            for name, value in self.after.items()
            if before.get(name, "") != value
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """What rows would change."""

    changes: tuple[Change, ...] = ()
    unchanged: int = 0
    digest: str = field(default="")

    @property
    def added(self) -> int:
        return sum(change.before is None for change in self.changes)


def compare(
    table: Table, before: Mapping[tuple[str, ...], Cells], rows: Iterable[Cells]
) -> Comparison:
    """The rows against what is kept. `digest` names exactly these changes: what is applied is what was looked at."""
    changes, unchanged = [], 0
    seal = hashlib.sha256(table.kind.value.encode())
    for row in rows:
        key = table.key_of(row)
        kept = before.get(key)
        if kept is not None and dict(kept) == dict(row):
            unchanged += 1
            continue
        changes.append(Change(key, kept, row))
        for name, was, becomes in changes[-1].fields:
            seal.update("\x1f".join((*key, name, was, becomes, "\x1e")).encode())
    return Comparison(tuple(changes), unchanged, seal.hexdigest())
