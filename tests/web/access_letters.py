"""Rows of the two tables of `access_tables` that are about letters; the letters of each row are explained there."""

PATIENTS_LETTERS = """
    s s o o o o o o o o r r o b b  GET       /letters
    s s n o o n n n o o r r o b b  GET       /letters/<int:notice_id>
    s s n o o n n n o o r r o b b  GET       /letters/<int:notice_id>/letter.pdf
"""

STAFF_LETTERS = """
    s s s r o o o o o o r o  GET       /accounts/<int:account_id>/letters
    s s s r o r o o o r r o  POST      /accounts/<int:account_id>/letters/<int:delivery_id>/came-back
    s s s o o r r r o r r o  GET,POST  /mail-status
    s s s r r r r r o o r o  GET       /settings/letters
    s s s r r r r r o o r o  GET       /settings/letters/<letter>/<language>.pdf
    s s s r r r r r o r r o  GET       /settings/letters/<letter>/<language>
    s s s r r r r r o r r o  POST      /settings/letters/<letter>/<language>
    s s s r r r r r o r r o  POST      /settings/letters/<letter>/read
    s s s r r r r r o o r o  GET       /settings/letters/proposed/<int:template_id>.pdf
    s s s r r r r r o r r o  POST      /settings/letters/proposed/<int:template_id>/approve
    s s s r r r r r o r r o  POST      /settings/letters/states/<state>/<language>
"""
