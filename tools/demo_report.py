"""The readable report of a journey: what was done, seen and measured, in French and English."""

from __future__ import annotations

import json
import time
from html import escape
from pathlib import Path
from typing import Any

STYLE = """
body { font: 16px/1.5 "Open Sans", sans-serif; color: #1d2733; background: #f5f7f9; margin: 0 }
main { max-width: 1100px; margin: 0 auto; padding: 2rem 1rem }
h1 { font-size: 1.7rem; margin: 0 } h2 { font-size: 1.2rem; margin: 0 }
.fr { color: #5b6875; font-style: italic }
section { background: #fff; border: 1px solid #dde3e8; border-radius: 8px; margin: 1.2rem 0; padding: 1.2rem }
header.step { display: flex; gap: 1rem; align-items: baseline; flex-wrap: wrap }
.state { border-radius: 4px; padding: 0 .6em; font-size: .85rem; font-weight: 600 }
.ok { background: #d9f2e0; color: #14532d } .failed { background: #fde2e1; color: #7f1d1d }
.skipped { background: #eceff2; color: #45525e } .running { background: #fff3cd; color: #664d03 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .8rem 0 }
dt { color: #5b6875 } dd { margin: 0; overflow-wrap: anywhere }
figure { margin: 1rem 0 0 } img { width: 100%; border: 1px solid #dde3e8; border-radius: 4px }
figcaption { color: #5b6875; font-size: .9rem } .error { color: #7f1d1d; font-weight: 600 }
table { border-collapse: collapse } td, th { padding: .1rem .8rem .1rem 0; text-align: left }
"""
STATES = {
    "ok": "ok",
    "failed": "failed / échec",
    "skipped": "skipped / sautée",
    "running": "broken off / interrompue",
}


def write_report(out: Path, about: dict[str, str]) -> Path:
    """Write report.html beside the pictures of a journey; return its path.

    Args:
        out: Folder with result.json and the pictures.
        about: Facts of the whole journey, by their English name.
    """
    path = out / "result.json"
    outcome: dict[str, Any] = {"steps": [], "passed": False}
    if path.exists():
        outcome = json.loads(path.read_text(encoding="utf-8"))
    steps = outcome["steps"]
    failed = [step["name"] for step in steps if step["state"] in {"failed", "running"}]
    verdict = (
        "Every step succeeded / Toutes les étapes ont réussi"
        if outcome["passed"]
        else f"Failed / Échec : {', '.join(failed) or 'before the first step'}"
    )
    facts = {"Played on / Jouée le": time.strftime("%Y-%m-%d %H:%M"), **about}
    body = [
        "<h1>DINAMIS in QGIS: the journey</h1><p class='fr'>DINAMIS dans QGIS : le parcours</p>",
        f"<p class='{'' if outcome['passed'] else 'error'}'>{escape(verdict)}</p>",
        _facts(facts.items()),
        _overview(steps),
        *(_section(number, step) for number, step in enumerate(steps, 1)),
        _figure("end.png", "what was on the screen in the end") if (out / "end.png").exists() else "",
    ]
    report = out / "report.html"
    head = f"<meta charset='utf-8'><title>DINAMIS: the journey</title><style>{STYLE}</style>"
    text = (
        f"<!doctype html><html lang='en'><head>{head}</head><body><main>{''.join(body)}</main></body></html>"
    )
    report.write_text(text, encoding="utf-8")
    return report


def _overview(steps: list[dict[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td>{number}</td><td><a href='#step{number}'>{escape(step['name'])}</a></td>"
        f"<td>{_state(step)}</td><td>{step['seconds']:.1f} s</td></tr>"
        for number, step in enumerate(steps, 1)
    )
    return f"<section><table>{rows}</table></section>"


def _section(number: int, step: dict[str, Any]) -> str:
    pictures = "".join(_figure(name, title) for name, title in step["pictures"])
    error = f"<p class='error'>{escape(step['error'])}</p>" if step["error"] else ""
    return (
        f"<section id='step{number}'><header class='step'><h2>{number}. {escape(step['name'])}</h2>"
        f"{_state(step)}<span>{step['seconds']:.1f} s</span></header>"
        f"<p class='fr'>{escape(step['name_fr'])}</p>"
        f"{error}{_facts(step['facts'])}{pictures}</section>"
    )


def _figure(name: str, title: str) -> str:
    caption = f"<figcaption>{escape(title)}</figcaption>"
    return f"<figure><img src='{escape(name)}' alt='{escape(title)}'>{caption}</figure>"


def _state(step: dict[str, Any]) -> str:
    return f"<span class='state {step['state']}'>{STATES[step['state']]}</span>"


def _facts(facts: Any) -> str:
    items = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in facts)
    return f"<dl>{items}</dl>" if items else ""
