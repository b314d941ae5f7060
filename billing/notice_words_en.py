"""The English words of each letter, as the program brings them: the first version of its template (STMT-14)."""

from __future__ import annotations

from billing.notice_text import BOLD_14, EXACT, Block, Words
from billing.notices import NoticeKind as K
from billing.state_pack import COLL_33

_HELP = Block(
    heading="Help with this bill",
    paragraphs=[
        (
            "You can ask for help with your bills. You may pay less, or nothing at all. It costs"
            " nothing to ask, and you can ask at any time. Call {assistance_phone}. You can read the"
            " rules and get the form at {assistance_url}."
        ),
        "You can also pay over time, in parts that fit your budget. Call us to set up a plan.",
    ],
)
_ASK = Block(
    heading="Is something wrong?",
    paragraphs=[
        (
            "Tell us if you think the bill is not right, or if your health plan should pay it. Call"
            " {phone} or use our website: {portal_url}. We stop and look into it before we go on."
        ),
    ],
)
_CALL = Block(paragraphs=["Do you have a question? Call us at {phone}, {hours}."])
_OWE = Block(
    heading="What you owe",
    paragraphs=["The bills in this letter come to {amount}."],
    each="bills",
)
_NAMED = Block(
    heading="What we may do after {deadline}",
    when="names_any",
    paragraphs=["If we hear nothing from you by {deadline}, we may do this:"],
)
_PLACE = Block(
    when="names_placement",
    bullets=["Ask a collection agency to write to you and call you about these bills."],
)
_SUE = Block(when="names_lawsuit", bullets=["File a lawsuit in court to ask for the money."])
_ONLY = Block(
    paragraphs=[
        (
            "We do not plan to do anything that is not named here. We never report a bill to a credit"
            " bureau."
        )
    ],
    when="names_any",
)
_NONE = Block(
    heading="What we will not do",
    unless="names_any",
    paragraphs=[
        (
            "We do not plan to send these bills to an agency or to a court. We never report a bill to"
            " a credit bureau. This letter asks you to talk with us by {deadline}."
        )
    ],
)
_STOP = Block(
    heading="How to stop this",
    paragraphs=["Do one of these things by {deadline}, and nothing more happens:"],
    bullets=[
        "Ask for help with your bills.",
        "Set up a plan to pay over time.",
        "Tell us what is wrong with the bill.",
        "Pay at {portal_url}, by phone, or by mail.",
    ],
)
_HANDOFF = Block(
    heading="About your e-mail address",
    when="email",
    paragraphs=[
        (
            "If we give these bills to {agency}, they may write to you at {email}. Others who can read"
            " that mailbox may see what they write. If you do not want this, tell us by {email_no_by}:"
            " call {phone} or write to us at the address above. You need not say why."
        ),
    ],
)
SUMMARY = [
    Block(
        heading="Help with your bills in plain words",
        style="page",
        paragraphs=[
            "We help people who can not pay for their care. This page tells you how.",
        ],
    ),
    Block(
        heading="Who can get help?",
        paragraphs=[
            (
                "It depends on how many people live in your home and how much money comes in. You can"
                " get help with or without a health plan. You do not need to be a citizen."
            )
        ],
    ),
    Block(
        heading="What can you get?",
        paragraphs=[
            (
                "You may pay less, or nothing at all. No one who gets help pays more than what health"
                " plans most often pay for the same care."
            )
        ],
    ),
    Block(
        heading="How do you ask?",
        paragraphs=[
            (
                "Get the rules and the form at {assistance_url}, or call {assistance_phone}. We send"
                " them to you for free, and we help you fill in the form. You can have them in Spanish."
                " While we look at your form, we do not go on with your bills."
            )
        ],
    ),
]
_TAIL = [_HELP, _ASK, _CALL]

ENGLISH: dict[K, Words] = {
    K.FINAL_NOTICE: Words(
        title="Please talk with us about your bill by {deadline}",
        blocks=[_OWE, _HELP, _STOP, _NAMED, _PLACE, _SUE, _ONLY, _NONE, _HANDOFF, _ASK, _CALL, *SUMMARY],
    ),
    K.ECA_NOTICE: Words(
        title="What may happen with your bill after {deadline}",
        blocks=[_OWE, _NAMED, _PLACE, _SUE, _ONLY, _NONE, _STOP, *_TAIL, *SUMMARY],
    ),
    K.STATE_NOTICE: Words(
        title="A notice about your bill",
        blocks=[_OWE, _NAMED, _PLACE, _SUE, _ONLY, _NONE, _STOP, *_TAIL, *SUMMARY],
    ),
    K.PLAN_DEFAULT: Words(
        title="Your payment plan has ended",
        blocks=[
            Block(
                paragraphs=[
                    ("Your payment plan {plan} has ended, because some payments did not reach us."
                    " What you paid stays paid. No fee was added."),
                    ("What is left is {payoff}. It is due like any bill. Your next statement says how"
                    " to pay."),
                ]
            ),
            Block(
                heading="You can begin again",
                paragraphs=["Call us at {phone}. We can make a new plan with smaller payments."],
            ),
            *_TAIL,
        ],
    ),
    K.CORRECTED_STATEMENT: Words(
        title="We corrected your bill",
        blocks=[
            Block(
                paragraphs=[
                    "{reason} So our statement {replaces} is out of date. Please use the new one.",
                ],
                rows=[
                    ["The old statement said", "{old_amount}"],
                    ["You owe now", "{new_amount}"],
                ],
            ),
            Block(when="new_amount", paragraphs=["Please pay it by {due}. The day on the old one no longer counts."]),
            Block(when="more", paragraphs=["It is {more} more than before. You do not need to pay that part sooner."]),
            Block(unless="new_amount", paragraphs=["You do not need to pay now."]),
            Block(when="number", paragraphs=["The new statement is number {number}. It says each step from the old amount to the new one."]),
            *_TAIL,
        ],
    ),
    K.ASSISTANCE_RECEIVED: Words(
        title="We have your form",
        blocks=[
            Block(
                paragraphs=[
                    ("On {received} we got your form to ask for help with your bills. We write to you"
                    " by {decide_by} and tell you what we decided."),
                    "Until then we do not go on with your bills. You do not need to pay them now.",
                ]
            ),
            _CALL,
        ],
    ),
    K.ASSISTANCE_MISSING: Words(
        title="We need more from you to decide",
        blocks=[
            Block(
                paragraphs=[
                    ("On {received} we got your form to ask for help with your bills. To decide, we"
                    " also need:")
                ],
                each="missing",
            ),
            Block(
                paragraphs=[
                    ("Please send it by {send_by}. You can take a photo of each paper and add it on"
                    " our website: {portal_url}. You can also mail it or bring it in."),
                    ("If you can not get one of these, call us at {assistance_phone}. We find another"
                    " way. Until {send_by} we do not go on with your bills."),
                ]
            ),
            _CALL,
        ],
    ),
    K.ASSISTANCE_DECISION: Words(
        title="Our answer about help with your bills",
        blocks=[
            Block(paragraphs=["{outcome}"]),
            Block(
                heading="What we looked at",
                rows=[
                    ["People in your home", "{household}"],
                    ["Income in a year", "{income}"],
                    ["Of the poverty guideline", "{percent}"],
                    ["Discount", "{discount}"],
                    ["What plans most often pay", "{agb}"],
                ],
            ),
            Block(
                heading="Your bills",
                each="accounts",
                rows=[
                    ["Before", "{before}"],
                    ["What you owe now", "{after}"],
                    ["In force from", "{effective}"],
                    ["Until", "{ends}"],
                ],
            ),
            Block(when="refund", paragraphs=["You paid more than you owe. We send {refund} back to you."]),
            Block(when="policy_line", paragraphs=["The reason is this rule: {policy_line}"]),
            Block(when="plan", heading="A plan for what is left", paragraphs=["{plan}"]),
            Block(
                heading="If you do not agree",
                paragraphs=[
                    ("You can ask us to look again by {appeal_by}. Another person will decide. Call"
                    " {assistance_phone} or write to us.")
                ],
            ),
            _CALL,
        ],
    ),
    K.ASSISTANCE_EXTENSION: Words(
        title="We need more time to decide",
        blocks=[
            Block(
                paragraphs=[
                    ("On {received} we got your form to ask for help with your bills. We need more"
                    " time. {reason} We write to you by {decide_by}."),
                    "Until then we do not go on with your bills. You do not need to pay them now.",
                ]
            ),
            _CALL,
        ],
    ),
    K.DISPUTE_RECEIVED: Words(
        title="We are looking into your bill",
        blocks=[
            Block(
                paragraphs=[
                    ("On {received} you told us that something is wrong. It is about: {about}. We look"
                    " into it and write to you by {answer_by}."),
                    "Until then you do not need to pay that part. We do not ask you for it.",
                ]
            ),
            _CALL,
        ],
    ),
    K.DISPUTE_EXTENDED: Words(
        title="We need more time to look into your bill",
        blocks=[
            Block(
                paragraphs=[
                    ("On {received} you told us that something is wrong. It is about: {about}. We need"
                    " more time. {reason} We write to you by {answer_by}."),
                    "Until then you do not need to pay that part. We do not ask you for it.",
                ]
            ),
            _CALL,
        ],
    ),
    K.DISPUTE_ANSWER: Words(
        title="What we found about your bill",
        blocks=[
            Block(
                paragraphs=[
                    "On {received} you told us that something is wrong. It is about: {about}.",
                    "{finding}",
                ]
            ),
            Block(heading="What changed", each="changed"),
            Block(when="amount", paragraphs=["What you owe for it now is {amount}."]),
            Block(when="due", paragraphs=["It is due on {due}."]),
            Block(heading="What happens next", each="next"),
            Block(
                heading="If you do not agree",
                paragraphs=["Call {phone} and ask for the office manager, who looks at it again."],
            ),
            _HELP,
            _CALL,
        ],
    ),
    K.PLACEMENT_RECALLED: Words(
        title="Your bill is back with us",
        blocks=[
            Block(
                paragraphs=[
                    ("On {recalled} we took your bill back from {agency}. {reason} They may not write"
                    " to you or call you about it any more."),
                    "If they do, tell us: call {phone}. From now on, please talk with us alone.",
                ]
            ),
            _HELP,
            _CALL,
        ],
    ),
    K.RETURNED_MAIL: Words(
        title="Is your address right?",
        blocks=[
            Block(
                paragraphs=[
                    ("A letter that we sent you on {sent} came back. Please tell us where you get your"
                    " mail. You can do it at {portal_url}/profile, or call {phone}."),
                    "Until then we do not go on with your bills.",
                ]
            ),
            _CALL,
        ],
    ),
    K.GOOD_FAITH_ESTIMATE: Words(
        title="What your care will cost: our good-faith estimate",
        blocks=[
            Block(when="replaces", paragraphs=["This replaces the estimate that we gave you on {replaces}."]),
            Block(rows=[["Patient", "{patient}"], ["Born on", "{born}"], ["Care", "{service}"]]),
            Block(when="visit_on", rows=[["Planned for", "{visit_on}"]]),
            Block(heading="What we expect to bill", each="lines", rows=[["In all", "{total}"]]),
            Block(heading="Who gives the care", each="providers"),
            Block(
                heading="What this estimate is",
                paragraphs=[
                    ("This is only an estimate. It shows what we expect today. The real costs can be"
                    " higher or lower. You may need more care that is not in it."),
                    ("Care that is booked by itself, such as a test at another place, is not in it."
                    " You can ask for an estimate of that care too."),
                    "It is not a contract. You do not have to get this care from us.",
                ],
            ),
            Block(
                heading="If your bill is higher",
                paragraphs=[
                    ("You can dispute the bill if one of us bills you $400 or more above what this"
                    " estimate says for us. You can call us first at {phone}. Ask us to change the"
                    " bill, or ask for help to pay it."),
                    ("You can also start a dispute with the U.S. Department of Health and Human"
                    " Services (HHS). You have 120 days from the date of your first bill. It costs"
                    " $25. If they agree with you, you pay the price in this estimate. If they do not"
                    " agree, you pay the bill."),
                    "To start: go to www.cms.gov/nosurprises or call 1-800-985-3059.",
                    "A dispute will not change the care that we give you.",
                    "Keep this letter. You may need it to dispute a bill.",
                ],
            ),
            _CALL,
        ],
    ),
}  # fmt: skip
# What a state's law wants said beside the rest, in letters that warn; used once a person reviewed it (COLL-T).
ENGLISH_STATES: dict[str, list[Block]] = {
    "CA": [Block(style=EXACT, paragraphs=[COLL_33])],  # byte for byte, in the law's own language
    "NJ": [
        Block(
            style=BOLD_14,
            paragraphs=["This debt has not been reported to a credit bureau."],
        )
    ],
    "NY": [
        Block(
            paragraphs=[
                (
                    "New York has a form to ask for help with hospital bills. It does not matter if you"
                    " are a citizen. You can ask us for the form."
                )
            ]
        )
    ],
    "IL": [
        Block(
            paragraphs=[
                "You can ask us to check your bill, and to check if a public program can pay it."
            ]
        )
    ],
}
