"""Who can see my account, and acting for somebody else."""

from portal.blueprints.proxies.views import blueprint

__all__ = ["blueprint"]
