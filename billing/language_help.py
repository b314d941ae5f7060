"""The notice of free language help in each state's languages, the same words on the web and on paper (LANG-1). Pure.

The sentences follow the federal sample texts. Which languages are a state's fifteen is from knowledge, to be verified
against the newest count before a practice relies on it; a state that is not listed has the whole country's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# A phone number reads from left to right, in Arabic too.
LEFT_TO_RIGHT, ITS_END = "\u2066", "\u2069"


@dataclass(frozen=True, slots=True)
class Language:
    """One language's notice; `{phone}` is where the number goes."""

    tag: str
    name: str
    notice: str
    direction: str = "ltr"

    def said(self, phone: str) -> str:
        """The sentence with the number in it."""
        return self.notice.format(phone=f"{LEFT_TO_RIGHT}{phone}{ITS_END}")


_ALL = (
    Language(
        "es",
        "Español",
        "ATENCIÓN: si habla español, tiene a su disposición servicios gratuitos de asistencia"
        " lingüística. Llame al {phone}.",
    ),
    Language(
        "zh-Hant",
        "繁體中文",
        "注意：如果您使用繁體中文，您可以免費獲得語言援助服務。請致電 {phone}。",
    ),
    Language(
        "vi",
        "Tiếng Việt",
        "CHÚ Ý: Nếu bạn nói Tiếng Việt, có các dịch vụ hỗ trợ ngôn ngữ miễn phí dành cho bạn."
        " Gọi số {phone}.",
    ),
    Language(
        "ko",
        "한국어",
        "주의: 한국어를 사용하시는 경우, 언어 지원 서비스를 무료로 이용하실 수 있습니다."
        " {phone} 번으로 전화해 주십시오.",
    ),
    Language(
        "tl",
        "Tagalog",
        "PAUNAWA: Kung nagsasalita ka ng Tagalog, maaari kang gumamit ng mga serbisyo ng tulong"
        " sa wika nang walang bayad. Tumawag sa {phone}.",
    ),
    Language(
        "ru",
        "Русский",
        "ВНИМАНИЕ: Если вы говорите на русском языке, то вам доступны бесплатные услуги"
        " перевода. Звоните {phone}.",
    ),
    Language(
        "ar",
        "العربية",
        "ملحوظة: إذا كنت تتحدث اللغة العربية، فإن خدمات المساعدة اللغوية تتوافر لك بالمجان."
        " اتصل برقم {phone}.",
        "rtl",
    ),
    Language(
        "ht",
        "Kreyòl Ayisyen",
        "ATANSYON: Si w pale Kreyòl Ayisyen, gen sèvis èd pou lang ki disponib gratis pou ou."
        " Rele {phone}.",
    ),
    Language(
        "fr",
        "Français",
        "ATTENTION : Si vous parlez français, des services d’aide linguistique vous sont proposés"
        " gratuitement. Appelez le {phone}.",
    ),
    Language(
        "pl",
        "Polski",
        "UWAGA: Jeżeli mówisz po polsku, możesz skorzystać z bezpłatnej pomocy językowej."
        " Zadzwoń pod numer {phone}.",
    ),
    Language(
        "pt",
        "Português",
        "ATENÇÃO: Se fala português, encontram-se disponíveis serviços linguísticos, grátis."
        " Ligue para {phone}.",
    ),
    Language(
        "it",
        "Italiano",
        "ATTENZIONE: In caso la lingua parlata sia l’italiano, sono disponibili servizi di"
        " assistenza linguistica gratuiti. Chiamare il numero {phone}.",
    ),
    Language(
        "de",
        "Deutsch",
        "ACHTUNG: Wenn Sie Deutsch sprechen, stehen Ihnen kostenlos sprachliche"
        " Hilfsdienstleistungen zur Verfügung. Rufnummer: {phone}.",
    ),
    Language(
        "ja",
        "日本語",
        "注意事項：日本語を話される場合、無料の言語支援をご利用いただけます。{phone}"
        " まで、お電話にてご連絡ください。",
    ),
    Language(
        "fa",
        "فارسی",
        "توجه: اگر به زبان فارسی گفتگو می‌کنید، تسهیلات زبانی بصورت رایگان برای شما فراهم"
        " می‌باشد. با {phone} تماس بگیرید.",
        "rtl",
    ),
    Language(
        "hi",
        "हिन्दी",
        "ध्यान दें: यदि आप हिंदी बोलते हैं तो आपके लिए मुफ्त में भाषा सहायता सेवाएं उपलब्ध हैं। {phone} पर कॉल करें।",
    ),
    Language(
        "gu",
        "ગુજરાતી",
        "સુચના: જો તમે ગુજરાતી બોલતા હો, તો નિ:શુલ્ક ભાષા સહાય સેવાઓ તમારા માટે ઉપલબ્ધ છે. ફોન કરો {phone}.",
    ),
    Language(
        "ur",
        "اردو",
        "خبردار: اگر آپ اردو بولتے ہیں، تو آپ کو زبان کی مدد کی خدمات مفت میں دستیاب ہیں۔ کال کریں"
        " {phone}.",
        "rtl",
    ),
    Language(
        "hy",
        "Հայերեն",
        "ՈՒՇԱԴՐՈՒԹՅՈՒՆ՝ Եթե խոսում եք հայերեն, ապա ձեզ անվճար կարող են տրամադրվել լեզվական"
        " աջակցության ծառայություններ։ Զանգահարեք {phone}։",
    ),
    Language(
        "pa",
        "ਪੰਜਾਬੀ",
        "ਧਿਆਨ ਦਿਓ: ਜੇ ਤੁਸੀਂ ਪੰਜਾਬੀ ਬੋਲਦੇ ਹੋ, ਤਾਂ ਭਾਸ਼ਾ ਵਿੱਚ ਸਹਾਇਤਾ ਸੇਵਾ ਤੁਹਾਡੇ ਲਈ ਮੁਫਤ ਉਪਲਬਧ ਹੈ।"
        " {phone} 'ਤੇ ਕਾਲ ਕਰੋ।",
    ),
    Language(
        "km",
        "ខ្មែរ",
        "ប្រយ័ត្ន៖ បើសិនជាអ្នកនិយាយ ភាសាខ្មែរ, សេវាជំនួយផ្នែកភាសា ដោយមិនគិតឈ្នួល"
        " គឺអាចមានសំរាប់បំរើអ្នក។ ចូរ ទូរស័ព្ទ {phone}។",
    ),
    Language(
        "hmn",
        "Hmoob",
        "LUS CEEV: Yog tias koj hais lus Hmoob, cov kev pab txog lus, muaj kev pab dawb rau koj."
        " Hu rau {phone}.",
    ),
    Language(
        "th",
        "ไทย",
        "เรียน: ถ้าคุณพูดภาษาไทยคุณสามารถใช้บริการช่วยเหลือทางภาษาได้ฟรี โทร {phone}",
    ),
    Language(
        "bn",
        "বাংলা",
        "লক্ষ্য করুনঃ যদি আপনি বাংলা কথা বলতে পারেন, তাহলে নিঃখরচায় ভাষা সহায়তা পরিষেবা উপলব্ধ আছে।"
        " ফোন করুন {phone}।",
    ),
    Language(
        "yi",
        "ייִדיש",
        "אויפמערקזאם: אויב איר רעדט אידיש, זענען פארהאן פאר אייך שפראך הילף סערוויסעס פריי פון"
        " אפצאל. רופט {phone}.",
        "rtl",
    ),
    Language(
        "el",
        "Ελληνικά",
        "ΠΡΟΣΟΧΗ: Αν μιλάτε ελληνικά, στη διάθεσή σας βρίσκονται υπηρεσίες γλωσσικής υποστήριξης,"
        " οι οποίες παρέχονται δωρεάν. Καλέστε {phone}.",
    ),
    Language(
        "sq",
        "Shqip",
        "KUJDES: Nëse flitni shqip, për ju ka në dispozicion shërbime të asistencës gjuhësore, pa"
        " pagesë. Telefononi në {phone}.",
    ),
)

BY_TAG = {one.tag: one for one in _ALL}
_COUNTRY = "es zh-Hant vi ko tl ru ar ht fr pl pt it de ja fa hi"
_STATES = {
    "CA": "es zh-Hant vi tl ko hy fa ru ja ar pa km hmn hi th",
    "FL": "es ht vi pt zh-Hant fr tl ru ar it de ko pl gu th",
    "IL": "es pl zh-Hant ko tl ar ru gu ur vi it hi fr el de",
    "NJ": "es zh-Hant ko pt gu pl it ar tl ru ht hi vi fr ur",
    "NY": "es zh-Hant ru ht ko it yi bn pl ar fr ur tl el sq",
}


def tags_of(state: str) -> tuple[str, ...]:
    """The languages whose speakers live in a state, most speakers first."""
    return tuple(_STATES.get(state.strip().upper(), _COUNTRY).split())


def languages_of(state: str) -> tuple[Language, ...]:
    """The same with their notices."""
    return tuple(BY_TAG[tag] for tag in tags_of(state))


def in_english(phone: str) -> str:
    """The first sentence of the notice."""
    return (
        "If you speak another language, we have free help for you. We also have free aids, such as"
        f" large print or a sign language interpreter. Call {phone} (TTY: dial 711)."
    )


def on_paper(phone: str, tags: Sequence[str] = ()) -> dict[str, Any]:
    """The notice as the printed layouts take it; without tags, in the whole country's languages."""
    return {
        "english": in_english(phone),
        "others": [paper_row(tag, BY_TAG[tag].said(phone)) for tag in tags or _COUNTRY.split()],
    }


def paper_row(tag: str, words: str) -> dict[str, Any]:
    """One sentence in three parts, so that its number stays in one piece."""
    before, _, rest = words.partition(LEFT_TO_RIGHT)
    number, _, after = rest.partition(ITS_END)
    return {
        "tag": tag,
        "rtl": BY_TAG[tag].direction == "rtl",
        "before": before,
        "phone": number,
        "after": after,
    }
