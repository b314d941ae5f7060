"""The contract with an agency, as somebody reads it off the paper."""

from __future__ import annotations

import re
from datetime import date

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField
from wtforms.validators import InputRequired

from billing.placement import TERM_WORDS, Agency, Term
from portal.services.add_agency import AgencyDetails
from portal.web.fields import DayField, at_most, required
from portal.web.note_field import NoteField, NoteLineField


def _term(term: Term) -> BooleanField:
    words = TERM_WORDS[term]
    return BooleanField(f"It {words}")


class AgencyForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """All of it; `upon` is the version that was shown, and a first one needs no reason."""

    upon = HiddenField()
    name = NoteLineField("Name", [required("the agency’s name"), at_most(120, "The name")])
    contract_ref = NoteLineField("Contract number", [at_most(60, "The number")])
    baa_ref = NoteLineField("Business associate agreement", [at_most(60, "The number")])
    begins_on = DayField("First day of the contract", [InputRequired("Enter the first day.")])
    ends_on = DayField("Last day of the contract")
    no_eca = _term(Term.NO_ECA)
    suspends_for_assistance = _term(Term.SUSPENDS_FOR_ASSISTANCE)
    adjusts_to_decision = _term(Term.ADJUSTS_TO_DECISION)
    same_duty_onward = _term(Term.SAME_DUTY_ONWARD)
    returns_on_recall = _term(Term.RETURNS_ON_RECALL)
    no_credit_report = _term(Term.NO_CREDIT_REPORT)
    licensed_in = NoteLineField("States with a licence", [at_most(200, "The states")])
    dispute_address = NoteField("Address for disputes", [at_most(300, "The address")])
    phone = NoteLineField("Phone for disputes", [at_most(30, "The phone number")])
    reason = NoteField("Why it changes", [at_most(300, "The reason")])

    @classmethod
    def of(cls, facts: Agency, version: int) -> AgencyForm:
        """Filled in with what stands."""
        return cls(
            upon=str(version),
            name=facts.name,
            contract_ref=facts.contract_ref,
            baa_ref=facts.baa_ref,
            begins_on=facts.begins_on,
            ends_on=facts.ends_on,
            licensed_in=" ".join(sorted(facts.states)),
            dispute_address="\n".join(facts.dispute_address),
            phone=facts.phone,
            **{term.value: term in facts.terms for term in Term},
        )

    @property
    def seen(self) -> int:
        """The version that the form was filled in on."""
        written = self.upon.data or ""
        return int(written) if written.isdecimal() else 0

    @property
    def details(self) -> AgencyDetails:
        typed = re.split(r"[\s,;]+", (self.licensed_in.data or "").upper())
        lines = (line.strip() for line in (self.dispute_address.data or "").splitlines())
        return AgencyDetails(
            name=self.name.data or "",
            contract_ref=self.contract_ref.data or "",
            baa_ref=self.baa_ref.data or "",
            terms=tuple(term for term in Term if self[term.value].data),
            states=tuple(sorted({state for state in typed if state})),
            begins_on=self.begins_on.data or date.max,
            ends_on=self.ends_on.data,
            dispute_address=tuple(line for line in lines if line),
            phone=self.phone.data or "",
        )


class VersionForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The version that somebody read before they approved it."""

    upon = HiddenField()

    @property
    def seen(self) -> int:
        written = self.upon.data or ""
        return int(written) if written.isdecimal() else 0
