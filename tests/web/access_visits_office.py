"""Rows of the staff's table of `access_tables` about the calendar; the letters are explained there."""

STAFF_CALENDAR = """
    s s s o o r r r o o r o  GET       /appointments/<uuid:appointment_id>
    s s s o r r r r o r r o  POST      /appointments/<uuid:appointment_id>/cancel
    s s s o r r r r o r r o  POST      /appointments/<uuid:appointment_id>/confirm
    s s s o r r r r o r r o  POST      /appointments/<uuid:appointment_id>/mark/<step>
    s s s o r r r r o r r o  GET       /appointments/<uuid:appointment_id>/move
    s s s o r r r r o r r o  GET,POST  /appointments/<uuid:appointment_id>/move/confirm
    s s s o r r r r o r r o  POST      /appointments/<uuid:appointment_id>/move/other-time
    s s s o o r r r o o r o  GET       /calendar/
    s s s o r r r r o r r o  GET,POST  /calendar/book
    s s s o r r r r o r r o  GET       /calendar/book/<int:patient_id>
    s s s o r r r r o r r o  GET,POST  /calendar/book/<int:patient_id>/confirm
    s s s o r r r r o r r o  POST      /calendar/book/<int:patient_id>/other-time
    s s s o o r r r o o r o  POST      /calendar/go
    s s s o o r r r o o r o  GET       /calendar/sheet
"""
