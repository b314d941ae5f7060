"""What an agency's file says of each placed bill, a fixed number of questions for any number of bills (COLL-18, COLL-19)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from billing.gate import too_old_on
from billing.holds import Condition
from billing.money import Money
from billing.placement import Order
from billing.placement_file import Contact, Flags, Itemization, Person, PlacementRow
from portal.models.accounts import GuarantorAccount
from portal.models.placements import Placement, PlacementOrder
from portal.queries.gate_facts import gate_facts
from portal.queries.placed_bills import PlacedBill, placed_bills
from portal.queries.reach import text_numbers, written_addresses
from portal.queries.text_consents import TextCategory, newest_rows

# A write-off as bad debt moves what is owed from one account to the other: together they say what an agency may ask for.
_BILLS = text(
    """
SELECT p.id, p.number, a.contract_ref, v.control_number, v.service_on, v.responsible_on, v.coverage_intent,
       v.first_statement_on, v.last_paid_on,
       g.number AS g_number, g.first_name AS g_first, g.last_name AS g_last, g.birth_on AS g_born, g.language,
       t.practice_patient_id, t.id AS t_id, t.first_name AS t_first, t.last_name AS t_last, t.birth_on AS t_born,
       coalesce(nullif(upper(trim(t.state)), ''), upper(trim(g.state))) AS home,
       p.itemised_bill, p.itemization_on, p.itemization_cents,
       f.screened_on, f.result, m.payments, m.credits, m.adjustments
  FROM placements p
  JOIN agencies a ON a.id = p.agency_id
  JOIN visits v ON v.id = p.visit_id
  JOIN patients t ON t.id = v.patient_id
  JOIN guarantor_accounts g ON g.id = p.guarantor_account_id
  LEFT JOIN statements s ON s.number = p.itemised_bill
  LEFT JOIN LATERAL (
       SELECT q.screened_on, q.result FROM (
              SELECT screened_on, result FROM assistance_screenings
               WHERE guarantor_account_id = g.id AND screened_on <= :on
              UNION ALL
              SELECT happened_on, coalesce(facts->>'result', '') FROM collection_proofs
               WHERE guarantor_account_id = g.id AND kind = 'screening' AND happened_on <= :on
                 AND NOT EXISTS (SELECT 1 FROM proofs_revoked r WHERE r.proof_id = collection_proofs.id)) q
        ORDER BY q.screened_on DESC LIMIT 1) f ON true
  LEFT JOIN LATERAL (
       SELECT coalesce(sum(x.cents) FILTER (WHERE x.kind IN
                ('payment', 'agency_payment', 'agency_payment_back', 'receipt', 'refund')), 0) AS payments,
              coalesce(sum(x.cents) FILTER (WHERE x.kind IN
                ('credit_application', 'prepayment_applied')), 0) AS credits,
              coalesce(sum(x.cents) FILTER (WHERE x.kind NOT IN
                ('payment', 'agency_payment', 'agency_payment_back', 'receipt', 'refund', 'credit_application',
                 'prepayment_applied')), 0)
                AS adjustments
         FROM (SELECT coalesce(r.kind, e.kind) AS kind,
                      CASE o.side WHEN 'credit' THEN o.amount_cents ELSE -o.amount_cents END AS cents
                 FROM postings o
                 JOIN ledger_accounts l ON l.id = o.account_id AND l.code IN ('patient_receivable', 'bad_debt')
                 JOIN journal_entries e ON e.id = o.entry_id
                 LEFT JOIN journal_entries r ON r.id = e.reverses_id
                WHERE o.visit_id = v.id AND o.id > coalesce(s.ledger_position, 0)) x) m ON true
 WHERE p.id = ANY (:placements)
"""
)


def placement_rows(
    session: Session, orders: Collection[PlacementOrder], *, on: date
) -> dict[int, tuple[PlacedBill, PlacementRow]]:
    """By order: the bill as it stands now, and the row that says so."""
    ids = {order.placement_id for order in orders}
    placements = session.scalars(select(Placement).where(Placement.id.in_(ids))).all()
    bills = {one.placement.id: one for one in placed_bills(session, placements, on=on)}
    facts: dict[UUID, Any] = {
        row.id: row for row in session.execute(_BILLS, {"placements": list(ids), "on": on})
    }
    contacts = _contacts(session, {one.guarantor_account_id for one in placements})
    barred = _barred(session, placements, on=on)
    return {
        order.id: (
            bills[order.placement_id],
            _row(
                order,
                bills[order.placement_id],
                facts[order.placement_id],
                contacts,
                barred,
            ),
        )
        for order in orders
    }


def _row(
    order: PlacementOrder,
    bill: PlacedBill,
    row: Any,
    contacts: Mapping[int, Contact],
    barred: Mapping[int, date],
) -> PlacementRow:
    placement = bill.placement
    return PlacementRow(
        order=Order(order.order),
        placement=row.number,
        contract_ref=row.contract_ref,
        bill=row.control_number or str(placement.visit_id),
        reason=", ".join(order.rule_ids) or order.why,
        guarantor=Person(
            number=row.g_number, first_name=row.g_first, last_name=row.g_last, born_on=row.g_born
        ),
        patient=Person(
            number=row.practice_patient_id or str(row.t_id),
            first_name=row.t_first,
            last_name=row.t_last,
            born_on=row.t_born,
        ),
        contact=contacts[placement.guarantor_account_id],
        flags=_flags(bill, row),
        service_on=row.service_on,
        first_statement_on=row.first_statement_on,
        insurance=_insurance(row),
        itemised_bill=row.itemised_bill,
        last_payment_on=row.last_paid_on,
        barred_on=barred.get(placement.visit_id),
        barred_state=row.home if placement.visit_id in barred else "",
        amounts=Itemization(
            on=row.itemization_on,
            then=Money(row.itemization_cents),
            payments=Money(int(row.payments)),
            credits=Money(int(row.credits)),
            adjustments=Money(int(row.adjustments)),
            now=bill.owed,
        ),
    )


def _flags(bill: PlacedBill, row: Any) -> Flags:
    held = bill.conditions
    return Flags(
        deceased=Condition.DECEASED in held,
        bankruptcy=Condition.BANKRUPTCY in held,
        active_duty=Condition.SCRA in held,
        attorney=Condition.ATTORNEY in held,
        disputed=Condition.DISPUTED in held,
        screened_on=row.screened_on,
        screening=row.result or "",
    )


def _insurance(row: Any) -> str:
    if row.coverage_intent == "self_pay":
        return "self-pay"
    return "decided" if row.responsible_on else ""


def _contacts(session: Session, account_ids: Collection[int]) -> dict[int, Contact]:
    """Where each guarantor may be reached. No e-mail: nobody was told yet that an agency would use one (COLL-20)."""
    accounts = session.scalars(
        select(GuarantorAccount).where(GuarantorAccount.id.in_(account_ids))
    ).all()
    written = written_addresses(session, accounts)
    phones = text_numbers(session, accounts)
    agreed, refused = newest_rows(
        session, phones=[phone for phone in phones.values() if phone], category=TextCategory.BILLING
    )
    yes = {(row.guarantor_account_id, row.phone) for row in agreed}
    no = {row.phone for row in refused}
    found = {}
    for account in accounts:
        where, phone = written[account.id], phones[account.id]
        said = bool({(account.id, phone), (None, phone)} & yes)
        found[account.id] = Contact(
            line_1=where.street,
            line_2=where.street2,
            city=where.city,
            state=where.state,
            zip=where.postal_code,
            phone=phone,
            phone_texts="yes" if said else "stopped" if phone in no else "no",
            phone_calls="stopped" if where.no_calls else "no",
            language=account.language,
        )
    return found


def _barred(session: Session, placements: Collection[Placement], *, on: date) -> dict[int, date]:
    """By visit: the first day on which a suit is too late, by the strictest law that binds (COLL-23)."""
    facts = gate_facts(
        session,
        on=on,
        account_ids={one.guarantor_account_id for one in placements},
        visit_ids={one.visit_id for one in placements},
    )
    return {
        episode.visit_id: too_old_on(episode, one.terms)
        for one in facts.values()
        for episode in one.episodes
    }
