"""The first screen waits for nothing heavy."""

import subprocess
import sys

from fame.home import PROJECT

HEAVY = ("torch", "umap", "captum", "sklearn", "numba")
SCRIPT = f"""
import sys
from streamlit.testing.v1 import AppTest
from app import resources
resources.warm_up = lambda: None
app = AppTest.from_file("app/Home.py", default_timeout=60)
app.query_params["model"] = "planted-cinema-fame"
app.run()
assert not app.exception, app.exception
assert any("comes first with" in text.value for text in app.markdown)
print([name for name in {HEAVY} if name in sys.modules])
"""


def test_home_shows_its_example_before_torch_is_imported():
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_importing_fame_is_free():
    script = f"import sys, fame, fame.cli; print([name for name in {(*HEAVY, 'pandas')} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
