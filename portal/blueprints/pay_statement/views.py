"""The questions. Until they are answered no page here knows whose bill it is, or if there is one."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from portal.blueprints.pay_statement.forms import CodeForm, LinkForm
from portal.blueprints.pay_statement.steps import open_visit
from portal.web import payers
from portal.web.access import public

blueprint = Blueprint("pay_statement", __name__)
CODE = "pay_code"


@blueprint.get("/p/<code>")
@public
def tap(code: str) -> ResponseReturnValue:
    """Take the code out of the address: the square on paper and the link in a message lead here."""
    session[CODE] = code[:64]
    response = redirect(url_for("pay_statement.questions"))
    response.headers["Referrer-Policy"] = "no-referrer"  # the address left behind holds the code
    return response


@blueprint.route("/pay-statement", methods=["GET", "POST"])
@public
def start() -> ResponseReturnValue:
    """The code on the statement, birth date and ZIP; the same for every code there is or is not."""
    form = CodeForm()
    if form.validate_on_submit() and open_visit(form, form.code.data or ""):
        return redirect(url_for("pay_statement.amount"))
    return render_template("pay_statement/questions.html", form=form)


@blueprint.route("/pay-statement/link", methods=["GET", "POST"])
@public
def questions() -> ResponseReturnValue:
    """Birth date and ZIP alone, for who came by the square or a link."""
    code, form = session.get(CODE), LinkForm()
    if code is None:
        return redirect(url_for("pay_statement.start"))
    if form.validate_on_submit() and open_visit(form, code):
        return redirect(url_for("pay_statement.amount"))
    return render_template("pay_statement/questions.html", form=form)


@blueprint.post("/pay-statement/leave")
@public
def leave() -> ResponseReturnValue:
    """Close the visit before it ends by itself."""
    payers.leave()
    return redirect(url_for("pay_statement.closed"))


@blueprint.get("/pay-statement/closed")
@public
def closed() -> ResponseReturnValue:
    """The visit is over."""
    return render_template("pay_statement/closed.html")
