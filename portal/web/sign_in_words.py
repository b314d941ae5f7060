"""What the sign-in pages say, in place of the library's own sentences."""

from __future__ import annotations

SIGNED_OUT = "You are signed out."
IDLE = "You were signed out because the page was not used for a while."
ACCESS_ENDED = "Your access to the other person’s account has ended. You see your own."
NO_MATCH = "The e-mail or the password is not right. Check both and try again."
# One sentence for every reason: whose passkey it was, or that it was deleted, is nobody's to learn (ID-4).
PASSKEY_FAILED = "That passkey did not work here. Try again, or use your password and a code."
WORDS: dict[str, tuple[str, str]] = {
    "GENERIC_AUTHN_FAILED": (NO_MATCH, "error"),
    "USER_DOES_NOT_EXIST": (NO_MATCH, "error"),
    "INVALID_PASSWORD": ("That password is not right.", "error"),
    "DISABLED_ACCOUNT": (NO_MATCH, "error"),
    "PASSWORD_NOT_PROVIDED": ("Enter your password.", "error"),
    "EMAIL_NOT_PROVIDED": ("Enter your e-mail address.", "error"),
    "INVALID_EMAIL_ADDRESS": ("Enter an e-mail address like name@example.com.", "error"),
    "RETYPE_PASSWORD_MISMATCH": ("The two passwords are not the same.", "error"),
    "PASSWORD_IS_THE_SAME": ("That is your old password. Choose another.", "error"),
    "PASSWORD_RESET_REQUEST": (
        "If this e-mail has a sign-in here, we sent a link to it. It works for one hour.",
        "info",
    ),
    "PASSWORD_RESET_EXPIRED": ("That link is too old. Ask for a new one.", "error"),
    "INVALID_RESET_PASSWORD_TOKEN": ("That link no longer works. Ask for a new one.", "error"),
    "PASSWORD_RESET_NO_LOGIN": ("Your new password is saved. Sign in with it.", "success"),
    "PASSWORD_RESET": ("Your new password is saved.", "success"),
    "PASSWORD_CHANGE": ("Your new password is saved. Other devices were signed out.", "success"),
    "TWO_FACTOR_INVALID_TOKEN": (
        "That code is not right, or it was used before. Wait for the next one and try again.",
        "error",
    ),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": ("You are signed in.", "success"),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": ("Your sign-in codes work the new way now.", "success"),
    "TWO_FACTOR_PERMISSION_DENIED": ("Sign in with your e-mail and password first.", "info"),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": ("Choose how you want to get your codes.", "error"),
    "TWO_FACTOR_SETUP_EXPIRED": ("That took too long. Start again.", "error"),
    "FAILED_TO_SEND_CODE": ("We could not send the code. Try again.", "error"),
    "PHONE_INVALID": ("Enter a mobile number with area code, like 202-555-0123.", "error"),
    "INVALID_RECOVERY_CODE": ("That code is not right, or it was used before.", "error"),
    "UNAUTHENTICATED": ("Sign in to see this page.", "info"),
    "REAUTHENTICATION_REQUIRED": ("Enter your password once more to go on.", "info"),
    "REAUTHENTICATION_SUCCESSFUL": ("Thank you. You can go on.", "success"),
    "WEBAUTHN_EXPIRED": ("That took too long. Start again.", "error"),
    "WEBAUTHN_NAME_REQUIRED": ("Give it a name, such as My phone.", "error"),
    "WEBAUTHN_NAME_INUSE": ("You have a passkey of this name. Choose another name.", "error"),
    "WEBAUTHN_NAME_NOT_FOUND": ("That passkey was deleted before.", "error"),
    "WEBAUTHN_CREDENTIAL_DELETED": ("The passkey %(name)s is deleted.", "success"),
    "WEBAUTHN_REGISTER_SUCCESSFUL": ("The passkey %(name)s is ready to use.", "success"),
    "INVALID_REDIRECT": ("That address is not ours.", "error"),
}
