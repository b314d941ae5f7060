"""Rows of the staff's table of `access_tables` about cases and calls; the letters are explained there."""

STAFF_CASES = """
    s s s r o r r o o o r o  GET       /cases/
    s s s r r r r o o r r o  POST      /cases/screen
    s s s r o r r o o o r o  GET       /cases/promises
    s s s r o r r o o o r o  GET       /accounts/<int:account_id>/promises
    s s s r r r r o o r r o  POST      /accounts/<int:account_id>/promises
    s s s r r r r o o r r o  GET,POST  /accounts/<int:account_id>/promises/<uuid:promise_id>/withdraw
    s s s r o r r o o o r o  GET       /accounts/<int:account_id>/found
    s s s r r r r o o r r o  POST      /accounts/<int:account_id>/found
    s s s r r r r o o r r o  GET,POST  /accounts/<int:account_id>/found/<uuid:trace_id>
    s s s r o r r o o o r o  GET       /accounts/<int:account_id>/case
    s s s r r r r o o r r o  POST      /accounts/<int:account_id>/case/notice
    s s s r o r r o o o r o  GET       /accounts/<int:account_id>/calls
    s s s r r r r o o r r o  POST      /accounts/<int:account_id>/calls/<uuid:call_id>/heard
    s s s r r r r o o r r o  GET,POST  /accounts/<int:account_id>/calls/<uuid:call_id>/correct
    s s s r r r r o o r r o  POST      /accounts/<int:account_id>/calls/start
    s s s r r r r o o r r o  POST      /accounts/<int:account_id>/calls/theirs
    s s s r r r r o o r r o  POST      /accounts/<int:account_id>/calls/wish
"""
