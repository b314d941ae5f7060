"""The notice of free language help, after the federal sample texts; a practice checks the list against its state's (LANG-1)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """One language's notice; `{phone}` is where the number goes."""

    tag: str
    name: str
    notice: str
    direction: str = "ltr"


LANGUAGES = (
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
)
