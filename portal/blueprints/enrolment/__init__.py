"""From the code on a mailed statement to a sign-in, one question a screen."""

from portal.blueprints.enrolment.views import blueprint

__all__ = ["blueprint"]
