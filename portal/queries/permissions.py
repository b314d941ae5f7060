"""What each role of the staff may do: the matrix of HIPAA-7, denied unless written here."""

from __future__ import annotations

from collections.abc import Mapping

# Everybody's own sign-in page; it shows no patient.
OWN = "own_sign_in"
_MATRIX: Mapping[str, frozenset[str]] = {
    "front_desk": frozenset(
        {
            "plans.view",
            "proxies.grant",
            "messages.view",
            "messages.answer",
            "people.merge",
            "accounts.view",
            "consents.note",
            "accounts.edit",
            "people.link",
            "balances.view",
            "insurance.view",
            "insurance.edit",
            "payments.take",
            "drafts.stop",
            "practice_files.import",
        }
    ),
    "biller": frozenset(
        {
            "plans.view",
            "plans.make",
            "proxies.grant",
            "messages.view",
            "messages.answer",
            "people.merge",
            "accounts.view",
            "consents.note",
            "accounts.name_guarantor",
            "people.link",
            "balances.view",
            "ledger.view",
            "ledger.adjust",
            "claims.view",
            "claims.import",
            "insurance.view",
            "insurance.edit",
            "remittances.view",
            "remittances.post",
            "work.view",
            "work.decide",
            "statements.view",
            "payments.take",
            "payments.view",
            "drafts.stop",
            "refunds.view",
            "refunds.request",
            "disputes.answer",
            "practice_files.import",
            "day.view",
            "day.deposit",
        }
    ),
    "payment_poster": frozenset(
        {
            "plans.view",
            "accounts.view",
            "insurance.view",
            "balances.view",
            "ledger.view",
            "claims.view",
            "remittances.view",
            "remittances.post",
            "work.view",
            "work.decide",
            "statements.view",
            "payments.view",
            "refunds.view",
            "refunds.request",
            "payments.take",
            "drafts.stop",
            "day.view",
            "day.deposit",
            "day.close",
        }
    ),
    "fa_counsellor": frozenset(
        {
            "plans.view",
            "plans.make",
            "accounts.view",
            "insurance.view",
            "balances.view",
            "ledger.view",
            "claims.view",
            "statements.view",
        }
    ),
    "collections": frozenset(
        {
            "plans.view",
            "plans.make",
            "accounts.view",
            "balances.view",
            "ledger.view",
            "statements.view",
            "payments.view",
            "refunds.view",
            "payments.take",
            "drafts.stop",
        }
    ),
    "manager": frozenset(
        {
            "plans.view",
            "plans.make",
            "plans.approve",
            "plans.policy",
            "proxies.grant",
            "messages.view",
            "messages.answer",
            "people.merge",
            "accounts.view",
            "insurance.view",
            "consents.note",
            "accounts.name_guarantor",
            "people.link",
            "drafts.stop",
            "balances.view",
            "ledger.view",
            "ledger.adjust",
            "claims.view",
            "claims.import",
            "remittances.view",
            "remittances.post",
            "work.view",
            "work.decide",
            "statements.view",
            "payments.take",
            "payments.view",
            "refunds.view",
            "refunds.request",
            "disputes.answer",
            "refunds.approve",
            "practice_files.import",
            "audit.view",
            "sign_ins.reset",
            "staff.view",
            "texts.resume",
            "day.view",
            "day.deposit",
            "day.close",
            "day.explain",
            "day.reopen",
        }
    ),
    "auditor": frozenset(
        {
            "plans.view",
            "messages.view",
            "accounts.view",
            "insurance.view",
            "balances.view",
            "ledger.view",
            "claims.view",
            "remittances.view",
            "work.view",
            "statements.view",
            "payments.view",
            "refunds.view",
            "audit.view",
            "day.view",
        }
    ),
    # Runs the machine, sees no patient.
    "sysadmin": frozenset({"staff.view", "staff.edit", "practice.edit", "texts.resume"}),
}

ROLES: Mapping[str, frozenset[str]] = {
    role: permissions | {OWN} for role, permissions in _MATRIX.items()
}
ALL_PERMISSIONS: frozenset[str] = frozenset().union(*ROLES.values())
