import subprocess
import sys
from pathlib import Path

SRC = Path(__file__).parent.parent / "src"


def test_it_prints_the_total(data: Path) -> None:
    argv = [sys.executable, "-m", "shop.report", str(data / "fruit.json")]
    done = subprocess.run(argv, cwd=SRC, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "42.00 EUR\n")
