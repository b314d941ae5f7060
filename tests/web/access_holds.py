"""Rows of the staff's table of `access_tables` about holds and the gate; the letters are explained there."""

STAFF_HOLDS = """
    s s s r o o o o o o r o  GET       /accounts/<int:account_id>/holds
    s s s r o r o o o r r o  POST      /accounts/<int:account_id>/holds
    s s s r o r o o o r r o  GET,POST  /accounts/<int:account_id>/holds/<int:hold_id>/end
    s s s r r r r r o r r o  POST      /accounts/<int:account_id>/holds/clear
    s s s r o o o o o o r o  GET       /holds/
    s s s r o o o o o o r o  GET       /holds/denials
    s s s r r r r r o o r o  GET       /settings/organisation
    s s s r r r r r o r r o  POST      /settings/organisation
    s s s r r r r r o o r o  GET       /settings/states
    s s s r r r r r o o r o  GET       /settings/states/<key>
    s s s r r r r r o r r o  POST      /settings/states/<key>
"""
