"""Check that every string of the plugin a person sees is translatable and has its French translation.

Literals are found in the code (`translate("Dinamis", "...")`), translations in i18n/dinamis_fr.ts.
Each rule is a function over those two, so that the tests can show that it fails.
"""

from __future__ import annotations

import ast
import re
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from check_qt6 import Problem, plugin_sources

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "i18n" / "dinamis_fr.ts"
CONTEXT = "Dinamis"
PLACEHOLDER = re.compile(r"\{[^{}]*\}|%n")
LETTERS = re.compile(r"[^\W\d_]{2,}")
#: Words that exist in English only: one of them in a French sentence is an untranslated remainder.
ENGLISH = re.compile(
    r"\b(the|and|with|is|are|was|not|your|you|of|for|please|click|cannot|could|should|draw|failed|loading|"
    r"search|searching|cloud|cover|angle of|order|orders|quota left|sign|signed|settings|submit|cancel|close|"
    r"add|remove|download|extent|map|layer|layers|results|browser|address|waiting|until|since|between)\b",
    re.IGNORECASE,
)
#: Strings that are the same in both languages.
SAME_IN_FRENCH = {
    "Action",
    "Actions",
    "Angle",
    "Angle °",
    "Angle ≤ {limit}°",
    "Archive",
    "Budget",
    "Code",
    "Date",
    "Description",
    "DINAMIS",
    "Documentation",
    "Format",
    "Image",
    "Images",
    "Menu",
    "Message",
    "Messages",
    "Minimum",
    "Mission",
    "Missions",
    "Mono",
    "Notification",
    "Notifications",
    "Option",
    "Options",
    "Point",
    "Points",
    "Publications",
    "Question",
    "Questions",
    "Quota",
    "Quotas",
    "Rectangle",
    "Service",
    "Source",
    "Total",
    "Type",
    "Version",
    "Zone",
    "Zones",
}
#: Methods and classes of Qt and QGIS whose text arguments are shown to a person.
SHOWING = {
    "setText",
    "setToolTip",
    "setStatusTip",
    "setWhatsThis",
    "setWindowTitle",
    "setTitle",
    "setPlaceholderText",
    "setPrefix",
    "setSpecialValueText",
    "setLabelText",
    "setInformativeText",
    "setDetailedText",
    "QLabel",
    "QPushButton",
    "QCheckBox",
    "QRadioButton",
    "QGroupBox",
    "QAction",
    "QDockWidget",
    "QgsDockWidget",
    "addTab",
    "setTabText",
    "addRow",
    "pushMessage",
    "pushWarning",
    "pushInfo",
    "pushCritical",
    "pushSuccess",
}


@dataclass(frozen=True)
class Literal:
    """A translatable string of the code."""

    path: Path
    line: int
    text: str
    plural: bool


@dataclass(frozen=True)
class Translation:
    """One entry of the catalogue of translations."""

    source: str
    forms: tuple[str, ...]
    finished: bool


def read_code(source: str, path: Path) -> tuple[list[Literal], list[Problem]]:
    """Return the translatable literals of a module and the strings that cannot be translated as they are."""
    literals: list[Literal] = []
    problems: list[Problem] = []
    for node in ast.walk(ast.parse(source, str(path))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name == "translate" and any(map(_is_text, ast.walk(node))):
            outcome = _translate_call(node, path)
            (literals if isinstance(outcome, Literal) else problems).append(outcome)  # type: ignore[arg-type]
        elif name == "tr":
            problems.append(Problem(path, node.lineno, 'tr(): write translate("Dinamis", "...")'))
        elif name in SHOWING:
            problems += _untranslated(node, name, path)
    return literals, problems


def _translate_call(node: ast.Call, path: Path) -> Literal | Problem:
    if len(node.args) < 2 or not all(_is_text(argument) for argument in node.args[:2]):
        return Problem(path, node.lineno, "translate() takes the context and the text as plain literals")
    context, text = (str(ast.literal_eval(argument)) for argument in node.args[:2])
    if context != CONTEXT:
        return Problem(path, node.lineno, f'the context is "{CONTEXT}", not "{context}"')
    return Literal(path, node.lineno, text, plural=len(node.args) == 4)


def _untranslated(node: ast.Call, name: str, path: Path) -> Iterator[Problem]:
    for argument in node.args:
        if _is_text(argument):
            shown = str(ast.literal_eval(argument))
        elif isinstance(argument, ast.JoinedStr):
            shown = "".join(str(part.value) for part in argument.values if isinstance(part, ast.Constant))
        else:
            continue
        if LETTERS.search(re.sub(r"<[^>]*>", "", shown)) and shown not in {"DINAMIS", "km²", "km2"}:
            yield Problem(path, node.lineno, f'{name}("{shown}") is shown untranslated')


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def read_catalogue(xml: str) -> dict[str, Translation]:
    """Return the entries of a .ts file by their source text.

    Raises:
        xml.etree.ElementTree.ParseError: the file is not XML.
    """
    entries = {}
    for context in ET.fromstring(xml).iter("context"):
        if context.findtext("name") != CONTEXT:
            continue
        for message in context.iter("message"):
            node = message.find("translation")
            if node is None:
                continue
            plural = message.get("numerus") == "yes"
            forms = [form.text or "" for form in node.iter("numerusform")] if plural else [node.text or ""]
            source = message.findtext("source") or ""
            entries[source] = Translation(source, tuple(forms), finished=node.get("type") is None)
    return entries


def check(literals: list[Literal], entries: dict[str, Translation]) -> Iterator[Problem]:
    """Yield what is wrong between the strings of the code and their translations."""
    for literal in literals:
        entry = entries.get(literal.text)
        if entry is None or not entry.finished or not all(form.strip() for form in entry.forms):
            yield Problem(literal.path, literal.line, f'no French translation of "{literal.text}"')
        elif literal.plural and len(entry.forms) != 2:
            yield Problem(literal.path, literal.line, f'"{literal.text}" needs its singular and its plural')
    used = {literal.text for literal in literals}
    for entry in entries.values():
        yield from _check_entry(entry, used)


def _check_entry(entry: Translation, used: set[str]) -> Iterator[Problem]:
    path = CATALOGUE.relative_to(ROOT)
    if entry.source not in used:
        yield Problem(path, 0, f'"{entry.source}" is not in the code any more: make translations')
    for form in filter(None, entry.forms):
        wanted = Counter(PLACEHOLDER.findall(entry.source))
        if Counter(PLACEHOLDER.findall(form)) != wanted:
            yield Problem(path, 0, f'"{form}" needs the placeholders {sorted(wanted)} of "{entry.source}"')
        words = PLACEHOLDER.sub(" ", re.sub(r"<[^>]*>", " ", form))
        if form == entry.source and form not in SAME_IN_FRENCH and _has_words(words):
            yield Problem(path, 0, f'"{form}" is not translated')
        elif "\u2019" in form:
            yield Problem(path, 0, f'"{form}": apostrophes are straight, as those of the service and of QGIS')
        elif english := ENGLISH.search(words):
            yield Problem(path, 0, f'"{form}" holds the English word "{english.group()}"')


def _has_words(text: str) -> bool:
    """Names and units (`Pléiades Neo`, `SPOT 6/7`, `km²`) stay as they are in every language."""
    words = LETTERS.findall(text)
    return any(word.islower() and len(word) > 1 for word in words if word != "km") or len(words) == 1


def main() -> int:
    """Check the plugin; print the problems; return 1 when there is one."""
    literals: list[Literal] = []
    problems: list[Problem] = []
    for path in plugin_sources(ROOT / "dinamis_plugin"):
        found, wrong = read_code(path.read_text(encoding="utf-8"), path.relative_to(ROOT))
        literals += found
        problems += wrong
    entries = read_catalogue(CATALOGUE.read_text(encoding="utf-8")) if CATALOGUE.exists() else {}
    problems += check(literals, entries)
    for problem in dict.fromkeys(problems):
        print(problem)
    print(f"{len(literals)} strings, {len(entries)} French translations")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
