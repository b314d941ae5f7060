"""Rows of the staff's table of `access_tables` about settings and control; the letters are explained there."""

STAFF_CONTROL = """
    s s s o r r r r o o r o  GET       /accounts/<int:account_id>/disclosures/
    s s s o r r r r o r r o  POST      /accounts/<int:account_id>/disclosures/
    s s s o r r r r o r r o  POST      /accounts/<int:account_id>/disclosures/answered
    s s s o r r r r o r r o  POST      /accounts/<int:account_id>/disclosures/ask
    s s s o r r r r o r r o  POST      /accounts/<int:account_id>/disclosures/extend
    s s s o r r r r o o r o  GET       /accounts/<int:account_id>/disclosures/list.<any(csv, pdf):form>
    s s s r r r r r o r r o  GET,POST  /accounts/<int:account_id>/restriction
    s s s r r r r r o r r o  POST      /accounts/<int:account_id>/restriction/lift
    s s s r r r r r o o r o  GET       /audit/alerts/
    s s s r r r r r o o r o  GET,POST  /audit/alerts/<int:alert_id>
    s s s r r r r r o o r o  POST      /audit/alerts/sign-off
    s s s r r r r r o o r o  POST      /audit/export
    s s s r r r r r o o r o  GET       /owner-review/
    s s s r r r r r o r r o  POST      /owner-review/sign
    s s s o o o o o o o r o  GET,POST  /restricted/<int:closed_id>/open
    s s s r r r r r o o r o  GET       /settings/
    s s s r r r r r o o r o  GET       /settings/<name>
    s s s r r r r r o o r o  GET       /settings/data/
    s s s r r r r r o o r o  GET,POST  /settings/data/<kind>/
    s s s r r r r r o o r o  GET       /settings/data/<kind>.csv
    s s s r r r r r o o r o  GET       /settings/data/<kind>/row
    s s s r r r r r o r r o  POST      /settings/data/<kind>/row
    s s s r r r r r o r r o  POST      /settings/data/<kind>/file
    s s s r r r r r o r r o  GET,POST  /settings/data/files/<uuid:upload_id>
    s s s r r r r r o r r o  POST      /settings/<name>
"""
