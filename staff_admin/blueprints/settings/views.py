"""Settings: everything that the rules leave to the practice, who changed it when, and what is scheduled."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from billing.settings import Key
from portal.queries.settings import setting_page, settings_page
from portal.services.set_setting import set_setting
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.settings.forms import SettingForm
from staff_admin.blueprints.show import found, show

blueprint = Blueprint("settings", __name__, url_prefix="/settings")
_KEYS = {key.value: key for key in Key}


@blueprint.get("/")
@staff("settings.view")
def index() -> str:
    """All of them, by section."""
    saw(kind="settings")
    return show("settings/index.html", sections=settings_page(practice_day()))


@blueprint.get("/<name>")
@staff("settings.view")
def one(name: str) -> str:
    """One setting and its history; its form for who may change it."""
    key = found(_KEYS.get(name))
    return _show(key, SettingForm().for_key(key, today=practice_day()))


@blueprint.post("/<name>")
@staff("settings.edit")
def change(name: str) -> ResponseReturnValue:
    """Keep a change of it."""
    key = found(_KEYS.get(name))
    form = SettingForm().for_key(key, today=practice_day())
    if not form.validate_on_submit():
        return _show(key, form)
    saw(kind="setting", id=key.value)
    set_setting(
        staff=current_staff(),
        key=key,
        value=form.number,
        effective_from=form.effective_from.data or date.min,
        reason=form.reason.data or "",
        now=now(),
    )
    flash("The change is kept. What was before stays in the history.", "done")
    return redirect(url_for(".one", name=name))


def _show(key: Key, form: SettingForm) -> str:
    saw(kind="setting", id=key.value)
    return show("settings/one.html", row=setting_page(key, practice_day()), form=form)
