"""New words for a letter: what stands in each part may change, its parts, conditions and fields may not. Pure (STMT-14, COLL-12)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from billing.notice_lint import faults_of
from billing.notice_shipped import FLAGS, FRAME
from billing.notice_text import EXACT, Block, Words, fields_in, sentences_of, text_of
from billing.notices import WARNINGS, Intended, NoticeKind, fields_of

HARDEST, LONGEST = 8.0, 20  # US school grade, words in a sentence
_NO_WORDS = re.compile(r"https?://\S+|\S*\d\S*|[${}]")
_WORD = re.compile(r"[A-Za-zÀ-ÿ’']+")
_VOWELS = re.compile(r"[aeiouy]+", re.IGNORECASE)


def parts_of(words: Words) -> tuple[tuple[str, str], ...]:
    """Heading and text of every part that may be changed, paragraphs one a line."""
    return tuple(
        (block.get("heading", ""), "\n".join(block["paragraphs"])) for block in _open(words)
    )


def with_parts(words: Words, title: str, texts: Sequence[str]) -> Words:
    """The same letter with these words. Raises ValueError where the parts are not as many as they were."""
    fresh = list(texts)
    if len(fresh) != len(_open(words)):
        raise ValueError("the letter has other parts than were shown")
    blocks = []
    for block in words["blocks"]:
        made = Block(**block)
        if _may_change(block):
            lines = fresh.pop(0).replace("\r", "").split("\n")
            made["paragraphs"] = [line.strip() for line in lines if line.strip()]
        blocks.append(made)
    return Words(title=title.strip(), blocks=blocks)


def faults_in(kind: NoticeKind, language: str, words: Words, before: Words) -> tuple[str, ...]:
    """What stands against these words, in words for staff; empty where a second person may approve them."""
    found: list[str] = []
    if not words["title"] or len(_open(words)) != len(_open(before)):
        found.append("The title and each part need words.")
    try:
        named = fields_in(words)
    except ValueError:
        return (*found, "A brace is open or closed alone: fields stand as {phone}.")
    known = set(fields_of(kind)) | FRAME | FLAGS
    found += [f"There is no field {{{name}}}." for name in sorted(named - known)]
    found += [f"The field {{{name}}} must stand." for name in sorted(fields_in(before) - named)]
    intended = set(Intended) if kind in WARNINGS else set()
    found += [f"No letter of ours says “{one}”." for one in faults_of(text_of(words), intended)]
    return (*found, *_too_hard(language, sentences_of(words)))


def grade_of(text: str) -> float:
    """The US school grade of Flesch and Kincaid, syllables by their vowels: near enough to warn in time."""
    sentences = _sentences(text)
    words = [word for one in sentences for word in one]
    if not words:
        return 0.0
    syllables = sum(_syllables(word) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def _too_hard(language: str, text: str) -> tuple[str, ...]:
    sentences = _sentences(text)
    long = sum(len(one) for one in sentences) / max(len(sentences), 1)
    found = [f"Sentences have {long:.0f} words; {LONGEST} is the most."] if long > LONGEST else []
    if language == "en" and (grade := grade_of(text)) > HARDEST:
        found.append(f"It reads at grade {grade:.1f}; 8 is the most. Use shorter words.")
    return tuple(found)


def _sentences(text: str) -> list[list[str]]:
    found = [_WORD.findall(one) for one in re.split(r"[.?!]+", _NO_WORDS.sub(" ", text))]
    return [one for one in found if one]


def _syllables(word: str) -> int:
    count = len(_VOWELS.findall(word))
    if word.lower().endswith("e") and not word.lower().endswith(("le", "ee")) and count > 1:
        count -= 1
    return max(count, 1)


def _may_change(block: Block) -> bool:
    return bool(block.get("paragraphs")) and block.get("style") != EXACT


def _open(words: Words) -> list[Block]:
    return [block for block in words["blocks"] if _may_change(block)]
