"""Which decisions of a payer post by themselves: three levels, and codes that always want a person (OPS-15)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much of what a payer sends posts without a person."""

    REVIEW_ALL = "review_all"  # the whole remittance waits for a person
    CLEAN_CLAIMS = "clean_claims"  # claims that open no work
    ALL_BALANCED = "all_balanced"  # all that adds up; what opens work opens it beside


class Choice(StrEnum):
    """What a person who looked at a remittance lets post."""

    ALL = "all"
    CLEAN = "clean"


# Codes that a biller reads before they touch an account: bundled, lacking data or papers, not necessary,
# not certified for it. Offered when a rule is made; no rule has them by itself.
NEVER_AUTO_OFFERED = ("97", "16", "252", "242", "50", "251", "B7", "226", "250")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFacts:
    """What is known of a decision once it is judged, before anything is written."""

    carcs: frozenset[str]
    work: tuple[str, ...] = ()  # the reasons of the work that posting it would open


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingRule:
    """The practice's rule for one payer; as made here it changes nothing."""

    level: Level = Level.ALL_BALANCED
    never_auto: frozenset[str] = frozenset()  # CARCs

    def waits(self, choice: Choice | None) -> bool:
        """Whether the whole remittance waits, since nobody has looked at it yet."""
        return self.level is Level.REVIEW_ALL and choice is None

    def narrows(self, choice: Choice | None) -> bool:
        """Whether any claim that adds up could be held at all."""
        return bool(self.never_auto) or self.only_clean(choice)

    def only_clean(self, choice: Choice | None) -> bool:
        """Whether what opens work waits."""
        return self.level is Level.CLEAN_CLAIMS or choice is Choice.CLEAN


def reasons_to_hold(rule: PostingRule, facts: ClaimFacts, choice: Choice | None) -> tuple[str, ...]:
    """Why a claim that adds up waits for a person all the same; empty when it posts.

    A person's choice decides for a remittance that waited; codes on the list hold at every level.
    """
    listed = sorted(facts.carcs & rule.never_auto)
    found = [f"our rule: code {carc} is read by a person before it posts" for carc in listed]
    if rule.only_clean(choice):
        found += [
            f"our rule: only claims that open no work post; this says: {w}" for w in facts.work
        ]
    return tuple(found)
