"""Rows of the patients' table of `access_tables` that are about booked visits; the letters are explained there."""

VISITS = """
    # A link in a text to the account's bills opens no visit
    s s o o o o o o r r o r o b b  GET       /visits
    s n n o o n n n r r o r o b b  GET       /visits/<uuid:appointment_id>
    s n n o o n n n r r o r o b b  GET,POST  /visits/<uuid:appointment_id>/cancel
    s n n o o n n n r r o r o b b  POST      /visits/<uuid:appointment_id>/confirm
    s n n o o n n n r r o r o b b  GET       /visits/<uuid:appointment_id>/move
    s n n o o n n n r r o r o b b  POST      /visits/<uuid:appointment_id>/move/hold
    s n n n n n n n r r n r n b b  GET,POST  /visits/<uuid:appointment_id>/move/<uuid:hold_id>
    s n n o o n n n r r o r o b b  GET       /visits/<uuid:appointment_id>/visit.ics
    s s o o o o o o r r o r o b b  GET       /visits/book
    s s n n n n n n r r n r n b b  GET,POST  /visits/book/<uuid:hold_id>
    s s o o o n n n r r o r o b b  POST      /visits/book/hold
    s s o o o n n n r r o r o b b  GET,POST  /visits/estimate

    # Before anybody signed in: nothing here is about somebody
    o                              GET       /book
    o                              POST      /book/hold
    o                              GET       /book/kept
"""
