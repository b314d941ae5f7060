"""Who gets which answer from which route: written down here, and never read from the code that it is about.

The letters: o is let in (the page, what it says of an empty form, or the next page), s is asked to sign in,
c is asked for the password again first, n is told that there is no such thing, r is refused, b is led back
to their own account, since access to the other one is over, p is asked for a statement's code, k for an application's.
One letter alone is everybody's.
A signed-in person without a code to type is led on; the rest of a half-done sign-in starts over (s).
"""

from __future__ import annotations

from tests.web.access_agencies import STAFF_AGENCIES
from tests.web.access_agency_money import STAFF_AGENCY_MONEY
from tests.web.access_assistance import STAFF_ASSISTANCE
from tests.web.access_bill_disputes import PATIENTS_BILL_DISPUTES, STAFF_BILL_DISPUTES
from tests.web.access_cases import STAFF_CASES
from tests.web.access_control import STAFF_CONTROL
from tests.web.access_denials import STAFF_DENIALS
from tests.web.access_desk import PATIENTS_DESK, STAFF_DESK
from tests.web.access_exceptions import STAFF_EXCEPTIONS
from tests.web.access_help import APPLICANT_HELP, PATIENTS_HELP
from tests.web.access_holds import STAFF_HOLDS
from tests.web.access_letters import PATIENTS_LETTERS, STAFF_LETTERS
from tests.web.access_messages import PATIENTS_MESSAGES, STAFF_MESSAGES
from tests.web.access_money import STAFF_MONEY
from tests.web.access_office import STAFF_OFFICE
from tests.web.access_payer import PAYER_ROWS
from tests.web.access_payers_money import STAFF_PAYERS_MONEY
from tests.web.access_plans import PATIENTS_PLANS, STAFF_PLANS
from tests.web.access_posting import STAFF_POSTING
from tests.web.access_reports import STAFF_REPORTS
from tests.web.access_saved_ways import ROWS, STAFF_ROWS
from tests.web.access_table import table, with_code
from tests.web.access_visits import VISITS
from tests.web.access_visits_office import STAFF_CALENDAR
from tests.web.access_waitlist import PATIENTS_WAITLIST, STAFF_WAITLIST

# `guest` came by the link in a text. `owner`: it is their record. `stale`: the owner, whose password was given a
# while ago. `former` saw the account once, `other` is another patient. `idle` may do everything for the owner, but
# does not act now; `bills` to `full` act in that scope; the access of `expired` and `revoked` ended as they acted.
_PATIENTS = table(
    "nobody guest unlinked owner stale former other idle bills pay book insurance full expired revoked",
    ROWS
    + """
    # What belongs to somebody
    s s o o o o o o r r r r r b b  GET       /access/
    s s n n n n n o o o o o o b b  POST      /access/<int:grant_id>/act
    s s n o o n n o r r r r r b b  POST      /access/<int:grant_id>/end
    s s o o o o o o o o o o o b b  GET       /access/acting
    s s o o o o o o o o o o o b b  POST      /access/back
    s s o o o o o o r r r r r b b  GET,POST  /access/child
    s s n o c n n n r r r r r b b  GET,POST  /access/invite
    s s o n n n n n r r r r r b b  GET       /access/offer/<token>
    s s o n n n n n r r r r r b b  POST      /access/offer/<token>/<any(accept,decline):answer>
    s s o o o o o o r r r r r b b  GET,POST  /account/add
    s s o o c o o o r r r r r b b  GET       /account/data
    s s o o c o o o r r r r r b b  POST      /account/data/download
    s s n o o n n n r r r r r b b  POST      /account/devices/<int:session_id>/sign-out
    s s o o c o o o r r r r r b b  GET,POST  /account/email/
    s s o o c o o o r r r r r b b  GET,POST  /account/email/codes
    s s o o o o o o r r r r r b b  GET       /account/security
    s s o o o o o o r r r r r b b  GET       /account/seen
    s o o o o o o o o o r r o b b  GET       /bills
    s o n o o n n n o o r r o b b  GET       /bills/<int:visit_id>
    s s n o o n n n r r r r o b b  GET,POST  /bills/<int:visit_id>/ask
    s o n o o n n n o o r r o b b  GET,POST  /bills/<int:visit_id>/compare
    s o n o o n n n o o r r o b b  GET       /bills/<int:visit_id>/entries
    s s n o o n n n r r r o o b b  GET       /bills/<int:visit_id>/insurance
    s s n o o n n n r r r o o b b  POST      /bills/<int:visit_id>/insurance/begin
    s s o o o o o o r r r r r b b  GET       /contact/
    s s n o o n n n r r r r r b b  GET       /contact/<int:account_id>
    s s n o c n n n r r r r r b b  GET,POST  /contact/<int:account_id>/address
    s s n o o n n n r r r r r b b  POST      /contact/<int:account_id>/agree
    s s n o o n n n r r r r r b b  GET,POST  /contact/<int:account_id>/calls
    s s n o o n n n r r r r r b b  GET,POST  /contact/<int:account_id>/choices
    s s n o c n n n r r r r r b b  GET,POST  /contact/<int:account_id>/mobile
    s s n o c n n n r r r r r b b  POST      /contact/<int:account_id>/mobile/by-email
    s s n o c n n n r r r r r b b  GET,POST  /contact/<int:account_id>/mobile/code
    s s n o o n n n r r r r r b b  POST      /contact/<int:account_id>/stop/<category>
    s s o o o o o o r o r r o b b  GET       /credit
    s s n o o n n n r o r r o b b  POST      /credit/keep
    s s n o o n n n r o r r o b b  POST      /credit/send-back
    s s n o o o o o r o r r o b b  GET,POST  /credit/use
    s s o o o o o o r r r r r b b  GET       /details
    s s o o c o o o r r r r r b b  GET,POST  /details/address
    s s o o o o o o r r r r r b b  GET       /details/confidential/
    s s o o c o o o r r r r r b b  GET,POST  /details/confidential/address
    s s o o c o o o r r r r r b b  GET,POST  /details/confidential/email
    s s o o c o o o r r r r r b b  GET,POST  /details/confidential/email-code
    s s o o c o o o r r r r r b b  GET,POST  /details/confidential/end/<what>
    s s o o c o o o r r r r r b b  GET,POST  /details/confidential/never
    s s o o c o o o r r r r r b b  GET,POST  /details/confidential/phone
    s s o o c o o o r r r r r b b  GET,POST  /details/confidential/phone-code
    s s o o o o o o r r r r r b b  GET,POST  /details/emergency
    s s o o o o o o r r r r r b b  GET,POST  /details/language
    s s o o o o o o r r r r r b b  GET,POST  /details/name
    s s o o c o o o r r r r r b b  GET,POST  /details/phone
    s s o o c o o o r r r r r b b  GET,POST  /details/phone-code
    s s o o o o o o r r r r r b b  GET,POST  /details/texts
    s s o n n n n n r r r r r b b  POST      /details/texts/stop/<category>
    s s o o o o o o r r r r r b b  GET       /home
    s s o o o o o o r r r o o b b  GET       /insurance
    s s n o o n n n r r r n n b b  GET       /insurance/<int:submission_id>
    s s n o o n n n r r r n n b b  GET,POST  /insurance/<int:submission_id>/card
    s s n n n n n n r r r n n b b  GET,POST  /insurance/<int:submission_id>/end
    s s n o o n n n r r r n n b b  GET,POST  /insurance/<int:submission_id>/photo/<side>
    s s n o o n n n r r r n n b b  GET       /insurance/<int:submission_id>/picture/<side>
    s s n o o n n n r r r n n b b  GET       /insurance/<int:submission_id>/reading
    s s n o o n n n r r r n n b b  POST      /insurance/<int:submission_id>/send
    s s n o o n n n r r r n n b b  POST      /insurance/<int:submission_id>/take-back
    s s n o o n n n r r r n n b b  GET,POST  /insurance/<int:submission_id>/when
    s s n o o n n n r r r n n b b  GET,POST  /insurance/<int:submission_id>/whose
    s s n o o n n n r r r o o b b  POST      /insurance/begin
    s s o o o o o o r r r r r b b  GET,POST  /link/
    s s o o o o o o r r r r r b b  GET,POST  /link/code
    s s o o o o o o r r r r r b b  GET       /link/done
    s s o o o o o o r r r r r b b  POST      /link/new-code
    s s o o o o o o r r r r r b b  POST      /link/office
    s s o o o o o o r r r r o b b  GET,POST  /messages
    s s o o o o o o r r r r r b b  GET       /paperless
    s s o o o o o o r r r r r b b  GET,POST  /paperless/agree
    s s o o o o o o r r r r r b b  GET,POST  /paperless/code
    s s o o o o o o r r r r r b b  POST      /paperless/sample
    s s n o o n n n r r r r r b b  GET       /paperless/sample/<token>
    s s o o o o o o r r r r r b b  POST      /paperless/stop
    s o n o o o o o r o r r o b b  GET       /pay
    s n n o o n n n r o r r o b b  GET       /pay/<uuid:payment_id>
    s n n o o n n n r o r r o b b  GET       /pay/<uuid:payment_id>/cancelled
    s n n o o n n n r o r r o b b  GET       /pay/<uuid:payment_id>/return
    s o n o o n n n r o r r o b b  POST      /pay/begin
    s o n o o o o o r o r r o b b  GET,POST  /pay/ahead
    s o n o o o o o r o r r o b b  GET,POST  /pay/lines
    s n n o o n n n r o r r o b b  GET       /pay/rest/<uuid:payment_id>
    s o n o o o o o r o r r o b b  POST      /pay/split
    s o n o o n n n r o r r o b b  POST      /pay/review
    s s o o o o o o o o r r o b b  GET       /payments
    s s o o o o o o o o r r o b b  GET       /payments/<int:year>
    s s o o o o o o o o r r o b b  GET       /payments/<int:year>/summary.pdf
    s n n o o n n n o o r r o b b  GET       /receipts/<number>
    s n n o o n n n o o r r o b b  GET       /receipts/<number>/receipt.pdf
    s s n o o n n n o o r r o b b  POST      /receipts/<number>/send
    s o n o o n n n o o r r o b b  GET       /statements/<number>
    s s n o o n n n r r r r r b b  POST      /statements/<number>/paper-copy
    s o n o o n n n o o r r o b b  GET       /statements/<number>/statement.pdf
    s o o o o o o o o o r r o b b  GET       /text-link/arrive

    # How somebody signs in: always one's own, also while acting for somebody else
    s s o o c o o o o o o o o o o  GET,POST  /change-password
    s s o o o o o o o o o o o o o  GET,POST  /confirm-passkey
    s s o o o o o o o o o o o o o  POST      /confirm-passkey/<token>
    s s o o o o o o o o o o o o o  GET,POST  /confirm-password
    s s o o c o o o o o o o o o o  GET,POST  /passkeys
    s s o o c o o o o o o o o o o  POST      /passkeys/<token>
    s s o o c o o o o o o o o o o  GET,POST  /passkeys/delete
    s s o o c o o o o o o o o o o  GET,POST  /recovery-codes
    o                              GET,POST  /reset-password
    o                              GET,POST  /reset-password/<token>
    s s o o o o o o o o o o o o o  GET,POST  /second-step
    s                              GET,POST  /second-step/choose
    s s o o o o o o o o o o o o o  GET,POST  /second-step/help
    s s o o o o o o o o o o o o o  GET,POST  /second-step/recovery-code
    s s o o c o o o o o o o o o o  GET,POST  /second-step/set-up
    s s o o c o o o o o o o o o o  POST      /second-step/set-up/<token>
    o                              GET,POST  /sign-in
    s                              POST      /sign-in/new-code
    o                              GET,POST  /sign-in/passkey
    o                              POST      /sign-in/passkey/<token>
    s                              POST      /sign-out
    o                              GET       /welcome

    # For who came to pay a statement, and for nobody who is signed in
    p                              GET       /pay-statement/amount
    p                              POST      /pay-statement/begin
    p                              GET       /pay-statement/paid/<uuid:payment_id>
    p                              POST      /pay-statement/review

    # For everybody; a webhook without its signature is refused
    o                              GET       /
    o                              GET       /access/invitation/<token>
    o                              GET       /accessibility
    o                              GET,POST  /enroll
    o                              GET,POST  /enroll/email
    o                              GET,POST  /enroll/email-code
    o                              GET,POST  /enroll/password
    o                              GET       /healthz
    o                              GET       /help
    o                              GET       /help-paying
    o                              GET       /languages
    o                              GET       /p/<code>
    o                              GET,POST  /pay-statement
    o                              GET       /pay-statement/closed
    o                              POST      /pay-statement/leave
    p                              GET,POST  /pay-statement/link
    o                              GET       /privacy
    o                              GET       /readyz
    o                              GET,POST  /register/
    o                              GET,POST  /register/email
    o                              GET,POST  /register/email-code
    o                              GET,POST  /register/emergency
    o                              GET,POST  /register/language
    o                              GET,POST  /register/password
    o                              GET,POST  /register/phone
    o                              GET,POST  /register/phone-code
    o                              GET,POST  /register/texts
    o                              GET       /register/under-18
    o                              POST      /speak/<any(en, es):tag>
    o                              GET       /static/<path:filename>
    o                              GET       /t/<token>
    o                              GET       /v/<token>
    o                              GET,POST  /text-link
    o                              GET       /text-link/closed
    o                              GET,POST  /text-link/code
    o                              POST      /text-link/leave
    o                              POST      /text-link/new-code
    o                              GET       /text-link/over
    o                              GET       /text-terms
    o                              GET       /theme.css
    r                              POST      /webhooks/stripe
    r                              POST      /webhooks/twilio
    r                              POST      /webhooks/twilio/inbound
    """
    + PATIENTS_PLANS
    + PATIENTS_LETTERS
    + PATIENTS_MESSAGES
    + PATIENTS_WAITLIST
    + PATIENTS_BILL_DISPUTES
    + PATIENTS_HELP
    + VISITS
    + PATIENTS_DESK,
)
# `payer` came by a statement's code (PLAN-19), `applicant` by the code of an application without a sign-in (FA-6).
PATIENTS = with_code(with_code(_PATIENTS, "payer", PAYER_ROWS), "applicant", APPLICANT_HELP)


# `patient` has the cookie of a signed-in patient. `switched_off` was a manager until just now, on this browser.
# `stale`: a manager, whose password was given a while ago. No number leads anywhere here: only the role counts.
STAFF = table(
    "nobody patient switched_off front_desk biller payment_poster fa_counsellor collections manager auditor sysadmin stale",
    """
    # Work, by role
    s s s o o o o o o o o o  GET       /
    s s s o o o o o o o o o  POST      /account/devices/<int:session_id>/sign-out
    s s s o o o o o o o o o  GET       /account/security
    s s s o o o o o o o r o  GET       /accounts/
    s s s o o o o o o o r o  GET       /accounts/<int:account_id>
    s s s r r r r r o o r o  GET       /accounts/<int:account_id>/activity
    s s s r o o o o o o r o  GET       /accounts/<int:account_id>/as-of
    s s s r o o o o o o r o  GET       /accounts/<int:account_id>/bills/<int:visit_id>
    s s s o o r r r o r r o  GET,POST  /accounts/<int:account_id>/bills/<int:visit_id>/confidential
    s s s r o r r r o r r o  GET,POST  /accounts/<int:account_id>/bills/<int:visit_id>/lines/<int:charge_id>/adjust
    s s s r o o r r o o r o  GET       /accounts/<int:account_id>/claims/<int:claim_id>/source
    s s s r o o r r o o r o  GET       /accounts/<int:account_id>/decisions/<int:decision_id>/source
    s s s r o r r r o r r o  GET,POST  /accounts/<int:account_id>/entries/<uuid:entry_id>/take-back
    s s s r o r r r o r r o  GET,POST  /accounts/<int:account_id>/guarantor
    s s s r o o o o o o r o  GET       /accounts/<int:account_id>/ledger
    s s s o o r r r o o r o  GET       /accounts/<int:account_id>/messages
    s s s o o r r r o r r o  POST      /accounts/<int:account_id>/messages
    s s s o o r r r o r r o  POST      /accounts/<int:account_id>/messages/done
    s s s o o r r r o r r o  POST      /accounts/<int:account_id>/messages/take
    s s s o o o o o o o r o  GET       /accounts/<int:account_id>/notes
    s s s o o o o o o r r o  POST      /accounts/<int:account_id>/notes
    s s s r o o o o o o r o  GET       /accounts/<int:account_id>/papers
    s s s o o o r o o r r o  GET,POST  /accounts/<int:account_id>/pay-links
    s s s o o o r o o r r o  POST      /accounts/<int:account_id>/pay-links/<int:link_id>/revoke
    s s s o o o r o o r r o  POST      /accounts/<int:account_id>/receipts/<number>/send
    s s s o o o o o o o r o  GET       /accounts/<int:account_id>/people
    s s s r o o o o o o r o  GET       /accounts/<int:account_id>/proof
    s s s o o r r r o r r o  GET,POST  /accounts/<int:account_id>/proxies
    s s s o o r r r o r r o  GET,POST  /accounts/<int:account_id>/proxies/<int:grant_id>/end
    s s s r r r r r o r r o  GET,POST  /accounts/<int:account_id>/sign-ins
    s s s o o o o o o o r o  GET       /accounts/<int:account_id>/reach
    s s s o o r r r o r r o  GET,POST  /accounts/<int:account_id>/reach/end
    s s s o o r r r o r r o  GET,POST  /accounts/<int:account_id>/reach/record
    s s s o o r r r o r r o  POST      /accounts/<int:account_id>/reach/sign
    s s s o o r r r o r r o  GET,POST  /accounts/<int:account_id>/sign-up-code
    s s s r o o o o o o r o  GET       /accounts/<int:account_id>/statements/<int:statement_id>.pdf
    s s s o o r r r o r r o  GET,POST  /accounts/<int:account_id>/texts
    s s s o o o o o o o r o  POST      /accounts/search
    s s s r r r r r o o r o  GET,POST  /audit/
    s s s o o o r o o r r o  GET       /batches/
    s s s o o o r o o r r o  GET       /batches/<uuid:batch_id>
    s s s o o o r o o r r o  POST      /batches/<uuid:batch_id>/<receipt_id>/returned
    s s s o o o r o o r r o  GET,POST  /batches/new
    s s s r o r r r o r r o  GET,POST  /claims/upload
    s s s o o r r r o r r o  GET       /duplicates/
    s s s o o r r r o r r o  GET       /duplicates/<int:pair_id>
    s s s o o r r r o r r o  POST      /duplicates/<int:pair_id>/ask
    s s s o o r r r o r r o  POST      /duplicates/<int:pair_id>/set-aside
    s s s o o r r r o r r o  GET       /duplicates/merges/<int:merge_id>
    s s s o o r r r o r r o  POST      /duplicates/merges/<int:merge_id>/approve
    s s s o o r r r o r r o  POST      /duplicates/merges/<int:merge_id>/decline
    s s s o o r r r o r r o  POST      /duplicates/merges/<int:merge_id>/undo
    s s s o o o o r o o r o  GET       /insurance/
    s s s o o o o r o o r o  GET       /insurance/<int:submission_id>
    s s s o o r r r r r r r  POST      /insurance/<int:submission_id>/accept
    s s s o o r r r r r r r  POST      /insurance/<int:submission_id>/accept-end
    s s s o o r r r r r r r  POST      /insurance/<int:submission_id>/find
    s s s o o o o r o o r o  GET       /insurance/<int:submission_id>/picture/<side>
    s s s o o r r r r r r r  POST      /insurance/<int:submission_id>/send-back
    s s s o o o o o o o o o  GET       /keys
    s s s o o r r r o r r o  GET       /link-requests/
    s s s o o r r r o r r o  GET       /link-requests/<int:request_id>
    s s s o o r r r o r r o  POST      /link-requests/<int:request_id>/link
    s s s o o r r r o r r o  POST      /link-requests/<int:request_id>/refuse
    s s s o o r r r o o r o  GET       /messages/
    s s s o o r r r o o r o  GET       /messages/newcomers/<int:login_id>
    s s s o o r r r o r r o  POST      /messages/newcomers/<int:login_id>
    s s s o o r r r o r r o  POST      /messages/newcomers/<int:login_id>/done
    s s s o o r r r o o r o  GET       /messages/unknown/<int:message_id>
    s s s o o r r r o r r o  POST      /messages/unknown/<int:message_id>/done
    s s s o o r r r o r r o  POST      /messages/unknown/<int:message_id>/place
    s s s o o r r r o r r o  GET       /parent-requests/
    s s s o o r r r o r r o  GET       /parent-requests/<int:request_id>
    s s s o o r r r o r r o  POST      /parent-requests/<int:request_id>/invite
    s s s o o r r r o r r o  POST      /parent-requests/<int:request_id>/refuse
    s s s r o o r o o o r o  GET       /payments/unknown
    s s s r o o r r o o r o  GET       /remittances/
    s s s r o o r r o o r o  GET       /remittances/<int:remittance_id>
    s s s r o o r r o r r o  GET,POST  /remittances/upload
    s s s r o o r r o r r o  GET       /remittances/uploads/<uuid:upload_id>
    s s s r o o r r o r r o  POST      /remittances/uploads/<uuid:upload_id>/post
    s s s r r r r r o r o o  GET       /team/
    s s s r r r r r r r o r  GET,POST  /team/<int:login_id>
    s s s r r r r r r r o r  POST      /team/<int:login_id>/invite
    s s s r r r r r r r o r  POST      /team/<int:login_id>/switch-off
    s s s r r r r r r r o r  POST      /team/<int:login_id>/switch-on
    s s s r r r r r r r o r  GET,POST  /team/invite
    s s s r r r r r o r o o  POST      /team/reviewed
    s s s r r r r r o r o o  GET,POST  /texts/
    s s s r o o r r o o r o  GET       /queue/
    s s s r o o r r o o r o  GET       /queue/<int:item_id>
    s s s r o o r r o r r o  POST      /queue/<int:item_id>/close
    s s s r o o r r o r r o  GET,POST  /queue/<int:item_id>/match
    s s s r o o r r o r r o  POST      /queue/<int:item_id>/note
    s s s r o o r r o r r o  POST      /queue/<int:item_id>/owner
    s s s r o o r r o r r o  POST      /queue/<int:item_id>/release
    s s s r o o r r o r r o  POST      /queue/<int:item_id>/review
    s s s r o o r r o r r o  POST      /queue/<int:item_id>/suspense

    # How somebody signs in
    s s s o o o o o o o o c  GET,POST  /change-password
    s s s o o o o o o o o o  GET,POST  /confirm-passkey
    s s s o o o o o o o o o  POST      /confirm-passkey/<token>
    s s s o o o o o o o o o  GET,POST  /confirm-password
    s s s o o o o o o o o c  GET,POST  /passkeys
    s s s o o o o o o o o c  POST      /passkeys/<token>
    s s s o o o o o o o o c  GET,POST  /passkeys/delete
    s s s o o o o o o o o c  GET,POST  /recovery-codes
    o                        GET,POST  /reset-password
    o                        GET,POST  /reset-password/<token>
    s s s o o o o o o o o o  GET,POST  /second-step
    s                        GET,POST  /second-step/choose
    s s s o o o o o o o o o  GET,POST  /second-step/help
    s s s o o o o o o o o o  GET,POST  /second-step/recovery-code
    s s s o o o o o o o o c  GET,POST  /second-step/set-up
    s s s o o o o o o o o c  POST      /second-step/set-up/<token>
    o                        GET,POST  /sign-in
    s                        POST      /sign-in/new-code
    o                        GET,POST  /sign-in/passkey
    o                        POST      /sign-in/passkey/<token>
    s                        POST      /sign-out
    o o o o o o o o o o o c  GET       /welcome

    # For everybody
    o                        GET       /healthz
    o                        GET,POST  /invitation/<token>
    o                        GET       /readyz
    o                        GET       /static/<path:filename>
    o                        GET       /theme.css
    """
    + STAFF_CALENDAR
    + STAFF_PLANS
    + STAFF_PAYERS_MONEY
    + STAFF_MONEY
    + STAFF_DESK
    + STAFF_DENIALS
    + STAFF_HOLDS
    + STAFF_CASES
    + STAFF_AGENCY_MONEY
    + STAFF_AGENCIES
    + STAFF_LETTERS
    + STAFF_MESSAGES
    + STAFF_ASSISTANCE
    + STAFF_OFFICE
    + STAFF_REPORTS
    + STAFF_CONTROL
    + STAFF_EXCEPTIONS
    + STAFF_POSTING
    + STAFF_WAITLIST
    + STAFF_BILL_DISPUTES
    + STAFF_ROWS,
)
