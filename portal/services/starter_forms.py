"""The forms that the software comes with, in English and Spanish (SCH-12); a practice changes them on its own pages.

`{practice}` and `{phone}` stand for the practice's own. The words that the law asks for byte for byte are not here:
`billing.check_in.required_texts` adds them to every form of their kind.
"""

from __future__ import annotations

from dataclasses import dataclass

from billing.form_fields import Field, from_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class StarterText:
    """One form in one language."""

    title: str
    body: str
    lines: str = ""

    @property
    def fields(self) -> tuple[Field, ...]:
        return from_lines(self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class StarterForm:
    """One form."""

    code: str
    kind: str
    must_sign: bool
    renew_months: int | None
    every_visit: bool = False
    texts: dict[str, StarterText]


HEALTH_EN = """\
symptoms | long | What brings you in?
medicines * | yes_no | Do you take any medicine, vitamins or herbs?
medicine_list * | long | Which ones, and how much of each? | if medicines = yes
allergies * | several | Are you allergic to anything? | none: Nothing that I know of; medicine: Medicine; food: Food; latex: Latex; other: Something else
allergy_list | long | What happens when you have it?
conditions | several | Has a doctor ever told you that you have one of these? | heart: Heart disease; pressure: High blood pressure; diabetes: Diabetes; asthma: Asthma; cancer: Cancer; stroke: A stroke; kidney: Kidney disease; mood: Depression or anxiety
surgeries | long | Which operations have you had, and when?
smokes * | one | Do you smoke or vape? | never: Never; past: I used to; now: Yes
pregnant | yes_no | Could you be pregnant?
last_visit | date | When did you last see a doctor?
falls | number | How many times did you fall in the last year?
more | long | Is there something else that we should know?"""

HEALTH_ES = """\
symptoms | long | ¿Por qué nos visita?
medicines * | yes_no | ¿Toma alguna medicina, vitamina o hierba?
medicine_list * | long | ¿Cuáles, y cuánto de cada una? | if medicines = yes
allergies * | several | ¿Tiene alergia a algo? | none: A nada que yo sepa; medicine: A medicinas; food: A comidas; latex: Al látex; other: A otra cosa
allergy_list | long | ¿Qué le pasa cuando la tiene?
conditions | several | ¿Le ha dicho un médico que tiene algo de esto? | heart: Enfermedad del corazón; pressure: Presión alta; diabetes: Diabetes; asthma: Asma; cancer: Cáncer; stroke: Un derrame cerebral; kidney: Enfermedad de los riñones; mood: Depresión o ansiedad
surgeries | long | ¿Qué operaciones ha tenido, y cuándo?
smokes * | one | ¿Fuma o vapea? | never: Nunca; past: Antes sí; now: Sí
pregnant | yes_no | ¿Podría estar embarazada?
last_visit | date | ¿Cuándo vio a un médico por última vez?
falls | number | ¿Cuántas veces se cayó en el último año?
more | long | ¿Hay algo más que debamos saber?"""

STARTER_FORMS: tuple[StarterForm, ...] = (
    StarterForm(
        code="health",
        kind="questionnaire",
        must_sign=False,
        renew_months=6,
        texts={
            "en": StarterText(
                title="Your health",
                body="Your answers help us get ready for you. Only the people who care for you"
                " read them. You can leave out what is marked optional.",
                lines=HEALTH_EN,
            ),
            "es": StarterText(
                title="Su salud",
                body="Sus respuestas nos ayudan a prepararnos. Solo las leen las personas que lo"
                " atienden. Puede dejar en blanco lo que es opcional.",
                lines=HEALTH_ES,
            ),
        },
    ),
    StarterForm(
        code="consent",
        kind="consent",
        must_sign=True,
        renew_months=12,
        texts={
            "en": StarterText(
                title="Consent to treatment",
                body="I agree to be examined and treated by {practice}.\n\n"
                "I can ask questions at any time. I can say no to any test or treatment, and I can"
                " change my mind.\n\n"
                "Nobody has promised me a result. In an emergency I am treated first, and papers"
                " wait.",
            ),
            "es": StarterText(
                title="Consentimiento para el tratamiento",
                body="Acepto que {practice} me examine y me trate.\n\n"
                "Puedo hacer preguntas en todo momento. Puedo decir no a cualquier prueba o"
                " tratamiento, y puedo cambiar de opinión.\n\n"
                "Nadie me ha prometido un resultado. En una emergencia me atienden primero, y los"
                " papeles esperan.",
            ),
        },
    ),
    StarterForm(
        code="privacy",
        kind="notice",
        must_sign=True,
        renew_months=None,
        texts={
            "en": StarterText(
                title="Notice of privacy practices",
                body="Our Notice of Privacy Practices says how {practice} may use and share your"
                " health information, and which rights you have.\n\n"
                "You can read it at the desk, or ask for your own copy at {phone}. It is free.\n\n"
                "By signing you say that we offered you the notice. You do not have to sign. We"
                " treat you either way.",
            ),
            "es": StarterText(
                title="Aviso de prácticas de privacidad",
                body="Nuestro aviso de prácticas de privacidad dice cómo {practice} puede usar y"
                " compartir su información de salud, y qué derechos tiene usted.\n\n"
                "Puede leerlo en la recepción, o pedir su copia al {phone}. Es gratis.\n\n"
                "Con su firma dice que le ofrecimos el aviso. No tiene que firmar. Lo atendemos de"
                " todos modos.",
            ),
        },
    ),
    StarterForm(
        code="assignment",
        kind="consent",
        must_sign=True,
        renew_months=12,
        texts={
            "en": StarterText(
                title="Assignment of benefits",
                body="I ask my insurance plan to pay {practice} directly for my care.\n\n"
                "{practice} may send my plan what it needs to decide my claims.\n\n"
                "This counts for one year, or until I take it back in writing. If I pay for myself,"
                " nothing is sent to a plan.",
            ),
            "es": StarterText(
                title="Cesión de beneficios",
                body="Pido a mi plan de seguro que pague directamente a {practice} por mi"
                " atención.\n\n"
                "{practice} puede enviar a mi plan lo que necesita para decidir mis reclamos.\n\n"
                "Esto vale por un año, o hasta que yo lo retire por escrito. Si pago por mi cuenta,"
                " no se envía nada a un plan.",
            ),
        },
    ),
    StarterForm(
        code="financial",
        kind="financial",
        must_sign=True,
        renew_months=12,
        texts={
            "en": StarterText(
                title="Who pays for your visit",
                body="I pay what my plan says is my share. If I have no plan, I pay for my visit"
                " myself.\n\n"
                "I do not have to keep a card on file. I can pay over time, and I can ask for help"
                " to pay. I call {phone} for both.\n\n"
                "If I do not use insurance, I have the right to a good faith estimate of what my"
                " visit will cost. If the bill is at least $400 above it, I may dispute the bill. I"
                " can ask for it before I book, and at any time.\n\n"
                "In most emergencies, and where I could not choose who treats me, the law protects"
                " me from surprise bills. cms.gov/nosurprises tells me more.",
            ),
            "es": StarterText(
                title="Quién paga su visita",
                body="Pago lo que mi plan dice que es mi parte. Si no tengo plan, pago la visita yo"
                " mismo.\n\n"
                "No tengo que dejar una tarjeta registrada. Puedo pagar poco a poco, y puedo pedir"
                " ayuda para pagar. Para las dos cosas llamo al {phone}.\n\n"
                "Si no uso seguro, tengo derecho a un estimado de buena fe de lo que costará mi"
                " visita. Si la factura lo supera en $400 o más, puedo disputarla. Puedo pedirlo"
                " antes de hacer la cita, y en todo momento.\n\n"
                "En la mayoría de las emergencias, y donde no pude elegir quién me atiende, la ley"
                " me protege de facturas sorpresa. En cms.gov/nosurprises hay más información.",
            ),
        },
    ),
)
