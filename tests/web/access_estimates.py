"""Rows of the tables of `access_tables` about good-faith estimates; the letters are explained there."""

STAFF_ESTIMATES = """
    s s s o o r r r o o r o  GET       /estimates/
    s s s o o r r r o o r o  GET       /estimates/<int:estimate_id>
    s s s o o r r r o r r o  POST      /estimates/<int:estimate_id>
    s s s o o r r r o o r o  GET       /estimates/bills/<int:check_id>
    s s s o o r r r o r r o  POST      /estimates/bills/<int:check_id>/correct
    s s s r r r r r o r r o  POST      /estimates/bills/<int:check_id>/release
    s s s o o r r r o r r o  POST      /estimates/bills/<int:check_id>/review
"""
