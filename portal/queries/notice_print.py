"""A letter's frozen words as its printed layout places them: window, blocks, and a state's sentence in bold (COLL-T4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from billing.language_help import paper_row
from billing.notice_text import LANGUAGE, said_day
from billing.reach import Lines
from portal.models.accounts import GuarantorAccount
from portal.models.notices import Notice
from portal.models.practice import Practice

LABELS = {
    "en": ("Account", "Date", "Letter"),
    "es": ("Cuenta", "Fecha", "Carta"),
}


def notice_print(
    session: Session, notice: Notice, account: GuarantorAccount, lines: Lines, *, on: date
) -> dict[str, Any]:
    """The data of the layout `notice`."""
    practice = session.get_one(Practice, 1)
    return printed(
        notice.content,
        practice=practice,
        name=account.display_name,
        lines=lines,
        account_number=account.number,
        number=str(notice.id),
        language=notice.language,
        on=on,
    )


def printed(
    content: Mapping[str, Any],
    *,
    practice: Practice,
    name: str,
    lines: Lines,
    account_number: str,
    number: str,
    language: str,
    on: date,
) -> dict[str, Any]:
    """The same for a letter that is no row, such as a preview."""
    account, day, letter = LABELS[language]
    return {
        "language": language,
        "title": content["title"],
        "practice": practice.legal_name or practice.name,
        "practice_address": practice_address(practice),
        "practice_phone": practice.phone,
        "hours": practice.phone_hours,
        "name": name,
        "address": list(lines),
        "facts": [(day, said_day(on, language)), (account, account_number), (letter, number)],
        "footer": f"{letter} {number}",
        "blocks": whole_blocks(content),
    }


def practice_address(practice: Practice) -> list[str]:
    """The lines of our own address."""
    return [
        line
        for line in (
            practice.street,
            practice.street2,
            f"{practice.city}, {practice.state} {practice.postal_code}",
        )
        if line
    ]


def whole_blocks(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each block with every key, for a page or a layout; rows that follow rows stand in one table with them."""
    blocks: list[dict[str, Any]] = []
    for block in content["blocks"]:
        whole = {
            "heading": block.get("heading", ""),
            "paragraphs": block.get("paragraphs", []),
            "rows": block.get("rows", []),
            "bullets": block.get("bullets", []),
            "style": block.get("style", ""),
            "help": _help(block),
        }
        if blocks and _is_rows(whole) and _is_rows(blocks[-1]):
            blocks[-1]["rows"] = [*blocks[-1]["rows"], *whole["rows"]]
        else:
            blocks.append(whole)
    return blocks


def _is_rows(block: Mapping[str, Any]) -> bool:
    said = (block["heading"], block["paragraphs"], block["bullets"], block["style"])
    return bool(block["rows"]) and not any(said)


def _help(block: Mapping[str, Any]) -> dict[str, Any] | None:
    """The notice of free language help, as page and paper set each sentence in its own script."""
    if block.get("style") != LANGUAGE:
        return None
    others = [paper_row(tag, words) for tag, words in block.get("rows", [])]
    return {"english": block["paragraphs"][0], "others": others}
