"""Rows of the two tables of `access_tables` that are about payment plans; the letters are explained there."""

PATIENTS_PLANS = """
    s s o o o o o o r o r r o b b  GET       /agreements
    s s n o o n n n r o r r o b b  GET       /plans/<uuid:plan_id>
    s s n o o n n n r r r r r b b  GET       /plans/<uuid:plan_id>/agreement
    s s n n n n n n r n r r n b b  GET       /plans/<uuid:plan_id>/answer.pdf
    s s n o o n n n r r r r r b b  GET       /plans/<uuid:plan_id>/change
    s s n o o n n n r r r r r b b  GET,POST  /plans/<uuid:plan_id>/day
    s s n o o n n n r r r r r b b  GET,POST  /plans/<uuid:plan_id>/end
    s s n o o n n n r r r r r b b  POST      /plans/<uuid:plan_id>/leave-out
    s s n o o n n n r r r r r b b  GET       /plans/<uuid:plan_id>/new-bill
    s s n o o n n n r r r r r b b  GET,POST  /plans/<uuid:plan_id>/pause
    s s n o o n n n r r r r r b b  POST      /plans/<uuid:plan_id>/resume
    s s n o o n n n r o r r o b b  GET       /plans/<uuid:plan_id>/versions/<int:number>
    s s n o o n n n r o r r o b b  GET       /plans/<uuid:plan_id>/versions/<int:number>/agreement.pdf
    s s o o o o o o r r r r r b b  GET       /plans/agreement
    s s n o o n n n r r r r r b b  POST      /plans/ask
    s s n o o o o o r r r r r b b  GET       /plans/new
    s s n o o n n n r r r r r b b  POST      /plans/sign
"""

STAFF_PLANS = """
    s s s o o o o o o o r o  GET       /plans/
    s s s o o o o o o o r o  GET       /plans/<uuid:plan_id>
    s s s r o r o o o r r o  GET       /plans/<uuid:plan_id>/agreement.pdf
    s s s o o o o o o o r o  GET       /plans/<uuid:plan_id>/answer.pdf
    s s s r r r r r o r r o  POST      /plans/<uuid:plan_id>/approve
    s s s r r r r r o r r o  POST      /plans/<uuid:plan_id>/counter
    s s s r r r r r o r r o  POST      /plans/<uuid:plan_id>/decline
    s s s r o r o o o r r o  POST      /plans/<uuid:plan_id>/end
    s s s r o r o o o r r o  POST      /plans/<uuid:plan_id>/paper
    s s s r o r o o o r r o  POST      /plans/<uuid:plan_id>/pause
    s s s r o r o o o r r o  POST      /plans/<uuid:plan_id>/resume
    s s s r o r o o o r r o  POST      /plans/<uuid:plan_id>/skip
    s s s o o o o o o o r o  GET       /plans/<uuid:plan_id>/versions/<int:number>.pdf
    s s s r o r o o o r r o  GET,POST  /plans/make/<int:account_id>
    s s s r o r o o o r r o  POST      /plans/make/<int:account_id>/send
    s s s o o o o o o o r o  GET       /plans/of/<int:account_id>
    s s s o o o o o o o r o  GET       /plans/policy
    s s s r r r r r o r r o  GET,POST  /plans/policy/change
"""
