"""The start page, help, help with paying, languages, accessibility and privacy: words, no patient data."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from billing.language_help import languages_of
from portal.queries.our_rules import our_rules
from portal.web.access import public
from portal.web.held_time import kept_hold
from portal.web.practice_day import practice_day
from portal.web.theme import current_practice

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
@public
def home() -> ResponseReturnValue:
    """The door: sign in, or start with the code on a letter. Whoever kept a time before they signed in goes on with it."""
    if "login_id" in g and (held := kept_hold()) is not None:
        return redirect(url_for("visits.confirm_booking", hold_id=held))
    if "login_id" in g or "guest" in g:
        return redirect(url_for("overview.home"))
    return render_template("pages/home.html")


@blueprint.get("/help", endpoint="help")
@public
def help_page() -> ResponseReturnValue:
    """Whom to ask, and the questions that most people have."""
    return render_template("pages/help.html")


@blueprint.get("/help-paying")
@public
def paying() -> ResponseReturnValue:
    """Financial assistance: that it exists, and where to ask (STMT-7)."""
    return render_template("pages/paying.html")


@blueprint.get("/our-rules")
@public
def rules() -> ResponseReturnValue:
    """How this practice bills, written from what is in force today."""
    return render_template("pages/our_rules.html", rules=our_rules(practice_day()))


@blueprint.get("/languages")
@public
def language() -> ResponseReturnValue:
    """Free language help, said in each language (LANG-1)."""
    return render_template("pages/language.html", languages=languages_of(current_practice().state))


@blueprint.get("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    """What we aim for, and how to tell us of a barrier."""
    return render_template("pages/accessibility.html")


@blueprint.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    """What this site keeps, and what it never does."""
    return render_template("pages/privacy.html")


@blueprint.get("/text-terms")
@public
def texts() -> ResponseReturnValue:
    """What we text and how to end it (MSG-2)."""
    return render_template("pages/texts.html")
