"""Reads a file as a PDF and says whether it is one that is taken; run as a process with bounds of its own.

Nothing of it is shown or executed; content that is compressed is not unpacked, but for the tables of objects,
whose size the bounds of this process limit.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

PAGES_MAX = 200
OBJECTS_MAX = 50_000
_CPU_S = 15
_MEMORY = 1024**3
_ACTIVE = ("/JavaScript", "/EmbeddedFiles")


def verdict(path: str) -> str:
    """`fine`, or why a file is not taken."""
    from pypdf import PdfReader  # noqa: PLC0415 (after the bounds are set)

    reader = PdfReader(path, strict=False)
    if reader.is_encrypted:
        return "encrypted"
    if sum(len(table) for table in reader.xref.values()) + len(reader.xref_objStm) > OBJECTS_MAX:
        return "many_objects"
    root = reader.trailer["/Root"]
    if is_active(root):
        return "active"
    return pages_verdict(root)


def pages_verdict(root: Any) -> str:
    """Walk the tree of the pages, within bounds, and look at each of them."""
    waiting, seen, pages = [root["/Pages"]], 0, 0
    while waiting:
        node = waiting.pop().get_object()
        seen += 1
        if seen > PAGES_MAX * 3:
            return "many_pages"
        if "/Kids" in node:
            waiting.extend(node["/Kids"])
            if len(waiting) > OBJECTS_MAX:
                return "many_pages"
            continue
        pages += 1
        if pages > PAGES_MAX:
            return "many_pages"
        if "/AA" in node or any(is_acting(one) for one in node.get("/Annots", [])):
            return "active"
    return "fine" if pages else "no_pdf"


def is_active(root: Any) -> bool:
    """Whether a document brings programs or other files, or does something when it is opened."""
    names = root.get("/Names", {})
    names = names.get_object() if hasattr(names, "get_object") else names
    if any(one in names for one in _ACTIVE):
        return True
    opening = root.get("/OpenAction")
    opening = opening.get_object() if hasattr(opening, "get_object") else opening
    return "/AA" in root or (isinstance(opening, dict) and opening.get("/S") in ("/JavaScript", "/Launch"))


def is_acting(annotation: Any) -> bool:
    """Whether an annotation of a page starts a program or holds a file."""
    one = annotation.get_object()
    action = one.get("/A", {})
    action = action.get_object() if hasattr(action, "get_object") else action
    return one.get("/Subtype") == "/FileAttachment" or action.get("/S") in ("/JavaScript", "/Launch")


def main() -> None:
    """Judge the file that is named and print the verdict."""
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        said = verdict(sys.argv[1])
    except MemoryError:
        said = "many_objects"
    except Exception:  # noqa: BLE001  (whatever a broken file does to its reader, it is no PDF)
        said = "no_pdf"
    print(json.dumps({"verdict": said}))


if __name__ == "__main__":
    main()
