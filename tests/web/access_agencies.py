"""Rows of the staff's table of `access_tables` about agencies, packets and placed bills; the letters are explained there."""

STAFF_AGENCIES = """
    s s s r o r r o o o r o  GET       /agencies/
    s s s r o r r o o o r o  GET       /agencies/<int:agency_id>
    s s s r r r r r o r r o  POST      /agencies/<int:agency_id>/approve
    s s s r r r r o o r r o  GET,POST  /agencies/<int:agency_id>/change
    s s s r r r r o o r r o  GET,POST  /agencies/new
"""
