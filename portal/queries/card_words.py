"""What a person reads when a picture of a card is refused, or is hard to read (SCH-14)."""

from __future__ import annotations

from portal.card_ports import CardFault, CardFlaw

REFUSED = {
    CardFault.EMPTY: "The file is empty. Please pick the picture again.",
    CardFault.TOO_BIG: "The file is too big. Send a picture of up to 10 MB.",
    CardFault.WRONG_KIND: "We cannot open this kind of file. Send a photo (JPEG, PNG or HEIC) or a PDF.",
    CardFault.DAMAGED: "We could not open this file. It may be damaged. Please take a new photo.",
    CardFault.TOO_MANY_DOTS: "This picture is too large to open. Please take a new photo with your phone.",
    CardFault.TOO_SMALL: "The picture is too small to read. Move closer, so that the card fills the screen.",
}
HARD_TO_READ = {
    CardFlaw.DARK: "The picture is dark. Move to a brighter place.",
    CardFlaw.FAR: "The card is small in the picture. Move closer, so that it fills the screen.",
    CardFlaw.BLURRED: "The picture is not sharp. Hold still, and tap the card on the screen to focus.",
    CardFlaw.GLARE: "Light shines off the card. Turn away from the lamp.",
}


def refusal_words(fault: CardFault) -> str:
    """One or two sentences: what is wrong and what to do."""
    return REFUSED[fault]


def retake_words(flaw: CardFlaw) -> str:
    """What makes the picture hard to read, and how to take a better one; it may be used anyway."""
    return HARD_TO_READ[flaw]
