"""Rows of the patients' table of `access_tables` about help with paying; the letters are explained there."""

PATIENTS_HELP = """
    # Anybody's
    o                              GET,POST  /help-paying/check
    o                              GET,POST  /help-paying/come-back
    o                              POST      /help-paying/come-back/leave
    o                              GET,POST  /help-paying/without-sign-in
    o                              GET       /help-paying/form.pdf
    o                              GET       /help-paying/policy
    o                              GET       /help-paying/summary
    # An application without a sign-in: whoever opened one by its code (below)
    k                              GET       /help-paying/mine
    k                              POST      /help-paying/mine/answered
    k                              POST      /help-paying/mine/appeal
    k                              GET       /help-paying/mine/letter.pdf
    k                              GET,POST  /help-paying/mine/<any(household, income, coverage, hardship):step>
    k                              POST      /help-paying/mine/household/<int:place>/remove
    k                              POST      /help-paying/mine/household/all
    k                              POST      /help-paying/mine/income/<int:place>/remove
    k                              GET,POST  /help-paying/mine/papers
    k                              GET       /help-paying/mine/papers/<int:paper_id>.pdf
    k                              POST      /help-paying/mine/papers/<int:paper_id>/remove
    k                              POST      /help-paying/mine/send-paper
    k                              GET,POST  /help-paying/mine/sign
    k                              GET,POST  /help-paying/mine/who
    k                              GET,POST  /help-paying/mine/you
    k                              GET       /help-paying/without-sign-in/code
    # Filled in by whoever began it, for themselves alone; where it stands, by whoever sees the bills
    s s o o o o o o r r r r r b b  GET       /help-paying/apply
    s s n o o o o o r r r r r b b  POST      /help-paying/apply
    s s n o o n n n o o r r o b b  GET       /help-paying/<uuid:application_id>
    s s n o o n n n r r r r r b b  GET,POST  /help-paying/<uuid:application_id>/<any(you, household, income, coverage, hardship):step>
    s s n o o n n n r r r r r b b  POST      /help-paying/<uuid:application_id>/answered
    s s n o o n n n r r r r r b b  POST      /help-paying/<uuid:application_id>/household/<int:person_id>/remove
    s s n o o n n n r r r r r b b  POST      /help-paying/<uuid:application_id>/income/<int:income_id>/remove
    s s n n n n n n n n r r n b b  GET       /help-paying/<uuid:application_id>/letter.pdf
    s s n o o n n n r r r r r b b  POST      /help-paying/<uuid:application_id>/appeal
    s s n o o n n n r r r r r b b  GET,POST  /help-paying/<uuid:application_id>/papers
    s s n o o n n n r r r r r b b  GET       /help-paying/<uuid:application_id>/papers/<uuid:document_id>.pdf
    s s n o o n n n r r r r r b b  POST      /help-paying/<uuid:application_id>/papers/<uuid:document_id>/remove
    s s n o o n n n r r r r r b b  POST      /help-paying/<uuid:application_id>/send-paper
    s s n o o n n n r r r r r b b  GET,POST  /help-paying/<uuid:application_id>/sign
    s s n o o n n n r r r r r b b  POST      /help-paying/<uuid:application_id>/withdraw
"""

# Of somebody who has opened an application by its code: no paper of another's
APPLICANT_HELP = """
    o  GET       /help-paying/mine
    o  POST      /help-paying/mine/answered
    o  POST      /help-paying/mine/appeal
    n  GET       /help-paying/mine/letter.pdf
    o  GET,POST  /help-paying/mine/<any(household, income, coverage, hardship):step>
    o  POST      /help-paying/mine/household/<int:place>/remove
    o  POST      /help-paying/mine/household/all
    o  POST      /help-paying/mine/income/<int:place>/remove
    o  GET,POST  /help-paying/mine/papers
    n  GET       /help-paying/mine/papers/<int:paper_id>.pdf
    o  POST      /help-paying/mine/papers/<int:paper_id>/remove
    o  POST      /help-paying/mine/send-paper
    o  GET,POST  /help-paying/mine/sign
    o  GET,POST  /help-paying/mine/who
    o  GET,POST  /help-paying/mine/you
    o  GET       /help-paying/without-sign-in/code
"""
