-- A visit's day, its payer's answer 20 to 34 days later, and a payment 30 to 79 days after that.
CREATE TABLE b AS SELECT v AS id, (v::bigint * 7919) % {people} + 1 AS person, v % {payers} + 1 AS payer, DATE '{last}' - ((v
  * 31) % {days})::int AS day, 20 + v % 15 AS wait, 30 + v % 50 AS later, v % 100 AS luck FROM generate_series(1,
  {visits}) v;
INSERT INTO practices (id, name, time_zone) VALUES (1, 'Bench', 'America/New_York') ON CONFLICT DO NOTHING;
INSERT INTO guarantor_accounts (id, number, named, last_name) SELECT n, 'A' || n, true, 'Sample' FROM
  generate_series(1, {people}) n;
INSERT INTO patients (id, guarantor_account_id, last_name, birth_on) SELECT n, n, 'Sample', '1980-01-01' FROM
  generate_series(1, {people}) n;
INSERT INTO payers (id, identifier, name) SELECT n, 'P' || n, 'Payer ' || n FROM generate_series(1, {payers}) n;
INSERT INTO visits (id, patient_id, guarantor_account_id, control_number, service_on, coverage_intent, responsible_on,
  first_statement_on) SELECT id, person, person, 'V' || id, day, 'insurance', CASE WHEN day + wait <= '{last}' THEN day
  + wait END, CASE WHEN day + wait + 5 <= '{last}' THEN day + wait + 5 END FROM b;
INSERT INTO charges (id, visit_id, line_number, service_on, procedure_code, billed_cents) SELECT row_number() OVER (),
  b.id, n, day, '99213', 10000 + (b.id % 40) * 100 FROM b, generate_series(1, 2 + b.id % 2) n;
INSERT INTO claims (id, visit_id, payer_id, patient_control_number, sequence, frequency, billed_cents, state,
  submitted_on) SELECT id, id, payer, 'V' || id, 'P', '1', 25000, 'decided', day + (id % 4)::int FROM b;
INSERT INTO files (id, kind, name, sha256, stored_as, received_at) VALUES (1, '835', 'b', 'b', 'b', now());
INSERT INTO remittances (id, file_id, trace, payer_id, issued_on, fingerprint, status, received_at) SELECT n + 1, 1,
  'T' || n, 1, DATE '{last}' - n, 'f' || n, 'posted', (DATE '{last}' - n)::timestamptz + interval '15 hours' FROM
  generate_series(0, {days}) n;
INSERT INTO remittance_claims (id, remittance_id, ordinal, patient_control_number, status_code, billed_cents,
  claim_id, disposition, decided_on) SELECT id, DATE '{last}' - (day + wait) + 1, id, 'V' || id, CASE WHEN luck < 4 THEN
  '4' ELSE '1' END, 25000, id, 'posted', day + wait FROM b WHERE day + wait <= '{last}';
INSERT INTO remittance_lines (id, remittance_claim_id, charge_id, procedure, billed_cents) SELECT c.id, c.visit_id,
  c.id, 'HC:99213', c.billed_cents FROM charges c JOIN b ON b.id = c.visit_id WHERE day + wait <= '{last}';
INSERT INTO line_adjustments (remittance_line_id, group_code, carc, amount_cents, bucket, outcome) SELECT l.id,
  g.code, g.carc, 2000, '', CASE WHEN b.luck < 4 THEN 'stays' ELSE 'posted' END FROM remittance_lines l JOIN b ON b.id =
  l.remittance_claim_id, (VALUES ('CO', '45'), ('PR', '1')) g (code, carc);
INSERT INTO contract_variances (remittance_claim_id, charge_id, payer_id, fee_id, expected_cents, allowed_cents,
  underpaid, at) SELECT l.remittance_claim_id, l.charge_id, b.payer, 1, 8000, CASE WHEN l.id % 30 = 0 THEN 7000 ELSE
  8000 END, l.id % 30 = 0, (day + wait)::timestamptz FROM remittance_lines l JOIN b ON b.id = l.remittance_claim_id
  WHERE luck >= 4;
INSERT INTO journal_entries (id, kind, source_ref, occurred_on, recorded_at) SELECT md5('c' || id)::uuid, 'charge',
  'c' || id, day, day::timestamptz + interval '1 day' * (id % 4) FROM b;
INSERT INTO journal_entries (id, kind, source_ref, occurred_on) SELECT md5('r' || id)::uuid, 'remittance_claim', 'r'
  || id, day + wait FROM b WHERE day + wait <= '{last}' AND luck >= 4;
INSERT INTO journal_entries (id, kind, source_ref, occurred_on) SELECT md5('p' || id)::uuid, 'payment', 'p' || id, day
  + wait + later FROM b WHERE day + wait + later <= '{last}' AND luck BETWEEN 4 AND 80;
CREATE TABLE legs AS SELECT * FROM (VALUES ('c', 'insurance_receivable', 'debit', 1.0, true), ('c', 'charges',
  'credit', 1.0, true), ('r', 'payer_clearing', 'debit', 0.5, true), ('r', 'contractual_adjustment', 'debit', 0.3,
  true), ('r', 'patient_receivable', 'debit', 0.2, false), ('r', 'insurance_receivable', 'credit', 1.0, true), ('p',
  'stripe_clearing', 'debit', 0.2, false), ('p', 'patient_receivable', 'credit', 0.2, false)) l (kind, code, side, part,
  of_payer);
INSERT INTO postings (entry_id, account_id, side, amount_cents, guarantor_account_id, visit_id, charge_id, claim_id,
  payer_id) SELECT e.id, a.id, l.side, (c.billed_cents * l.part)::bigint, b.person, b.id, c.id, b.id, CASE WHEN
  l.of_payer THEN b.payer END FROM b JOIN charges c ON c.visit_id = b.id CROSS JOIN legs l JOIN ledger_accounts a ON
  a.code = l.code JOIN journal_entries e ON e.source_ref = l.kind || b.id;
INSERT INTO statements (id, number, guarantor_account_id, cycle_on, cut_at, due_on, amount_due_cents) SELECT id, 'S'
  || id, person, day + wait + 5, now(), day + wait + 30, 5000 FROM b WHERE day + wait + 5 <= '{last}' AND luck >= 4;
INSERT INTO statement_deliveries (statement_id, channel, delivered_on) SELECT id, CASE WHEN id % 3 = 0 THEN 'email'
  ELSE 'paper' END, cycle_on FROM statements;
INSERT INTO statement_lines (statement_id, charge_id, amount_cents) SELECT s.id, c.id, 2000 FROM statements s JOIN
  charges c ON c.visit_id = s.id;
INSERT INTO outbound_messages (id, channel, recipient, template, state, created_at, sent_at, guarantor_account_id)
  SELECT id, 'sms', 'P' || person, 't', 'delivered', day::timestamptz, day::timestamptz, person FROM b;
INSERT INTO message_statuses (message_id, status, at) SELECT id, CASE WHEN id % 50 = 0 THEN 'undelivered' ELSE
  'delivered' END, sent_at FROM outbound_messages;
INSERT INTO appointments (id, patient_id, provider_id, location_id, visit_type_id, starts_at, ends_at, starts_on,
  busy_from, busy_to, state, state_at, coverage_intent, booked_at, capacity) SELECT md5('a' || id)::uuid, person, 1, 1, 1,
  day::timestamptz, day::timestamptz + interval '1 minute', day, day::timestamptz, day::timestamptz + interval '1
  minute', 'done', day::timestamptz, 'insurance', day::timestamptz - interval '9 days', 1 FROM b;
INSERT INTO appointment_events (appointment_id, kind, at, via) SELECT md5('a' || id)::uuid, CASE WHEN luck < 7 THEN
  'no_show' ELSE 'done' END, day::timestamptz, 'staff' FROM b;
