"""Play the journey in a real QGIS window, or open the same window for a person.

`make demo` plays it and leaves build/demo/report.html with pictures; it ends with 1 and the name of the step
when one fails. `make qgis` opens QGIS with the plugin and a demonstration service. `make way` plays what
comes before: from an entity that is not a member to the first image, in Chromium and QGIS; its seconds are in
way.json.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from demo_report import write_report
from demo_service import Demonstration, demonstration, elsewhere
from demo_way import COLLEAGUE_NAME, ENTITY, keep_pictures, play_way
from package import package
from qgis_desktop import ROOT, STOP_S

QGIS_START_S = 90


def main(argv: list[str]) -> int:
    """Run one of the two; return the exit code."""
    args = _arguments(argv)
    out = args.out.resolve()
    if args.mode == "way":
        out = _without_people(out / "way")
    out.mkdir(parents=True, exist_ok=True)
    archive = package()
    realdata = "" if args.no_realdata else os.environ.get("DINAMIS_REALDATA", "../shared/realdata")
    realdata = str(Path(realdata).resolve()) if realdata and Path(realdata).is_dir() else ""
    began = time.monotonic()
    try:
        with _service(args, out, realdata) as service:
            built = time.monotonic() - began
            print(f"  {service.url} after {built:.0f} s", flush=True)
            config = _configuration(args, out, archive, service, realdata)
            if args.mode == "person":
                return _open(args, config, service)
            if args.mode == "way":
                return _play_way(args, out, config, service)
            return _play(args, out, config, built)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("mode", choices=("journey", "person", "way"))
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "demo", help="folder of data and report")
    parser.add_argument("--scenes", type=int, help="scenes of the catalogue (default: that of the service)")
    parser.add_argument("--images", help="images of the demonstration: small for a quick one")
    parser.add_argument("--language", choices=("fr", "en"), default="fr", help="language of QGIS")
    parser.add_argument("--timeout", type=int, default=600, help="longest time of the journey, in seconds")
    parser.add_argument("--no-realdata", action="store_true", help="leave the real images out")
    parser.add_argument(
        "--pictures", type=Path, help="folder for the pictures of the way in docs/registry.md"
    )
    parser.add_argument("--service", metavar="URL", help="play on a demonstration that runs elsewhere")
    parser.add_argument("--accounts", type=Path, help="its accounts.json")
    parser.add_argument("--qgis344", type=Path, help="run QGIS by this tool, which has another version")
    args = parser.parse_args(argv)
    if bool(args.service) != bool(args.accounts):
        parser.error("--service and --accounts go together")
    return args


def _service(
    args: argparse.Namespace, out: Path, realdata: str
) -> contextlib.AbstractContextManager[Demonstration]:
    """Return the demonstration to play on: one that runs already, or one of its own."""
    if args.service:
        return contextlib.nullcontext(elsewhere(args.service, args.accounts))
    print("Starting the demonstration service (the first time it builds its catalogue)", flush=True)
    return demonstration(out, scenes=args.scenes, images=args.images, realdata=realdata)


def _configuration(
    args: argparse.Namespace, out: Path, archive: Path, service: Demonstration, realdata: str
) -> Path:
    scenario = service.scenario()
    if args.mode == "way":
        scenario["account"] = {"name": COLLEAGUE_NAME, "entity": ENTITY}
    values: dict[str, Any] = {
        "mode": args.mode,
        "archive": _below_root(archive),
        "out": _below_root(out),
        "service_url": service.url,
        "accounts": _below_root(service.accounts_file),
        "language": args.language,
        "timeout_s": args.timeout,
        # The other QGIS sees the shared folder under another name.
        "realdata": "/shared/realdata" if args.qgis344 and realdata else realdata,
        "scenario": scenario,
    }
    path = out / "config.json"
    path.write_text(json.dumps(values, indent=1), encoding="utf-8")
    return path


def _below_root(path: Path) -> str:
    """Return a path that also holds where the project is mounted under another name."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def _desktop(args: argparse.Namespace, config: Path) -> list[str]:
    inside = [str(args.qgis344)] if args.qgis344 else []
    return [*inside, "/usr/bin/python3", "tools/qgis_desktop.py", _below_root(config)]


def _clean(out: Path) -> None:
    """Take away what an earlier journey left."""
    for old in [*out.glob("*.png"), *out.glob("*.html"), out / "result.json"]:
        old.unlink(missing_ok=True)
    for folder in ("browser", "downloads", "project", "pages"):
        shutil.rmtree(out / folder, ignore_errors=True)


def _play_way(args: argparse.Namespace, out: Path, config: Path, service: Demonstration) -> int:
    """Play the way of a new member; way.json lies where the folder of the way does."""
    _clean(out)
    told = play_way(
        service,
        out,
        secrets.token_urlsafe(12),
        lambda: subprocess.Popen(_desktop(args, config), cwd=ROOT),
    )
    path = out.parent / "way.json"
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"The way took {told['seconds']} s, and hands need {told['by_hand_s']} s: {_below_root(path)}")
    if args.pictures and told["passed"]:
        keep_pictures(out, args.pictures)
    return 0 if told["passed"] else 1


def _without_people(out: Path) -> Path:
    """The folder of the way, whose demonstration does not know the new member yet; its images stay."""
    for old in (out / "data").glob("state.sqlite*"):
        old.unlink()
    shutil.rmtree(out / "data" / "outbox", ignore_errors=True)
    (out.parent / "way.json").unlink(missing_ok=True)
    return out


def _play(args: argparse.Namespace, out: Path, config: Path, built: float) -> int:
    _clean(out)
    print("Playing the journey", flush=True)
    began = time.monotonic()
    limit = args.timeout + QGIS_START_S + STOP_S
    try:
        code = subprocess.run(_desktop(args, config), cwd=ROOT, check=False, timeout=limit).returncode
    except subprocess.TimeoutExpired:
        code = 1
    seconds = time.monotonic() - began
    about = {
        "Service / Service": f"ready after {built:.0f} s",
        "Scenes in the catalogue / Scènes au catalogue": str(_scenes(config)),
        "Journey / Parcours": f"{seconds:.0f} s, with the start of QGIS",
        "QGIS": "3.44 (second environment)" if args.qgis344 else "that of this machine",
    }
    report = write_report(out, about)
    step = _failed_step(out)
    if code != 0:
        print(f"The journey failed in the step: {step or 'none; see qgis.log'}", file=sys.stderr)
    else:
        print(f"Every step of the journey succeeded in {seconds:.0f} s")
    print(f"Report: {_below_root(report)}")
    return 0 if code == 0 else 1


def _scenes(config: Path) -> int:
    return int(json.loads(config.read_text(encoding="utf-8"))["scenario"]["scenes"])


def _failed_step(out: Path) -> str:
    path = out / "result.json"
    steps = json.loads(path.read_text(encoding="utf-8"))["steps"] if path.exists() else []
    return next((str(step["name"]) for step in steps if step["state"] in {"failed", "running"}), "")


def _open(args: argparse.Namespace, config: Path, service: Demonstration) -> int:
    if not os.environ.get("DISPLAY"):
        print("make qgis needs a display; make demo plays the journey without one", file=sys.stderr)
        return 1
    account, data = service.accounts[0], service.accounts_file.parent
    print(f"The service is at {service.url}, also for a browser. Sign in as {account['email']};")
    print(f"passwords: {_below_root(service.accounts_file)}, mails: {_below_root(data / 'outbox')}.")
    print("docs/registry.md tells how an entity and its people become members. Close QGIS to end.")
    return subprocess.run(_desktop(args, config), cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
