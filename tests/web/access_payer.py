"""Rows of the patients' table of `access_tables` of who came by a statement's code (PLAN-19): elsewhere a stranger."""

PAYER_ROWS = """
    o  GET   /pay/<uuid:payment_id>
    o  GET   /pay/<uuid:payment_id>/cancelled
    o  GET   /pay/<uuid:payment_id>/return
    o  GET   /pay-statement/amount
    o  POST  /pay-statement/begin
    n  GET   /pay-statement/paid/<uuid:payment_id>
    o  POST  /pay-statement/review
"""
