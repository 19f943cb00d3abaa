"""The site is built, in half a minute, only where tests are thorough; what it is made from is looked at always."""

from support.site import site as site
from support.thoroughness import THOROUGH

collect_ignore = [] if THOROUGH else ["test_site.py"]
