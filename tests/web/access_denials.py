"""Rows of the staff's table of `access_tables` about denials and appeals; the letters are explained there."""

STAFF_DENIALS = """
    s s s r o o r r o o r o  GET       /denials/
    s s s r o o r r o o r o  GET       /denials/<int:denial_id>
    s s s r o r r r o r r o  GET,POST  /denials/<int:denial_id>/appeal
    s s s r o o r r o o r o  GET       /denials/<int:denial_id>/appeals/<uuid:appeal_id>.pdf
    s s s r o r r r o r r o  POST      /denials/<int:denial_id>/appeals/<uuid:appeal_id>/answer
    s s s r o r r r o r r o  POST      /denials/<int:denial_id>/appeals/<uuid:appeal_id>/send
    s s s r o r r r o r r o  POST      /denials/<int:denial_id>/correct
    s s s r o r r r o r r o  POST      /denials/<int:denial_id>/documents
    s s s r o r r r o r r o  POST      /denials/<int:denial_id>/give-up
    s s s r o r r r o r r o  POST      /denials/<int:denial_id>/note
    s s s r o r r r o r r o  POST      /denials/<int:denial_id>/take
    s s s r o r r r o r r o  POST      /denials/<int:denial_id>/write-off
    s s s r o o r r o o r o  GET       /denials/letters
    s s s r o o r r o o r o  GET       /denials/letters/<key>
    s s s r r r r r o r r o  POST      /denials/letters/<key>
    s s s r o o r r o o r o  GET       /denials/payer/<int:payer_id>
    s s s r r r r r o r r o  POST      /denials/payer/<int:payer_id>
"""
