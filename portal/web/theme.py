"""What every layout needs: the practice's name and help, the menu, versioned assets, and `/theme.css`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, cast

from flask import Flask, Response, current_app, g, request, url_for
from sqlalchemy.exc import SQLAlchemyError

from portal.queries.patient_thread import unread_answers
from portal.queries.practice import PracticePage, practice_page
from portal.queries.viewer import PatientViewer
from portal.web.access import current_viewer, may_open, public, readable_staff_viewer
from portal.web.colour import theme_css
from portal.web.languages import language, other_language
from portal.web.logging import LOG

HOUSE_ACCENT = "#14604F"
NAMELESS = PracticePage(
    name="Your practice",
    legal_name="",
    address=(),
    state="",
    phone="",
    phone_hours="",
    email="",
    time_zone="America/New_York",
    accent_colour=HOUSE_ACCENT,
    assistance_phone="",
    assistance_url="",
    receipts_through=None,
)


@dataclass(frozen=True, slots=True)
class MenuLink:
    """One entry of a menu; shown when its page exists and the role may open it."""

    endpoint: str
    label: str
    icon: str
    permission: str = ""
    group: str = ""  # under which head it stands in a long menu; empty: by itself


MENUS = {
    "patient": (
        MenuLink("overview.home", "Your bills", "receipt"),
        MenuLink("visits.index", "Your visits", "calendar-event"),
        MenuLink("payments.history", "Payments", "credit-card"),
        MenuLink("messages.thread", "Messages", "chat-left-text"),
        MenuLink("bill_disputes.index", "Disputes", "exclamation-circle"),
        MenuLink("insurance.index", "Insurance", "file-earmark-text"),
        MenuLink("contact.index", "How we reach you", "phone"),
        MenuLink("profile.details", "Your details", "person"),
        MenuLink("proxies.index", "Who can see my account", "people"),
        MenuLink("account.security", "Sign-in and security", "shield-check"),
        MenuLink("pages.help", "Help", "question-circle"),
    ),
    # Signed in, and no record linked yet: no page of bills leads anywhere.
    "newcomer": (
        MenuLink("profile.home", "Home", "house"),
        MenuLink("visits.index", "Your visits", "calendar-event"),
        MenuLink("linking.start", "Find my record", "search"),
        MenuLink("messages.thread", "Messages", "chat-left-text"),
        MenuLink("profile.details", "Your details", "person"),
        MenuLink("proxies.index", "Whose account?", "people"),
        MenuLink("account.security", "Sign-in and security", "shield-check"),
        MenuLink("pages.help", "Help", "question-circle"),
    ),
    "guest": (
        MenuLink("overview.home", "Your bills", "receipt"),
        MenuLink("pages.help", "Help", "question-circle"),
        MenuLink("security.login", "Sign in", "key"),
        MenuLink("enrolment.start", "Make an account", "shield-check"),
    ),
    "visit_guest": (
        MenuLink("text_link.arrive", "Your visit", "calendar-event"),
        MenuLink("pages.help", "Help", "question-circle"),
        MenuLink("security.login", "Sign in", "key"),
    ),
    # Each head of the long menu with its pages, in the order in which a day goes.
    "staff": (
        MenuLink("home.index", "Today", "house"),
        MenuLink("front_desk.index", "Front desk", "people", "desk.view", "Visits"),
        MenuLink("calendar.index", "Calendar", "calendar-event", "calendar.view", "Visits"),
        MenuLink("visit_tasks.index", "Before visits", "hourglass-split", "tasks.view", "Visits"),
        MenuLink("estimates.index", "Estimates", "receipt", "tasks.view", "Visits"),
        MenuLink("waitlist.index", "Waitlist", "list", "waitlist.view", "Visits"),
        MenuLink("forms.index", "Forms", "file-earmark-text", "forms.view", "Visits"),
        MenuLink("accounts.index", "Accounts", "people", "accounts.view", "Patients"),
        MenuLink("messages.inbox", "Messages", "chat-left-text", "messages.view", "Patients"),
        MenuLink(
            "bill_disputes.index",
            "Bill disputes",
            "exclamation-circle",
            "bill_disputes.view",
            "Patients",
        ),
        MenuLink(
            "insurance.index", "Insurance cards", "file-earmark-text", "insurance.view", "Patients"
        ),
        MenuLink("plans.index", "Plans", "calendar-event", "plans.view", "Patients"),
        MenuLink("holds.index", "Holds", "hourglass-split", "holds.view", "Patients"),
        MenuLink(
            "assistance.index",
            "Assistance",
            "file-earmark-text",
            "assistance_status.view",
            "Patients",
        ),
        MenuLink("refunds.index", "Refunds", "arrow-counterclockwise", "refunds.view", "Patients"),
        MenuLink("cases.index", "Cases", "list", "collections.view", "Collections"),
        MenuLink(
            "packets.index", "Packets", "file-earmark-text", "collections.view", "Collections"
        ),
        MenuLink("placements.index", "At agencies", "list", "collections.view", "Collections"),
        MenuLink("agencies.index", "Agencies", "people", "agencies.view", "Collections"),
        MenuLink("bad_debt.index", "Bad debt", "receipt", "collections.view", "Collections"),
        MenuLink("work.index", "Queue", "list", "work.view", "Payers"),
        MenuLink("remittances.index", "Remittances", "receipt", "remittances.view", "Payers"),
        MenuLink("denials.index", "Denials", "arrow-counterclockwise", "denials.view", "Payers"),
        MenuLink("eobs.index", "Paper EOBs", "file-earmark-text", "remittances.post", "Payers"),
        MenuLink(
            "recoupments.index",
            "Payers’ money",
            "arrow-counterclockwise",
            "remittances.view",
            "Payers",
        ),
        MenuLink("payers.index", "Payers", "people", "payers.view", "Payers"),
        MenuLink("batches.index", "Checks", "receipt", "payments.take", "Money"),
        MenuLink("day.index", "Day", "calendar-event", "day.view", "Money"),
        MenuLink("bank.index", "Bank", "receipt", "day.view", "Money"),
        MenuLink("adjustments.index", "Adjustments", "receipt", "ledger.adjust", "Money"),
        MenuLink("credits.index", "Credits", "arrow-counterclockwise", "refunds.view", "Money"),
        MenuLink("reports.index", "Reports", "list", "reports.open"),
        MenuLink("audit.index", "Audit", "clock-history", "audit.view", "Office"),
        MenuLink("texts.index", "Texts", "phone", "texts.resume", "Office"),
        MenuLink("settings.index", "Settings", "list", "settings.view", "Office"),
        MenuLink("staff.index", "Staff", "key", "staff.view", "Office"),
    ),
}


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """A head of the menu; with one page only, as a role may have it, the page stands there itself."""

    head: str
    links: tuple[MenuLink, ...]

    @property
    def is_here(self) -> bool:
        """Whether the page on screen is one of its own."""
        return any(is_current(link.endpoint) for link in self.links)


@dataclass(frozen=True, slots=True)
class Layout:
    """Context of the layouts, under the one name `layout`."""

    practice: PracticePage
    menu: tuple[MenuLink, ...]
    signed_in: bool
    acting_for: str  # on whose behalf a patient's sign-in acts, else empty
    guest: bool  # came by the link in a text: no sign-in, one account
    unread: int  # answers of the office that wait for a patient
    language: str  # of this page
    other_language: tuple[str, str] | None  # tag and own name, where the page may change to it
    accent_version: str  # empty: the house's own accent, no request for /theme.css

    @property
    def menu_groups(self) -> tuple[MenuGroup, ...]:
        """The menu under its heads, in its order."""
        groups = groupby(self.menu, lambda link: link.group or link.label)
        return tuple(MenuGroup(head, tuple(links)) for head, links in groups)


def register(app: Flask) -> None:
    """Give an app of either face the layout context, the asset function and its theme."""
    # Known everywhere, so that components need no context: one imported with it is made anew for each page.
    for function in (asset, page_exists, may_open, is_current):
        app.add_template_global(function)

    @app.context_processor
    def _look() -> dict[str, Any]:
        return {"layout": _layout()}

    @app.get("/theme.css")
    @public
    def theme() -> Response:
        return Response(theme_css(current_practice().accent_colour), mimetype="text/css")


def current_practice() -> PracticePage:
    """The practice, read once a request. Error pages must stand without a database too."""
    if "practice" not in g:
        try:
            g.practice = practice_page() or NAMELESS
        except SQLAlchemyError as error:
            LOG.warning("practice_unreadable", exc_info=error)
            g.practice = NAMELESS
    return cast("PracticePage", g.practice)


def asset(filename: str) -> str:
    """The address of a static file, with its hash, so that browsers may keep it."""
    known: dict[str, str] = g.setdefault(
        "assets", {}
    )  # a page names its file of icons dozens of times
    if filename not in known:
        known[filename] = url_for("static", filename=filename, v=_version(filename))
    return known[filename]


def page_exists(endpoint: str) -> bool:
    """Whether this app has the page: a link to what is not there is a dead end."""
    return endpoint in current_app.view_functions


@cache
def _version(filename: str) -> str:
    folder = Path(__file__).resolve().parent.parent / "static"
    return hashlib.sha256((folder / filename).read_bytes()).hexdigest()[:6]


def _layout() -> Layout:
    practice = current_practice()
    accent = practice.accent_colour
    signed_in, guest = "login_id" in g, "guest" in g
    return Layout(
        practice=practice,
        menu=_menu(_whose_menu()) if signed_in or guest else (),
        signed_in=signed_in,
        acting_for=g.acting.name if "acting" in g else "",
        guest=guest,
        unread=_unread() if signed_in and "acting" not in g and may_open("messages.thread") else 0,
        language=language(),
        other_language=other_language(),
        accent_version="" if accent.lower() == HOUSE_ACCENT.lower() else accent.lstrip("#"),
    )


def _whose_menu() -> str:
    """Which menu. Error pages must stand without a database too."""
    if "guest" in g:
        return "guest" if g.guest.appointment_id is None else "visit_guest"
    try:
        viewer = current_viewer()
    except SQLAlchemyError as error:
        LOG.warning("viewer_unreadable", exc_info=error)
        return str(current_app.config["FACE"].name)
    if isinstance(viewer, PatientViewer):
        return "patient" if viewer.account_ids else "newcomer"
    return "staff"


def _unread() -> int:
    """The mark in a patient's menu. Error pages must stand without a database too."""
    if "unread" not in g:
        try:
            viewer = current_viewer()
            g.unread = unread_answers(viewer) if isinstance(viewer, PatientViewer) else 0
        except SQLAlchemyError as error:
            LOG.warning("unread_unreadable", exc_info=error)
            g.unread = 0
    return int(g.unread)


def count_anew() -> None:
    """For a view that shows the answers: the mark in the menu of the same page is gone."""
    g.pop("unread", None)


def _menu(whose: str) -> tuple[MenuLink, ...]:
    links = [link for link in MENUS[whose] if page_exists(link.endpoint)]
    if any(link.permission for link in links):
        viewer = readable_staff_viewer()
        may = viewer.permissions if viewer else frozenset()
        links = [link for link in links if not link.permission or link.permission in may]
    return tuple(link for link in links if may_open(link.endpoint))


def is_current(endpoint: str) -> bool:
    """Whether the page on screen belongs to this menu entry."""
    here = request.endpoint or ""
    part, _, _ = endpoint.partition(".")
    return here == endpoint or here.partition(".")[0] == part != "pages"
