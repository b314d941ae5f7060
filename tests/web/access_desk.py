"""Rows of the two tables of `access_tables` about check-in, the desk, forms, tasks and estimates; the letters are explained there."""

PATIENTS_DESK = """
    s s o o o o o o r r o r o b b  GET       /check-in
    o                              GET       /kiosk
    o                              GET       /kiosk/check-in
    o                              GET,POST  /kiosk/check-in/<any(identity, contact, coverage, accident, forms, payment):step>
    o                              GET,POST  /kiosk/check-in/forms/<int:version_id>
    o                              POST      /kiosk/find
    o                              POST      /kiosk/finish
    o                              POST      /kiosk/pair
    s s n o o n n n r r o r o b b  GET       /visits/<uuid:appointment_id>/check-in
    s s n o o n n n r r o r o b b  GET,POST  /visits/<uuid:appointment_id>/check-in/<any(identity, contact, coverage, accident, forms, payment):step>
    s s n n n n n n r r n r n b b  GET,POST  /visits/<uuid:appointment_id>/check-in/forms/<int:version_id>
    s s n n n n n n r r n r n b b  GET       /visits/<uuid:appointment_id>/check-in/signed/<int:signed_id>/form.pdf
"""

STAFF_DESK = """
    s s s o r r r r o o r o  GET       /forms/
    s s s r r r r r o r r o  GET,POST  /forms/new
    s s s o r r r r o o r o  GET       /forms/<int:form_id>
    s s s r r r r r o r r o  GET,POST  /forms/<int:form_id>/edit/<language>
    s s s r r r r r o r r o  POST      /forms/<int:form_id>/publish
    s s s r r r r r o r r o  POST      /forms/<int:form_id>/settings
    s s s o r r r r o o r o  GET       /forms/<int:form_id>/versions/<int:number>/<language>
    s s s o o r r r o o r o  GET       /front-desk/
    s s s o o r r r o o r o  POST      /front-desk/go
    s s s o o r r r o o r o  GET       /front-desk/check-in-code.svg
    s s s o r r r r o r r o  GET,POST  /front-desk/tablets
    s s s o r r r r o r r o  POST      /front-desk/tablets/<int:kiosk_id>/revoke
    s s s o o r r r o o r o  GET       /front-desk/<uuid:appointment_id>/check-in
    s s s o r r r r o r r o  GET,POST  /front-desk/<uuid:appointment_id>/check-in/<any(identity, contact, coverage, accident, forms, payment):step>
    s s s o r r r r o r r o  GET,POST  /front-desk/<uuid:appointment_id>/check-in/forms/<int:version_id>
    s s s o r r r r o r r o  GET       /front-desk/<uuid:appointment_id>/check-in/signed/<int:signed_id>/form.pdf
    s s s o o r r r o o r o  GET       /front-desk/<uuid:appointment_id>/check-out
    s s s o r r r r o r r o  POST      /front-desk/<uuid:appointment_id>/mark/<any(arrive, room, finish, miss, undo):step>
    s s s o r r r r o r r o  GET,POST  /front-desk/<uuid:appointment_id>/override
    s s s o o r r r o o r o  GET       /visit-tasks/
    s s s o o r r r o o r o  GET       /visit-tasks/<uuid:appointment_id>
    s s s o o r r r o r r o  POST      /visit-tasks/<uuid:appointment_id>/verify
    s s s o o r r r o r r o  POST      /visit-tasks/tasks/<int:task_id>/end
    s s s o o r r r o o r o  GET       /estimates/
    s s s o o r r r o o r o  GET       /estimates/<int:estimate_id>
    s s s o o r r r o r r o  POST      /estimates/<int:estimate_id>
    s s s o o r r r o r r o  GET,POST  /estimates/asked
    s s s o o r r r o r r o  GET,POST  /estimates/asked/<int:account_id>
    s s s r o r o o o r r o  GET,POST  /estimates/disputes/of/<int:visit_id>
    s s s o o r r r o o r o  GET       /estimates/disputes/<int:dispute_id>
    s s s o o r r r o r r o  POST      /estimates/disputes/<int:dispute_id>/answer
    s s s r o r o o o r r o  POST      /estimates/disputes/<int:dispute_id>/end
    s s s o o r r r o r r o  POST      /estimates/<int:estimate_id>/drop
    s s s o o r r r o r r o  GET,POST  /estimates/<int:estimate_id>/record
    s s s o o r r r o r r o  GET,POST  /estimates/<int:estimate_id>/tie
    s s s o o r r r o r r o  POST      /estimates/<int:estimate_id>/untie
    s s s o o r r r o r r o  GET,POST  /estimates/unclear/<int:visit_id>
    s s s o o r r r o o r o  GET       /estimates/bills/<int:check_id>
    s s s o o r r r o r r o  POST      /estimates/bills/<int:check_id>/correct
    s s s r r r r r o r r o  POST      /estimates/bills/<int:check_id>/release
    s s s o o r r r o r r o  POST      /estimates/bills/<int:check_id>/review
"""
