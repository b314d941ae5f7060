"""Rows of the staff's table of `access_tables` about exceptions; the letters are explained there."""

STAFF_EXCEPTIONS = """
    s s s r o o r r o r r o  POST      /queue/<int:item_id>/deny
    s s s r o o r r o r r o  POST      /queue/many
    s s s r o o r r o o r o  POST      /queue/views
    s s s r o o r r o o r o  POST      /queue/views/<int:view_id>/forget
    s s s r o o r r o o r o  GET       /queue/counts
    s s s r o o r r o r r o  GET       /queue/<int:item_id>/letter
    s s s r o o r r o r r o  GET,POST  /queue/<int:item_id>/lines/<int:claim_id>
    s s s r o o r r o r r o  GET,POST  /queue/<int:item_id>/same
    s s s r o o r r o r r o  GET,POST  /queue/<int:item_id>/send-back
    s s s r o o r r o r r o  GET,POST  /queue/<int:item_id>/split
    s s s r o o r r o r r o  POST      /queue/<int:item_id>/take-back
"""
