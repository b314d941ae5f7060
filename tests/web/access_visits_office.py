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
    s s s o r r r r o r r o  GET       /calendar/affected
    s s s o r r r r o r r o  POST      /calendar/affected/cancel
    s s s o r r r r o r r o  POST      /calendar/affected/days
    s s s o r r r r o r r o  POST      /calendar/affected/move
    s s s o r r r r o r r o  POST      /calendar/affected/propose
    s s s o r r r r o r r o  GET,POST  /calendar/block
    s s s o r r r r o r r o  GET,POST  /calendar/book
    s s s o r r r r o r r o  GET       /calendar/book/<int:patient_id>
    s s s o r r r r o r r o  GET,POST  /calendar/book/<int:patient_id>/confirm
    s s s o r r r r o r r o  POST      /calendar/book/<int:patient_id>/other-time
    s s s o o r r r o o r o  POST      /calendar/go
    s s s o o r r r o o r o  GET       /calendar/sheet
    s s s o o r r r o o r o  GET       /calendar/settings/
    s s s o o r r r o o r o  GET       /calendar/settings/<kind>
    s s s r r r r r o r r o  GET,POST  /calendar/settings/<kind>/<int:row_id>
    s s s r r r r r o r r o  GET,POST  /calendar/settings/<kind>/add
    s s s o o r r r o o r o  GET       /calendar/settings/away
    s s s o r r r r o r r o  POST      /calendar/settings/away/<int:exception_id>/remove
    s s s r r r r r o r r o  GET,POST  /calendar/settings/away/add
    s s s r r r r r o r r o  GET,POST  /calendar/settings/blocks/<int:block_id>
    s s s r r r r r o r r o  POST      /calendar/settings/blocks/<int:block_id>/end
    s s s r r r r r o r r o  GET,POST  /calendar/settings/holidays
    s s s o o r r r o o r o  GET       /calendar/settings/policy
    s s s r r r r r o r r o  GET,POST  /calendar/settings/policy/change
    s s s r r r r r o r r o  GET,POST  /calendar/settings/providers/<int:provider_id>/blocks
    s s s r r r r r o r r o  POST      /calendar/settings/providers/<int:provider_id>/networks
    s s s r r r r r o r r o  POST      /calendar/settings/providers/<int:provider_id>/networks/<int:network_id>/end
    s s s o o r r r o o r o  GET       /calendar/settings/providers/<int:provider_id>/week
"""
