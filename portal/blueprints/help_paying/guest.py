"""Applying without a sign-in: begun with a name, kept as one goes, taken up on any phone by a code and the birth date (FA-6)."""

from __future__ import annotations

from typing import Any

from flask import (
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from billing.assistance_steps import RELATION_WORDS, Relation
from billing.money import ZERO, Money
from portal.blueprints.help_paying.filling import COVERED
from portal.blueprints.help_paying.forms import (
    ButtonForm,
    CoverageForm,
    HardshipForm,
    IncomeForm,
    PaperForm,
    PersonForm,
    SignForm,
)
from portal.blueprints.help_paying.guest_forms import BackForm, GuestForm
from portal.blueprints.help_paying.papers import NOTHING
from portal.blueprints.help_paying.steps import signing_words
from portal.blueprints.help_paying.views import blueprint
from portal.queries.guest_application import GuestPage, guest_paper
from portal.services.guest_application import (
    GuestCaller,
    add_guest_paper,
    add_to_guest,
    begin_guest,
    open_guest,
    remove_guest_paper,
    save_guest,
    send_guest,
    take_from_guest,
)
from portal.services.own_application import CannotApply
from portal.web.access import applicant, public, saw
from portal.web.applicants import code_to_show, current_application, leave, open_here
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.languages import language
from portal.web.practice_day import practice_day

WRONG = "No application fits. Look at the code and at the birth date, or call us."
YES = "yes"
SUMS = ("owed_in_year", "paid_in_year")


@blueprint.route("/without-sign-in", methods=["GET", "POST"])
@public
def guest() -> ResponseReturnValue:
    """Who applies; then the code, by which they come back."""
    form = GuestForm()
    ok = form.validate_on_submit() and form.check(practice_day())
    if ok and (born := form.birth_on.data) is not None:
        try:
            guest_id, code = begin_guest(
                fields=form.fields,
                birth_on=born,
                language=language(),
                caller=_caller(),
                now=now(),
            )
        except CannotApply as refused:
            form.form_errors = [str(refused)]
        else:
            open_here(guest_id, code=code)
            return redirect(url_for(".guest_code"))
    return render_template("help_paying/guest_you.html", form=form)


@blueprint.get("/without-sign-in/code")
@applicant
def guest_code() -> ResponseReturnValue:
    """The code, shown once."""
    _mine()
    code = code_to_show()
    if not code:
        return redirect(url_for(".guest_parts"))
    return render_template("help_paying/guest_code.html", code=code)


@blueprint.route("/come-back", methods=["GET", "POST"])
@public
def guest_back() -> ResponseReturnValue:
    """By the code and the birth date."""
    form = BackForm()
    if form.validate_on_submit() and (born := form.birth_on.data) is not None:
        found = open_guest(code=form.code.data or "", birth_on=born, caller=_caller(), now=now())
        if found is not None:
            open_here(found)
            return redirect(url_for(".guest_parts"))
        form.form_errors = [WRONG]
    return render_template("help_paying/guest_back.html", form=form)


@blueprint.post("/come-back/leave")
@public
def guest_leave() -> ResponseReturnValue:
    """Nobody who takes this phone next reads it."""
    leave()
    return redirect(url_for("pages.paying"))


@blueprint.get("/mine")
@applicant
def guest_parts() -> str:
    """Each part with whether it has an answer; once sent, where it stands."""
    page = _mine()
    template = "guest_parts" if page.state == "draft" else "guest_status"
    return render_template(f"help_paying/{template}.html", page=page, form=ButtonForm())


@blueprint.route("/mine/household", methods=["GET", "POST"])
@applicant
def guest_household() -> ResponseReturnValue:
    """Who lives on the income."""
    page, form = _draft(), PersonForm()
    if form.validate_on_submit() and form.check(practice_day()):
        entry = {
            "name": form.name.data or "",
            "birth_on": form.birth_on.data.isoformat() if form.birth_on.data else "",
            "relation": _relation(form.relation.data),
            "tax_dependent": bool(form.tax_dependent.data),
        }
        if _added(page, "people", entry, form):
            return redirect(url_for(".guest_household"))
    if not form.is_submitted():
        form.seen.data = str(len(page.people))
    return render_template("help_paying/guest_household.html", page=page, form=form)


@blueprint.post("/mine/household/all")
@applicant
def guest_household_all() -> ResponseReturnValue:
    """These are all."""
    save_guest(_draft().id, answers={"household_said": True}, now=now())
    return redirect(url_for(".guest_income"))


@blueprint.route("/mine/income", methods=["GET", "POST"])
@applicant
def guest_income() -> ResponseReturnValue:
    """What comes in, each source by itself."""
    page, form = _draft(), IncomeForm()
    form.member.choices = [(name, name) for name in page.household]
    if request.form.get("no_income"):
        save_guest(page.id, answers={"no_income": True}, now=now())
        return redirect(url_for(".guest_coverage"))
    if form.validate_on_submit() and form.member.data in page.household:
        income = form.income
        entry = {
            "member": form.member.data,
            "source": income.source.value,
            "period": income.period.value,
            "amount": income.amount.cents,
        }
        if _added(page, "incomes", entry, form):
            return redirect(url_for(".guest_income"))
    if not form.is_submitted():
        form.seen.data = str(len(page.incomes))
    return render_template("help_paying/guest_income.html", page=page, form=form)


@blueprint.post("/mine/household/<int:place>/remove")
@applicant
def guest_without_person(place: int) -> ResponseReturnValue:
    """Somebody does not belong to the household."""
    take_from_guest(_draft().id, "people", place, now=now())
    return redirect(url_for(".guest_household"))


@blueprint.post("/mine/income/<int:place>/remove")
@applicant
def guest_without_income(place: int) -> ResponseReturnValue:
    """A source of income was wrong."""
    take_from_guest(_draft().id, "incomes", place, now=now())
    return redirect(url_for(".guest_income"))


@blueprint.route("/mine/coverage", methods=["GET", "POST"])
@applicant
def guest_coverage() -> ResponseReturnValue:
    """Who else might pay."""
    page = _draft()
    said = page.answers
    known = {name: YES if said[name] else "no" for name in COVERED if name in said}
    form = CoverageForm(data={**known, "program": said.get("program", "")})
    if form.validate_on_submit():
        answers: dict[str, Any] = {name: form[name].data == YES for name in COVERED}
        save_guest(page.id, answers={**answers, "program": form.program.data or ""}, now=now())
        return redirect(url_for(".guest_hardship"))
    return render_template("help_paying/guest_coverage.html", page=page, form=form)


@blueprint.route("/mine/hardship", methods=["GET", "POST"])
@applicant
def guest_hardship() -> ResponseReturnValue:
    """What else we should know."""
    page = _draft()
    said = page.answers
    sums = {name: Money(said[name]) for name in SUMS if said.get(name)}
    form = HardshipForm(data={"hardship": said.get("hardship", ""), **sums})
    if form.validate_on_submit():
        answers = {
            "hardship": form.hardship.data or "",
            "owed_in_year": (form.owed_in_year.data or ZERO).cents,
            "paid_in_year": (form.paid_in_year.data or ZERO).cents,
        }
        save_guest(page.id, answers=answers, now=now())
        return redirect(url_for(".guest_papers"))
    return render_template("help_paying/guest_hardship.html", page=page, form=form)


@blueprint.route("/mine/papers", methods=["GET", "POST"])
@applicant
def guest_papers() -> ResponseReturnValue:
    """Photographed or chosen; nobody has to have one at hand."""
    page, form = _draft(), PaperForm()
    if form.validate_on_submit() and _kept(page, form):
        return redirect(url_for(".guest_papers"))
    return render_template("help_paying/guest_papers.html", page=page, form=form)


@blueprint.get("/mine/papers/<int:paper_id>.pdf")
@applicant
def guest_one_paper(paper_id: int) -> Response:
    """One of them, as we made it harmless."""
    key = guest_paper(_mine().id, paper_id)
    if key is None:
        abort(404)
    headers = {"Content-Disposition": 'inline; filename="paper.pdf"'}
    content = gateways().documents.get(key)
    return Response(content, mimetype="application/pdf", headers=headers)


@blueprint.post("/mine/papers/<int:paper_id>/remove")
@applicant
def guest_without_paper(paper_id: int) -> ResponseReturnValue:
    """It was the wrong one: deleted."""
    remove_guest_paper(_draft().id, paper_id, documents=gateways().documents, now=now())
    return redirect(url_for(".guest_papers"))


@blueprint.route("/mine/sign", methods=["GET", "POST"])
@applicant
def guest_sign() -> ResponseReturnValue:
    """All of it once more, and the signature."""
    page, form, words = _draft(), SignForm(), signing_words()
    if form.validate_on_submit():
        try:
            send_guest(page.id, name=form.name.data or "", words=words, now=now())
        except CannotApply as refused:
            form.form_errors = [str(refused)]
        else:
            flash("We have your application. Thank you.", "done")
            return redirect(url_for(".guest_parts"))
    return render_template("help_paying/guest_sign.html", page=page, form=form, words=words)


def _mine() -> GuestPage:
    """The one that is open here, told to the audit trail."""
    page = current_application()
    saw(accounts=page.account_ids, kind="guest_application", id=page.id)
    return page


def _draft() -> GuestPage:
    page = _mine()
    if page.state != "draft":
        abort(redirect(url_for("help_paying.guest_parts")))
    return page


def _caller() -> GuestCaller:
    return GuestCaller(address=request.remote_addr or "", keys=gateways().hash_keys)


def _relation(said: str | None) -> str:
    relation = Relation(said or Relation.OTHER.value)
    return relation.value if relation in RELATION_WORDS else Relation.OTHER.value


def _added(page: GuestPage, what: str, entry: dict[str, Any], form: Any) -> bool:
    """Why it was not added stands on the form."""
    seen = form.seen.data or ""
    number = int(seen) if seen.isascii() and seen.isdigit() else -1
    try:
        add_to_guest(page.id, what, entry, seen=number, now=now())
    except CannotApply as refused:
        form.form_errors = [str(refused)]
        return False
    return True


def _kept(page: GuestPage, form: PaperForm) -> bool:
    """Why a paper was not taken stands at its field."""
    content = form.content
    if content is None:
        form.photo.errors = [NOTHING]
        return False
    try:
        add_guest_paper(page.id, kind=form.proof, content=content, desk=gateways(), now=now())
    except CannotApply as refused:
        form.photo.errors = [str(refused)]
        return False
    return True
