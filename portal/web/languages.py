"""Which language a patient's page speaks (LANG-2, LANG-3).

A language is offered when a qualified person has read its words: the setting names who. Staff work in English.
What Python says in English (labels, errors, refusals) is looked up whole where a page prints it, by the
filter `translated`; templates mark their own words for gettext.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, current_app, g, redirect, request
from flask_babel import Babel, LazyString, get_locale, lazy_gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from portal.web.access import public
from portal.web.faces import PATIENT, PORTAL, Face, cookie_name
from portal.web.spanish import in_words_of

ENGLISH, SPANISH = "en", "es"
NAMES = {ENGLISH: "English", SPANISH: "Español"}
CATALOGUES = PORTAL / "translations"
COMPILED = CATALOGUES / SPANISH / "LC_MESSAGES" / "messages.mo"
# Until a journey's words are all there it stays in English: half a page in each language helps nobody.
SPEAKING = {
    None,
    "account",
    "bill_disputes",
    "check_in",
    "check_in_start",
    "confidential",
    "contact",
    "enrolment",
    "help_paying",
    "insurance",
    "kiosk",
    "languages",
    "letters",
    "linking",
    "messages",
    "overview",
    "own_email",
    "pages",
    "paperless",
    "pay_statement",
    "payments",
    "plans",
    "profile",
    "proxies",
    "registration",
    "saved_ways",
    "security",
    "statements",
    "text_link",
    "visits",
    "waitlist",
}
YEAR_SECONDS = 365 * 24 * 3600

blueprint = Blueprint("languages", __name__)


def register(app: Flask) -> None:
    """Give an app its catalogues, the filter, and on the patients' face the page that keeps the choice."""
    Babel(
        app,
        default_translation_directories=str(CATALOGUES),
        locale_selector=_spoken,
    )
    app.add_template_filter(translated)
    if app.config["FACE"] is PATIENT:
        app.register_blueprint(blueprint)


def language() -> str:
    """The language of this page, as its tag."""
    return str(get_locale() or ENGLISH)


def translated(words: Any) -> Any:
    """The catalogue's words for an English text; without any, the text itself."""
    if not words or isinstance(words, Markup) or language() == ENGLISH:
        return words  # as it came: markup has been through a template's gettext already
    return in_words_of(COMPILED, str(words), language())


def later(sentence: str, **parts: object) -> LazyString:
    """A sentence with parts, each in the page's words when somebody reads it."""
    return lazy_gettext(
        sentence,
        **{
            name: lazy_gettext(part) if isinstance(part, str) else part
            for name, part in parts.items()
        },
    )


def other_language() -> tuple[str, str] | None:
    """Tag and own name of the language that a page may change to, when there is one."""
    if len(_offered()) == 1 or request.blueprint not in SPEAKING:
        return None
    tag = ENGLISH if language() == SPANISH else SPANISH
    return tag, NAMES[tag]


def speak(response: Response, tag: str) -> None:
    """From the next page on, in this browser."""
    if tag in _offered():
        response.set_cookie(
            _cookie(),
            tag,
            max_age=YEAR_SECONDS,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )


@blueprint.post("/speak/<any(en, es):tag>")
@public
def choose(tag: str) -> Response:
    """Keep the choice and come back to the page it was made on."""
    response = redirect(_back())
    speak(response, tag)
    return response


def _back() -> str:
    """The address of the page before, without its host: never another site's."""
    before = urlsplit(request.referrer or "/")
    path = "/" + before.path.lstrip("/")
    return f"{path}?{before.query}" if before.query else path


def _spoken() -> str:
    if "language" not in g:
        g.language = _chosen()
    return str(g.language)


def _chosen() -> str:
    if request.blueprint not in SPEAKING:
        return ENGLISH
    kept = request.cookies.get(_cookie())
    if kept in _offered():
        return str(kept)
    return request.accept_languages.best_match(_offered()) or ENGLISH


def _offered() -> tuple[str, ...]:
    face: Face = current_app.config["FACE"]
    reviewed = current_app.config["SETTINGS"].spanish_reviewed_by
    return (ENGLISH, SPANISH) if face is PATIENT and reviewed else (ENGLISH,)


def _cookie() -> str:
    return cookie_name("language", PATIENT, current_app.config["SETTINGS"])
