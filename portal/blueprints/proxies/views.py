"""Share an account, answer an invitation, act for somebody, and take it back."""

from __future__ import annotations

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.blueprints.proxies import steps
from portal.blueprints.proxies.forms import ChildForm, InviteForm
from portal.queries.parent_requests import own_requests
from portal.queries.proxies_page import Offer, ProxiesPage, proxies_page, proxy_offer
from portal.queries.viewer import ANY, OWN_ONLY
from portal.services.answer_proxy_invitation import answer_proxy_invitation
from portal.services.end_proxy import end_proxy
from portal.services.start_session import session_hash
from portal.web import sessions
from portal.web.access import current_patient, may_open, patient, public, saw
from portal.web.base import gateways
from portal.web.clock import now
from portal.web.practice_day import practice_day
from portal.web.step_up import confirm_first

blueprint = Blueprint("proxies", __name__, url_prefix="/access")


@blueprint.get("/")
@patient(scope=OWN_ONLY)
def index() -> ResponseReturnValue:
    """Who can see my account, and whose I can see."""
    asked = own_requests(current_patient())
    return render_template("proxies/index.html", page=_page(), asked=asked)


@blueprint.route("/child", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def ask_child() -> ResponseReturnValue:
    """A parent or guardian asks the office; the answer is the same whether it knows the child (ID-4)."""
    form = ChildForm()
    if form.validate_on_submit() and steps.ask_child(form):
        return redirect(url_for(".index"))
    return render_template("proxies/child.html", form=form)


@blueprint.route("/invite", methods=["GET", "POST"])
@patient(scope=OWN_ONLY)
def invite() -> ResponseReturnValue:
    """Ask somebody to help. It opens the account to them, so the password comes first (ID-9)."""
    own = _page().own
    if not own:
        abort(404)
    if (confirm := confirm_first()) is not None:
        return confirm
    form = InviteForm(own)
    if form.validate_on_submit() and steps.invite(form, own):
        return redirect(url_for(".index"))
    return render_template("proxies/invite.html", form=form)


@blueprint.get("/invitation/<token>")
@public
def arrive(token: str) -> ResponseReturnValue:
    """Where the link in the mail leads: it tells nothing, and asks to sign in."""
    if "login_id" in g:
        return redirect(url_for(".offer", token=token))
    return render_template("proxies/arrive.html", token=token)


@blueprint.get("/offer/<token>")
@patient(scope=OWN_ONLY)
def offer(token: str) -> ResponseReturnValue:
    """Who asks, and for what."""
    return render_template("proxies/offer.html", offer=_offer(token), token=token)


@blueprint.post("/offer/<token>/<any(accept,decline):answer>")
@patient(scope=OWN_ONLY)
def answer(token: str, answer: str) -> ResponseReturnValue:
    """Yes or no, once. A yes opens another's account to this sign-in: the password comes first (ID-9)."""
    accepts = answer == "accept"
    name = _offer(token).patient_name
    if accepts and (confirm := confirm_first(url_for(".offer", token=token))) is not None:
        return confirm
    answer_proxy_invitation(
        viewer=current_patient(),
        token=token,
        accepts=accepts,
        public_url=gateways().public_url,
        now=now(),
    )
    flash(f"You can act for {name} now." if accepts else "You said no. We told them.", "done")
    return redirect(url_for(".index"))


@blueprint.post("/<int:grant_id>/end")
@patient(scope=OWN_ONLY)
def end(grant_id: int) -> ResponseReturnValue:
    """Take it back, or give it up, by one press."""
    saw(kind="proxy_grant", id=grant_id)
    end_proxy(
        viewer=current_patient(), grant_id=grant_id, public_url=gateways().public_url, now=now()
    )
    flash("That access has ended.", "done")
    return redirect(url_for(".index"))


@blueprint.post("/<int:grant_id>/act")
@patient(scope=ANY)
def act(grant_id: int) -> ResponseReturnValue:
    """From now on, for that person."""
    current_patient()  # as it is before the change, for the audit row
    saw(kind="proxy_grant", id=grant_id, action="act_for")
    sessions.act_for(grant_id)
    return redirect(url_for(".acting"), 303)


@blueprint.post("/back")
@patient(scope=ANY)
def back() -> ResponseReturnValue:
    """Back to one's own account."""
    current_patient()
    sessions.act_for(None)
    return redirect(url_for("overview.home"), 303)


@blueprint.get("/acting")
@patient(scope=ANY)
def acting() -> ResponseReturnValue:
    """What one may do for the other person; straight to the bills where those are shared."""
    if may_open("overview.home"):
        return redirect(url_for("overview.home"), 303)
    return render_template("proxies/acting.html", acting=current_patient().acting_for)


def _page() -> ProxiesPage:
    page = proxies_page(current_patient(), on=practice_day(), now=now())
    saw(patients=[one.id for one in page.own], kind="proxies")
    return page


def _offer(token: str) -> Offer:
    found = proxy_offer(
        current_patient(), token_hash=session_hash(token), on=practice_day(), now=now()
    )
    if found is None:
        abort(404)
    saw(
        patients=[found.patient_id],
        accounts=[found.account_id],
        kind="proxy_grant",
        id=found.grant_id,
    )
    return found
