"""Rows of the staff's table of `access_tables` about the back office of money; the letters are explained there."""

STAFF_OFFICE = """
    s s s r o o r r o o r o  GET       /day/
    s s s r r o r r o r r o  POST      /day/close
    s s s r o o r r o r r o  POST      /day/deposit
    s s s o o o r o o r r o  GET,POST  /day/drawer
    s s s r r r r r o r r o  POST      /day/explain
    s s s r o o r r o o r o  GET       /day/export.csv
    s s s r r r r r o r r o  POST      /day/reopen
    s s s r o o r o o o r o  GET       /disputes/
    s s s r o o r o o o r o  GET       /disputes/<int:dispute_id>
    s s s r o r r r o r r o  POST      /disputes/<int:dispute_id>
    s s s r o r r r o r r o  GET,POST  /disputes/<int:dispute_id>/answer
    s s s r o r r r o r r o  POST      /disputes/<int:dispute_id>/answer/send
    s s s r o o r o o o r o  GET       /disputes/<int:dispute_id>/answers/<uuid:evidence_id>.pdf
    s s s r o o r r o o r o  GET       /payouts/
    s s s r o o r r o o r o  GET       /payouts/<int:payout_id>
    s s s r o o r o o o r o  GET       /refunds/
    s s s r o o r o o o r o  GET       /refunds/<uuid:refund_id>
    s s s r r r r r o r r o  POST      /refunds/<uuid:refund_id>/approve
    s s s r r r r r o r r o  POST      /refunds/<uuid:refund_id>/decline
    s s s r o o r o o o r o  GET       /refunds/checks/
    s s s r o o r o o o r o  GET       /refunds/checks/<uuid:check_id>
    s s s r r r r r o r r o  POST      /refunds/checks/<uuid:check_id>/approve
    s s s r o o r r o r r o  POST      /refunds/checks/<uuid:check_id>/clear
    s s s r r r r r o r r o  POST      /refunds/checks/<uuid:check_id>/decline
    s s s r r r r r o r r o  POST      /refunds/checks/<uuid:check_id>/void
    s s s r o o r r o r r o  POST      /refunds/checks/<uuid:check_id>/write
    s s s r o o r r o r r o  GET,POST  /refunds/checks/of/<int:account_id>
    s s s r o o r o o o r o  GET       /refunds/checks/register.csv
    s s s r o o r r o r r o  GET,POST  /refunds/of/<int:account_id>/<uuid:payment_id>
    s s s r o o r r o r r o  POST      /refunds/of/<int:account_id>/<uuid:payment_id>/send
"""
