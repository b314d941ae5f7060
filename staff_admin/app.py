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
    agency_money,
    assistance,
    audit,
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
    parents,
    payers,
    payments,
    payouts,
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


def create_app(settings: Settings) -> Flask:
    """Build it: shared base, sign-in, then one blueprint for each job of the office."""
    app = create_base_app(face=STAFF, settings=settings, gateways=wiring.build(settings))
    add_sign_in(app, face=STAFF, settings=settings)
    app.add_template_filter(unless_closed)
    app.register_blueprint(account.blueprint)
    app.register_blueprint(linking.blueprint)
    app.register_blueprint(parents.blueprint)
    app.register_blueprint(home.blueprint)
    app.register_blueprint(work.blueprint)
    app.register_blueprint(calendar.blueprint)
    app.register_blueprint(remittances.blueprint)
    app.register_blueprint(eobs.blueprint)
    app.register_blueprint(recoupments.blueprint)
    app.register_blueprint(payers.blueprint)
    app.register_blueprint(claims.blueprint)
    app.register_blueprint(accounts.blueprint)
    app.register_blueprint(payments.blueprint)
    app.register_blueprint(plans.blueprint)
    app.register_blueprint(forms.blueprint)
    app.register_blueprint(front_desk.blueprint)
    app.register_blueprint(visit_tasks.blueprint)
    app.register_blueprint(payouts.blueprint)
    app.register_blueprint(batches.blueprint)
    app.register_blueprint(day.blueprint)
    app.register_blueprint(bank.blueprint)
    app.register_blueprint(credit_balances.blueprint)
    app.register_blueprint(adjustments.blueprint)
    app.register_blueprint(assistance.blueprint)
    app.register_blueprint(audit.blueprint)
    app.register_blueprint(owner_review.blueprint)
    app.register_blueprint(denials.blueprint)
    app.register_blueprint(disputes.blueprint)
    app.register_blueprint(bill_disputes.blueprint)
    app.register_blueprint(duplicates.blueprint)
    app.register_blueprint(refunds.blueprint)
    app.register_blueprint(messages.blueprint)
    app.register_blueprint(insurance.blueprint)
    app.register_blueprint(texts.blueprint)
    app.register_blueprint(waitlist.blueprint)
    app.register_blueprint(reports.blueprint)
    app.register_blueprint(reference.blueprint)
    app.register_blueprint(holds.blueprint)
    app.register_blueprint(cases.blueprint)
    app.register_blueprint(agency_money.blueprint)
    app.register_blueprint(organisation.blueprint)
    app.register_blueprint(letters.blueprint)
    app.register_blueprint(settings_pages.blueprint)
    app.register_blueprint(restricted.blueprint)
    app.register_blueprint(disclosures.blueprint)
    app.register_blueprint(staff.blueprint)
    if settings.clock_file:
        app.register_blueprint(demo_date.blueprint)
    return app
