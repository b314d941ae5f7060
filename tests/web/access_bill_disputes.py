"""Rows of the two tables of `access_tables` that are about disputes of bills and where a bill stands; the letters are explained there."""

PATIENTS_BILL_DISPUTES = """
    o                              GET       /our-rules
    s o n o o n n n o o r r o b b  GET       /bills/<int:visit_id>/where
    s s n o o n n n r r r r o b b  GET,POST  /bills/<int:visit_id>/dispute
    s s n o o n n n r r r r o b b  POST      /bills/<int:visit_id>/differs
    s s n o o n n n r r r r o b b  POST      /bills/<int:visit_id>/eob
    s s n o o n n n r r r r o b b  POST      /bills/<int:visit_id>/eob/send
    s s n n n n n n r r r r n b b  GET       /bills/<int:visit_id>/eob/<int:photo_id>
    s s o o o o o o r r r r o b b  GET       /disputes
    s s n o o n n n r r r r o b b  GET       /disputes/<uuid:dispute_id>
    s s n o o n n n r r r r o b b  POST      /disputes/<uuid:dispute_id>/evidence
    s s n o o n n n r r r r o b b  GET       /disputes/<uuid:dispute_id>/evidence/<int:document_id>
    s s n o o n n n r r r r o b b  POST      /disputes/<uuid:dispute_id>/reply
    s s n o o n n n r r r r o b b  POST      /disputes/<uuid:dispute_id>/withdraw
"""

STAFF_BILL_DISPUTES = """
    s s s o o o o o o o r o  GET       /bill-disputes/
    s s s o o o o o o o r o  GET       /bill-disputes/<uuid:dispute_id>
    s s s r o r r r o r r o  POST      /bill-disputes/<uuid:dispute_id>/answer
    s s s o o o o o o o r o  GET       /bill-disputes/<uuid:dispute_id>/evidence/<int:document_id>
    s s s o o o o o o o r o  GET       /bill-disputes/eobs/<int:item_id>
    s s s r o r r r o r r o  POST      /bill-disputes/<uuid:dispute_id>/extend
    s s s r o r r r o r r o  POST      /bill-disputes/<uuid:dispute_id>/lift
    s s s r o r r r o r r o  POST      /bill-disputes/<uuid:dispute_id>/take
    s s s o o r r r o r r o  GET,POST  /bill-disputes/new/<int:account_id>
    s s s o o o o o o o r o  GET       /bill-disputes/report
"""
