"""Rows of the staff's table of `access_tables` about settings and control; the letters are explained there."""

STAFF_CONTROL = """
    s s s r r r r r o o r o  GET       /settings/
    s s s r r r r r o o r o  GET       /settings/<name>
    s s s r r r r r o r r o  POST      /settings/<name>
"""
