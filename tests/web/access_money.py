"""Rows of the staff's access table about bank, adjustments and credits; the letters are explained in `access_tables`."""

STAFF_MONEY = """
    s s s r o r r r o r r o  GET       /adjustments/
    s s s r o r r r o r r o  GET       /adjustments/<uuid:request_id>
    s s s r o r r r o r r o  POST      /adjustments/<uuid:request_id>/approve
    s s s r o r r r o r r o  POST      /adjustments/<uuid:request_id>/decline
    s s s r o r r r o r r o  GET,POST  /adjustments/bills/<int:visit_id>/transfer
    s s s r r r r r o r r o  GET,POST  /adjustments/limits
    s s s r o r r r o r r o  GET,POST  /adjustments/lines/<int:charge_id>/plan
    s s s r o o r r o o r o  GET       /bank/
    s s s r o o r r o o r o  GET       /bank/<int:deposit_id>
    s s s r o o r r o r r o  POST      /bank/<int:deposit_id>/match
    s s s r o o r r o r r o  POST      /bank/<int:deposit_id>/unmatch
    s s s r o o r r o r r o  GET       /bank/files/<uuid:file_id>
    s s s r o o r r o r r o  POST      /bank/files/<uuid:file_id>/columns
    s s s r o o r r o r r o  POST      /bank/files/<uuid:file_id>/import
    s s s r o o r r o r r o  POST      /bank/lines/<int:line_id>/claim
    s s s r o o r r o r r o  GET,POST  /bank/upload
    s s s r o o r o o o r o  GET       /credits/
    s s s r o r r r o r r o  GET,POST  /credits/<int:account_id>/use
"""
