"""Both faces in one process for gunicorn: patients at `/`, staff under `/staff`."""

from __future__ import annotations

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import db
from portal.app import create_app as create_patient_app
from portal.collector import search_seldom
from portal.config import ConfigurationError, Settings
from staff_admin.app import create_app as create_staff_app

settings = Settings.from_env()
if settings.database_url is None:
    raise ConfigurationError(
        "KINDBILL_DATABASE_URL is not set: start with `python -m portal serve`, which hands it down"
    )
engine = db.connect(settings.database_url, pool_size=8)
db.refuse_owner(engine)
engine.dispose()  # each of gunicorn's processes opens its own
db.bind(engine)
faces = DispatcherMiddleware(create_patient_app(settings), {"/staff": create_staff_app(settings)})
# Over TLS exactly one proxy of ours stands in front: throttles and the audit trail want the caller's address.
# X-Forwarded-Host is not believed: a proxy that leaves it alone would let a caller choose our name.
application = ProxyFix(faces, x_for=1, x_proto=1) if settings.secure_cookies else faces
search_seldom()
