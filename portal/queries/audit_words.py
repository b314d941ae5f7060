"""What the audit trail calls things, in words a person at the office uses."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Label, func, select

from portal.models.accounts import Patient
from portal.models.audit import AuditEvent
from portal.models.proxies import ProxyGrant

KINDS = {
    "bill_dispute": "dispute of a bill",
    "bill_disputes": "disputes of bills",
    "bill_dispute_report": "report of disputes of bills",
    "report": "report",
    "report_rows": "rows of a report",
    "report_cost": "costs of a month",
    "appointment": "appointment",
    "appointments": "appointments",
    "bank": "lines of the bank",
    "bank_deposit": "line of the bank",
    "bank_file": "file of the bank",
    "booking_policy": "policy of booking",
    "calendar_settings": "calendar settings:",
    "location": "place",
    "provider_network": "network of a provider",
    "provider_profile": "profile of a provider",
    "resource": "room or equipment",
    "schedule_block": "block of a provider’s week",
    "schedule_exception": "leave or closed day",
    "schedule_exceptions": "leave and closed days",
    "visit_type": "kind of visit",
    "calendar": "calendar of",
    "access_review": "review of staff’s access",
    "account_access": "sign-in’s account",
    "account_note": "note on an account",
    "account_notes": "notes of an account",
    "cash_count": "count of the cash drawer",
    "credits": "credit balances",
    "adjustment_request": "adjustment asked for",
    "assistance_application": "application for assistance",
    "assistance_decision": "decision about assistance",
    "assistance_scale": "sliding scale of assistance",
    "assistance_agb": "amounts generally billed",
    "adjustment_rule": "limit of adjustments",
    "adjustments": "adjustments",
    "transfer": "who owes",
    "adjustment_reversal": "adjustment taken back",
    "as_of": "account on a past day",
    "account": "account",
    "accounting_request": "request for the list of disclosures",
    "disclosure": "disclosure",
    "disclosures": "disclosures",
    "audit_alert": "alert of the trail",
    "audit_alerts": "alerts of the trail",
    "audit_month": "month of alerts:",
    "audit_trail": "audit trail:",
    "restricted_account": "restricted account",
    "restriction": "restriction of an account",
    "claims_file": "claims file",
    "collection_packet": "packet of a bill",
    "collection_packets": "packets of bills",
    "check_refunds": "refund by check",
    "appeal": "appeal",
    "appeal_document": "paper for an appeal",
    "appeal_letter": "letter of appeal",
    "denial": "denial",
    "denials": "denials",
    "payer_deadline": "limits of a payer",
    "payer_deadlines": "limits of a payer",
    "dispute": "dispute",
    "dispute_evidence": "answer to a bank",
    "disputes": "dispute",
    "eob": "paper EOB",
    "eob_batch": "batch of paper EOBs",
    "eob_scan": "scan of a paper EOB",
    "eobs.index": "batches of paper EOBs",
    "enrolment_code": "sign-up code",
    "esign_consents": "paperless consent",
    "figures": "proof of figures",
    "guarantor_account": "guarantor",
    "card_picture": "picture of a card",
    "check_in": "check-in",
    "form": "form",
    "forms": "forms",
    "front_desk": "front desk",
    "home": "today’s work",
    "kiosk": "tablet at the desk",
    "signed_form": "signed form",
    "visit_task": "task before a visit",
    "visit_tasks": "tasks before visits",
    "insurance": "insurance page",
    "insurance_submission": "insurance that was sent",
    "insurance_submissions": "insurance to check",
    "inbox": "message inbox",
    "link_request": "request to link a record",
    "login": "sign-in",
    "message_switch": "switch for all texts",
    "newcomer_thread": "messages of somebody new",
    "paid_in": "payments of",
    "own_data": "own data",
    "who_looked": "who looked at the record",
    "amount_due": "what is due in all",
    "free_times": "free times",
    "pay_link": "way to pay without a sign-in",
    "parent_request": "request of a parent",
    "papers": "statements and payments",
    "payer_money": "payer’s money",
    "payer_refund": "check to a payer",
    "payment_authorisations": "authorisation",
    "payment_methods": "way to pay",
    "payments": "payment",
    "payouts": "card company’s payout",
    "people": "people and coverage",
    "plan": "payment plan",
    "plan_policy": "policy of payment plans",
    "posting_policy": "how much of remittances posts by itself",
    "payer": "payer",
    "plans": "payment plans",
    "profile": "own details",
    "proxies": "who can see the account",
    "proxy_grant": "access of another person",
    "receipt_batch": "batch of checks and cash",
    "recoupments.index": "payers’ money",
    "refunds": "refunds",
    "takeback": "takeback",
    "takeback_match": "claim of a takeback",
    "remittances.index": "list of remittances",
    "remittance_claim": "claim in a remittance",
    "sign_ins": "sign-ins",
    "setting": "setting",
    "settings": "settings",
    "hold": "hold on an account",
    "holds": "holds",
    "gate_denials": "what the gate said no to",
    "organisation": "what the practice is",
    "letter": "letter",
    "letters": "letters",
    "letter_words": "words of letters",
    "state_row": "state law",
    "state_rows": "state law",
    "reference_data": "reference data",
    "staff": "staff’s sign-ins",
    "source": "text of the file",
    "text_consent": "consent to texts",
    "text_link": "link in a text",
    "texts": "text messages",
    "thread": "messages",
    "unknown_payments": "payments of unknown outcome",
    "unknown_text": "text from an unknown phone",
    "visit": "bill",
    "work": "queue",
    "work_item": "queue item",
}

ACTIONS = {
    "prepare": "prepared",
    "sign": "signed",
    "accept": "accepted",
    "act_for": "began to act for somebody",
    "approve": "approved",
    "clear_hold": "recorded what opens",
    "end_hold": "ended",
    "hold": "put",
    "place": "placed with an agency",
    "authorisation_revoked": "ended the drawing of payments",
    "autopay_signed": "signed for autopay",
    "assign": "took over",
    "break_glass": "opened for a reason",
    "close": "set aside",
    "restrict": "restricted",
    "unrestrict": "ended the restriction of",
    "confirm_password_failed": "gave a wrong password",
    "consent": "agreed",
    "confidential_asked": "asked to be reached in another way",
    "confidential_ended": "ended being reached in another way",
    "confidential_seen": "signed how somebody is reached",
    "counter": "made another offer for",
    "create": "entered",
    "decline": "declined",
    "email_changed": "changed the sign-in’s e-mail",
    "enrol_failed": "tried a sign-up code",
    "export": "downloaded",
    "finish": "finished",
    "form_signed": "signed",
    "grant": "got access",
    "link_failed": "typed a wrong code for a record",
    "invite": "invited",
    "keep_confidential": "kept confidential",
    "revoke": "ended",
    "guest_visit": "opened by text",
    "kiosk_find": "looked for a visit at a tablet",
    "method_added": "saved a way to pay",
    "method_default": "chose the first way to pay",
    "method_removed": "removed a way to pay",
    "passkey_added": "added a passkey",
    "passkey_deleted": "deleted a passkey",
    "passkey_failed": "tried a passkey",
    "password_changed": "changed the password",
    "password_reset": "set a new password",
    "pay_link_failed": "tried to pay without a sign-in",
    "pay_visit": "opened a page to pay",
    "payment_posted": "posted",
    "plan_asked": "asked for",
    "plan_canceled": "ended",
    "plan_change_declined": "left a new bill out of",
    "plan_date_changed": "changed the day of",
    "plan_paper_kept": "kept the signed paper of",
    "plan_paused": "paused",
    "plan_resumed": "ended the pause of",
    "plan_sign": "signed",
    "plan_signed": "signed",
    "plan_skipped": "moved a payment of",
    "verify": "verified the coverage for",
    "waive": "waived",
    "print": "printed",
    "publish": "published",
    "refund_posted": "posted",
    "refund_reversed": "took back",
    "reset_failed": "asked for a new password",
    "search": "searched",
    "second_factor_changed": "changed the second step",
    "second_factor_failed": "gave a wrong code",
    "send": "sent",
    "send_back": "sent back",
    "sign_in": "signed in",
    "sign_in_failed": "tried to sign in",
    "sign_in_reset": "began a sign-in anew",
    "sign_out": "signed out",
    "text_link_failed": "tried the link in a text",
    "update": "changed",
    "use": "used",
    "view": "looked",
    "withdraw": "took the yes back",
}
OUTCOMES = {"ok": "Done", "denied": "Not allowed", "refused": "Refused", "failed": "Failed"}


def did(action: str) -> str:
    """`looked`, `gave a wrong code`; an action without words here loses only its machine marks."""
    return ACTIONS.get(action, action.replace("_", " "))


def ended(outcome: str) -> str:
    """`Done`, `Not allowed`, `Refused` by a rule, `Failed` for a fault of ours."""
    return OUTCOMES.get(outcome, outcome)


def principal_name() -> Label[Any]:
    """For a query over AuditEvent, as `principal`: the patient for whom a proxy acted, else empty (HIPAA-3)."""
    name = (
        select(func.concat_ws(" ", Patient.first_name, Patient.last_name))
        .join(ProxyGrant, ProxyGrant.patient_id == Patient.id)
        .where(ProxyGrant.id == AuditEvent.acting_for)
        .correlate(AuditEvent)
    )
    return func.coalesce(name.scalar_subquery(), "").label("principal")


def on_behalf(who: str, patient: str) -> str:
    """The actor, and for whom: `helper@example.com for Testa Sample`."""
    return f"{who} for {patient}" if patient else who


def audited(object_type: str, object_id: str) -> str:
    """`messages (record 34)`, `statement 2026-0142`; a kind without words here loses only its machine marks.

    A row's bare id is called a record, so that nobody takes it for an account's number.
    """
    plain = KINDS.get(object_type, object_type.replace("_", " ").replace(".", " "))
    known = f"(record {object_id})" if object_id.isdecimal() else object_id
    return f"{plain} {known}".strip()
