"""Tests mirror the package. What libraries keep at home goes to a temporary one, see :mod:`tests.home`."""
from .home import use_temporary_home

use_temporary_home()  # before a library looks where it is
