"""Rows of the patients' table for saved ways to pay and autopay: one's own alone, whoever acts for them.

The columns stand in `access_tables`.
"""

from __future__ import annotations

ROWS = """
    # Nobody saves or signs for somebody else; without an account there is nothing to save
    s s n o o o o o r r r r r b b  GET       /pay/autopay
    s s n o o n n n r r r r r b b  GET       /pay/autopay/<int:authorisation_id>
    s s n o o n n n r r r r r b b  POST      /pay/autopay/<int:authorisation_id>/stop
    s s n o o o o o r r r r r b b  GET,POST  /pay/autopay/choose
    s s n n n n n n r r r r r b b  GET       /pay/autopay/sign
    s s n o c n n n r r r r r b b  POST      /pay/autopay/sign
    s s n o o o o o r r r r r b b  GET       /pay/methods
    s s n o o n n n r r r r r b b  POST      /pay/methods/<int:method_id>/first
    s s n o c n n n r r r r r b b  GET,POST  /pay/methods/<int:method_id>/remove
    s s n o o n n n r r r r r b b  GET       /pay/methods/<uuid:setup_id>/cancelled
    s s n o o n n n r r r r r b b  GET       /pay/methods/<uuid:setup_id>/return
    s s n o o o o o r r r r r b b  GET,POST  /pay/methods/add
"""

# nobody patient switched_off front_desk biller payment_poster fa_counsellor collections manager auditor sysadmin stale
STAFF_ROWS = """
    s s s o o o o o o o r o  GET       /accounts/<int:account_id>/drafts
    s s s o o o r o o r r o  GET,POST  /accounts/<int:account_id>/drafts/<int:authorisation_id>/stop
"""
