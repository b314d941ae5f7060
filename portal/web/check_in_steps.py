"""The pages of a check-in, the same on one's own phone, on a tablet at the desk, and at the desk itself (SCH-12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from billing.check_in import PayChoice, Step
from portal.queries.check_in_page import (
    CheckInPage,
    FormToSign,
    Who,
    check_in_page,
    contact_of,
    read_form,
)
from portal.services.do_check_in import By, do_check_in
from portal.services.refusal import NotFound
from portal.services.sign_form import sign_form
from portal.web.base import gateways
from portal.web.check_in_forms import (
    CoverageForm,
    PayLaterForm,
    RightForm,
    accident_form,
    signature_form,
)
from portal.web.clock import now
from portal.web.languages import language


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInAt:
    """Where somebody checks in: whose pages they are, and how those are addressed."""

    who: Who
    appointment_id: UUID
    journey: str  # the blueprint
    frame: str  # the layout around the pages
    args: Mapping[str, Any] = field(default_factory=dict)
    links: bool = False  # whether it leads to other pages of one's own account
    papers: bool = False  # whether what was signed may be read there
    finish: str = ""  # where a tablet forgets the person

    def to(self, page: str, **values: Any) -> str:
        """The address of another page of the same check-in."""
        return url_for(f"{self.journey}.{page}", **self.args, **values)

    @property
    def home(self) -> str:
        return self.to("check_in")

    @property
    def by(self) -> By:
        return By(
            who=self.who,
            ip=request.remote_addr or "",
            user_agent=request.user_agent.string[:200],
        )

    def page(self) -> CheckInPage:
        """Raises NotFound where it is not theirs."""
        found = check_in_page(self.who, self.appointment_id, language=language(), now=now())
        if found is None:
            raise NotFound
        return found


def show_overview(at: CheckInAt, page: CheckInPage, **more: object) -> str:
    """Which steps there are, which are done, and the way to the next."""
    return render_template("check_in/index.html", at=at, page=page, **more)


def show_step(at: CheckInAt, page: CheckInPage, step: Step, **more: object) -> ResponseReturnValue:
    """One step; once it is done, the next one."""
    if not page.open or not page.check_in.has(step):
        return redirect(at.home)
    if step is Step.FORMS:
        return go_on(at, page)
    form = _form(at, page, step)
    if form.validate_on_submit():
        detail = form.answers if step is Step.ACCIDENT else form.detail
        return _done(at, step, detail)
    shown: dict[str, object] = {"pay": None, "past_due": None, **more}
    if step is Step.CONTACT:
        shown["contact"] = contact_of(page.visit, at.who)
    return render_template(f"check_in/{step.value}.html", at=at, page=page, form=form, **shown)


def show_form(
    at: CheckInAt, page: CheckInPage, version_id: int, **more: object
) -> ResponseReturnValue:
    """One form to read, fill in and sign."""
    found = _asked(page, version_id)
    if not page.open or found.signed is not None:
        return redirect(at.home)
    form = signature_form(found, page)
    if form.validate_on_submit():
        doors = gateways()
        sign_form(
            appointment_id=page.visit.appointment_id,
            signature=form.signature(version_id),
            by=at.by,
            printer=doors.printer,
            store=doors.documents,
            now=now(),
        )
        return go_on(at, at.page())
    return render_template("check_in/form.html", at=at, page=page, asked=found, form=form, **more)


def go_on(at: CheckInAt, page: CheckInPage) -> ResponseReturnValue:
    """To the first thing that is not done."""
    step = page.check_in.next
    if step is None:
        return redirect(at.home, 303)
    if step is Step.FORMS:
        first = next(one for one in page.check_in.forms if one.open)
        return redirect(at.to("form", version_id=first.version_id), 303)
    return redirect(at.to("step", step=step.value), 303)


def _asked(page: CheckInPage, version_id: int) -> FormToSign:
    """A version that this visit asks for; any other is not found."""
    if version_id not in {one.version_id for one in page.check_in.forms}:
        raise NotFound
    found = read_form(version_id, page.visit.appointment_id)
    if found is None:
        raise NotFound
    return found


def _form(at: CheckInAt, page: CheckInPage, step: Step) -> Any:
    if step is Step.ACCIDENT:
        return accident_form(page, told_before=at.papers)
    if step is Step.COVERAGE:
        return CoverageForm()
    return PayLaterForm() if step is Step.PAYMENT else RightForm()


def _done(at: CheckInAt, step: Step, detail: dict[str, Any]) -> ResponseReturnValue:
    do_check_in(appointment_id=at.appointment_id, step=step, detail=detail, by=at.by, now=now())
    if step is Step.PAYMENT and detail.get("choice") == PayChoice.HELP and at.links:
        return redirect(url_for("pages.paying"), 303)
    return go_on(at, at.page())
