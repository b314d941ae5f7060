"""The blank application on paper: the same questions as on the screen, with lines to write on (FA-5, FA-6)."""

from __future__ import annotations

import json
from threading import Lock
from typing import Any

from flask_babel import gettext

from billing.assistance_income import PERIOD_WORDS, SOURCE_WORDS
from billing.assistance_steps import PROGRAM_WORDS
from billing.language_help import on_paper, tags_of
from portal.ports import PdfPrinter
from portal.queries.public_assistance import PublicPolicy
from portal.web.filters import phone
from portal.web.languages import translated
from portal.web.theme import current_practice

MOST = 8
_PRINTED: dict[str, bytes] = {}
_LOCK = Lock()


def blank_form(printer: PdfPrinter, policy: PublicPolicy, language: str) -> bytes:
    """The PDF, printed once for each language and wording: anybody may ask for it, as often as they like."""
    data = _data(policy, language)
    key = json.dumps(data)
    with _LOCK:
        if key not in _PRINTED:
            if len(_PRINTED) >= MOST:
                _PRINTED.clear()  # the policy changed: what was printed of the old one is never asked for again
            _PRINTED[key] = printer.print("assistance_form", data)
        return _PRINTED[key]


def _data(policy: PublicPolicy, language: str) -> dict[str, Any]:
    practice, _ = current_practice(), gettext
    number = phone(practice.assistance_phone or practice.phone)
    return {
        **_questions(),
        **_end(policy),
        "language": language,
        "language_help": on_paper(number, tags_of(practice.state)),
        "title": _("Help with paying: application"),
        "practice": practice.name,
        "address": list(policy.address),
        "intro": [
            _("Fill in what you know. If something is missing, send it anyway: we ask you."),
            _("We do not ask for your Social Security number or immigration status."),
            _("Questions? Call %(phone)s. Help is free, in your language too.", phone=number),
        ],
    }


def _questions() -> dict[str, Any]:
    _ = gettext
    return {
        "you": _("About you"),
        "you_lines": [
            _("Your full name"),
            _("Birth date"),
            _("Street, city, state, ZIP code"),
            _("County"),
            _("Phone or e-mail"),
            _("Account number, on your statement"),
            _("How do you want our answer? In which language?"),
        ],
        "people": _("Who lives on your income?"),
        "people_heads": [
            _("Full name"),
            _("Birth date"),
            _("Who is this to you?"),
            _("On your taxes?"),
        ],
        "income": _("Income before taxes"),
        "income_heads": [
            _("Whose income is it?"),
            _("Where does it come from?"),
            _("Amount"),
            _("How often?"),
        ],
        "income_notes": [
            _("Sources:") + " " + ", ".join(str(translated(one)) for one in SOURCE_WORDS.values()),
            _("How often:")
            + " "
            + ", ".join(str(translated(one)) for one in PERIOD_WORDS.values()),
            _("If nobody in your home has any income, write “none”."),
        ],
    }


def _end(policy: PublicPolicy) -> dict[str, Any]:
    practice, _ = current_practice(), gettext
    return {
        "coverage": _("Insurance and programs"),
        "coverage_lines": [
            _("Do you have health insurance?"),
            _("Was this care for an accident, or for an injury at work?"),
            _("Have you asked for Medicaid in the last 6 months?"),
        ],
        "programs": _("Do you get help from one of these?"),
        "program_choices": [str(translated(one)) for one in PROGRAM_WORDS.values()],
        "hardship": _("What makes it hard to pay now?"),
        "hardship_lines": [
            _("Medical bills of the last 12 months that you still owe"),
            _("What you paid for care in the last 12 months"),
        ],
        "papers": _("Papers that help"),
        "papers_note": _(
            "Send copies of any one for each income. If you have none, send the form anyway."
        ),
        "paper_choices": [str(translated(one)) for one in policy.papers],
        "sign": _("Sign here"),
        "signing": _(
            "I ask %(practice)s for help with my bills. What I wrote here is true as far as I know. "
            "%(practice)s may check it, for example with the papers that I send or with who pays me. "
            "I will say so if it changes. I can take this back at any time.",
            practice=practice.name,
        ),
        "sign_lines": [_("Name"), _("Date")],
        "then": _(
            "We tell you within 2 business days that it came. We answer within %(days)s days once all is there. Bills wait until then.",
            days=policy.decide_days,
        ),
    }
