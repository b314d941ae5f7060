"""From lines of words to fields: each value is the one that its label points at, to the right or below; else there is none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from portal.card_ports import CardField, CardLine
from portal.services.card_labels import Label, Token, labels_of, tokens_of
from portal.services.card_values import written

F = CardField
COPAYS = {F.COPAY_OFFICE, F.COPAY_SPECIALIST, F.COPAY_EMERGENCY, F.COPAY_URGENT}
WORD_GAP = 1.3  # in heights of the letters: a wider gap parts two values
BELOW = 1.6  # the same: how far under its label a value may begin
LONGEST_VALUE = 6  # words
# How much a place says that the value is this label's.
SAME_LINE, TO_THE_RIGHT, UNDER, IN_A_LIST = 1.0, 0.97, 0.92, 0.88


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A value and how sure we are, 0 to 1: of the letters, of the label, and that they belong together."""

    field: CardField
    value: str
    confidence: float
    top: float
    words: int


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a card, cut into words, with the labels among them."""

    lines: list[list[Token]]
    labels: list[list[Label]]

    def words(self, label: Label) -> list[Token]:
        return self.lines[label.line][label.first : label.after]

    def starts_label(self, token: Token) -> bool:
        line = self.lines[token.line]
        return any(line[label.first] == token for label in self.labels[token.line])

    def in_label(self, token: Token) -> bool:
        line = self.lines[token.line]
        return any(token in line[label.first : label.after] for label in self.labels[token.line])


@dataclass(frozen=True, slots=True)
class _Claim:
    """Words that may be a label's value: the nearer, in heights of the letters, the likelier."""

    label: Label
    words: tuple[Token, ...]
    place: float
    distance: float


def fields_on(lines: Sequence[CardLine]) -> list[Found]:
    """Every labelled value on one side of a card; a field may be found more than once.

    The nearest claims win, and no word is the value of two labels.
    """
    cut = [tokens_of(line, number) for number, line in enumerate(lines)]
    side = _Side(cut, [labels_of(tokens) for tokens in cut])
    claims = [
        claim
        for labels in side.labels
        for label in labels
        if label.field is not None
        for claim in _claims(side, label)
    ]
    found: list[Found] = []
    served: set[Label] = set()
    taken: set[Token] = set()
    for claim in sorted(claims, key=lambda claim: claim.distance):
        if claim.label in served:
            continue
        value = _found(side, claim)
        if value and not taken & set(claim.words[: value.words]):
            found.append(value)
            served.add(claim.label)
            taken.update(claim.words[: value.words])
    return found


def _claims(side: _Side, label: Label) -> list[_Claim]:
    """In a list of copays the amount of the same rank; else what stands to the right, and what stands below."""
    listed = _copay_list(side, label)
    if listed is not None:
        return [_Claim(label, (listed,), IN_A_LIST, 0)]
    claims = []
    words = side.words(label)
    if right := _to_the_right(side, label):
        place = SAME_LINE if right[0].line == label.line else TO_THE_RIGHT
        gap = max(0, right[0].left - words[-1].right)
        claims.append(_Claim(label, tuple(right), place, gap / _height(words[-1], right[0])))
    if under := _under(side, label):
        gap = max(0, under[0].top - words[0].bottom)
        claims.append(_Claim(label, tuple(under), UNDER, 1 + gap / _height(words[0], under[0])))
    return claims


def _height(one: Token, other: Token) -> float:
    return max(one.height, other.height, 1)


def _to_the_right(side: _Side, label: Label) -> list[Token]:
    """The words that follow on the same height, up to the next label."""
    last = side.words(label)[-1]
    row = sorted(
        (
            token
            for tokens in side.lines
            for token in tokens
            if token.left >= last.right - last.height / 2 and _same_row(token, last)
            if token.line != label.line or token not in side.words(label)
        ),
        key=lambda token: token.left,
    )
    value: list[Token] = []
    for token in row:
        if side.starts_label(token) or (value and _apart(value[-1], token)):
            break
        value.append(token)
    return value


def _under(side: _Side, label: Label) -> list[Token]:
    """The words right below: those that begin where the label begins, or stand centred under it."""
    words = side.words(label)
    left, right, bottom, height = words[0].left, words[-1].right, words[0].bottom, words[0].height
    best: list[Token] = []
    for tokens in side.lines:
        for chunk, ends_in_label in _chunks(side, tokens):
            if ends_in_label:
                continue
            gap, tall = chunk[0].top - bottom, max(height, chunk[0].height)
            begins = abs(chunk[0].left - left) < 1.5 * tall
            centred = abs(chunk[0].left + chunk[-1].right - left - right) < 3 * tall
            near = -0.6 * height < gap < BELOW * tall
            if near and (begins or centred) and (not best or chunk[0].top < best[0].top):
                best = chunk
    return [] if best and side.in_label(best[0]) else best


def _chunks(side: _Side, tokens: list[Token]) -> list[tuple[list[Token], bool]]:
    """A line cut where a gap or a label stands; true for words that run into a label: they are a part of it."""
    chunks: list[list[Token]] = []
    runs_on: list[bool] = []
    for token in tokens:
        apart = not chunks or _apart(chunks[-1][-1], token)
        if apart or side.starts_label(token):
            if chunks:
                runs_on.append(not apart and not re.search(r"\d", chunks[-1][-1].text))
            chunks.append([])
        chunks[-1].append(token)
    return list(zip(chunks, [*runs_on, False], strict=False))


def _same_row(one: Token, other: Token) -> bool:
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared > 0.5 * min(one.height, other.height)


def _apart(one: Token, other: Token) -> bool:
    return other.left - one.right > WORD_GAP * max(one.height, other.height)


def _found(side: _Side, claim: _Claim) -> Found | None:
    """The longest run of words from the first on that the field can be."""
    assert claim.label.field is not None
    for count in range(min(len(claim.words), LONGEST_VALUE), 0, -1):
        words = claim.words[:count]
        text = written(claim.label.field, " ".join(word.text for word in words))
        if text:
            sure = min(word.confidence for word in (*words, *side.words(claim.label)))
            # Words left over make it less likely that all of it was understood.
            rest = 1.0 if count == len(claim.words) else 0.9
            return Found(
                field=_which_group(side, claim.label),
                value=text,
                confidence=round(sure * claim.label.sure * claim.place * rest, 3),
                top=words[0].top,
                words=count,
            )
    return None


def _which_group(side: _Side, label: Label) -> CardField:
    """A bare `Grp` that follows the pharmacy's BIN or PCN is the pharmacy's."""
    assert label.field is not None
    if label.field is not F.GROUP_NUMBER:
        return label.field
    here = side.words(label)[0]
    for labels in side.labels:
        for other in labels:
            there = side.words(other)[0]
            if other.field not in {F.RX_BIN, F.RX_PCN}:
                continue
            before = _same_row(there, here) and there.left < here.left
            above = (
                abs(there.left - here.left) < here.height
                and 0 < here.top - there.top < 2.2 * here.height
            )
            if before or above:
                return F.RX_GROUP
    return F.GROUP_NUMBER


def _copay_list(side: _Side, label: Label) -> Token | None:
    """`PCP/SPC/ER $20/$40/$150`: labels in a row, then as many amounts in their order."""
    run: list[Label] = []
    for other in side.labels[label.line]:
        if other.field not in COPAYS or (run and other.first != run[-1].after):
            if label in run:
                break
            run = []
        if other.field in COPAYS:
            run.append(other)
    if label not in run or len(run) == 1:
        return None
    amounts = _to_the_right(side, run[-1])
    if len(amounts) != len(run) or not all(written(F.COPAY_OFFICE, one.text) for one in amounts):
        return None
    return amounts[run.index(label)]
