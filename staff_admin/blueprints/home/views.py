"""The first page of a day."""

from __future__ import annotations

from flask import Blueprint

from portal.queries.permissions import OWN
from portal.queries.staff_home import staff_home
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from portal.web.practice_day import practice_day
from staff_admin.blueprints.show import show

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@staff(OWN)
def index() -> str:
    """What waits, what came in, what was paid; each role sees its own part."""
    page = staff_home(current_staff(), on=practice_day(), now=now())
    saw(accounts=page.account_ids, kind="home")
    return show("home/index.html", page=page)


@blueprint.get("/keys")
@staff(OWN)
def keys() -> str:
    """The keys that work on every page."""
    return show("home/keys.html")
