"""Cases of accounts in arrears, and the calls that people make before an agency is thought of."""

from staff_admin.blueprints.cases import calls, promises
from staff_admin.blueprints.cases.views import blueprint

__all__ = ["blueprint", "calls", "promises"]
