"""The staff's app: own cookie, own secrets, own permissions; the services are the portal's."""

from __future__ import annotations

from flask import Flask

from portal import wiring
from portal.config import Settings
from portal.web.base import create_base_app
from portal.web.faces import STAFF
from portal.web.sign_in import add_sign_in
from staff_admin.blueprints import (
    account,
    accounts,
    adjustments,
    agencies,
    agency_money,
    assistance,
    audit,
    bad_debt,
    bank,
    batches,
    bill_disputes,
    calendar,
    cases,
    claims,
    credit_balances,
    day,
    demo_date,
    denials,
    disclosures,
    disputes,
    duplicates,
    eobs,
    estimates,
    forms,
    front_desk,
    holds,
    home,
    insurance,
    letters,
    linking,
    messages,
    organisation,
    owner_review,
    packets,
    parents,
    payers,
    payments,
    payouts,
    placements,
    plans,
    recoupments,
    reference,
    refunds,
    remittances,
    reports,
    restricted,
    staff,
    texts,
    visit_tasks,
    waitlist,
    work,
)
from staff_admin.blueprints import settings as settings_pages
from staff_admin.blueprints.show import unless_closed

JOBS = (
    account,
    accounts,
    adjustments,
    agencies,
    agency_money,
    assistance,
    audit,
    bad_debt,
    bank,
    batches,
    bill_disputes,
    calendar,
    cases,
    claims,
    credit_balances,
    day,
    denials,
    disclosures,
    disputes,
    duplicates,
    eobs,
    estimates,
    forms,
    front_desk,
    holds,
    home,
    insurance,
    letters,
    linking,
    messages,
    organisation,
    owner_review,
    packets,
    parents,
    payers,
    payments,
    payouts,
    placements,
    plans,
    recoupments,
    reference,
    refunds,
    remittances,
    reports,
    restricted,
    settings_pages,
    staff,
    texts,
    visit_tasks,
    waitlist,
    work,
)


def create_app(settings: Settings) -> Flask:
    """Build it: shared base, sign-in, then one blueprint for each job of the office."""
    app = create_base_app(face=STAFF, settings=settings, gateways=wiring.build(settings))
    add_sign_in(app, face=STAFF, settings=settings)
    app.add_template_filter(unless_closed)
    for job in JOBS:
        app.register_blueprint(job.blueprint)
    if settings.clock_file:
        app.register_blueprint(demo_date.blueprint)
    return app
