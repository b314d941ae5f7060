"""The words of e-mails about who may see an account: records linked, helpers invited and shut out."""

from __future__ import annotations

from portal.services.letters import NOT_YOU, Letter, Letterhead, billing_letter, plain_letter


def link_code(code: str) -> Letter:
    """To the address on file, whoever asked: only its reader may link the record (ID-2)."""
    return plain_letter(
        "link_code",
        f"{code} is your code to open your bills on our website. It works for 10 minutes.",
        "If you did not ask for it, tell it to nobody, and call us.",
    )


def linked(head: Letterhead) -> Letter:
    """The office found whose record it is."""
    return plain_letter(
        "linked",
        "We linked your bills to your sign-in.",
        f"Sign in to see them: {head.public_url}/bills",
    )


LINK_ANSWERS = {
    "link_refused": ("We could not do that.", "Please call us, and we will help you."),
    "link_come_in": ("We need to see you.", "Please come in with a photo ID, or call us."),
}


def link_answer(template: str) -> Letter:
    """The office does not link a record. Why is not said: it would tell what is on file (ID-4)."""
    answer, then = LINK_ANSWERS[template]
    return plain_letter(
        template, f"You asked us to link your bills to your sign-in. {answer}", then
    )


def proxy_invitation(head: Letterhead, *, link: str) -> Letter:
    """Somebody is asked to help with an account; whose, and with what, stands behind the sign-in."""
    return billing_letter(
        "proxy_invitation",
        head,
        "Somebody asks you to help with an account at our office.",
        f"Sign in to see who asks, and say yes or no: {link}",
        "The link works once, for 14 days. If you do not want it, do nothing.",
    )


def proxy_news(head: Letterhead) -> Letter:
    """Access was given, turned down or ended: told to both sides (HIPAA-9)."""
    return billing_letter(
        "proxy_news",
        head,
        "There is news about who can see an account.",
        f"Sign in to see it: {head.public_url}/access",
        NOT_YOU,
    )


def parent_answer(answer: str) -> Letter:
    """The office shows no child's account to whoever asked. Why is not said: it would tell what is on file (ID-4)."""
    said, then = LINK_ANSWERS[f"link_{answer}"]
    return plain_letter("parent_answer", f"You asked us to let you see an account. {said}", then)
