"""Rows of the staff's table of `access_tables` about money that comes back from agencies; the letters are explained there."""

STAFF_AGENCY_MONEY = """
    s s s r o r r o o o r o  GET       /agencies/<int:agency_id>/addresses/<int:return_id>
    s s s r r r r o o r r o  POST      /agencies/<int:agency_id>/addresses/<int:return_id>/<any(take,leave):answer>
    s s s r o r r o o o r o  GET       /agencies/<int:agency_id>/remittances
    s s s r o r r o o o r o  GET       /agencies/<int:agency_id>/remittances/<uuid:remittance_id>
    s s s r r r r r o r r o  POST      /agencies/<int:agency_id>/remittances/<uuid:remittance_id>/take-back
    s s s r r r r o o r r o  GET,POST  /agencies/<int:agency_id>/remittances/new
    s s s r o r r o o o r o  GET       /agencies/<int:agency_id>/returns
    s s s r o r r o o o r o  GET       /agencies/<int:agency_id>/returns/<uuid:file_id>
    s s s r r r r o o r r o  POST      /agencies/<int:agency_id>/returns/<uuid:file_id>/read
    s s s r r r r o o r r o  GET,POST  /agencies/<int:agency_id>/returns/upload
    s s s r o r r o o o r o  GET       /bad-debt/
    s s s r o r r o o o r o  GET       /bad-debt/<uuid:batch_id>
    s s s r r r r r o r r o  POST      /bad-debt/<uuid:batch_id>/approve
    s s s r r r r o o r r o  POST      /bad-debt/<uuid:batch_id>/decline
    s s s r r r r r o r r o  POST      /bad-debt/<uuid:batch_id>/take-back
    s s s r r r r o o r r o  POST      /bad-debt/prepare
"""
