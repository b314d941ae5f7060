"""Rows of the staff's table of `access_tables` about agencies, packets and placed bills; the letters are explained there."""

STAFF_AGENCIES = """
    s s s r o r r o o o r o  GET       /agencies/
    s s s r o r r o o o r o  GET       /agencies/<int:agency_id>
    s s s r r r r r o r r o  POST      /agencies/<int:agency_id>/approve
    s s s r r r r o o r r o  GET,POST  /agencies/<int:agency_id>/change
    s s s r r r r o o r r o  GET,POST  /agencies/new
    s s s r o r r o o o r o  GET       /packets/
    s s s r o r r o o o r o  GET       /packets/<uuid:packet_id>
    s s s r o r r o o o r o  GET       /packets/<uuid:packet_id>/packet.pdf
    s s s r r r r o o r r o  POST      /packets/<uuid:packet_id>/place
    s s s r r r r r o r r o  POST      /packets/<uuid:packet_id>/sign
    s s s r o r r o o o r o  GET       /packets/bills/<int:visit_id>
    s s s r r r r o o r r o  POST      /packets/bills/<int:visit_id>/prepare
    s s s r o r r o o o r o  GET       /placements/
    s s s r o r r o o o r o  GET       /placements/<uuid:placement_id>
    s s s r r r r o o r r o  POST      /placements/<uuid:placement_id>/<any(recall, suspend, reinstate):step>
    s s s r o r r o o o r o  GET       /placements/files
    s s s r o r r o o o r o  GET       /placements/files/<uuid:file_id>
    s s s r r r r o o r r o  GET       /placements/files/<uuid:file_id>/content.csv
    s s s r r r r o o r r o  POST      /placements/files/<uuid:file_id>/handed-over
"""
