"""What people write to a practice's number, and how it is read (MSG-3, MSG-19)."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.inbound_texts import REPLIES, Meaning, Reading, Reply, read_reply, read_text

PER_SE = ["STOP", "QUIT", "END", "REVOKE", "OPT OUT", "CANCEL", "UNSUBSCRIBE", "STOPALL", "OPTOUT"]
REVOCATIONS = [
    *PER_SE,
    "stop",
    "Stop.",
    "STOP!!!",
    " \n stop \t",
    "“Stop”",
    "opt-out",
    "Opt out please",
    "stop 🙏",
    "🛑",
    "🛑🛑 texts",
    "STOP 😡😡😡",
    "ＳＴＯＰ",
    "stpo",
    "sotp",
    "STOOOOP",
    "stop stop stop",
    "pls stop",
    "Please stop, thank you",
    "unsuscribe",
    "Unsubcribe me",
    "please stop texting me",
    "Can you stop texting me?",
    "Why won't you stop texting me",
    "no more texts",
    "No more messages please!",
    "I don't want these texts anymore",
    "do not text me again",
    "Dont contact me",
    "Don’t send me any more messages",
    "quit texting this phone",
    "take me off your list",
    "Remove me from your texting list",
    "remove my number",
    "lose my number",
    "I want to opt out of your texts",
    "I revoke my consent to be texted",
    "I no longer wish to receive text messages",
    "How do I stop these messages?",
    "cancel all alerts",
    "leave me alone",
    "Stop. I already paid this.",
    "STOP I paid that last week",
    "end these texts now",
    "not interested, stop",
    "I already said STOP",
    "s t o p",
    "Stop the texts, email me instead",
    "Please remove my phone number",
    "text me no more",
    "cease and desist",
    "no mas",
    "No más",
    "NO MÁS MENSAJES",
    "no más mensajes por favor",
    "alto",
    "parar",
    "Pare por favor",
    "¡Basta!",
    "No quiero más mensajes",
    "no quiero recibir mensajes de texto",
    "ya no me manden mensajes",
    "no me escriban más",
    "Dejen de enviarme mensajes",
    "deje de mandar textos",
    "quítenme de su lista",
    "quiero darme de baja",
    "cancelar mensajes",
]
QUESTIONS = [
    "Can I stop by Monday?",
    "I'll stop by the desk tomorrow",
    "don't stop the payment plan",
    "Please don't stop texting me",
    "do not ever stop sending reminders",
    "Why did you stop texting me?",
    "If I stop the texts, do I get paper bills?",
    "I do not want you to stop sending texts",
    "When do the payments end?",
    "Please cancel my appointment",
    "cancel my payment plan",
    "Stop the payment plan",
    "stop autopay",
    "Take me off autopay",
    "Cancel. I am ill on Friday.",
    "Cancel, I can't come",
    "Stop charging my card",
    "Do not call my work, call my cell",
    "I don't need a reminder call",
    "I can't open the message",
    "no me llegó el mensaje",
    "no me mandaron el código",
    "baja mi saldo?",
    "Can I opt out of paper statements?",
    "Please stop sending me paper bills",
    "Stop mailing me, just text me",
    "I revoke my authorization to charge my card",
    "I don't text much, please call",
    "Why don't you text me the link?",
    "At the end of the month I can pay",
    "Is this the end of my deductible?",
    "I need help with my bill",
    "What does this charge mean?",
    "Who is this?",
    "yes I can pay on Friday",
    "C",
    "1",
    "R",
    "2",
    "Y",
    "No",
    "ok thanks",
    "Gracias",
    "I got no text message from you",
    "Can I start a payment plan?",
    "no puedo pagar todo ahora",
    "Para cuando es la cita?",
    "¿Pueden llamarme mañana?",
    "The bus stop is far, can I be late?",
    "This isn't right",
    "This is not my bill",
    "I'm not sure what this is",
    "Do I have the wrong number for billing?",
    "I gave you the wrong number, mine is 202 555 0100",
    "You list the wrong number of visits",
    "",
    "\x00",
    "👍",
    "שלום, מה החשבון?",
]
WRONG_NUMBERS = [
    "wrong number",
    "Wrong number!!",
    "You have the wrong number, stop texting",
    "Sorry wrong person",
    "numero equivocado",
    "Número equivocado.",
    "This isn't Maria",
    "this isnt testa",
    "I am not Testa Sample",
    "No soy Testa",
    "nobody here by that name",
    "this number no longer belongs to her",
]
EMERGENCIES = [
    "I have chest pain",
    "My chest hurts bad",
    "I can't breathe",
    "cant breath",
    "thinking about suicide",
    "I'm feeling suicidal",
    "I want to kill myself",
    "This is an emergency!",
    "help emergency",
    "no puedo respirar",
    "tengo dolor de pecho",
    "es una emergencia",
]
NO_EMERGENCIES = [
    "It's not an emergency, but call me",
    "Why was I billed for the emergency room?",
    "Please change my emergency contact",
    "la sala de emergencias me cobró",
    "help",
]


def test_MSG_3_the_corpus_is_as_large_as_promised() -> None:
    assert len(set(REVOCATIONS)) >= 40
    assert len(set(QUESTIONS)) >= 20


@pytest.mark.parametrize("body", REVOCATIONS)
def test_MSG_3_a_wish_to_stop_is_read_in_any_reasonable_words(body: str) -> None:
    assert read_text(body) == Reading(Meaning.STOP)


@pytest.mark.parametrize("body", QUESTIONS)
def test_MSG_3_a_question_that_holds_such_words_stays_a_question(body: str) -> None:
    assert read_text(body, names=["Testa", "Sample"]) == Reading(Meaning.QUESTION)


@pytest.mark.parametrize("body", ["START", "start", "Unstop", "YES", "yes!", "Start please"])
def test_MSG_11_start_words(body: str) -> None:
    assert read_text(body).meaning is Meaning.START


@pytest.mark.parametrize("body", ["HELP", "help?", "Info", "AYUDA", "ayuda por favor"])
def test_MSG_11_help_words(body: str) -> None:
    assert read_text(body).meaning is Meaning.HELP


@pytest.mark.parametrize("body", WRONG_NUMBERS)
def test_MSG_19_wrong_numbers(body: str) -> None:
    assert read_text(body, names=["Testa", "Sample"]).meaning is Meaning.WRONG_NUMBER


@pytest.mark.parametrize("body", EMERGENCIES)
def test_MSG_19_emergencies(body: str) -> None:
    assert read_text(body) == Reading(Meaning.QUESTION, emergency=True)


@pytest.mark.parametrize("body", NO_EMERGENCIES)
def test_MSG_19_no_false_alarm(body: str) -> None:
    assert not read_text(body).emergency


def test_MSG_3_stop_in_an_emergency_is_both() -> None:
    assert read_text("STOP. I have chest pain") == Reading(Meaning.STOP, emergency=True)


@given(st.text(max_size=1600))
def test_MSG_12_any_text_has_a_meaning(body: str) -> None:
    assert read_text(body).meaning in Meaning


@pytest.mark.parametrize("unit", ["stop ", "don't ", "no quiero ", "take me off ", "🛑", "a"])
def test_MSG_12_a_long_text_is_read_at_once(unit: str) -> None:
    began = time.perf_counter()
    read_text((unit * 1600)[:1600])
    assert time.perf_counter() - began < 0.5


ANSWERS = {
    Reply.CONFIRM: [
        "C",
        "c",
        "C.",
        " c! ",
        "Confirm",
        "confirmed",
        "Confirmo",
        "C please",
        "ok c",
        "Sí confirmo"[3:],
    ],
    Reply.CHANGE: ["R", "r.", "2", "Reschedule", "2 please", "cambiar", "Change it"],
    Reply.TAKE: ["Y", "y!", "yes", "Sí", "si", "SI por favor", "I take it"],
    Reply.ONE: ["1", "1.", "one", "1 thanks", "uno"],
    Reply.LEAVE: ["N", "no", "No thanks", "no gracias", "n."],
}
NO_ANSWERS = [
    "Can I come at 1?",
    "C me if you can",
    "yes but later",
    "no puedo ir",
    "11",
    "1 2",
    "R u open?",
    "cancel",
    "cancelar",
    "I need to cancel my visit",
    "confirm what?",
    "",
    "👍",
]


@pytest.mark.parametrize(
    ("reply", "body"), [(reply, body) for reply, bodies in ANSWERS.items() for body in bodies]
)
def test_MSG_19_a_letter_or_a_number_answers_us(reply: Reply, body: str) -> None:
    assert read_reply(body) is reply


@pytest.mark.parametrize("body", NO_ANSWERS)
def test_MSG_19_what_says_more_is_read_by_a_person(body: str) -> None:
    assert read_reply(body) is None


@pytest.mark.parametrize("body", ["CANCEL", "Cancel", "cancel please", "cancelar"])
def test_MSG_3_cancel_stays_a_word_against_texts(body: str) -> None:
    assert read_text(body).meaning is Meaning.STOP


@pytest.mark.parametrize("body", sorted(set(REPLIES) - {"yes"}))
def test_MSG_11_no_answer_of_ours_stops_or_starts_texts(body: str) -> None:
    assert read_text(body).meaning is Meaning.QUESTION
    assert not read_text(body).emergency


def test_MSG_11_yes_is_read_as_start_first() -> None:
    assert read_text("YES").meaning is Meaning.START
