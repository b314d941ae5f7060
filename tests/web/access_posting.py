"""Rows of the staff's table of `access_tables` about payers and what posts; the letters are explained there."""

STAFF_POSTING = """
    s s s r o o r r o o r o  GET       /payers/
    s s s r o o r r o o r o  GET       /payers/<int:payer_id>
    s s s r o o r r o o r o  GET       /payers/codes
    s s s r o o r r o r r o  POST      /payers/codes/<int:equivalence_id>/end
    s s s r r r r r o r r o  GET,POST  /payers/rule
    s s s r r r r r o r r o  GET,POST  /payers/<int:payer_id>/rule
    s s s r o o r r o r r o  POST      /remittances/<int:remittance_id>/post
    s s s r o o r r o r r o  POST      /remittances/waiting
    s s s r o o r r o r r o  GET       /remittances/uploads/together/<uuid:group_id>
    s s s r o o r r o r r o  POST      /remittances/uploads/together/<uuid:group_id>/post
"""
