"""What is stored and shown is told from what computes it by its module's name: a page shows it without torch."""

import subprocess
import sys

from fame.home import PROJECT


def test_records_need_no_torch():
    found = sorted(
        ".".join(path.relative_to(PROJECT).with_suffix("").parts)
        for pattern in ("records.py", "records/*.py")
        for path in (PROJECT / "fame" / "explain").rglob(pattern)
    )
    assert len(found) > 4
    script = f"import sys, {', '.join(found)}; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert done.stdout == "False\n"
