"""Texts about visits and about earlier times, by name, language and grade of privacy; part of `text_templates`.

The bare ones say neither day nor hour. The word CANCEL stands in none: sent back, it ends all texts (MSG-11).
"""

from __future__ import annotations

VISIT_REMINDER, VISITS_REMINDER = "visit_reminder", "visits_reminder"
VISIT_TASKS, VISIT_CANCELED, VISIT_MOVED = "visit_tasks", "visit_canceled", "visit_moved"
VISIT_MISSED, WAIT_LIST, VISIT_MOVE = "visit_missed", "wait_list", "visit_move"
# About one booked time or one offer of a time: each is judged by what stands in the calendar when it leaves.
VISIT_TEXTS = (
    *(VISIT_REMINDER, VISITS_REMINDER, VISIT_TASKS),
    *(VISIT_CANCELED, VISIT_MOVED, VISIT_MISSED, WAIT_LIST),
)
REMINDERS = (VISIT_REMINDER, VISITS_REMINDER)
# A change by the practice must not wait for a cap (MSG-7), nor an offer that ends in half an hour.
CHANGES = (VISIT_CANCELED, VISIT_MOVED)
# Answers to C, R, 1, N and CANCEL.
CONFIRMED, WHICH, STOPPED = "visit_confirmed", "visit_which", "opt_out_visit"
OFFER_TAKEN, OFFER_GONE, OFFER_PASSED = "offer_taken", "offer_gone", "offer_passed"
VISIT_ANSWERS = (
    *(CONFIRMED, VISIT_MOVE, WHICH, STOPPED),
    *(OFFER_TAKEN, OFFER_GONE, OFFER_PASSED),
)

TEXTS: dict[str, dict[str, dict[str, str]]] = {
    VISIT_REMINDER: {
        "en": {
            "link": "{org}: You have a visit soon: {url} Reply C to confirm, R to change it. Reply STOP to opt out.",
            "amount": "{org}: Visit on {day}. Reply C to confirm, R to change it. {url} Reply STOP to opt out.",
            "full": "{org}: Visit on {day} {time}. Reply C to confirm, R to change. {url} STOP to opt out.",
        },
        "es": {
            "link": "{org}: Tiene una cita pronto: {url} Responda C si viene, R para cambiarla, STOP para salir.",
            "amount": "{org}: Cita el {day}. Responda C si viene, R para cambiarla, STOP para salir. {url}",
            "full": "{org}: Cita {day} {time}. Responda C si viene, R para cambiar, STOP para salir. {url}",
        },
    },
    # One text tells of several (MSG-7). The address is the plain one: it opens nothing for a guest.
    VISITS_REMINDER: {
        "en": {
            "link": "{org}: You have several visits soon. Sign in: {url} Reply STOP to opt out."
        },
        "es": {
            "link": "{org}: Tiene varias citas pronto. Entre para verlas: {url} STOP para salir."
        },
    },
    VISIT_TASKS: {
        "en": {
            "link": "{org}: Please finish your forms before your visit: {url} Reply STOP to opt out.",
            "amount": "{org}: Please finish your pre-visit forms by {day}: {url} Reply STOP to opt out.",
        },
        "es": {
            "link": "{org}: Complete sus formularios antes de su cita: {url} Responda STOP para salir.",
            "amount": "{org}: Complete sus formularios antes del {day}: {url} Responda STOP para salir.",
        },
    },
    VISIT_CANCELED: {
        "en": {
            "link": "{org}: We had to call off a visit. New time: {url} Call {phone}. Reply STOP to opt out.",
            "amount": "{org}: We called off your visit on {day}. New time: {url} Call {phone}. STOP to opt out.",
        },
        "es": {
            "link": "{org}: No podemos darle una cita. Elija otra: {url} Tel: {phone}. STOP para salir.",
            "amount": "{org}: Su cita del {day} no podra ser. Elija otra: {url} Tel: {phone}. STOP para salir.",
        },
    },
    VISIT_MOVED: {
        "en": {
            "link": "{org}: We changed the time of a visit. See it: {url} Call {phone}. Reply STOP to opt out.",
            "amount": "{org}: Your visit is on {day} now. See it: {url} Call {phone}. Reply STOP to opt out.",
            "full": "{org}: Your visit is {day} {time} now. See: {url} Call {phone}. STOP to opt out.",
        },
        "es": {
            "link": "{org}: Cambiamos la hora de una cita. Vea la nueva: {url} Tel: {phone}. STOP para salir.",
            "amount": "{org}: Su cita es ahora el {day}. Vea la hora: {url} Tel: {phone}. STOP para salir.",
            "full": "{org}: Su cita es ahora {day} {time}. Ver: {url} Tel: {phone}. STOP para salir.",
        },
    },
    VISIT_MISSED: {
        "en": {
            "link": "{org}: Sorry we missed you. Choose a new time: {url} or call {phone}. Reply STOP to opt out.",
        },
        "es": {
            "link": "{org}: No pudimos verle. Elija otra hora: {url} o llame al {phone}. STOP para salir.",
        },
    },
    # Who asked to hear of earlier times has to be told which: the day and the hour, and no word of a visit.
    # The bare one is for a phone that others hold too (HIPAA-10).
    WAIT_LIST: {
        "en": {
            "link": "{org}: An earlier time opened. Sign in by {next_step}: {url} Reply STOP to opt out.",
            "amount": "{org}: An earlier time: {day} {time}. Reply 1 by {next_step} to take it, N to pass. STOP to opt out.",
        },
        "es": {
            "link": "{org}: Hay una hora antes. Entre hasta las {next_step}: {url} STOP para salir.",
            "amount": "{org}: Hay una hora antes: {day} {time}. Responda 1 hasta las {next_step} para tomarla, N si no. STOP para salir.",
        },
    },
    CONFIRMED: {
        "en": {
            "link": "{org}: Thank you. Your visit is confirmed. To change it reply R or call {phone}. Reply STOP to opt out.",
        },
        "es": {
            "link": "{org}: Gracias. Su cita esta confirmada. Para cambiarla responda R o llame al {phone}. STOP para salir.",
        },
    },
    # The link opens that one visit, after birth date, ZIP and a code.
    VISIT_MOVE: {
        "en": {
            "link": "{org}: Change your visit here: {url} or call {phone}. Reply STOP to opt out."
        },
        "es": {"link": "{org}: Cambie su cita aqui: {url} o llame al {phone}. STOP para salir."},
    },
    WHICH: {
        "en": {
            "link": "{org}: Which visit do you mean? See {url} or call {phone}. Reply STOP to opt out."
        },
        "es": {"link": "{org}: De que cita habla? Vea {url} o llame al {phone}. STOP para salir."},
    },
    OFFER_TAKEN: {
        "en": {"link": "{org}: The earlier time is yours. See it: {url} Reply STOP to opt out."},
        "es": {"link": "{org}: La hora es suya. Vea su cita: {url} STOP para salir."},
    },
    OFFER_GONE: {
        "en": {
            "link": "{org}: That time was just taken. You stay on the list, and hear of the next one. Reply STOP to opt out.",
        },
        "es": {
            "link": "{org}: Esa hora ya no esta libre. Sigue en la lista: le avisaremos de la proxima. STOP para salir.",
        },
    },
    OFFER_PASSED: {
        "en": {
            "link": "{org}: Thank you for telling us. You stay on the list for other times. Reply STOP to opt out.",
        },
        "es": {
            "link": "{org}: Gracias por avisar. Sigue en la lista para otras horas. STOP para salir.",
        },
    },
    # CANCEL is a word of the law against texts; who meant the visit has to know that it stands (MSG-3).
    STOPPED: {
        "en": {
            "link": "{org}: You get no more texts. Your visit still stands: to give it up call {phone}. Reply START to rejoin.",
        },
        "es": {
            "link": "{org}: No le enviaremos mensajes. Su cita sigue en pie: para dejarla llame al {phone}. START para volver.",
        },
    },
}
