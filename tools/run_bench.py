"""Run the benchmarks of bench/: all of them, or those named. Run by `make bench`.

Each bench/NAME.py prints a table and writes its figures to build/bench/NAME.json. One whose first lines hold
`# environment: plugin` runs beside QGIS, the others with the service.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(names: list[str]) -> int:
    """Run the benchmarks; return 1 when one failed or none was found."""
    scripts = [path for path in sorted((ROOT / "bench").glob("*.py")) if not path.name.startswith("_")]
    chosen = [path for path in scripts if not names or path.stem in names]
    if not chosen:
        print(
            f"No benchmark is called {', '.join(names)}; there are {', '.join(path.stem for path in scripts)}"
        )
        return 2
    (ROOT / "build" / "bench").mkdir(parents=True, exist_ok=True)
    failed = [path.stem for path in chosen if not run(path)]
    print(
        f"\n{len(chosen) - len(failed)} benchmarks ran" + (f", failed: {', '.join(failed)}" if failed else "")
    )
    return 1 if failed else 0


def run(script: Path) -> bool:
    """Run one benchmark; say whether it succeeded and left its figures."""
    print(f"\n=== {script.stem} ===", flush=True)
    head = script.read_text(encoding="utf-8")[:400]
    environment = "plugin" if "# environment: plugin" in head else "service"
    figures = ROOT / "build" / "bench" / f"{script.stem}.json"
    figures.unlink(missing_ok=True)
    path = os.pathsep.join(map(str, (ROOT, ROOT / "tests" / "service")))
    variables = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": path}
    command = [str(ROOT / ".venv" / environment / "bin" / "python"), str(script)]
    done = subprocess.run(command, cwd=ROOT, env=variables, stdin=subprocess.DEVNULL, check=False)
    if done.returncode == 0 and not figures.exists():
        print(f"{script.stem} left no figures in {figures.relative_to(ROOT)}")
    return done.returncode == 0 and figures.exists()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
