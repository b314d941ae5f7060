"""What may stand for a field of a card, and how it is written down: nothing that does not look like it is ever taken."""

from __future__ import annotations

import re

from portal.card_ports import CardField

F = CardField
MONEY = re.compile(r"\$\s?\d{1,3}(?:,\d{3})*(?:\.\d\d)?|\d{1,3}%")
PHONE = re.compile(r"(?<![\d-])(?:1[-. ]?)?\(?([2-9]\d\d)\)?[-. ]{0,2}(\d{3})[-. ](\d{4})(?!\d)")
DATE = re.compile(r"\d{1,2}[/-]\d{1,2}[/-]\d{2,4}")
PREFIXED_NUMBER = re.compile(r"([A-Z]{0,4})([0-9OIQSB]+)")
# A name is no sentence and no service: one of these words and it is not a person.
NO_PERSON_WORDS = """
    service services plan health insurance care effective date coverage copay customer member members group number
    employee family individual dependents dependent call claims provider providers pharmacy network visit ppo hmo epo
    pos hdhp medicare medicaid office of the for and or to this card id"""
NO_PERSON = frozenset(NO_PERSON_WORDS.split())
FEWEST_DIGITS = 4  # of a member id
NAME_WORDS = range(2, 6)
MOST_PLAN_WORDS = 6
SHORTEST_RX_GROUP = 3
PLAN_KINDS = {"PPO", "HMO", "EPO", "POS", "HDHP", "HSA", "PFFS", "DSNP", "D-SNP"}
LOOKS_LIKE_A_DIGIT = str.maketrans("OQISBZ", "001582")


def written(field: CardField, text: str) -> str | None:
    """The value as we write it down, or None: the words are not of this field."""
    text = text.strip(" .,;*")
    if field in {F.COPAY_OFFICE, F.COPAY_SPECIALIST, F.COPAY_EMERGENCY, F.COPAY_URGENT}:
        return _amount(text)
    return _WRITERS[field](text)


def phones_in(text: str) -> list[str]:
    """US numbers as 800-555-0100."""
    return ["-".join(found) for found in PHONE.findall(text)]


def _amount(text: str) -> str | None:
    value = text.upper().replace(" ", "").replace("$O", "$0")
    return value if MONEY.fullmatch(value) else None


def _member_id(text: str) -> str | None:
    """6 to 20 letters and digits, at least four of them digits; spaces go, hyphens stay."""
    value = re.sub(r"\s", "", text.upper())
    if (
        DATE.fullmatch(value)
        or PHONE.fullmatch(text)
        or not re.fullmatch(r"[A-Z0-9-]{6,21}", value)
    ):
        return None
    parts = PREFIXED_NUMBER.fullmatch(value)
    if parts and sum(c.isdigit() for c in parts[2]) >= len(parts[2]) - 1:
        # One O among nothing but digits was a zero.
        value = parts[1] + parts[2].translate(LOOKS_LIKE_A_DIGIT)
    return value if sum(c.isdigit() for c in value) >= FEWEST_DIGITS else None


def _group(text: str) -> str | None:
    """2 to 16 letters and digits, not without a digit."""
    value = text.upper().replace(" ", "")
    if DATE.fullmatch(value) or not re.fullmatch(r"[A-Z0-9][A-Z0-9-]{1,15}", value):
        return None
    if re.fullmatch(r"[0-9OIQSBZ-]+", value) and sum(c.isdigit() for c in value) > len(value) / 2:
        value = value.translate(LOOKS_LIKE_A_DIGIT)
    return value if re.search(r"\d", value) else None


def _bin(text: str) -> str | None:
    """Six digits, or eight of the longer kind."""
    value = text.upper().translate(LOOKS_LIKE_A_DIGIT)
    return value if re.fullmatch(r"\d{6}(\d\d)?", value) else None


def _rx_group(text: str) -> str | None:
    value = _code(text)
    return value if value and len(value) >= SHORTEST_RX_GROUP else None


def _code(text: str) -> str | None:
    value = text.upper()
    return value if re.fullmatch(r"[A-Z0-9][A-Z0-9-]{0,14}", value) else None


def _person(text: str) -> str | None:
    """Two to five words of letters, without the person's number before them; `Last, First` is turned round."""
    text = re.sub(r"^\d{1,2} ", "", text)
    # Spaces that readers lose: L.SAMPLE, QSample.
    text = re.sub(r"\b([A-Za-z]\.|[A-Z](?=[A-Z][a-z]))(?=[A-Za-z])", r"\1 ", text)
    text = re.sub(r"[`´‘’]", "'", text)  # what readers make of an apostrophe
    last, comma, first = text.partition(",")
    if comma and first.strip():
        text = f"{first.strip()} {last.strip()}"
    words = text.split()
    if len(words) not in NAME_WORDS or NO_PERSON & {word.lower().strip(".") for word in words}:
        return None
    if not all(re.fullmatch(r"[^\W\d_][^\W\d_'.-]*(?:['.-][^\W\d_]*)*", word) for word in words):
        return None
    full = [word for word in words if len(word.strip(".")) > 1]
    return " ".join(words) if len(full) in NAME_WORDS else None


def _plan(text: str) -> str | None:
    words = text.split()
    return text if 1 <= len(words) <= MOST_PLAN_WORDS and re.search(r"[A-Za-z]{3}", text) else None


_WRITERS = {
    F.MEMBER_ID: _member_id,
    F.GROUP_NUMBER: _group,
    F.SUBSCRIBER: _person,
    F.PLAN: _plan,
    F.RX_BIN: _bin,
    F.RX_PCN: _code,
    F.RX_GROUP: _rx_group,
}
