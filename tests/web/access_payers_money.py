"""Rows of the staff's table of `access_tables` about paper EOBs and payers' money; the letters are explained there."""

STAFF_PAYERS_MONEY = """
    s s s r o o r r o r r o  GET       /eobs/
    s s s r o o r r o r r o  GET,POST  /eobs/batches/new
    s s s r o o r r o r r o  GET       /eobs/batches/<uuid:batch_id>
    s s s r o o r r o r r o  POST      /eobs/batches/<uuid:batch_id>/count
    s s s r o o r r o r r o  GET,POST  /eobs/batches/<uuid:batch_id>/new
    s s s r o o r r o r r o  GET       /eobs/<uuid:entry_id>
    s s s r o o r r o r r o  POST      /eobs/<uuid:entry_id>/claims
    s s s r o o r r o r r o  GET,POST  /eobs/<uuid:entry_id>/claims/<int:place>
    s s s r o o r r o r r o  POST      /eobs/<uuid:entry_id>/claims/<int:place>/remove
    s s s r o o r r o r r o  POST      /eobs/<uuid:entry_id>/discard
    s s s r o o r r o r r o  POST      /eobs/<uuid:entry_id>/find
    s s s r o o r r o r r o  GET,POST  /eobs/<uuid:entry_id>/head
    s s s r o o r r o r r o  POST      /eobs/<uuid:entry_id>/post
    s s s r o o r r o r r o  GET       /eobs/<uuid:entry_id>/preview
    s s s r o o r r o r r o  GET,POST  /eobs/<uuid:entry_id>/provider-adjustments
    s s s r o o r r o r r o  POST      /eobs/<uuid:entry_id>/scan
    s s s r o o r r o o r o  GET       /eobs/<uuid:entry_id>/scans/<uuid:scan_id>
    s s s r o o r r o o r o  GET       /recoupments/
    s s s r o o r r o o r o  GET       /recoupments/payer/<int:payer_id>
    s s s r o o r o o o r o  GET       /recoupments/refunds/<uuid:refund_id>
    s s s r r r r r o r r o  POST      /recoupments/refunds/<uuid:refund_id>/approve
    s s s r r r r r o r r o  POST      /recoupments/refunds/<uuid:refund_id>/decline
    s s s r o o r r o r r o  POST      /recoupments/refunds/<uuid:refund_id>/clear
    s s s r r r r r o r r o  POST      /recoupments/refunds/<uuid:refund_id>/resume
    s s s r r r r r o r r o  POST      /recoupments/refunds/<uuid:refund_id>/suspend
    s s s r r r r r o r r o  POST      /recoupments/refunds/<uuid:refund_id>/void
    s s s r o o r r o r r o  POST      /recoupments/refunds/<uuid:refund_id>/write
    s s s r o o r r o r r o  GET,POST  /recoupments/refunds/new
    s s s r o o r r o o r o  GET       /recoupments/takebacks/<int:posting_id>
    s s s r o o r r o r r o  POST      /recoupments/takebacks/<int:posting_id>/find
    s s s r o o r r o r r o  POST      /recoupments/takebacks/<int:posting_id>/match
    s s s r o o r r o r r o  POST      /recoupments/takebacks/<int:posting_id>/matches/<uuid:match_id>/undo
"""
