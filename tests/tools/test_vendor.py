"""Imports of vendored packages are made relative whatever their form."""

import subprocess
import sys

import pytest
from vendor import PACKAGES, TARGET, rewrite


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("import pystac", "from .. import pystac"),
        ("import pystac as ps", "from .. import pystac as ps"),
        ("import pystac.utils as u", "from ..pystac import utils as u"),
        ("import pystac.utils", "from .. import pystac; from ..pystac import utils as _utils"),
        ("import os, pystac", "import os; from .. import pystac"),
        ("from pystac import Item", "from ..pystac import Item"),
        ("from pystac.utils import (\n    a,\n    b,\n)", "from ..pystac.utils import (\n    a,\n    b,\n)"),
        ("def f():\n    from pystac_client import x", "def f():\n    from ..pystac_client import x"),
        ('files("pystac.static")', 'files(__package__ + ".static")'),
        ("assert a is not None", "if not (a is not None): raise AssertionError()"),
        ('assert a, f"no {a}"', 'if not (a): raise AssertionError(f"no {a}")'),
        ("import pystache", "import pystache"),
        ("from . import pystac", "from . import pystac"),
        ("é = 1; import pystac", "é = 1; from .. import pystac"),
    ],
)
def test_rewrite(source: str, wanted: str) -> None:
    """A module one folder deep reaches its sibling packages by two dots."""
    assert rewrite(source, depth=1) == wanted


def test_vendored_packages_never_import_those_of_the_machine() -> None:
    """They import with the top-level packages of the same names forbidden."""
    code = (
        "import sys\n"
        f"for name in {PACKAGES!r}: sys.modules[name] = None\n"
        f"sys.path.insert(0, {str(TARGET.parent.parent)!r})\n"
        "import dinamis_plugin._vendor.pystac_client as c, dinamis_plugin._vendor.segno as s\n"
        "from dinamis_plugin._vendor.pystac.validation import local_validator\n"
        "print(c.Client.__module__, s.make('x').version)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("dinamis_plugin._vendor."), done.stderr
