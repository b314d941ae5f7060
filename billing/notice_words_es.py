"""The Spanish words of each letter, block for block as the English ones (LANG-3)."""

from __future__ import annotations

from billing.notice_text import BOLD_14, EXACT, Block, Words
from billing.notices import NoticeKind as K
from billing.state_pack import COLL_33

_HELP = Block(
    heading="Ayuda para pagar",
    paragraphs=[
        (
            "Puede pedir ayuda económica. Tal vez pague menos, o nada. Pedirla es gratis y puede"
            " hacerlo cuando quiera. Llame al {assistance_phone}. Las reglas y el formulario están en"
            " {assistance_url}."
        ),
        "También puede pagar poco a poco, en partes que pueda pagar. Llámenos para hacer un plan.",
    ],
)
_ASK = Block(
    heading="¿Hay un error?",
    paragraphs=[
        (
            "Díganos si cree que la factura no está bien, o si la debe pagar su seguro. Llame al {phone}"
            " o entre en nuestro sitio: {portal_url}. Paramos y lo revisamos antes de seguir."
        ),
    ],
)
_CALL = Block(paragraphs=["¿Tiene preguntas? Llámenos al {phone}."])
_OWE = Block(
    heading="Lo que debe",
    paragraphs=["Las facturas de esta carta suman {amount}."],
    each="bills",
)
_NAMED = Block(
    heading="Lo que podemos hacer después del {deadline}",
    when="names_any",
    paragraphs=["Si no sabemos nada de usted hasta el {deadline}, podemos hacer esto:"],
)
_PLACE = Block(
    when="names_placement",
    bullets=["Pedir a una agencia de cobros que le escriba y le llame por estas facturas."],
)
_SUE = Block(when="names_lawsuit", bullets=["Pedir el dinero con una demanda ante un tribunal."])
_ONLY = Block(
    when="names_any",
    paragraphs=[
        (
            "No pensamos hacer nada que no diga aquí. Nunca informamos de una factura a una agencia de"
            " crédito."
        )
    ],
)
_NONE = Block(
    heading="Lo que no haremos",
    unless="names_any",
    paragraphs=[
        (
            "No pensamos mandar estas facturas a una agencia ni a un tribunal. Nunca informamos de una"
            " factura a una agencia de crédito. Esta carta le pide que hable con nosotros hasta el"
            " {deadline}."
        )
    ],
)
_STOP = Block(
    heading="Cómo parar esto",
    paragraphs=["Haga una de estas cosas hasta el {deadline}, y no pasa nada más:"],
    bullets=[
        "Pida ayuda para pagar.",
        "Haga un plan para pagar poco a poco.",
        "Díganos qué está mal en la factura.",
        "Pague en {portal_url}, por teléfono o por correo.",
    ],
)
_HANDOFF = Block(
    heading="Su correo electrónico",
    when="email",
    paragraphs=[
        (
            "Si damos estas facturas a {agency}, pueden escribirle a {email}. Quien pueda leer ese correo"
            " puede ver lo que le escriban. Si no lo quiere, díganoslo hasta el {email_no_by}: llame al"
            " {phone} o escríbanos a la dirección de arriba. No tiene que decir por qué."
        ),
    ],
)
SUMMARY_ES = [
    Block(
        heading="Ayuda para pagar, en palabras claras",
        style="page",
        paragraphs=["Ayudamos a quien no puede pagar su atención. Esta página le dice cómo."],
    ),
    Block(
        heading="¿Quién puede recibir ayuda?",
        paragraphs=[
            (
                "Depende de cuántas personas viven en su casa y de cuánto dinero entra. Puede recibir"
                " ayuda con seguro o sin él. No tiene que ser ciudadano."
            )
        ],
    ),
    Block(
        heading="¿Qué puede recibir?",
        paragraphs=[
            (
                "Tal vez pague menos, o nada. Quien recibe ayuda nunca paga más de lo que suelen pagar"
                " los seguros por la misma atención."
            )
        ],
    ),
    Block(
        heading="¿Cómo se pide?",
        paragraphs=[
            (
                "Las reglas y el formulario están en {assistance_url}, o llame al {assistance_phone}. Se"
                " los mandamos gratis y le ayudamos a llenarlo. Los hay en español. Mientras vemos su"
                " formulario, no seguimos con sus facturas."
            )
        ],
    ),
]
_TAIL = [_HELP, _ASK, _CALL]

SPANISH: dict[K, Words] = {
    K.FINAL_NOTICE: Words(
        title="Hable con nosotros sobre su factura hasta el {deadline}",
        blocks=[_OWE, _HELP, _STOP, _NAMED, _PLACE, _SUE, _ONLY, _NONE, _HANDOFF, _ASK, _CALL, *SUMMARY_ES],
    ),
    K.ECA_NOTICE: Words(
        title="Lo que puede pasar con su factura después del {deadline}",
        blocks=[_OWE, _NAMED, _PLACE, _SUE, _ONLY, _NONE, _STOP, *_TAIL, *SUMMARY_ES],
    ),
    K.STATE_NOTICE: Words(
        title="Un aviso sobre su factura",
        blocks=[_OWE, _NAMED, _PLACE, _SUE, _ONLY, _NONE, _STOP, *_TAIL, *SUMMARY_ES],
    ),
    K.PLAN_DEFAULT: Words(
        title="Su plan de pagos terminó",
        blocks=[
            Block(
                paragraphs=[
                    ("Su plan de pagos {plan} terminó, porque algunos pagos no nos llegaron. Lo que"
                    " pagó queda pagado. No hay ningún cargo nuevo."),
                    ("Quedan {payoff}. Se deben como cualquier factura. Su próximo estado de cuenta"
                    " dice cómo pagar."),
                ]
            ),
            Block(
                heading="Puede empezar de nuevo",
                paragraphs=["Llámenos al {phone}. Podemos hacer otro plan con pagos más pequeños."],
            ),
            *_TAIL,
        ],
    ),
    K.CORRECTED_STATEMENT: Words(
        title="Corregimos su factura",
        blocks=[
            Block(
                paragraphs=[
                    "{reason} Por eso nuestro estado de cuenta {replaces} ya no vale. Use el nuevo.",
                ],
                rows=[
                    ["El anterior decía", "{old_amount}"],
                    ["Ahora debe", "{new_amount}"],
                ],
            ),
            Block(when="new_amount", paragraphs=["Pague hasta el {due}. La fecha del anterior ya no cuenta."]),
            Block(when="more", paragraphs=["Son {more} más que antes. No tiene que pagar esa parte más pronto."]),
            Block(unless="new_amount", paragraphs=["No tiene que pagar ahora."]),
            Block(when="number", paragraphs=["El nuevo es el número {number}. Dice cada paso del monto anterior al nuevo."]),
            *_TAIL,
        ],
    ),
    K.ASSISTANCE_RECEIVED: Words(
        title="Tenemos su formulario",
        blocks=[
            Block(
                paragraphs=[
                    ("El {received} nos llegó su formulario para pedir ayuda económica. Le escribimos"
                    " hasta el {decide_by} y le decimos qué decidimos."),
                    "Hasta entonces no seguimos con sus facturas. No tiene que pagarlas ahora.",
                ]
            ),
            _CALL,
        ],
    ),
    K.ASSISTANCE_MISSING: Words(
        title="Nos falta algo para decidir",
        blocks=[
            Block(
                paragraphs=[
                    ("El {received} nos llegó su formulario para pedir ayuda económica. Para decidir"
                    " nos falta también:")
                ],
                each="missing",
            ),
            Block(
                paragraphs=[
                    ("Mándelo hasta el {send_by}. Puede tomar una foto de cada papel y añadirla en"
                    " nuestro sitio: {portal_url}. También puede mandarlo por correo o traerlo."),
                    ("Si no puede conseguir alguno, llámenos al {assistance_phone}. Buscamos otra"
                    " manera. Hasta el {send_by} no seguimos con sus facturas."),
                ]
            ),
            _CALL,
        ],
    ),
    K.ASSISTANCE_DECISION: Words(
        title="Nuestra respuesta sobre la ayuda para pagar",
        blocks=[
            Block(paragraphs=["{outcome}"]),
            Block(
                heading="Lo que miramos",
                rows=[
                    ["Personas en su casa", "{household}"],
                    ["Ingresos en un año", "{income}"],
                    ["De la guía de pobreza", "{percent}"],
                    ["Descuento", "{discount}"],
                    ["Lo que suelen pagar los seguros", "{agb}"],
                ],
            ),
            Block(
                heading="Sus facturas",
                each="accounts",
                rows=[
                    ["Antes", "{before}"],
                    ["Lo que debe ahora", "{after}"],
                    ["Vale desde el", "{effective}"],
                    ["Hasta el", "{ends}"],
                ],
            ),
            Block(when="refund", paragraphs=["Pagó más de lo que debe. Le devolvemos {refund}."]),
            Block(when="policy_line", paragraphs=["La razón es esta regla: {policy_line}"]),
            Block(when="plan", heading="Un plan para lo que queda", paragraphs=["{plan}"]),
            Block(
                heading="Si no está de acuerdo",
                paragraphs=[
                    ("Puede pedir que lo miremos otra vez hasta el {appeal_by}. Decide otra persona."
                    " Llame al {assistance_phone} o escríbanos.")
                ],
            ),
            _CALL,
        ],
    ),
    K.ASSISTANCE_EXTENSION: Words(
        title="Necesitamos más tiempo para decidir",
        blocks=[
            Block(
                paragraphs=[
                    ("El {received} nos llegó su formulario para pedir ayuda económica. Necesitamos"
                    " más tiempo. {reason} Le escribimos hasta el {decide_by}."),
                    "Hasta entonces no seguimos con sus facturas. No tiene que pagarlas ahora.",
                ]
            ),
            _CALL,
        ],
    ),
    K.DISPUTE_RECEIVED: Words(
        title="Estamos revisando su factura",
        blocks=[
            Block(
                paragraphs=[
                    ("El {received} nos dijo que algo está mal. Se trata de: {about}. Lo revisamos y"
                    " le escribimos hasta el {answer_by}."),
                    "Hasta entonces no tiene que pagar esa parte. No se la pedimos.",
                ]
            ),
            _CALL,
        ],
    ),
    K.DISPUTE_EXTENDED: Words(
        title="Necesitamos más tiempo para revisar su factura",
        blocks=[
            Block(
                paragraphs=[
                    ("El {received} nos dijo que algo está mal. Se trata de: {about}. Necesitamos más"
                    " tiempo. {reason} Le escribimos hasta el {answer_by}."),
                    "Hasta entonces no tiene que pagar esa parte. No se la pedimos.",
                ]
            ),
            _CALL,
        ],
    ),
    K.DISPUTE_ANSWER: Words(
        title="Lo que encontramos en su factura",
        blocks=[
            Block(
                paragraphs=[
                    "El {received} nos dijo que algo está mal. Se trata de: {about}.",
                    "{finding}",
                ]
            ),
            Block(heading="Lo que cambió", each="changed"),
            Block(when="amount", paragraphs=["Lo que debe por eso ahora es {amount}."]),
            Block(when="due", paragraphs=["Se paga hasta el {due}."]),
            Block(heading="Lo que pasa ahora", each="next"),
            Block(
                heading="Si no está de acuerdo",
                paragraphs=[
                    "Llame al {phone} y pida hablar con quien dirige la oficina, que lo mira otra vez."
                ],
            ),
            _HELP,
            _CALL,
        ],
    ),
    K.PLACEMENT_RECALLED: Words(
        title="Su factura está otra vez con nosotros",
        blocks=[
            Block(
                paragraphs=[
                    ("El {recalled} quitamos su factura a {agency}. {reason} Ya no pueden escribirle ni"
                    " llamarle por ella."),
                    "Si lo hacen, díganoslo: llame al {phone}. Desde ahora hable solo con nosotros.",
                ]
            ),
            _HELP,
            _CALL,
        ],
    ),
    K.RETURNED_MAIL: Words(
        title="¿Es correcta su dirección?",
        blocks=[
            Block(
                paragraphs=[
                    ("Una carta que le mandamos el {sent} volvió. Díganos dónde recibe su correo. Puede"
                    " hacerlo en {portal_url}/profile, o llame al {phone}."),
                    "Hasta entonces no seguimos con sus facturas.",
                ]
            ),
            _CALL,
        ],
    ),
    K.GOOD_FAITH_ESTIMATE: Words(
        title="Lo que costará su atención: nuestro estimado de buena fe",
        blocks=[
            Block(when="replaces", paragraphs=["Este estimado reemplaza el que le dimos el {replaces}."]),
            Block(rows=[["Paciente", "{patient}"], ["Nació el", "{born}"], ["Atención", "{service}"]]),
            Block(when="visit_on", rows=[["Prevista para el", "{visit_on}"]]),
            Block(heading="Lo que pensamos cobrar", each="lines", rows=[["En total", "{total}"]]),
            Block(heading="Quién da la atención", each="providers"),
            Block(
                heading="Qué es este estimado",
                paragraphs=[
                    ("Esto es solo un estimado. Muestra lo que esperamos hoy. El costo real puede ser"
                    " más alto o más bajo. Tal vez necesite más atención que no está aquí."),
                    ("La atención que se reserva aparte, como una prueba en otro lugar, no está aquí."
                    " También puede pedir un estimado de esa atención."),
                    "No es un contrato. Usted no tiene que recibir esta atención con nosotros.",
                ],
            ),
            Block(
                heading="Si su factura es más alta",
                paragraphs=[
                    ("Puede disputar la factura si uno de nosotros le cobra $400 o más por encima de lo"
                    " que dice este estimado. Primero puede llamarnos al {phone}. Pida que cambiemos la"
                    " factura, o pida ayuda para pagarla."),
                    ("También puede abrir una disputa con el Departamento de Salud y Servicios Humanos"
                    " de EE. UU. (HHS). Tiene 120 días desde la fecha de su primera factura. Cuesta"
                    " $25. Si le dan la razón, usted paga el precio de este estimado. Si no, paga la"
                    " factura."),
                    "Para empezar: vaya a www.cms.gov/nosurprises o llame al 1-800-985-3059.",
                    "Una disputa no cambia la atención que le damos.",
                    "Guarde esta carta. Puede necesitarla para disputar una factura.",
                ],
            ),
            _CALL,
        ],
    ),
}  # fmt: skip
SPANISH_STATES: dict[str, list[Block]] = {
    "CA": [Block(style=EXACT, paragraphs=[COLL_33])],  # byte for byte, in the law's own language
    "NJ": [
        Block(
            style=BOLD_14,
            paragraphs=["Esta deuda no se ha informado a ninguna agencia de crédito."],
        )
    ],
    "NY": [
        Block(
            paragraphs=[
                (
                    "Nueva York tiene un formulario para pedir ayuda con facturas de hospital. No importa"
                    " si es ciudadano. Puede pedirnos el formulario."
                )
            ]
        )
    ],
    "IL": [
        Block(
            paragraphs=[
                (
                    "Puede pedir que revisemos su factura, y que veamos si la puede pagar un programa"
                    " público."
                )
            ]
        )
    ],
}
