"""The first version of every template, in every language, with its required fields (LANG-3)."""

from __future__ import annotations

from datetime import date

from billing.notice_text import Block, Words
from billing.notice_words_en import ENGLISH, ENGLISH_STATES
from billing.notice_words_es import SPANISH, SPANISH_STATES
from billing.notices import NoticeKind

FIRST = 1
SINCE = date(2026, 1, 1)
WORDS: dict[str, dict[NoticeKind, Words]] = {"en": ENGLISH, "es": SPANISH}
STATE_BLOCKS: dict[str, dict[str, list[Block]]] = {"en": ENGLISH_STATES, "es": SPANISH_STATES}
# True of every letter, whatever it is about.
FRAME = frozenset(
    {
        "practice", "phone", "hours", "assistance_phone", "assistance_url", "portal_url",
        "name", "account_number",
    }
)  # fmt: skip
FLAGS = frozenset({"names_any", "names_placement", "names_lawsuit"})


def shipped(kind: NoticeKind, language: str, state: str = "") -> Words | None:
    """The words that the program brings; a state's are the blocks that it adds to a warning."""
    if state:
        blocks = STATE_BLOCKS[language].get(state)
        return Words(title="{practice}", blocks=blocks) if blocks else None
    return WORDS[language][kind]
