"""Rows of the two tables of `access_tables` about what goes with messages; the letters of each row are explained there."""

PATIENTS_MESSAGES = """
    s s n n n n n n r r r r n b b  GET       /messages/files/<uuid:file_id>
"""

STAFF_MESSAGES = """
    s s s o o r r r o r r o  POST      /accounts/<int:account_id>/messages/assign
    s s s o o r r r o o r o  GET       /accounts/<int:account_id>/messages/files/<uuid:file_id>
    s s s o o r r r o o r o  GET       /messages/newcomers/<int:login_id>/files/<uuid:file_id>
    s s s o o r r r o r r o  GET,POST  /messages/kept
    s s s o o r r r o r r o  GET,POST  /messages/kept/<int:answer_id>
"""
