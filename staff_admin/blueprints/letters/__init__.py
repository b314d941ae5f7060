"""Letters of an account, and the words that letters are made of."""

from staff_admin.blueprints.letters import words
from staff_admin.blueprints.letters.views import blueprint

__all__ = ["blueprint", "words"]
