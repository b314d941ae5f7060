"""Our answer to an application as its page says it: the words and the amounts of its letter, in the page's language (FA-10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from billing.assistance_letter import LetterFacts, LetterWords, letter_words
from portal.models.assistance_decisions import AssistanceDecision
from portal.queries.assistance_letter import letter_facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What we decided, as it stood on its day."""

    outcome: str
    facts: LetterFacts
    words: LetterWords
    may_appeal: bool  # its days are not over, and nobody asked yet

    @property
    def why(self) -> tuple[str, ...]:
        """What it covers and until when; of a no, the rule of the policy."""
        return self.words.opening[2:]


def answer_of(session: Session, row: AssistanceDecision, language: str, *, on: date) -> Answer:
    """Of a decision that the caller may see."""
    facts = letter_facts(session, row)
    return Answer(
        outcome="reversed" if row.state == "reversed" else row.outcome,
        facts=facts,
        words=letter_words(facts, language),
        may_appeal=row.state == "made" and row.appealed_on is None and on <= facts.appeal_by,
    )
