"""The labels that payers print on cards, and where they stand in a line of words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from portal.card_ports import CardField, CardLine

F = CardField
# Spelled as `folded` does: without spaces, case or signs. Those of None are not ours, but another label's value ends
# where they stand, and "Group" in "Group Name" is no group number.
SPELLINGS: dict[CardField | None, str] = {
    F.MEMBER_ID: """
        memberid memberidno memberidnumber membernumber memberno membernum memberidentificationnumber id idno idnumber
        identificationnumber identificationno identificationid subscriberid subscribernumber subscriberno
        subscriberidnumber enrolleeid enrolleenumber policyid policyno policynumber insuredid cardholderid
        participantid certificateno certificatenumber certno medicarenumber beneficiaryid contractnumber contractid
        recipientid medicaidid healthid idcardnumber mbi""",
    F.GROUP_NUMBER: """
        group groupnumber groupno groupnum groupid grp grpno grpnumber grpid grpnum employergroup employergroupnumber
        accountnumber accountno account acctno customergroup""",
    F.SUBSCRIBER: """
        member membername membersname name subscriber subscribername insured insuredname nameofinsured enrollee
        enrolleename cardholder cardholdername participant participantname policyholder policyholdername beneficiary
        beneficiaryname nombre primaryinsured employee employeename""",
    F.PLAN: """
        plan planname plantype product producttype productname network coverageplan benefitplan""",
    F.RX_BIN: "rxbin bin rxbinno rxbinnumber binno binnumber pharmacybin",
    F.RX_PCN: "rxpcn pcn rxpcnno pcnno pharmacypcn processorcontrolnumber",
    F.RX_GROUP: "rxgrp rxgroup rxgrpno rxgroupno rxgroupnumber rxgroupid rxgrpid pharmacygroup",
    F.COPAY_OFFICE: """
        office officevisit officevisits officecopay officevisitcopay pcp pcpcopay pcpvisit pcpoffice primarycare
        primarycarevisit primarycarecopay primarycarephysician primarycareprovider primaryoffice physicianvisit
        doctorvisit ov pcpofficevisit primary copayoffice copaypcp""",
    F.COPAY_SPECIALIST: """
        specialist specialistvisit specialistcopay specialistofficevisit spec specvisit speccopay spc specialty
        specialistoffice copayspecialist""",
    F.COPAY_EMERGENCY: """
        emergencyroom emergencyroomvisit emergencyroomcopay emergency emergencycare emergencydept emergencydepartment
        er ercopay ervisit ed hospitaler copayer""",
    F.COPAY_URGENT: """
        urgentcare urgentcarevisit urgentcarecopay urgentcarecenter urgent uc uccopay urgcare urgcarecopay
        urgcarevisit""",
    None: """
        groupname employername employer payerid payorid planid plancode effective effectivedate effdate
        coverageeffective issued issuedate issuer healthplan coverage coveragetype memberservices membersservices
        memberservice customerservice customerservices customercare providers providerservices providerservice
        dependents dependent deductible outofpocket oop oopmax coinsurance copay copays copayments rx rxplan rxid
        rxissuer pharmacy pharmacists dateofbirth dob birthdate pcpname website claims claimsaddress dentalplan vision
        suffix inpatient outpatient labs generic brand tier membersince officeuse""",
}
LABELS = {name: field for field, names in SPELLINGS.items() for name in names.split()}
# Ordinary words that a payer's name or a sentence may hold: labels only where a line or a column begins.
WEAK_WORDS = """
    id name nombre member insured subscriber enrollee cardholder participant beneficiary employee group account plan product
    network bin office primary ov specialist specialty spec emergency er ed urgent uc issued issuer healthplan coverage
    providers dependent dependents copay copays rx pharmacy claims vision labs generic brand tier suffix website employer"""
WEAK = frozenset(WEAK_WORDS.split())
WORDS_OF_A_LABEL = 4
FUZZY_FROM = 7  # letters; in shorter labels one wrong letter makes another word
ALIKE = 85
LETTERS_LOST = 1  # or gained, as when rn is read as m
GLUED = re.compile(r"(?<=[a-z]{3})(?=[A-Z]{0,4}\d)")  # NumberW5268: the space between was lost
# An amount ends where its digits end, for readers lose spaces. A stroke parts words; between digits it belongs to a date.
TOKEN = re.compile(
    r"\$ ?(?:\d[\d,]*(?:\.\d\d)?|[Oo](?!\w))|[^\s:|/#=$](?:[^\s:|/#=$]|(?<=\d)/(?=\d))*#?|#"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word and where it stands, in pixels; within a line by its share of the letters."""

    text: str
    confidence: float
    left: float
    right: float
    top: float
    bottom: float
    line: int
    marked: bool  # a colon or # follows: whatever it is, it announces a value
    parted: bool  # a stroke stands before it

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Label:
    """A label at `tokens[first:after]` of its line; `field` is None for one that only ends a value."""

    field: CardField | None
    line: int
    first: int
    after: int
    sure: float  # 1 for an exact spelling, less for a likely one


def folded(text: str) -> str:
    """As labels are compared: letters and digits alone; signs for a number are no part of a label."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def tokens_of(line: CardLine, number: int) -> list[Token]:
    """The words of a line that hold a letter, a digit or an amount."""
    text = GLUED.sub(" ", line.text)
    width = (line.right - line.left) / max(1, len(text))
    return [
        Token(
            text=found.group(),
            confidence=line.confidence,
            left=line.left + width * found.start(),
            right=line.left + width * found.end(),
            top=line.top,
            bottom=line.bottom,
            line=number,
            marked=found.group().endswith("#") or text[found.end() :].lstrip()[:1] in {":", "#"},
            parted=text[: found.start()].rstrip().endswith("/"),
        )
        for found in TOKEN.finditer(text)
        if re.search(r"\w", found.group())
    ]


def labels_of(tokens: list[Token]) -> list[Label]:
    """Labels of one line, left to right, the longest spelling first."""
    found: list[Label] = []
    at = 0
    while at < len(tokens):
        label = next(_longest(tokens, at, found), None)
        if label is not None:
            found.append(label)
        at = label.after if label else at + 1
    return found


def _longest(tokens: list[Token], at: int, before: list[Label]) -> Iterator[Label]:
    for count in range(min(WORDS_OF_A_LABEL, len(tokens) - at), 0, -1):
        words = tokens[at : at + count]
        if any(word.parted for word in words[1:]):
            continue
        known = _known(folded("".join(word.text for word in words)))
        if known is None:
            continue
        name, sure = known
        if name not in WEAK or words[-1].marked or _begins(tokens, at, before):
            yield Label(LABELS[name], tokens[at].line, at, at + count, sure)


def _known(name: str) -> tuple[str, float] | None:
    if name in LABELS:
        return name, 1.0
    # What readers confuse: l, 1 and i; 0 and o. A label has no digits of its own.
    plain = name.translate(str.maketrans("l10", "iio"))
    if plain in _PLAIN:
        return _PLAIN[plain], 0.97
    if len(name) < FUZZY_FROM or not name.isalpha():
        return None
    likely = process.extractOne(name, _NAMES, scorer=fuzz.ratio, score_cutoff=ALIKE)
    if likely is None or abs(len(likely[0]) - len(name)) > LETTERS_LOST:
        return None
    return likely[0], likely[1] / 100


_NAMES = tuple(LABELS)
_PLAIN = {name.translate(str.maketrans("l10", "iio")): name for name in LABELS}


def _begins(tokens: list[Token], at: int, before: list[Label]) -> bool:
    """First in its line, behind another label or a number, or set apart by a gap."""
    if at == 0 or (before and before[-1].after == at):
        return True
    last = tokens[at - 1]
    return bool(re.search(r"[\d$%]", last.text)) or tokens[at].left - last.right > last.height
