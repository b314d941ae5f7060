"""Rows of the patients' table of `access_tables` about where a bill stands; the letters are explained there."""

PATIENTS_STANDING = """
    o                              GET       /our-rules
    s o n o o n n n o o r r o b b  GET       /bills/<int:visit_id>/where
"""
