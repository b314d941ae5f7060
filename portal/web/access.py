"""Closed by default: an endpoint opens only through exactly one of seven decorators."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast, overload

from flask import Flask, abort, current_app, flash, g, make_response, redirect, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from billing.free_text import redact_free_text
from billing.proxy_access import ProxyScope
from portal.queries.permissions import ALL_PERMISSIONS
from portal.queries.viewer import (
    ANY,
    OWN_ONLY,
    AccountViewer,
    GuestViewer,
    LoginViewer,
    PatientViewer,
    StaffViewer,
    Viewer,
    acting_patient_viewer,
    acting_viewer,
    patient_viewer,
    staff_viewer,
)
from portal.services.record_access import Access, Actor, record_access, role_of
from portal.services.refusal import Refusal
from portal.web import restricted as closing
from portal.web import sessions
from portal.web.applicants import current_applicant, guard_applicant
from portal.web.clock import now
from portal.web.kiosks import guard_kiosk
from portal.web.logging import LOG
from portal.web.payers import current_payer
from portal.web.seen import seen_now
from portal.web.sign_in_words import ACCESS_ENDED

View = TypeVar("View", bound=Callable[..., Any])
# The library's own sign-in pages guard themselves; portal.web.sign_in lists them.
SIGN_IN_ENDPOINTS: set[str] = set()
STATIC = "static"
READING = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may call an endpoint."""

    face: str  # public, patient, staff
    permission: str = ""
    guests: bool = False  # whoever came by the link in a text, too
    payers: bool = False  # whoever came to pay by a statement's code or a link, too
    scope: str = ""  # patients' pages: what a proxy must hold to open it for somebody else
    kiosk: bool = False  # a paired tablet at the desk, and nobody's sign-in
    applicants: bool = False  # whoever opened an application by its code, and nobody's sign-in
    restricted: bool = False  # staff's page that stands before a restricted account


PAYERS = Rule("patient", payers=True)
KIOSK = Rule("patient", kiosk=True)
APPLICANTS = Rule("patient", applicants=True)
NO_SIGN_IN = {PAYERS, KIOSK, APPLICANTS}  # whatever sign-in a browser has, it opens none of these


def public(view: View) -> View:
    """Anybody, signed in or not. Such a page shows no patient data."""
    return _ruled(view, Rule("public"))


@overload
def patient(view: View) -> View: ...
@overload
def patient(*, scope: str) -> Callable[[View], View]: ...
def patient(view: View | None = None, *, scope: str = ProxyScope.BILLS) -> Any:
    """A patient with password and second factor; the view is written to the audit trail.

    A proxy opens it for a patient who shared `scope` (HIPAA-9). `OWN_ONLY` is never opened for somebody
    else, `ANY` always.
    """
    if view is None:
        return lambda one: _ruled(_recorded(one), Rule("patient", scope=_known(scope)))
    return _ruled(_recorded(view), Rule("patient", scope=_known(scope)))


@overload
def patient_or_guest(view: View) -> View: ...
@overload
def patient_or_guest(*, scope: str, payers: bool = ...) -> Callable[[View], View]: ...
def patient_or_guest(
    view: View | None = None, *, scope: str = ProxyScope.BILLS, payers: bool = False
) -> Any:
    """A patient, or a guest by the link in a text (MSG-9): for what a guest may see of its one account.

    `payers`: the card company sends everybody back here, who only pays too (PLAN-19).
    """
    rule = Rule("patient", guests=True, payers=payers, scope=_known(scope))
    if view is None:
        return lambda one: _ruled(_recorded(one), rule)
    return _ruled(_recorded(view), rule)


def payer(view: View) -> View:
    """Whoever may pay one account and see its totals (PLAN-19), and nobody else, signed in or not."""
    return _ruled(_recorded(view), PAYERS)


def kiosk(view: View) -> View:
    """A paired tablet at the desk, for the one check-in that it shows (SCH-12); its services write the audit rows."""
    return _ruled(view, KIOSK)


def applicant(view: View) -> View:
    """Whoever opened an application by its code and birth date, for that one (FA-6); the view is written to the audit trail."""
    return _ruled(_recorded(view), APPLICANTS)


def staff(permission: str, *, restricted: bool = False) -> Callable[[View], View]:
    """A member of staff whose role holds the permission; the view is written to the audit trail.

    A restricted account opens on none of them before a reason was given, but on those that say `restricted`.
    """
    if permission not in ALL_PERMISSIONS:
        raise ValueError(f"no role holds {permission}: see portal/queries/permissions.py")
    return lambda view: _ruled(_recorded(view), Rule("staff", permission, restricted=restricted))


def saw(
    *,
    accounts: Iterable[int] = (),
    patients: Iterable[int] = (),
    kind: str = "",
    id: object = "",  # noqa: A002 (it is the object's id)
    action: str = "",
    rows: int | None = None,
    untold: bool = False,
    about: Iterable[int] = (),
) -> None:
    """Tell the audit trail whose data this request shows or changes; call it with what the query reports.

    Call it before the service that changes anything: a change of a restricted account ends here (HIPAA-3).

    `action` defaults to view or update by the method; say search, export, create, print or send. `rows` is how
    many a download has (HIPAA-4). `untold`: the trail of the patients' accounts must not hint at it (HIPAA-10). `about`: the
    accounts that the page is about, closed however many others it names.
    """
    seen = seen_now()
    seen.untold = untold or seen.untold
    seen.about.update(about)
    seen.account_ids.update(accounts, seen.about)
    seen.patient_ids.update(patients)
    seen.object_type = kind or seen.object_type
    seen.object_id = str(id) or seen.object_id
    seen.action = action or seen.action
    seen.rows = rows if rows is not None else seen.rows
    if request.method not in READING:
        _keep_closed()


def current_viewer() -> Viewer:
    """Who is asking; no page that is only `public` shows what it finds by this."""
    if "viewer" not in g:
        if "login_id" not in g and "guest" not in g:
            abort(403)
        if "login_id" not in g:
            g.viewer = GuestViewer(g.guest.text_link_id, g.guest.account_id, g.guest.appointment_id)
            return cast("Viewer", g.viewer)
        face = current_app.config["FACE"].name
        g.viewer = (_patient_now if face == "patient" else staff_viewer)(g.login_id)
    return cast("Viewer", g.viewer)


def _patient_now(login_id: int) -> PatientViewer:
    """What a patient's sign-in may see now. Access that ended since this request began ends the request:
    what was meant for somebody else's account must never be done on one's own.
    """
    if "acting" not in g:
        return patient_viewer(login_id)
    found = acting_patient_viewer(login_id, g.acting.grant_id, now=now())
    if found is None:
        g.viewer = acting_viewer(login_id, g.acting)  # for the audit row of the refused try
        abort(409)
    return found


def may_open(endpoint: str) -> bool:
    """Whether a link to the page leads anywhere for who is asking: a proxy sees only what was shared."""
    if "acting" not in g:
        return True
    rule = rule_of(current_app.view_functions[endpoint])
    if rule is None or not rule.scope:
        return rule is not None
    return acting_viewer(g.login_id, g.acting).may(rule.scope)


def readable_staff_viewer() -> StaffViewer | None:
    """The member of staff who is asking, for error pages too: those must stand without a database."""
    if "login_id" not in g or current_app.config["FACE"].name != "staff":
        return None
    try:
        viewer = current_viewer()
    except SQLAlchemyError as error:
        LOG.warning("viewer_unreadable", exc_info=error)
        return None
    return viewer if isinstance(viewer, StaffViewer) else None


def current_account_viewer() -> AccountViewer:
    """The signed-in patient or the guest, on pages that `patient_or_guest` opens."""
    viewer = current_viewer()
    if isinstance(viewer, StaffViewer):
        abort(403)
    return viewer


def current_login() -> LoginViewer:
    """Whoever has a sign-in, at either face."""
    viewer = current_viewer()
    if isinstance(viewer, GuestViewer):
        abort(403)
    return viewer


def current_patient() -> PatientViewer:
    """The signed-in patient."""
    viewer = current_viewer()
    if not isinstance(viewer, PatientViewer):
        abort(403)
    return viewer


def current_staff() -> StaffViewer:
    """The signed-in member of staff."""
    viewer = current_viewer()
    if not isinstance(viewer, StaffViewer):
        abort(403)
    return viewer


def close_by_default(app: Flask) -> None:
    """Refuse every request whose endpoint does not say who may call it."""

    @app.before_request
    def _guard() -> Response | None:
        sessions.recognise()
        if request.endpoint is None:
            return None  # no such page: the 404 is the router's
        if request.endpoint == STATIC or request.endpoint in SIGN_IN_ENDPOINTS:
            return None
        rule = rule_of(app.view_functions[request.endpoint])
        if rule is None:
            abort(403)
        if rule.face == "public":
            return None
        if rule.face != app.config["FACE"].name:
            abort(404)
        if rule in NO_SIGN_IN or "login_id" not in g:
            return _guard_visitor(rule)
        if "acting" in g or g.get("acting_ended"):
            return _guard_acting(rule)
        if rule.permission and rule.permission not in current_staff().permissions:
            _record(outcome="denied", reason=rule.permission)
            abort(403)
        _guard_restricted(rule)
        return None


def _guard_restricted(rule: Rule) -> None:
    """Nothing of a restricted account is even read before a reason was given."""
    try:
        if rule.face == "staff" and not rule.restricted:
            _keep_shut({(request.view_args or {}).get("account_id", 0)})
    except closing.AccountRestricted as closed:
        _record(outcome="refused", reason=type(closed).__name__)
        raise


def _guard_visitor(rule: Rule) -> Response | None:
    """Without a sign-in: a guest or payer on pages that open to them; who pays answers our questions first."""
    if rule.kiosk or rule.applicants:
        return guard_kiosk() if rule.kiosk else guard_applicant()
    if (rule.payers and "payer" in g) or (rule.guests and "guest" in g):
        return None
    if rule is PAYERS and "payer_expired" not in g:
        return redirect(url_for("pay_statement.start"))
    return sessions.ask_to_sign_in()


def _guard_acting(rule: Rule) -> Response | None:
    """A proxy gets what was shared; once nothing is, the way back, whatever was asked for (HIPAA-9)."""
    if g.acting_ended:
        sessions.act_for(None)
        flash(ACCESS_ENDED, "info")
        return redirect(url_for("pages.home"), 303)
    if not acting_viewer(g.login_id, g.acting).may(rule.scope):
        _record(outcome="denied", reason=rule.scope)
        raise closing.NotShared
    return None


def rule_of(view: Callable[..., Any]) -> Rule | None:
    """The rule an endpoint carries, if any."""
    return getattr(view, "access_rule", None)


def _ruled(view: View, rule: Rule) -> View:
    if rule_of(view) is not None:
        raise TypeError(f"{view.__module__}.{view.__name__} carries two access decorators")
    view.access_rule = rule  # type: ignore[attr-defined]  # a function may carry what we read later
    return view


def _recorded(view: View) -> View:
    @wraps(view)
    def recorded(*args: Any, **kwargs: Any) -> Any:
        try:
            response = make_response(view(*args, **kwargs))
            _keep_closed()
        except Exception as error:
            expected = isinstance(error, HTTPException | Refusal)
            _record(outcome="refused" if expected else "failed", reason=type(error).__name__)
            raise
        _record(outcome="ok")
        return response

    return cast("View", recorded)


def _keep_closed() -> None:
    """Show nothing of a restricted account, and change nothing, before a reason was given."""
    rule = rule_of(current_app.view_functions[request.endpoint or ""])
    if rule is None or rule.face != "staff" or rule.restricted:
        return
    seen = seen_now()
    shown = seen.account_ids | closing.accounts_of(seen.patient_ids) if request.view_args else set()
    _keep_shut(shown, seen.about)


def _keep_shut(shown: set[int], about: Collection[int] = ()) -> None:
    if closing.restricted_accounts() & shown.union(about) and (
        closed := closing.closed_among(current_staff(), shown, about)
    ):
        seen_now().account_ids.update(closed)
        raise closing.AccountRestricted(min(closed))


def _record(*, outcome: str, reason: str = "") -> None:
    viewer = _actor()
    seen = seen_now()
    accounts = seen.account_ids
    if not isinstance(viewer, StaffViewer):
        accounts = accounts | viewer.account_ids
    first_argument = next(iter((request.view_args or {}).values()), "")
    record_access(
        Access(
            face=current_app.config["FACE"].name,
            login_id=viewer.login_id if isinstance(viewer, LoginViewer) else None,
            role=role_of(viewer),
            action=seen.action or ("view" if request.method in READING else "update"),
            object_type=seen.object_type or (request.endpoint or ""),
            # What somebody typed into the address may hold a NUL, which the database cannot, or a card number.
            object_id=redact_free_text((seen.object_id or str(first_argument)).replace("\0", "")),
            account_ids=tuple(sorted(accounts)),
            patient_ids=tuple(sorted(seen.patient_ids)),
            outcome=outcome,
            reason=reason,
            ip=request.remote_addr or "",
            user_agent=request.user_agent.string[:200],
            request_id=g.request_id,
            acting_for=None if isinstance(viewer, StaffViewer) else viewer.grant_id,
            row_count=seen.rows,
        ),
        now=now(),
        by_patients=bool(seen.patient_ids) and not accounts and not seen.untold,
    )


def _known(scope: str) -> str:
    if scope not in {*ProxyScope, OWN_ONLY, ANY}:
        raise ValueError(f"no grant holds {scope}: see billing/proxy_access.py")
    return str(scope)


def _actor() -> Actor:
    if "applicant" in g:
        return current_applicant()
    return current_payer() if "payer" in g else current_viewer()
