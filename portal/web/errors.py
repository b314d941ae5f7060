"""What goes wrong, mapped once to a page that says what happened, whether money moved, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError
from werkzeug.exceptions import HTTPException

from portal.ports import GatewayError, OutcomeUnknown
from portal.services.refusal import NotFound, Refusal
from portal.web.access import readable_staff_viewer
from portal.web.logging import LOG


@dataclass(frozen=True, slots=True)
class Explanation:
    """The words of one error page."""

    title: str
    message: str


PAGES = {
    400: Explanation(
        "We could not use that",
        "Something in that request was not right. Nothing was changed. Go back and try again.",
    ),
    403: Explanation(
        "You cannot open this page",
        "Your sign-in does not include this page. If you need it, ask us to add it.",
    ),
    404: Explanation(
        "We could not find that page",
        "The address may be old or mistyped, or it belongs to another account.",
    ),
    405: Explanation(
        "We could not do that here", "Go back and use the buttons on the page. Nothing was changed."
    ),
    409: Explanation(
        "Something changed meanwhile", "Go back, check what the page says now, and try again."
    ),
    413: Explanation("That file is too large", "Send a smaller file. Nothing was saved."),
    429: Explanation(
        "Please wait a little",
        "There were too many tries. For your safety we paused this for 15 minutes.",
    ),
    500: Explanation(
        "Something broke on our side",
        "This is not your fault, and we have been told. Try again in a few minutes."
        " If you were paying, look at your bills first: they show whether a payment went through.",
    ),
    502: Explanation(
        "Another service did not answer",
        "Nothing was changed. Try again in a few minutes.",
    ),
}
STAFF_PAGES = {
    403: Explanation(
        "Your role does not open this page",
        "Nothing was changed. If your work needs it, ask whoever manages the staff sign-ins.",
    ),
    404: Explanation(
        "We could not find that page",
        "The address may be old or mistyped. Nothing was changed.",
    ),
    500: Explanation(
        "Something broke on our side",
        "This is not your fault, and it is in the log. Look at the account before you try again:"
        " it shows whether anything was saved.",
    ),
}
OLD_FORM = Explanation(
    "This page was open too long",
    "For your safety it can no longer be sent. Nothing was changed. Go back, reload and try again.",
)
CHECKING = Explanation(
    "We are checking",
    "The other side did not answer in time, so we do not know yet whether this went through."
    " We are looking it up. Please do not send it again.",
)


def register_error_pages(app: Flask) -> None:
    """Every failure of a view ends in one of these; none shows a stack trace or a patient's data."""

    @app.errorhandler(CSRFError)
    def _old_form(_error: CSRFError) -> Response:
        return error_page(400, OLD_FORM)

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        if error.response is not None or (error.code or 500) < 400:  # noqa: PLR2004 (an HTTP status)
            return make_response(error.get_response())
        code = error.code or 500
        return error_page(code, _words(code))

    @app.errorhandler(Refusal)
    def _refused(error: Refusal) -> Response:
        if isinstance(error, NotFound):
            return error_page(404, _words(404))
        words = Explanation(error.title, str(error))
        return error_page(error.status, words, closed=getattr(error, "account_id", None))

    @app.errorhandler(GatewayError)
    def _gateway(error: GatewayError) -> Response:
        LOG.warning("gateway_error", exc_info=error, extra=_about())
        return error_page(502, CHECKING if isinstance(error, OutcomeUnknown) else PAGES[502])

    @app.errorhandler(DataError)
    def _unusable(error: DataError) -> Response:
        # A number that no id reaches, or a NUL in a word: nobody's page makes these.
        LOG.warning("unusable_value", exc_info=error, extra=_about())
        return error_page(400, PAGES[400])

    @app.errorhandler(Exception)
    def _unexpected(error: Exception) -> Response:
        if app.config["TESTING"]:
            raise error
        LOG.error("unhandled_error", exc_info=error, extra=_about())
        return error_page(500, _words(500))


def error_page(status: int, words: Explanation, *, closed: int | None = None) -> Response:
    """Our own page with a number that staff can find in the log; `closed` is an account that a reason opens."""
    page = render_template(
        [f"errors/{_face()}.html", "errors/error.html"],
        viewer=readable_staff_viewer(),
        title=words.title,
        message=words.message,
        status=status,
        closed=closed,
        request_id=g.get("request_id", ""),
    )
    return make_response(page, status)


def _face() -> str:
    name: str = current_app.config["FACE"].name
    return name


def _words(code: int) -> Explanation:
    """The face's own words, else the shared ones, else those of the code's family."""
    own = STAFF_PAGES if _face() == "staff" else {}
    return own.get(code) or PAGES.get(code) or PAGES[500 if code >= 500 else 400]  # noqa: PLR2004 (an HTTP status)


def _about() -> dict[str, str]:
    return {"request_id": g.get("request_id", ""), "endpoint": request.endpoint or ""}
