"""Rows of the two tables of `access_tables` that are about the waitlist; the letters are explained there."""

PATIENTS_WAITLIST = """
    s s o o o o o o r r o r o b b  GET       /visits/waitlist
    s s n o o n n n r r o r o b b  GET,POST  /visits/waitlist/<uuid:entry_id>/change
    s s n o o n n n r r o r o b b  POST      /visits/waitlist/<uuid:entry_id>/leave
    s s o o o o o o r r o r o b b  GET,POST  /visits/waitlist/join
    s s n o o n n n r r o r o b b  POST      /visits/waitlist/offers/<int:offer_id>/pass
    s s n o o n n n r r o r o b b  POST      /visits/waitlist/offers/<int:offer_id>/take
"""

STAFF_WAITLIST = """
    s s s o r r r r o o r o  GET       /waitlist/
    s s s o r r r r o r r o  POST      /waitlist/<uuid:entry_id>/leave
    s s s o r r r r o r r o  GET,POST  /waitlist/<uuid:entry_id>/offer
    s s s o r r r r o r r o  POST      /waitlist/<uuid:entry_id>/urgency
    s s s o r r r r o r r o  GET,POST  /waitlist/add/<int:patient_id>
    s s s o r r r r o r r o  POST      /waitlist/offers/<int:offer_id>/take
"""
