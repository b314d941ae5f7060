"""The screens of an application: one idea each, saved as one goes, so that it may be left and taken up again (FA-6)."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from billing.assistance_steps import Step, after
from portal.blueprints.help_paying import filling
from portal.blueprints.help_paying.addresses import Addresses, OwnAddresses
from portal.blueprints.help_paying.forms import ButtonForm, SignForm
from portal.blueprints.help_paying.keeping import OwnKeeper
from portal.blueprints.help_paying.views import blueprint, open_draft
from portal.queries.application_draft import Draft
from portal.queries.own_assistance import OwnDraft
from portal.queries.viewer import OWN_ONLY
from portal.services.own_application import CannotApply
from portal.services.save_application import remove_income, remove_person
from portal.services.send_application import send_application
from portal.web.access import current_patient, patient
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from portal.web.theme import current_practice

ASKED = "you, household, income, coverage, hardship"


@blueprint.route(f"/<uuid:application_id>/<any({ASKED}):step>", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def step(application_id: UUID, step: str) -> ResponseReturnValue:
    """One of them; what it saves leads on, or back to itself where a list grows."""
    draft, this = open_draft(application_id), Step(step)
    forms = filling.forms_of(this, draft)
    addresses = OwnAddresses(application_id)
    if (to := filling.saved(this, OwnKeeper(application_id), forms)) is not None:
        return redirect(addresses.of(to))
    return show(this, draft, addresses, **forms)


@blueprint.post("/<uuid:application_id>/household/<int:person_id>/remove")
@patient(scope=OWN_ONLY)
def without_person(application_id: UUID, person_id: int) -> ResponseReturnValue:
    """Somebody does not belong to the household."""
    open_draft(application_id)
    remove_person(
        viewer=current_patient(), application_id=application_id, person_id=person_id, now=now()
    )
    return redirect(url_for(".step", application_id=application_id, step="household"))


@blueprint.post("/<uuid:application_id>/income/<int:income_id>/remove")
@patient(scope=OWN_ONLY)
def without_income(application_id: UUID, income_id: int) -> ResponseReturnValue:
    """A source of income was wrong."""
    open_draft(application_id)
    remove_income(
        viewer=current_patient(), application_id=application_id, income_id=income_id, now=now()
    )
    return redirect(url_for(".step", application_id=application_id, step="income"))


@blueprint.route("/<uuid:application_id>/sign", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def sign(application_id: UUID) -> ResponseReturnValue:
    """All of it once more, and the signature over what stands there."""
    draft, form, words = open_draft(application_id), SignForm(), signing_words()
    if form.validate_on_submit() and _sent(draft, form, words):
        flash("We have your application. Thank you.", "done")
        return redirect(url_for(".status", application_id=application_id))
    form.seen_hash.data = draft.hash_of(words)
    return show(Step.SIGN, draft, OwnAddresses(application_id), form=form, words=words)


def show(
    step: Step, draft: Draft, addresses: Addresses, *, screen: str = "", **parts: object
) -> str:
    """The screen of a step, with where it stands among the others."""
    steps = list(Step)
    return render_template(
        f"help_paying/{screen or step.value}.html",
        draft=draft,
        step=step,
        steps=addresses,
        number=steps.index(step) + 1,
        of=len(steps),
        back=addresses.back(step),
        next=addresses.of(after(step)),
        button=ButtonForm(formdata=None),
        **parts,
    )


def signing_words() -> str:
    """What is signed, in the language of the page."""
    practice = current_practice().name
    return str(
        gettext(
            "I ask %(practice)s for help with my bills. What I wrote here is true as far as I know. "
            "%(practice)s may check it, for example with the papers that I send or with who pays me. "
            "I will say so if it changes. I can take this back at any time.",
            practice=practice,
        )
    )


def _sent(draft: OwnDraft, form: SignForm, words: str) -> bool:
    """Why it was not sent stands on the form."""
    try:
        send_application(
            viewer=current_patient(),
            application_id=draft.id,
            name=form.name.data or "",
            seen_hash=form.seen_hash.data or "",
            words=words,
            public_url=gateways().public_url,
            on=practice_day(),
            now=now(),
        )
    except CannotApply as refused:
        form.form_errors = [str(refused)]
        return False
    return True
