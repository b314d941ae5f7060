"""What a text to the practice means: a wish to stop, to start again, for help, or a question (MSG-3, MSG-19).

A wish to stop may be put in any reasonable way (47 CFR 64.1200(a)(10)), but a question that holds the word is
none: "Can I stop by Monday?" must reach a person, not end the reminders.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum


class Meaning(StrEnum):
    """What the sender wants of us."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    WRONG_NUMBER = "wrong_number"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Reading:
    """A text's meaning; `emergency` may come with any of them: "STOP, I have chest pain"."""

    meaning: Meaning
    emergency: bool = False


class Reply(StrEnum):
    """An answer to a question of ours; what it means depends on which question is open (MSG-19)."""

    CONFIRM = "confirm"  # C: of the visit that the last reminder spoke of
    CHANGE = "change"  # R or 2: a link to move it
    TAKE = "take"  # Y: only inside an open offer of a time
    ONE = "one"  # 1: whichever of the two was asked last
    LEAVE = "leave"  # N: no to an offer; to nothing else


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A whole text of these words alone: the law's own list, the carrier's, their slips of the thumb, and Spanish.
STOP_WORDS = _words(
    "stop stopall quit end revoke optout cancel unsubscribe"
    " stpo sotp tsop sstop stopp stoop stp stob dtop stip stopo cancle cancell"
    " alto parar pare paren para basta detener detenga cancelar baja enough"
)
STOP_PHRASES = frozenset(
    {
        *("stop all", "opt out", "opt me out", "stop it", "stop this", "stop that", "stop these"),
        *("no more", "no mas", "nunca mas", "enough already", "leave me alone", "go away"),
        *("dejenme en paz", "deje de molestar", "dejen de molestar", "cease and desist"),
    }
)
# Alone in a sentence of a longer text only these are plain: "Cancel. I am ill on Friday." is about a visit.
STOP_SENTENCES = STOP_WORDS - _words("end cancel cancle cancell cancelar para baja enough")
SPACED_OUT = frozenset({"stop", "stopall", "optout", "unsubscribe"})
START_WORDS = frozenset({"start", "unstop", "yes"})
HELP_WORDS = frozenset({"help", "info", "ayuda"})
# CANCEL is none of them: the law reads it as a word against texts (MSG-3), and the carrier too.
REPLIES: dict[str, Reply] = {
    **dict.fromkeys(
        ("c", "confirm", "confirmed", "confirmo", "confirmar", "confirmado", "i confirm", "c c"),
        Reply.CONFIRM,
    ),
    **dict.fromkeys(
        (
            *(
                "r",
                "2",
                "two",
                "dos",
                "reschedule",
                "re schedule",
                "change",
                "change it",
                "move it",
            ),
            *("cambiar", "cambiarla", "reprogramar", "r r"),
        ),
        Reply.CHANGE,
    ),
    # "si" is no yes to texts: START alone brings those back. "yes" reads as START first, and counts only after it.
    **dict.fromkeys(("y", "yes", "si", "take it", "i take it", "la tomo", "y y"), Reply.TAKE),
    **dict.fromkeys(("1", "one", "uno"), Reply.ONE),
    **dict.fromkeys(("n", "no", "pass", "paso"), Reply.LEAVE),
}
COURTESY = _words(
    "please pls plz thanks thank you thx ok okay now immediately asap just hi hello"
    " por favor gracias ya hola"
)

TEXTS = (
    r"(?:text|txt|message|msg|sms|texto|mensaje|alert|alerta|notification|reminder)s?"
    r"|(?:text|txt|messag|contact|call|bother|harass|spamm|notify)ing"
)
STOPPING = r"(?:stop|stpo|sotp|quit|cease|halt|end|cancel|discontinue|turn off)"
# What may stand between the verb and the texts; another thing to be stopped may not.
BETWEEN = r"(?:(?!(?:and|or|but|instead|by|paper|mailing|mail)\b)\w+ ){0,3}"
# "Stop sending me paper bills" is no word against texts.
ELSEWHERE = r"(?! (?:\w+ ){0,3}(?:paper|mail|letters?|e ?mails?)\b)"
REVOCATIONS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{STOPPING} {BETWEEN}(?:(?:{TEXTS})|sending\b{ELSEWHERE})\b",
        r"^stop i\b|\bsaid stop\b|\bno thanks stop\b",
        r"\b(?:text|message) me no more\b|\bdone with (?:these|your) (?:texts|messages)\b",
        rf"\b(?:no|ningun) (?:more|mas) (?:\w+ )?(?:{TEXTS})\b",
        rf"^no (?:text )?(?:{TEXTS})$",
        (
            r"(?<!\bi )\b(?:dont|do not|never) (?:ever |please )?"
            r"(?:(?:text|txt|message|msg|contact|bother)\b|call (?:me|this number)(?:$| any ?more| again))"
        ),
        rf"\b(?:dont|do not|never) (?:ever |please )?send {BETWEEN}(?:{TEXTS})\b",
        (
            r"\b(?:(?:dont|do not) (?:want|wish|like)|no longer (?:want|wish|need))"
            rf" (?:(?!(?:stop|miss|lose)\b)\w+ ){{0,4}}(?:{TEXTS}|texted|contacted|messaged)\b(?! call)"
        ),
        (
            r"\b(?:remove|take|delete|drop|get) (?:me|my (?:(?:phone )?number|phone|name)|this number)"
            r"(?: off| out)?(?:$| (?:from |of )?(?:(?!auto)\w+ ){0,2}"
            r"(?:lists?|texts?|texting|messages|msgs|system|sms)\b)"
        ),
        r"\b(?:lose|forget) (?:my|this) number\b",
        r"\bopt(?:ing)? (?:me )?out\b(?! (?:\w+ ){0,3}(?:paper|autopay|auto|plan|mail|e ?mails?)\b)",
        r"\bunsubscribe\b",
        (
            r"\b(?:revoke|withdraw|rescind) (?:\w+ ){0,2}(?:consent|permission|authorization)\b"
            r"(?!.*\b(?:card|charge|auto ?pay|payments?|draft|debit)\b)"
        ),
        r"\b(?:fuck|piss|buzz) off\b",
        r"\bleave me alone\b",
        # Spanish
        (
            r"\bno (?:quiero|deseo) (?:mas |recibir |que me )*"
            r"(?:(?:sus|los|estos|mas) )*(?:mensajes?|textos?|escriban|manden|envien|contacten|llamen)\b"
        ),
        r"\b(?:no|ya no) me (?:(?:mand|envi|texte|llam|contact|molest)e[ns]?|escriba[ns]?)\b",
        r"\bdej\w* de (?:mand|envi|escrib|text|llam|contact|molest)\w*",
        (
            r"\b(?:parar?|paren?|detener|detengan?|cancelar|cancelen?|eliminar) (?:de |con )?"
            r"(?:(?:los|sus|estos|mis) )?(?:mensajes?|textos?|mandar\w*|enviar\w*|escribir\w*|textear\w*)\b"
        ),
        r"\b(?:quit|borr|sac|elimin)\w+ de (?:la|su|esta) lista\b",
        r"\b(?:dar(?:me)?|denme|deme) de baja\b",
    )
)
# Before the wish these turn it round: "do not stop texting me", "why did you stop", "if I stop the texts".
TURNED_ROUND = re.compile(
    r"(?:\b(?:dont|do not|not|never|didnt|cant|cannot)(?: ever| please)?"
    r"|\b(?:dont|not) (?:want|need|wish) (?:\w+ ){0,2}to"
    r"|\bno need to|\b(?:did|have|has|if|when|get|got|getting)(?: (?:do|does|will))?(?: \w+)?"
    r"|\bunless \w+)$"
)

WRONG_NUMBERS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:wrong|incorrect) (?:number|no|phone|person)\b(?! (?:of|on|in|for)\b)",
        r"\bnumero (?:equivocado|incorrecto|errado)\b",
        r"\b(?:not|isnt) (?:the )?(?:right|correct) (?:number|person)\b",
        r"\b(?:not|isnt) (?:her|his|their) (?:number|phone)\b",
        r"\b(?:esta|usted) (?:se )?equivoc\w+ de numero\b",
        r"\b(?:no one|nobody|no body) (?:here )?(?:by|with) that name\b",
        r"\bthis number (?:does not|doesnt|no longer) belongs? to\b",
        r"\b(?:dont|do not) know (?:this|that) person\b",
    )
)
# "Do I have the wrong number?" and "I gave you the wrong number" are for a person to read.
ASKS_NUMBER = re.compile(r"\b(?:do|did|is|was|have) (?:i|this)\b|\b(?:gave|give|dialed|called)\b")
NOT_ME = re.compile(
    r"\b(?:this (?:isnt|is not)|im not|i am not|no soy|esta no es|este no es) (\w+)"
)

EMERGENCIES = re.compile(
    r"\bchest (?:pains?|hurts|is tight)\b|\bheart attack\b|\bhaving a stroke\b|\boverdos\w+\b"
    r"|\b(?:cant|cannot|can not|trouble|hard to|difficulty) breath\w*|\bsuicid\w*"
    r"|\b(?:kill|hurt|harm) (?:myself|my self)\b|\bend my life\b|\bwant to die\b|\bwanna die\b"
    r"|\bcall 911\b|\bunconscious\b|\bnot breathing\b|\bbleeding (?:badly|heavily|a lot)\b"
    r"|\b(?:wont|cant) stop (?:the )?bleeding\b"
    r"|\bemergency\b|\bemergencia\b"
    r"|\bdolor (?:de|en el) pecho\b|\bno puedo respirar\b|\bataque al corazon\b"
    r"|\b(?:me )?quiero (?:morir|matar)(?:me)?\b|\bmatarme\b|\bsobredosis\b"
)
# A bill may be about an emergency of last month; that word alone is no alarm then.
NO_ALARM = re.compile(
    r"\b(?:not|isnt|no|no es) (?:an? |una )?(?:emergency|emergencia)\b"
    r"|\bemergency (?:room|dept|department|contact|visit|bill|charge|fee|physician|doctor|care)s?\b"
    r"|\b(?:sala|cuarto|contacto|visita) de emergencias?\b"
)
NAMES_NO_PERSON = _words(
    "a an the my mine our your his right correct fair true ok okay good working clear covered paid due what how"
    " possible urgent acceptable about for from in on sure able going happy getting receiving paying interested"
    " responsible available el la mi lo"
)


def read_text(body: str, *, names: Iterable[str] = ()) -> Reading:
    """What the text asks for, and whether it tells of an emergency.

    `names` are the first and last names on the number's accounts: "this isn't maria" is then a wrong number.
    """
    plain = _plain(body)
    emergency = bool(EMERGENCIES.search(NO_ALARM.sub(" ", plain)))
    return Reading(_meaning(body, plain, names), emergency)


def read_reply(body: str) -> Reply | None:
    """The answer that a whole text is, courtesy aside; None for everything that says more than that."""
    return REPLIES.get(" ".join(word for word in _plain(body).split() if word not in COURTESY))


def _meaning(body: str, plain: str, names: Iterable[str]) -> Meaning:
    core = " ".join(word for word in plain.split() if word not in COURTESY)
    if _wrong_number(body, plain, names):
        return Meaning.WRONG_NUMBER
    if _only(core, STOP_WORDS) or core in STOP_PHRASES or core.replace(" ", "") in SPACED_OUT:
        return Meaning.STOP
    if core in START_WORDS:
        return Meaning.START
    if core in HELP_WORDS:
        return Meaning.HELP
    if _revokes(plain) or any(_only(part, STOP_SENTENCES) for part in _sentences(body)):
        return Meaning.STOP
    return Meaning.QUESTION


def _plain(body: str) -> str:
    """Lower-case words without accents, apostrophes, punctuation or emoji; a stop sign is the word."""
    text = body.replace("\N{OCTAGONAL SIGN}", " stop ")
    text = unicodedata.normalize("NFKD", text).casefold()
    text = re.sub(r"['`\u2018\u2019\u02bc]", "", text)
    text = "".join(char for char in text if not unicodedata.combining(char))
    text = re.sub(r"[^a-z0-9]+", " ", text)
    text = re.sub(r"([a-z])\1{2,}", r"\1", text)  # stooooop
    return " ".join(_slip(word) for word in text.split())


def _slip(word: str) -> str:
    """The long word is often mistyped, and resembles no other."""
    likeness = SequenceMatcher(None, word, "unsubscribe").ratio() if word.startswith("un") else 0
    return "unsubscribe" if likeness > 0.8 else word  # noqa: PLR2004 (two letters of eleven)


def _only(text: str, known: frozenset[str]) -> bool:
    words = text.split()
    return bool(words) and all(word in known for word in words)


def _sentences(body: str) -> list[str]:
    """Each sentence's words without courtesy: "Stop. I paid this." says stop in one of its own."""
    parts = (_plain(part) for part in re.split(r"[.!,\n;\N{EM DASH}]+", body))
    return [" ".join(word for word in part.split() if word not in COURTESY) for part in parts]


def _revokes(plain: str) -> bool:
    return any(
        not TURNED_ROUND.search(plain[: found.start()].strip())
        for pattern in REVOCATIONS
        for found in pattern.finditer(plain)
    )


def _wrong_number(body: str, plain: str, names: Iterable[str]) -> bool:
    if any(pattern.search(plain) for pattern in WRONG_NUMBERS):
        return not ASKS_NUMBER.search(plain)
    known = {part for name in names for part in _plain(name).split()}
    for found in NOT_ME.finditer(plain):
        word = found[1]
        # Of a name we do not know, the capital letter is the sign.
        capital = re.search(rf"\b{word[0].upper()}{re.escape(word[1:])}\b", body)
        if word in known or (capital and word not in NAMES_NO_PERSON):
            return True
    return False
