"""Words that a letter of ours never says (COLL-12, COLL-20, COLL-21, MSG-16): another's name, and threats that are not true."""

from __future__ import annotations

import re
from collections.abc import Collection

from billing.notices import Intended

# We write in our own name, as who is owed. Nobody else speaks in our letters.
_OTHERS = (
    r"collections? department",
    r"legal department",
    r"law (firm|office)",
    r"attorneys? for",
    r"on behalf of our client",
    r"from a debt collector",
    r"departamento (legal|de cobros?|de cobranzas?)",
    r"bufete",
)
# What we never do, so that saying we may is no warning but a threat.
_NEVER = (
    r"final notice before legal action",
    r"arrest(ed)?\b",
    r"\bjail\b",
    r"\bpolice\b",
    r"garnish",
    r"foreclos",
    r"\bseiz(e|ure)",
    r"\blien\b",
    r"sell (this|your) debt",
    r"(will|may|can|could) (hurt|harm|ruin|damage|lower) your credit",
    r"(will|may) (refuse|deny|stop) (you )?care",
    r"act now",
    r"immediately",
    r"c[aá]rcel",
    r"embarg",
    r"polic[ií]a",
    r"dañar su cr[eé]dito",
    r"de inmediato",
)
_COURT = r"\b(court|lawsuit|sue|sued|judge|legal action|tribunal|demanda|demandar|demandarle)\b"
_AGENCY = r"\b(collection agency|agencia de cobros?)\b"
# Said on purpose: that something is not done. Taken out before the words are looked at.
_SAID_NOT = (
    r"We (do not plan to|will not|never) [^.]*\.",
    r"No (pensamos|vamos a) [^.]*\.",
    r"Nunca [^.]*\.",
    r"has not been reported[^.]*\.",
    r"no se ha informado[^.]*\.",
)
_TEXT = re.compile(r"legal|credit|collect|cobran|crédito", re.IGNORECASE)


def faults_of(letter: str, intended: Collection[str]) -> tuple[str, ...]:
    """Each forbidden thing that the letter says; empty for one that may leave."""
    said = letter
    for pattern in _SAID_NOT:
        said = re.sub(pattern, " ", said, flags=re.IGNORECASE)
    patterns = [*_OTHERS, *_NEVER]
    if Intended.LAWSUIT not in set(intended):
        patterns.append(_COURT)
    found = [re.search(pattern, said, re.IGNORECASE) for pattern in patterns]
    return tuple(match.group() for match in found if match)


def unnamed_agency(letter: str, intended: Collection[str]) -> bool:
    """Whether a warning speaks of an agency that it does not intend to use."""
    said = letter
    for pattern in _SAID_NOT:
        said = re.sub(pattern, " ", said, flags=re.IGNORECASE)
    return Intended.PLACEMENT not in set(intended) and bool(re.search(_AGENCY, said, re.IGNORECASE))


def faults_of_text(text: str) -> tuple[str, ...]:
    """What a text message says that none may: first-party words only (MSG-16)."""
    return tuple(match.group() for match in _TEXT.finditer(text))
