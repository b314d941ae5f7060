"""Rows of the two tables of `access_tables` about check-in, the desk, forms and tasks; the letters are explained there."""

STAFF_DESK = """
    s s s o r r r r o o r o  GET       /forms/
    s s s r r r r r o r r o  GET,POST  /forms/new
    s s s o r r r r o o r o  GET       /forms/<int:form_id>
    s s s r r r r r o r r o  GET,POST  /forms/<int:form_id>/edit/<language>
    s s s r r r r r o r r o  POST      /forms/<int:form_id>/publish
    s s s r r r r r o r r o  POST      /forms/<int:form_id>/settings
    s s s o r r r r o o r o  GET       /forms/<int:form_id>/versions/<int:number>/<language>
"""
