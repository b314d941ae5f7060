"""Rows of the staff's table of `access_tables` about financial assistance; the letters are explained there."""

STAFF_ASSISTANCE = """
    s s s o o r o o o o r o  GET       /assistance/
    s s s r r r o r o o r o  GET       /assistance/<uuid:application_id>
    s s s r r r o r o r r o  POST      /assistance/<uuid:application_id>/ask
    s s s r r r o r o r r o  POST      /assistance/<uuid:application_id>/complete
    s s s r r r o r o r r o  POST      /assistance/<uuid:application_id>/decide
    s s s r r r o r o r r o  POST      /assistance/<uuid:application_id>/papers
    s s s r r r o r o o r o  GET       /assistance/<uuid:application_id>/papers/<uuid:document_id>.pdf
    s s s r r r o r o r r o  POST      /assistance/<uuid:application_id>/verify
    s s s r r r o r o r r o  POST      /assistance/decisions/<uuid:decision_id>/appeal
    s s s r r r r r o r r o  POST      /assistance/decisions/<uuid:decision_id>/approve
    s s s r r r o r o o r o  GET       /assistance/decisions/<uuid:decision_id>/letter.pdf
    s s s r r r r r o r r o  POST      /assistance/decisions/<uuid:decision_id>/reverse
    s s s r r r r r o r r o  POST      /assistance/decisions/<uuid:decision_id>/send-back
    s s s o o r o o o o r o  GET       /assistance/of/<int:account_id>
    s s s r r r o r o r r o  GET,POST  /assistance/of/<int:account_id>/enter
    s s s r r r o r o r r o  POST      /assistance/of/<int:account_id>/grant
    s s s r r r o r o r r o  POST      /assistance/of/<int:account_id>/screen
    s s s r r r o r o r r o  GET       /assistance/without-sign-in
    s s s r r r o r o r r o  GET       /assistance/without-sign-in/<uuid:guest_id>
    s s s r r r o r o r r o  POST      /assistance/without-sign-in/<uuid:guest_id>/close
    s s s r r r o r o r r o  GET       /assistance/without-sign-in/<uuid:guest_id>/papers/<int:paper_id>.pdf
    s s s r r r o r o r r o  POST      /assistance/without-sign-in/<uuid:guest_id>/tie
    s s s o o r o o o o r o  GET       /assistance/policy
    s s s r r r r r o r r o  POST      /assistance/policy/agb
    s s s r r r r r o r r o  GET,POST  /assistance/policy/change
"""
