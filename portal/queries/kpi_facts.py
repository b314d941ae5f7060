"""The facts behind each KPI that counts: one row a claim, visit, text or plan, `counted` where the numerator has it.

Each statement gives id, day, what, cents, counted, guarantor_account_id, patient_id and visit_id, so that the figure
and the rows behind it are the same rows. Facts are told by when they happened: nothing after `:end` is read.
"""

# ruff: noqa: S608 - every word of these statements is our own
from __future__ import annotations

from collections.abc import Mapping

from billing.bill_disputes import UPHELD

_UPHELD = ", ".join(f"'{finding.value}'" for finding in sorted(UPHELD))
_WHOSE = "v.guarantor_account_id, v.patient_id, v.id AS visit_id"
_CLAIM = "'Claim ' || c.patient_control_number || ', ' || y.name"
# Denied by an answer: the payer says so, or an amount was taken off that is neither discount nor a patient's share.
# A share that moves between patient and plans later changes its outcome; it never was a denial. What was held tells
# only from its release on that it is one, or from when a person said so.
DENIED = """(rc.status_code = '4' OR coalesce(rc.denied_at < :end, true) AND (
    rc.disposition = 'denied' OR rc.id IN (
    SELECT rl.remittance_claim_id
      FROM line_adjustments la JOIN remittance_lines rl ON rl.id = la.remittance_line_id
     WHERE la.outcome = 'stays' AND la.group_code <> 'PR')))"""
# What was a claim's first answer at the end of the day (`freshen_reports` keeps them).
_THEN = "f.from_day <= :on AND f.to_day > :on"
_FIRST = f"""
    SELECT {{what}}
      FROM first_answers f
      LEFT JOIN claims c ON c.id = f.claim_id
      LEFT JOIN visits v ON v.id = c.visit_id
      LEFT JOIN payers y ON y.id = c.payer_id
     WHERE f.decided_on BETWEEN :first AND :on AND {_THEN}"""
_FIRST_ROW = (
    f"f.remittance_claim_id AS id, f.decided_on AS day, {_CLAIM} AS what, f.billed_cents AS cents,"
    " {counted} AS counted, " + _WHOSE
)
_TEXTS = """
    SELECT m.id, (m.sent_at AT TIME ZONE :zone)::date AS day, 'Text' AS what, NULL::bigint AS cents,
           EXISTS (SELECT 1 FROM message_statuses s WHERE s.message_id = m.id AND s.at < :end AND {said}) AS counted,
           m.guarantor_account_id, NULL::int AS patient_id, NULL::int AS visit_id
      FROM outbound_messages m
     WHERE m.channel = 'sms' AND m.sent_at >= :start AND m.sent_at < :end"""
# A visit that stands in the calendar: booked, and not called off by then.
_BOOKED = """
      FROM appointments a LEFT JOIN patients p ON p.id = a.patient_id
     WHERE a.starts_on BETWEEN :first AND :on AND a.booked_at < :end"""
_CANCELED = """EXISTS (SELECT 1 FROM appointment_events e
    WHERE e.appointment_id = a.id AND e.kind = 'canceled' AND e.at < :end)"""
_VISIT_ROW = """
    SELECT row_number() OVER () AS id, a.starts_on AS day, 'Visit' AS what, NULL::bigint AS cents,
           {counted} AS counted, p.guarantor_account_id, p.id AS patient_id, a.visit_id"""

# Each five minutes that were open for booking, once for each place of its block, and whether somebody had it.
_OPEN = f"""
    WITH open AS (
      SELECT b.provider_id, b.location_id, b.capacity, d.day::date AS day,
             date_bin('5 minutes', wall AT TIME ZONE l.time_zone, '2000-01-01 00:00Z') AS at
        FROM generate_series(CAST(:first AS timestamp), CAST(:on AS timestamp), interval '1 day') AS d(day)
        JOIN schedule_blocks b ON b.weekday = extract(isodow FROM d.day)::int - 1
         AND b.since <= d.day AND (b.until IS NULL OR b.until >= d.day)
        JOIN locations l ON l.id = b.location_id
       CROSS JOIN generate_series(d.day + b.starts, d.day + b.ends - interval '5 minutes',
                                  interval '5 minutes') AS q(wall)
    ), had AS (
      SELECT a.provider_id, a.location_id, q.at, count(*) AS visits
        FROM appointments a
       CROSS JOIN generate_series(date_bin('5 minutes', a.starts_at, '2000-01-01 00:00Z'),
                                  a.ends_at - interval '1 second', interval '5 minutes') AS q(at)
       WHERE a.starts_on BETWEEN :first AND :on AND a.booked_at < :end AND NOT {_CANCELED}
       GROUP BY 1, 2, 3
    )
    SELECT row_number() OVER () AS id, o.day, 'Five minutes that were open' AS what, NULL::bigint AS cents,
           place <= coalesce(h.visits, 0) AS counted,
           NULL::int AS guarantor_account_id, NULL::int AS patient_id, NULL::int AS visit_id
      FROM open o
     CROSS JOIN generate_series(1, o.capacity) AS place
      LEFT JOIN had h ON h.provider_id = o.provider_id AND h.location_id = o.location_id AND h.at = o.at
     WHERE NOT EXISTS (
       SELECT 1 FROM schedule_exceptions x
        WHERE x.starts_at < o.at + interval '5 minutes' AND x.ends_at > o.at
          AND x.made_at < :end AND (x.removed_at IS NULL OR x.removed_at >= :end)
          AND (x.provider_id IS NULL OR x.provider_id = o.provider_id)
          AND (x.location_id IS NULL OR x.location_id = o.location_id))"""

FACTS: Mapping[str, str] = {
    "fill_rate": _OPEN,
    "denial_write_off": f"""
        SELECT p.id, e.occurred_on AS day, 'Written off after a denial' AS what,
               CASE p.side WHEN 'debit' THEN p.amount_cents ELSE -p.amount_cents END AS cents,
               true AS counted, p.guarantor_account_id, v.patient_id, p.visit_id
          FROM (SELECT DISTINCT a.id AS account_id, d.day, d.kind
                  FROM ledger_days d JOIN ledger_accounts a ON a.id = d.account_id AND a.code = 'provider_write_off'
                 WHERE d.day BETWEEN :year AND :on) moved
          JOIN journal_entries e ON e.occurred_on = moved.day AND e.kind = moved.kind
          JOIN postings p ON p.entry_id = e.id AND p.account_id = moved.account_id
          LEFT JOIN visits v ON v.id = p.visit_id
         WHERE coalesce((
           SELECT true FROM remittance_lines l JOIN remittance_claims rc ON rc.id = l.remittance_claim_id
            WHERE l.charge_id = p.charge_id AND rc.decided_on <= e.occurred_on AND {DENIED} LIMIT 1), false)""",
    "appeals_won": f"""
        SELECT row_number() OVER (ORDER BY a.decided_on, a.id) AS id, a.decided_on AS day,
               {_CLAIM} || ', appeal ' || a.level AS what, a.amount_cents AS cents,
               a.decision IN ('won', 'partly') AS counted, {_WHOSE}
          FROM appeals a
          JOIN claims c ON c.id = a.claim_id
          JOIN visits v ON v.id = c.visit_id
          JOIN payers y ON y.id = c.payer_id
         WHERE a.decided_on BETWEEN :year AND :on AND a.decision <> ''""",
    "cost_to_collect": """
        SELECT DISTINCT ON (k.month) k.id, k.month AS day, 'Costs of the month' AS what, k.amount_cents AS cents,
               true AS counted, NULL::int AS guarantor_account_id, NULL::int AS patient_id, NULL::int AS visit_id
          FROM report_costs k
         WHERE k.month BETWEEN :first_month AND :last_month AND k.at < :end
         ORDER BY k.month, k.id DESC""",
    "clean_claims": f"""
        SELECT c.id, c.first_submitted_on AS day, {_CLAIM} AS what, c.billed_cents AS cents,
               f.denied_on > :on AND NOT EXISTS (
                 SELECT 1 FROM work_items w WHERE w.claim_id = c.id AND w.opened_at < :end) AS counted,
               {_WHOSE}
          FROM claims c
          LEFT JOIN visits v ON v.id = c.visit_id
          LEFT JOIN payers y ON y.id = c.payer_id
          JOIN first_answers f ON f.claim_id = c.id AND {_THEN}
         WHERE c.first_submitted_on BETWEEN :first AND :on""",
    "first_pass": _FIRST.format(
        what=_FIRST_ROW.format(counted="f.denied_on > :on AND f.again_on > :on")
    ),
    "denials": _FIRST.format(what=_FIRST_ROW.format(counted="f.denied_on <= :on")),
    "paid_at_desk": """
        SELECT row_number() OVER (ORDER BY t.day, t.kind, t.id) AS id, t.day, t.what, t.cents, t.counted,
               t.guarantor_account_id, t.patient_id, t.visit_id
          FROM (
            SELECT 'receipt' AS kind, r.id::text, r.received_on AS day, 'Taken by the practice, ' || r.method AS what,
                   r.amount_cents AS cents, r.kind IN ('copay', 'deposit') OR r.received_on = v.service_on AS counted,
                   p.guarantor_account_id, p.id AS patient_id, r.visit_id
              FROM practice_receipts r
              JOIN patients p ON p.id = r.patient_id
              LEFT JOIN visits v ON v.id = r.visit_id
             WHERE r.received_on BETWEEN :first AND :on AND r.entry_id IS NOT NULL
            UNION ALL
            SELECT 'payment', y.id::text, e.occurred_on, 'Paid online', y.amount_cents, false,
                   y.guarantor_account_id, NULL, y.visit_id
              FROM journal_entries e JOIN payments y ON y.entry_id = e.id
             WHERE e.occurred_on BETWEEN :first AND :on AND e.kind = 'payment') t""",
    "sent_in_72_hours": f"""
        SELECT c.id, c.first_submitted_on AS day, {_CLAIM} AS what, c.billed_cents AS cents,
               c.first_submitted_on - v.service_on <= 3 AS counted, {_WHOSE}
          FROM claims c JOIN visits v ON v.id = c.visit_id LEFT JOIN payers y ON y.id = c.payer_id
         WHERE c.first_submitted_on BETWEEN :first AND :on AND c.sequence = 'P'""",
    "verified": _VISIT_ROW.format(
        counted="""EXISTS (SELECT 1 FROM coverage_checks k
            WHERE k.appointment_id = a.id AND k.result <> 'unclear' AND k.at < a.starts_at - interval '3 days')"""
    )
    + _BOOKED
    + f" AND a.coverage_intent = 'insurance' AND NOT {_CANCELED}",
    "authorised": """
        SELECT t.id, a.starts_on AS day, 'Visit' AS what, NULL::bigint AS cents,
               t.state = 'done' AND t.done_at < :end AS counted, p.guarantor_account_id, p.id AS patient_id, a.visit_id
          FROM appointment_tasks t
          JOIN appointments a ON a.id = t.appointment_id
          JOIN patients p ON p.id = a.patient_id
         WHERE t.kind IN ('referral', 'authorisation') AND t.state <> 'dropped'
           AND a.starts_on BETWEEN :first AND :on""",
    "paid_on_first": f"""
        SELECT v.id, v.first_statement_on AS day, 'Bill of ' || to_char(v.service_on, 'Mon FMDD, YYYY') AS what,
               NULL::bigint AS cents, again.visit_id IS NULL AS counted, {_WHOSE}
          FROM visits v
          LEFT JOIN (
            SELECT DISTINCT c.visit_id
              FROM statement_deliveries d
              JOIN statement_lines l ON l.statement_id = d.statement_id AND l.amount_cents > 0
              JOIN charges c ON c.id = l.charge_id
              JOIN visits w ON w.id = c.visit_id AND d.delivered_on > w.first_statement_on
             WHERE d.delivered_on BETWEEN :first AND :on) again ON again.visit_id = v.id
          LEFT JOIN (
            SELECT DISTINCT s.visit_id
              FROM receivable_spans s
             WHERE s.from_day <= :on AND s.to_day > :on
               AND s.account_id = (SELECT id FROM ledger_accounts WHERE code = 'patient_receivable')) owed
            ON owed.visit_id = v.id
         WHERE v.first_statement_on BETWEEN :first AND :on
           AND (again.visit_id IS NOT NULL OR owed.visit_id IS NULL)""",
    "plans_kept": """
        SELECT row_number() OVER (ORDER BY p.number) AS id, p.ended_on AS day, 'Plan ' || p.number || ', ' || p.state AS what,
               NULL::bigint AS cents, p.state = 'completed' AS counted, p.guarantor_account_id,
               NULL::int AS patient_id, NULL::int AS visit_id
          FROM plans p
         WHERE p.ended_on BETWEEN :year AND :on AND p.current_version > 0
           AND p.state IN ('completed', 'defaulted', 'canceled')""",
    "autopay": """
        SELECT t.id, NULL::date AS day, 'Account' AS what, NULL::bigint AS cents, bool_or(t.on) AS counted,
               t.id AS guarantor_account_id, NULL::int AS patient_id, NULL::int AS visit_id
          FROM (
            SELECT guarantor_account_id AS id, true AS on FROM autopays
             WHERE started_at < :end AND (stopped_at IS NULL OR stopped_at >= :end)
            UNION ALL
            SELECT DISTINCT v.guarantor_account_id, false
              FROM receivable_spans s
              JOIN visits v ON v.id = s.visit_id
             WHERE s.from_day <= :on AND s.to_day > :on AND s.balance_cents > 0
               AND s.account_id = (SELECT id FROM ledger_accounts WHERE code = 'patient_receivable')) t
         GROUP BY t.id""",
    "e_statements": """
        SELECT d.id, d.delivered_on AS day, 'Statement ' || s.number || ', ' || d.channel AS what,
               s.amount_due_cents AS cents, d.channel = 'email' AS counted, s.guarantor_account_id,
               NULL::int AS patient_id, NULL::int AS visit_id
          FROM statement_deliveries d JOIN statements s ON s.id = d.statement_id
         WHERE d.delivered_on BETWEEN :first AND :on""",
    "no_shows": _VISIT_ROW.format(
        counted="""EXISTS (SELECT 1 FROM appointment_events e
            WHERE e.appointment_id = a.id AND e.kind = 'no_show' AND e.at < :end)"""
    )
    + _BOOKED
    + f" AND NOT {_CANCELED}",
    "late_cancels": _VISIT_ROW.format(counted=f"a.late_cancel AND {_CANCELED}") + _BOOKED,
    "waitlist_fill": """
        SELECT o.id, (o.opened_at AT TIME ZONE :zone)::date AS day, 'Freed time' AS what, NULL::bigint AS cents,
               EXISTS (SELECT 1 FROM waitlist_offers w WHERE w.opening_id = o.id AND w.state = 'accepted'
                          AND w.answered_at < :end) AS counted,
               NULL::int AS guarantor_account_id, NULL::int AS patient_id, NULL::int AS visit_id
          FROM slot_openings o
         WHERE o.opened_at >= :start AND o.opened_at < :end
           AND EXISTS (SELECT 1 FROM waitlist_offers w WHERE w.opening_id = o.id AND w.offered_at < :end)""",
    "disputes": """
        SELECT n.id, (n.since AT TIME ZONE :zone)::date AS day, 'Bill disputed' AS what, NULL::bigint AS cents, true AS counted,
               n.guarantor_account_id, n.patient_id, n.visit_id
          FROM account_conditions n
         WHERE n.kind = 'disputed' AND n.since >= :start AND n.since < :end
        UNION ALL
        SELECT -e.id, d.filed_on, 'Bill disputed', NULL, true, v.guarantor_account_id, v.patient_id, v.id
          FROM bill_disputes d JOIN visits v ON v.id = d.visit_id
          JOIN bill_dispute_events e ON e.dispute_id = d.id AND e.kind = 'filed'
         WHERE d.filed_at >= :start AND d.filed_at < :end""",
    "disputes_upheld": f"""
        SELECT t.id, t.day, 'Bill dispute, ' || replace(t.finding, '_', ' ') AS what, NULL::bigint AS cents,
               t.finding IN ({_UPHELD}) AS counted, {_WHOSE}
          FROM (SELECT DISTINCT ON (e.dispute_id) e.id, e.dispute_id, e.at, e.detail ->> 'finding' AS finding,
                       (e.at AT TIME ZONE :zone)::date AS day
                  FROM bill_dispute_events e
                 WHERE e.kind = 'answered' AND e.at < :end
                 ORDER BY e.dispute_id, e.at DESC, e.id DESC) t
          JOIN bill_disputes d ON d.id = t.dispute_id
          JOIN visits v ON v.id = d.visit_id
         WHERE t.at >= :start""",
    "texts_delivered": _TEXTS.format(said="s.status = 'delivered'"),
    "texts_filtered": _TEXTS.format(said="s.error = '30007'"),
    "texts_stopped": """
        SELECT row_number() OVER (ORDER BY m.phone) AS id, m.day, 'Phone' AS what, NULL::bigint AS cents,
               EXISTS (SELECT 1 FROM text_consents t WHERE t.phone = m.phone AND NOT t.granted
                          AND t.source IN ('sms', 'carrier') AND t.at >= :start AND t.at < :end) AS counted,
               m.account_id AS guarantor_account_id, NULL::int AS patient_id, NULL::int AS visit_id
          FROM (SELECT recipient AS phone, (max(sent_at) AT TIME ZONE :zone)::date AS day,
                       max(guarantor_account_id) AS account_id
                  FROM outbound_messages
                 WHERE channel = 'sms' AND sent_at >= :start AND sent_at < :end GROUP BY 1) m""",
    "auto_posted": """
        SELECT coalesce(l.id, -rc.id) AS id, rc.decided_on AS day,
               'Line of claim ' || rc.patient_control_number AS what, coalesce(l.paid_cents, rc.paid_cents) AS cents,
               NOT EXISTS (SELECT 1 FROM work_items w
                            WHERE w.remittance_claim_id = rc.id AND w.kind IN ('held_claim', 'unmatched'))
               AND r.posted_by_id IS NULL
               AND NOT EXISTS (SELECT 1 FROM work_items w
                                WHERE w.remittance_id = r.id AND w.kind IN ('held_set', 'waiting_set')) AS counted,
               v.guarantor_account_id, v.patient_id, v.id AS visit_id
          FROM remittances r
          JOIN remittance_claims rc ON rc.remittance_id = r.id AND rc.disposition <> 'duplicate'
          LEFT JOIN remittance_lines l ON l.remittance_claim_id = rc.id
          LEFT JOIN claims c ON c.id = rc.claim_id
          LEFT JOIN visits v ON v.id = c.visit_id
         WHERE r.received_at >= :start AND r.received_at < :end
           AND NOT EXISTS (SELECT 1 FROM eob_entries t WHERE t.remittance_id = r.id)""",  # typed from paper
}
# The rows of `auto_posted`, counted beforehand by remittance and day of decision.
AUTO_LINES = """
    SELECT a.decided_on AS day, a.lines, CASE WHEN r.posted_by_id IS NULL AND NOT EXISTS (
             SELECT 1 FROM work_items w WHERE w.remittance_id = r.id AND w.kind IN ('held_set', 'waiting_set'))
           THEN a.by_itself ELSE 0 END AS alone
      FROM remittances r JOIN answer_tallies a ON a.remittance_id = r.id
     WHERE r.received_at >= :start AND r.received_at < :end
       AND NOT EXISTS (SELECT 1 FROM eob_entries t WHERE t.remittance_id = r.id)"""
# Days of each row: the figure is their median, or the ninth decile.
LAGS: Mapping[str, str] = {
    "charge_lag": """
        SELECT p.id, v.service_on AS day, 'Entered after '
                 || greatest((p.recorded_at AT TIME ZONE :zone)::date - v.service_on, 0) || ' days' AS what,
               p.cents, true AS counted, greatest((p.recorded_at AT TIME ZONE :zone)::date - v.service_on, 0) AS lag,
               v.guarantor_account_id, v.patient_id, v.id AS visit_id
          FROM (
            SELECT e.recorded_at, min(p.id) AS id, min(p.visit_id) AS visit_id,
                   sum(p.amount_cents)::bigint AS cents
              FROM journal_entries e JOIN postings p ON p.entry_id = e.id
             WHERE e.occurred_on BETWEEN :first AND :on AND e.kind IN ('charge', 'self_pay_charge')
               AND p.account_id = (SELECT id FROM ledger_accounts WHERE code = 'charges')
             GROUP BY e.id, e.recorded_at) p
          JOIN visits v ON v.id = p.visit_id""",
    "first_statement": """
        SELECT v.id, v.first_statement_on AS day, 'Stated after '
                 || greatest(v.first_statement_on - v.responsible_on, 0) || ' days' AS what, NULL::bigint AS cents,
               true AS counted, greatest(v.first_statement_on - v.responsible_on, 0) AS lag,
               v.guarantor_account_id, v.patient_id, v.id AS visit_id
          FROM visits v
         WHERE v.first_statement_on BETWEEN :first AND :on AND v.responsible_on IS NOT NULL""",
    "dispute_days": """
        SELECT t.id, t.day, t.how || ' after ' || t.day - t.since || ' days' AS what, NULL::bigint AS cents,
               true AS counted, t.day - t.since AS lag, t.guarantor_account_id, t.patient_id, t.visit_id
          FROM (
            SELECT n.id, (n.ended_at AT TIME ZONE :zone)::date AS day, (n.since AT TIME ZONE :zone)::date AS since,
                   'Closed' AS how, n.guarantor_account_id, n.patient_id, n.visit_id
              FROM account_conditions n
             WHERE n.kind = 'disputed' AND n.ended_at >= :start AND n.ended_at < :end
            UNION ALL
            SELECT -e.id, (e.at AT TIME ZONE :zone)::date, d.filed_on,
                   'Answered', v.guarantor_account_id, v.patient_id, v.id
              FROM bill_disputes d JOIN visits v ON v.id = d.visit_id
              JOIN bill_dispute_events e ON e.dispute_id = d.id AND e.kind = 'answered'
             WHERE e.at >= :start AND e.at < :end) t""",
}
