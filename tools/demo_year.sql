-- Visits of the half year before the demo's files: claimed, decided, deposited and paid, so that nothing waits.
-- Who, when, decided after two to three weeks, paid two to four weeks later; one in twelve was denied at first.
CREATE TEMPORARY TABLE old ON COMMIT DROP AS
SELECT n, (n * 17) % :people + 1 AS person, (CAST(:first AS date) + n * :days / :visits) AS day, 14 + n % 10 AS wait,
       14 + n % 15 AS later, 9000 + (n * 37) % 60 * 150 AS billed, n % 12 = 0 AS denied
  FROM generate_series(1, :visits) n;
-- Amounts: the plan takes a third off and pays half of the rest up to 80 in a hundred; the patient owes what is left.
CREATE TEMPORARY TABLE old_visits ON COMMIT DROP AS
SELECT o.*, o.billed / 3 AS discount, (o.billed - o.billed / 3) * (50 + n % 4 * 10) / 100 AS paid,
       o.day + o.wait + CASE WHEN o.denied THEN 28 ELSE 0 END AS decided_on FROM old o;
INSERT INTO payers (identifier, name, capitated) VALUES ('YEARPLAN', 'NORTHWIND HEALTH', false);
INSERT INTO guarantor_accounts (number, named, last_name, first_name, middle_name, suffix, relationship, street, street2,
  city, state, postal_code, mobile, mobile_owner, proven_mobile, text_grade, bill_notices, email, language, paper_only)
SELECT (88000000 + n)::text, true, 'Yearling-' || chr(65 + (n - 1) / 20) || chr(97 + (n - 1) % 20), 'Testa', '', '', 'self',
       n || ' Sample Street', '', 'Exampleton', 'NY', '10001', '', '', '', 'link', 'text', '', 'en', true
  FROM generate_series(1, :people) n;
INSERT INTO patients (guarantor_account_id, last_name, first_name, middle_name, suffix, match_name, birth_on, sex, street,
  street2, city, state, postal_code, confidential)
SELECT id, last_name, first_name, '', '', lower(last_name || ' ' || first_name),
       DATE '1950-01-01' + (right(number, 2)::int * 311), 'U', street, '', city, state, postal_code, false
  FROM guarantor_accounts WHERE number LIKE '88000%';
INSERT INTO visits (patient_id, guarantor_account_id, control_number, service_on, place_of_service, coverage_intent,
  confidential, desk_payment_cents, responsible_on, first_statement_on)
SELECT p.id, g.id, 'YEAR' || o.n, o.day, '11', 'insurance', false, 0, o.decided_on, o.decided_on + 4
  FROM old_visits o JOIN guarantor_accounts g ON g.number = (88000000 + o.person)::text
  JOIN patients p ON p.guarantor_account_id = g.id;
INSERT INTO charges (visit_id, line_number, service_on, procedure_code, modifiers, units, billed_cents, description, line_control)
SELECT v.id, 1, o.day, '99213', '{}', '1', o.billed, 'Office visit', '' FROM old_visits o JOIN visits v ON v.control_number = 'YEAR' || o.n;
INSERT INTO claims (visit_id, payer_id, patient_control_number, sequence, frequency, filing_code, accepts_assignment,
  billed_cents, state, payer_claim_number, submitted_on, decided_on, created_at)
SELECT v.id, y.id, v.control_number, 'P', '1', 'CI', 'A/Y', o.billed, 'decided', 'NW' || o.n, o.day + 1 + n % 4, o.decided_on,
       (o.day + 1 + n % 4)::timestamptz
  FROM old_visits o JOIN visits v ON v.control_number = 'YEAR' || o.n JOIN payers y ON y.identifier = 'YEARPLAN';
CREATE TEMPORARY TABLE ids ON COMMIT DROP AS
SELECT o.*, v.id AS visit_id, v.guarantor_account_id AS account_id, v.patient_id, c.id AS charge_id, k.id AS claim_id,
       k.payer_id, gen_random_uuid() AS charged, gen_random_uuid() AS decided, gen_random_uuid() AS settled,
       o.billed - o.discount - o.paid AS share
  FROM old_visits o JOIN visits v ON v.control_number = 'YEAR' || o.n
  JOIN charges c ON c.visit_id = v.id JOIN claims k ON k.visit_id = v.id;
INSERT INTO files (kind, name, sha256, size, stored_as, received_at, result)
SELECT '835', 'northwind-' || d || '.835', md5('year' || d), 1, '', d::timestamptz + interval '14 hours', '{}'
  FROM (SELECT DISTINCT decided_on AS d FROM ids UNION SELECT DISTINCT day + wait FROM ids WHERE denied) x;
INSERT INTO remittances (file_id, position, trace, payer_tax_id, payer_name, payer_id, issued_on, paid_cents, plb_cents,
  fingerprint, status, reasons, received_at)
SELECT f.id, 1, 'NW' || to_char(f.received_at, 'YYYYMMDD'), '1888888888', 'NORTHWIND HEALTH', y.id, f.received_at::date,
       coalesce((SELECT sum(paid) FROM ids WHERE decided_on = f.received_at::date), 0), 0, f.sha256, 'posted', '{}', f.received_at
  FROM files f, payers y WHERE f.name LIKE 'northwind-%' AND y.identifier = 'YEARPLAN';
INSERT INTO remittance_claims (remittance_id, ordinal, position, patient_control_number, payer_claim_number, status_code,
  billed_cents, paid_cents, patient_responsibility_cents, under_review_cents, patient_name, original_reference, remarks,
  claim_id, disposition, reasons, decided_on)
SELECT r.id, row_number() OVER (PARTITION BY r.id ORDER BY i.n), 1, 'YEAR' || i.n, 'NW' || i.n, a.code, i.billed, a.paid, a.share,
       0, '', '', '{}', i.claim_id, 'posted', '{}', r.issued_on
  FROM ids i
 CROSS JOIN LATERAL (
    SELECT '1' AS code, i.decided_on AS on_day, i.paid, i.share
     UNION ALL SELECT '4', i.day + i.wait, 0, 0 WHERE i.denied) a
  JOIN remittances r ON r.trace = 'NW' || to_char(a.on_day, 'YYYYMMDD');
INSERT INTO remittance_lines (remittance_claim_id, position, charge_id, procedure, billed_cents, paid_cents, remarks)
SELECT rc.id, 1, i.charge_id, 'HC:99213', i.billed, rc.paid_cents, '{}' FROM remittance_claims rc JOIN ids i ON i.claim_id = rc.claim_id;
INSERT INTO line_adjustments (remittance_line_id, group_code, carc, amount_cents, bucket, outcome)
SELECT l.id, a.group_code, a.carc, a.cents, a.bucket, a.outcome
  FROM remittance_lines l
  JOIN remittance_claims rc ON rc.id = l.remittance_claim_id
  JOIN ids i ON i.claim_id = rc.claim_id
 CROSS JOIN LATERAL (
    SELECT 'CO' AS group_code, '45' AS carc, i.discount AS cents, 'plan_discount' AS bucket, 'posted' AS outcome WHERE rc.status_code = '1'
     UNION ALL SELECT 'PR', '1', i.share, 'deductible', 'posted' WHERE rc.status_code = '1'
     UNION ALL SELECT 'CO', '16', i.billed, 'denied', 'stays' WHERE rc.status_code = '4') a;
INSERT INTO journal_entries (id, kind, source_ref, occurred_on, recorded_at)
SELECT charged, 'charge', 'year:charge:' || n, day, (day + 1 + n % 4)::timestamptz FROM ids
 UNION ALL SELECT decided, 'remittance_claim', 'year:answer:' || n, decided_on, decided_on::timestamptz FROM ids
 UNION ALL SELECT settled, 'payment', 'year:payment:' || n, decided_on + later, (decided_on + later)::timestamptz FROM ids;
UPDATE remittance_claims rc SET entry_id = i.decided FROM ids i WHERE i.claim_id = rc.claim_id AND rc.status_code = '1';
INSERT INTO postings (entry_id, account_id, side, amount_cents, guarantor_account_id, visit_id, charge_id, claim_id, payer_id)
SELECT l.entry_id, a.id, l.side, l.cents, i.account_id, i.visit_id, i.charge_id, l.claim_id, l.payer_id
  FROM ids i
 CROSS JOIN LATERAL (VALUES
    (i.charged, 'insurance_receivable', 'debit', i.billed, i.claim_id, i.payer_id),
    (i.charged, 'charges', 'credit', i.billed, i.claim_id, i.payer_id),
    (i.decided, 'payer_clearing', 'debit', i.paid, i.claim_id, i.payer_id),
    (i.decided, 'contractual_adjustment', 'debit', i.discount, i.claim_id, i.payer_id),
    (i.decided, 'patient_receivable', 'debit', i.share, i.claim_id, i.payer_id),
    (i.decided, 'insurance_receivable', 'credit', i.billed, i.claim_id, i.payer_id),
    (i.settled, 'practice_deposits', 'debit', i.share, NULL, NULL),
    (i.settled, 'patient_receivable', 'credit', i.share, NULL, NULL)) l (entry_id, code, side, cents, claim_id, payer_id)
  JOIN ledger_accounts a ON a.code = l.code;
INSERT INTO practice_receipts (receipt_id, patient_id, visit_id, received_on, method, kind, amount_cents, entry_id, check_number)
SELECT 'YEAR' || n, patient_id, visit_id, decided_on + later, CASE n % 3 WHEN 0 THEN 'cash' WHEN 1 THEN 'check' ELSE 'card' END,
       'balance', share, settled, '' FROM ids;
-- The bank got it two days later (OPS-10).
CREATE TEMPORARY TABLE deposits ON COMMIT DROP AS
SELECT r.id, r.trace, r.issued_on + 2 AS on_day, r.paid_cents, r.payer_id, gen_random_uuid() AS entry_id
  FROM remittances r WHERE r.trace LIKE 'NW%' AND r.payer_tax_id = '1888888888' AND r.paid_cents > 0;
INSERT INTO journal_entries (id, kind, source_ref, occurred_on, recorded_at)
SELECT entry_id, 'payer_deposit', 'deposit:year:' || trace, on_day, on_day::timestamptz FROM deposits;
INSERT INTO postings (entry_id, account_id, side, amount_cents, payer_id)
SELECT d.entry_id, a.id, l.side, d.paid_cents, d.payer_id
  FROM deposits d, (VALUES ('bank', 'debit'), ('payer_clearing', 'credit')) l (code, side) JOIN ledger_accounts a ON a.code = l.code;
INSERT INTO bank_deposits (form_id, deposited_on, amount_cents, trace, remittance_id, entry_id, login_id, at)
SELECT gen_random_uuid(), on_day, paid_cents, trace, id, entry_id, :login_id, on_day::timestamptz FROM deposits;
