"""The claims of a paper EOB: found among ours, put on it, typed line by line."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.eob_claims import accounts_of_claims, find_claims
from portal.queries.eobs import EobPage, PlacedClaim, eob_page
from portal.services.refusal import NotFound
from portal.services.save_eob import EobChanged, add_claim, remove_claim, save_claim
from portal.services.write_eob import EobRefused
from portal.web.access import current_staff, saw, staff
from portal.web.clock import now
from staff_admin.blueprints.eobs.claim_forms import USUAL, ClaimForm
from staff_admin.blueprints.eobs.forms import AddForm, FindForm, VersionForm
from staff_admin.blueprints.eobs.views import blueprint, show_eob
from staff_admin.blueprints.show import found, show


@blueprint.post("/<uuid:entry_id>/find")
@staff("remittances.post")
def find(entry_id: UUID) -> str:
    """By POST, so that no name stands in an address or a log (HIPAA-18)."""
    page, form = _page(entry_id), FindForm()
    if not form.validate_on_submit():
        return show_eob(page, find_form=form)
    claims = find_claims(form.term.data or "", payer_id=page.payer_id)
    saw(
        accounts={one.account_id for one in claims},
        patients={one.patient_id for one in claims},
        action="search",
    )
    add_form = AddForm(formdata=None, data={"version": page.version})
    return show("eobs/find.html", page=page, claims=claims, find_form=form, add_form=add_form)


@blueprint.post("/<uuid:entry_id>/claims")
@staff("remittances.post")
def add(entry_id: UUID) -> ResponseReturnValue:
    """Put the claim on the EOB; its lines stand with what was billed."""
    page, form = _page(entry_id), AddForm()
    if not form.validate_on_submit():
        return show_eob(page)
    saw(about=accounts_of_claims([form.claim_id]))
    place = add_claim(
        entry_id=entry_id,
        version=form.seen,
        claim_id=form.claim_id,
        reversal=form.reversal.data,
        staff=current_staff(),
        now=now(),
    )
    return redirect(url_for(".claim", entry_id=entry_id, place=place))


@blueprint.route("/<uuid:entry_id>/claims/<int:place>", methods=["GET", "POST"])
@staff("remittances.post")
def claim(entry_id: UUID, place: int) -> ResponseReturnValue:
    """Type its lines; each says at once whether it balances."""
    page = _page(entry_id)
    one = _placed(page, place)
    form = ClaimForm(data=ClaimForm.of(one.typed, page.version))
    if form.validate_on_submit() and form.whole(one.typed) and _saved(page, one, form):
        closes = form.typed(one.typed).balanced
        flash("Saved. It balances." if closes else "Saved as a draft.", "done")
        if closes:
            return redirect(url_for(".eob", entry_id=entry_id))
        return redirect(url_for(".claim", entry_id=entry_id, place=place))
    return show("eobs/claim.html", page=page, one=one, form=form, usual=USUAL)


@blueprint.post("/<uuid:entry_id>/claims/<int:place>/remove")
@staff("remittances.post")
def remove(entry_id: UUID, place: int) -> ResponseReturnValue:
    """It does not stand on this EOB after all."""
    page, form = _page(entry_id), VersionForm()
    _placed(page, place)
    if form.validate_on_submit():
        remove_claim(
            entry_id=entry_id, version=form.seen, place=place, staff=current_staff(), now=now()
        )
        flash("The claim is off this EOB.", "done")
    return redirect(url_for(".eob", entry_id=entry_id))


def _placed(page: EobPage, place: int) -> PlacedClaim:
    if not 1 <= place <= len(page.claims):
        raise NotFound
    one = page.claims[place - 1]
    saw(about=(one.facts.account_id,) if one.facts else ())
    return one


def _saved(page: EobPage, one: PlacedClaim, form: ClaimForm) -> bool:
    """Save it; where somebody was quicker the words stay in the form, and a second press keeps them."""
    try:
        save_claim(
            entry_id=page.row.id,
            version=form.seen,
            place=one.place,
            typed=form.typed(one.typed),
            account_id=one.facts.account_id if one.facts else 0,
            staff=current_staff(),
            now=now(),
        )
    except EobChanged as changed:
        form.version.data = str(page.version)
        form.form_errors.append(
            f"{page.row.changed_by} saved this EOB meanwhile. {changed} Or save again to keep yours."
        )
        return False
    except EobRefused as refused:
        form.form_errors.append(str(refused))
        return False
    return True


def _page(entry_id: UUID) -> EobPage:
    page = found(eob_page(entry_id))
    saw(accounts=page.account_ids, patients=page.patient_ids, kind="eob", id=entry_id)
    return page
