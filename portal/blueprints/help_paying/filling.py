"""What each screen of an application fills in and saves."""

from __future__ import annotations

from typing import Any

from billing.assistance_steps import RELATION_WORDS, Relation, Step, after
from billing.money import ZERO
from portal.blueprints.help_paying.forms import (
    CoverageForm,
    HardshipForm,
    IncomeForm,
    NoIncomeForm,
    PersonForm,
    YouForm,
)
from portal.blueprints.help_paying.keeping import Another, Keeper
from portal.queries.application_draft import Draft
from portal.services.own_application import CannotApply
from portal.web.practice_day import practice_day

YOU = ("applicant", "residence_state", "residence_county", "preferred_contact", "language")
HARDSHIP = ("hardship", "owed_in_year", "paid_in_year")
COVERED = ("insured", "another_plan", "medicaid")

Forms = dict[str, Any]


def forms_of(step: Step, draft: Draft) -> Forms:
    """The forms of a screen, filled in with what was saved."""
    match step:
        case Step.YOU:
            return {"form": YouForm(data={name: draft.fields[name] for name in YOU})}
        case Step.HOUSEHOLD:
            form = PersonForm()
            if not form.is_submitted():
                form.seen.data = str(len(draft.people))
            return {"form": form}
        case Step.INCOME:
            income = IncomeForm()
            income.start(draft)
            return {"form": income, "none": NoIncomeForm(formdata=None)}
        case Step.COVERAGE:
            return {"form": CoverageForm(data=_covered(draft))}
        case _:
            return {"form": HardshipForm(data={name: draft.fields[name] for name in HARDSHIP})}


def saved(step: Step, keeper: Keeper, forms: Forms) -> Step | None:
    """Where to go on once this was sent and kept; None shows the screen, with what is wrong."""
    form = forms["form"]
    if not form.is_submitted():
        return None
    if step is Step.INCOME and NoIncomeForm().no_income.data:
        keeper.save({}, {"no_income": True})
        return after(step)
    if not form.validate():
        return None
    try:
        to: Step | None = _KEPT[step](keeper, form)
    except CannotApply as refused:
        form.form_errors = [str(refused)]
        return None
    return to


def _you(keeper: Keeper, form: YouForm) -> Step:
    fields = {name: form[name].data for name in YOU}
    fields["residence_state"] = fields["residence_state"].upper()
    keeper.save(fields, {})
    return Step.HOUSEHOLD


def _person(keeper: Keeper, form: PersonForm) -> Step | None:
    if not form.check(practice_day()):
        return None
    relation = Relation(form.relation.data)
    if relation not in RELATION_WORDS:
        return None
    person = Another(
        name=form.name.data or "",
        birth_on=form.birth_on.data,
        relation=relation,
        tax_dependent=bool(form.tax_dependent.data),
        seen=_number(form.seen.data),
    )
    keeper.add_person(person)
    return Step.HOUSEHOLD


def _income(keeper: Keeper, form: IncomeForm) -> Step:
    keeper.add_income(form.member.data or "", form.income, seen=_number(form.seen.data))
    return Step.INCOME


def _coverage(keeper: Keeper, form: CoverageForm) -> Step:
    answers = {name: form[name].data == "yes" for name in COVERED}
    keeper.save({"program": form.program.data or ""}, answers)
    return Step.HARDSHIP


def _hardship(keeper: Keeper, form: HardshipForm) -> Step:
    fields = {
        "hardship": form.hardship.data or "",
        "owed_in_year": form.owed_in_year.data or ZERO,
        "paid_in_year": form.paid_in_year.data or ZERO,
    }
    keeper.save(fields, {})
    return Step.PAPERS


_KEPT: dict[Step, Any] = {
    Step.YOU: _you,
    Step.HOUSEHOLD: _person,
    Step.INCOME: _income,
    Step.COVERAGE: _coverage,
    Step.HARDSHIP: _hardship,
}


def _covered(draft: Draft) -> dict[str, str]:
    answers = draft.fields["answers"]
    known = {name: "yes" if answers[name] else "no" for name in COVERED if name in answers}
    return {**known, "program": draft.fields["program"]}


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else -1
