"""The list of forms, one form with its versions, its drafts, and what a patient sees of them."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.form_page import FormPage, FormWords, form_list, form_page, shown_form
from portal.services.publish_form import (
    LANGUAGES,
    publish_form,
    save_form_draft,
    set_form,
    start_form,
)
from portal.web.access import current_staff, saw, staff
from portal.web.asked_form import asked_form
from portal.web.clock import now
from portal.web.theme import current_practice
from staff_admin.blueprints.forms.forms import NewForm, SettingsForm, TextForm
from staff_admin.blueprints.show import found, show

blueprint = Blueprint("forms", __name__, url_prefix="/forms")


@blueprint.get("/")
@staff("forms.view")
def index() -> str:
    """Every form: what it is, whether it is asked, what is being written."""
    saw(kind="forms")
    return show("forms/index.html", rows=form_list())


@blueprint.route("/new", methods=["GET", "POST"])
@staff("forms.edit")
def new() -> ResponseReturnValue:
    """Another form; nobody is asked it before it is published."""
    form = NewForm()
    saw(kind="forms")
    if form.validate_on_submit():
        form_id = start_form(
            code=form.code.data or "", kind=form.kind.data, staff=current_staff(), now=now()
        )
        return redirect(url_for(".edit", form_id=form_id, language="en"))
    return show("forms/new.html", form=form)


@blueprint.get("/<int:form_id>")
@staff("forms.view")
def form(form_id: int) -> str:
    """One form: what counts, what is being written, and every version with who and when."""
    page = _page(form_id)
    return show("forms/form.html", page=page, settings=SettingsForm().fill(page.row))


@blueprint.post("/<int:form_id>/settings")
@staff("forms.edit")
def settings(form_id: int) -> ResponseReturnValue:
    """When it is asked for."""
    page, sent = _page(form_id), SettingsForm()
    if not sent.validate_on_submit():
        return show("forms/form.html", page=page, settings=sent)
    set_form(form_id=form_id, settings=sent.settings, staff=current_staff(), now=now())
    flash("Kept.", "done")
    return redirect(url_for(".form", form_id=form_id))


@blueprint.route("/<int:form_id>/edit/<language>", methods=["GET", "POST"])
@staff("forms.edit")
def edit(form_id: int, language: str) -> ResponseReturnValue:
    """The draft in one language."""
    page, sent = _page(form_id), TextForm()
    if language not in LANGUAGES:
        abort(404)
    if sent.validate_on_submit():
        text = sent.text(language)
        save_form_draft(form_id=form_id, text=text, staff=current_staff(), now=now())
        return redirect(url_for(".preview", form_id=form_id, number=0, language=language))
    words = page.words(language) or page.words("en")
    if not sent.is_submitted() and words is not None:
        sent.fill(words)
    return show("forms/edit.html", page=page, form=sent, language=language)


@blueprint.get("/<int:form_id>/versions/<int:number>/<language>")
@staff("forms.view")
def preview(form_id: int, number: int, language: str) -> str:
    """A version as the patient sees it; number 0 is the draft."""
    page = _page(form_id)
    words = found(_words(page, number, language))
    practice = current_practice()
    shown = shown_form(words, page.row.kind, practice=practice.name, phone=practice.phone)
    asked = asked_form(shown.fields)
    return show("forms/preview.html", page=page, words=words, shown=shown, form=asked)


@blueprint.post("/<int:form_id>/publish")
@staff("forms.edit")
def publish(form_id: int) -> ResponseReturnValue:
    """The drafts become the next version."""
    _page(form_id)
    number = publish_form(form_id=form_id, staff=current_staff(), now=now())
    flash(f"Version {number} is asked from now on. What was signed before stands.", "done")
    return redirect(url_for(".form", form_id=form_id))


def _page(form_id: int) -> FormPage:
    saw(kind="form", id=form_id)
    return found(form_page(form_id))


def _words(page: FormPage, number: int, language: str) -> FormWords | None:
    if number == 0:
        return page.drafts.get(language)
    fitting = (v for v in page.versions if v.number == number and v.language == language)
    return next(fitting, None)
