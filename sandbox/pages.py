"""The hosted pages: Checkout, the bank's authentication step and the receipt, without JavaScript."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, current_app, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from sandbox.errors import ApiError
from sandbox.store import Json
from sandbox.stripe_api import checkout
from sandbox.world import World

POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
TRY_CARDS = (
    ("4242 4242 4242 4242", "is accepted"),
    ("4000 0000 0000 0002", "is declined"),
    ("4000 0000 0000 9995", "is declined: not enough money"),
    ("4000 0000 0000 3220", "asks for 3-D Secure"),
)
TRY_BANKS = (
    ("000123456789", "arrives after 4 days"),
    ("000222222227", "comes back: not enough money"),
    ("000555555559", "arrives, then is disputed"),
)
blueprint = Blueprint("pages", __name__)


def render(
    template: str, *, status: int = 200, posts_to: tuple[str, ...] = (), **values: Any
) -> Response:
    """A page of the sandbox; `posts_to` names the origins a form may end up at."""
    response = Response(render_template(template, **values), status, mimetype="text/html")
    origins = " ".join(
        sorted({f"{u.scheme}://{u.netloc}" for u in map(urlsplit, posts_to) if u.netloc})
    )
    response.headers["Content-Security-Policy"] = f"{POLICY}; form-action 'self' {origins}".strip()
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@blueprint.app_template_filter("dollars")
def dollars(cents: int | None) -> str:
    """Cents as dollars."""
    whole, rest = divmod(cents or 0, 100)
    return f"${whole:,}.{rest:02d}"


@blueprint.get("/c/pay/<session_id>")
def show_checkout(session_id: str) -> AnyResponse:
    """The page a shopper pays on, or where they belong instead."""
    session = _world().store.get("checkout.session", session_id)
    if session["status"] == "open":
        return _checkout_page(session)
    if session["status"] == "complete":
        return _to_success(session)
    return render("expired.html", status=410, back=session["cancel_url"])


@blueprint.post("/c/pay/<session_id>")
def pay(session_id: str) -> AnyResponse:
    """The shopper pressed the button."""
    world = _world()
    session = world.store.get("checkout.session", session_id)
    if session["status"] != "open":
        return redirect(f"/c/pay/{session_id}", 303)
    try:
        method = _method(request.form)
    except ValueError as error:
        return _checkout_page(session, str(error), 400)
    answer = world.perform(
        lambda: checkout.pay(world, session_id, method), key=None, fingerprint=""
    )
    if "error" in answer.body:
        return _checkout_page(session, answer.body["error"]["message"], answer.status)
    if answer.body["status"] == "requires_action":
        return redirect(f"/c/3ds/{answer.body['id']}", 303)
    return _to_success(session)


@blueprint.get("/c/3ds/<intent_id>")
def show_authentication(intent_id: str) -> Response:
    """The 3-D Secure step."""
    intent = _intent(intent_id)
    return render("authenticate.html", amount=intent.get("amount"), posts_to=_returns(intent))


@blueprint.post("/c/3ds/<intent_id>")
def authenticate(intent_id: str) -> AnyResponse:
    """How the 3-D Secure step ended."""
    world = _world()
    answer = world.perform(
        lambda: checkout.authenticate(
            world, intent_id, passed=request.form.get("outcome") == "complete"
        ),
        key=None,
        fingerprint="",
    )
    intent = _intent(intent_id)
    session_id = checkout.session_of(intent)
    if session_id:
        session = world.store.get("checkout.session", session_id)
        if session["status"] == "complete":
            return _to_success(session)
        return _checkout_page(session, answer.body.get("error", {}).get("message", ""), 402)
    status = "succeeded" if intent["status"] == "succeeded" else "failed"
    query = urlencode({intent["object"]: intent_id, "redirect_status": status})
    back = intent.get("_return") or "/"
    return redirect(f"{back}{'&' if '?' in back else '?'}{query}", 303)


@blueprint.get("/c/receipt/<charge_id>")
def receipt(charge_id: str) -> Response:
    """The provider's own receipt."""
    return render("receipt.html", charge=_world().store.get("charge", charge_id))


@blueprint.get("/sandbox.css")
def stylesheet() -> Response:
    """The one stylesheet that the policy allows."""
    return current_app.send_static_file("sandbox.css")


@blueprint.app_errorhandler(ApiError)
def missing(error: ApiError) -> Response:
    """An id that the sandbox never made."""
    return render("missing.html", status=error.status)


def _world() -> World:
    world: World = current_app.extensions["world"]
    return world


def _intent(intent_id: str) -> Json:
    kind = "setup_intent" if intent_id.startswith("seti_") else "payment_intent"
    return _world().store.get(kind, intent_id)


def _returns(intent: Json) -> tuple[str, ...]:
    session_id = checkout.session_of(intent)
    if not session_id:
        return (intent.get("_return") or "",)
    return _exits(_world().store.get("checkout.session", session_id))


def _exits(session: Json) -> tuple[str, ...]:
    return (session["success_url"] or "", session["cancel_url"] or "")


def _to_success(session: Json) -> AnyResponse:
    address = (session["success_url"] or "/").replace("{CHECKOUT_SESSION_ID}", session["id"])
    return redirect(address, 303)


def _checkout_page(session: Json, problem: str = "", status: int = 200) -> Response:
    saved = []
    if session["customer"]:
        wanted = {"customer": session["customer"], "type": "card"}
        saved = _world().store.find("payment_method", wanted)
    return render(
        "checkout.html",
        status=status,
        posts_to=_exits(session),
        session=session,
        saved=saved,
        problem=problem,
        try_cards=TRY_CARDS,
        try_banks=TRY_BANKS,
        form=request.form,
    )


def _method(form: Any) -> Json:
    """What the form asks to pay with, in the API's words."""
    if form.get("saved"):
        return {"payment_method": form["saved"]}
    details = {
        "address": {"postal_code": form.get("postal_code")},
        "email": None,
        "name": form.get("name"),
        "phone": None,
        "tax_id": None,
    }
    if form.get("account"):
        bank = {"routing_number": "110000000", "account_number": form["account"].strip()}
        kind: Json = {"type": "us_bank_account", "us_bank_account": bank}
    else:
        month, _, year = form.get("expiry", "").partition("/")
        if not (month.strip().isdigit() and year.strip().isdigit()):
            raise ValueError("Enter the expiry date as MM/YY.")
        card = {"number": form.get("number", ""), "exp_month": int(month), "exp_year": int(year)}
        kind = {"type": "card", "card": card}
    return {"payment_method_data": {**kind, "billing_details": details}}
