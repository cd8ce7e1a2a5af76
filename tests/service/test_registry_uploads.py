"""Project files: real PDF are taken; false, protected and acting ones and bombs are not (REG-37, REG-44)."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from adhesions import a_pdf
from fastapi.testclient import TestClient
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from dinamis_service.registry import uploads
from dinamis_service.registry.uploads import MAX_BYTES, ProjectFiles, UploadError
from dinamis_service.settings import Settings

ADHESION = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def files(settings: Settings) -> ProjectFiles:
    return ProjectFiles(settings)


def written(change: Callable[[PdfWriter], object], pages: int = 1) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def opening(kind: str) -> Callable[[PdfWriter], object]:
    """Does something when it is opened."""

    def change(writer: PdfWriter) -> None:
        told = {"/S": NameObject(kind), "/JS": TextStringObject("app.alert(1)"), "/F": TextStringObject("x")}
        action = DictionaryObject({NameObject(name): value for name, value in told.items()})
        writer.root_object[NameObject("/OpenAction")] = action

    return change


def bomb() -> bytes:
    """A PDF whose table of objects unpacks to gigabytes."""
    packed = zlib.compressobj(9)
    body = b"".join(packed.compress(bytes(2**20)) for _ in range(3000)) + packed.flush()
    head = b"%PDF-1.5\n"
    kind = b"/Type /XRef /Size 900000000 /W [1 2 1] /Root 2 0 R /Filter /FlateDecode"
    table = b"1 0 obj\n<< " + kind + b" /Length %d >>\nstream\n"
    return head + table % len(body) + body + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % len(head)


def looped() -> bytes:
    """A PDF whose tree of pages has no end."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 1 /Kids [2 0 R 2 0 R] >>"]
    out, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"xref\n0 3\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % one for one in places)
    return out + table + b"trailer << /Size 3 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(out)


def test_a_real_file_is_kept_under_its_digest_and_nowhere_else(
    files: ProjectFiles, settings: Settings
) -> None:
    first = files.keep(ADHESION, "../../Mon projet.PDF", io.BytesIO(a_pdf()))
    assert first.name == "Mon projet.PDF"
    path = files.path(ADHESION, first.sha256)
    assert path.read_bytes() == a_pdf()
    assert path.is_relative_to(settings.data_dir / "projects")
    other = files.keep(ADHESION, "autre", io.BytesIO(a_pdf("Autre")))
    assert other.name == "autre.pdf"
    files.forget_others(ADHESION, other.sha256)
    assert not path.exists()
    assert [one for one in (settings.data_dir / "projects").rglob("*") if one.is_file()] == [
        files.path(ADHESION, other.sha256)
    ]


def test_our_own_template_is_taken_filled_in(files: ProjectFiles, client: TestClient) -> None:
    template = client.get("/documents/template-rnd.pdf").content
    reader = PdfReader(io.BytesIO(template))
    names = list(reader.get_fields() or {})
    assert len(names) == 11
    writer = PdfWriter(clone_from=reader)
    writer.update_page_form_field_values(writer.pages[0], {names[0]: "Cartographie des haies"})
    out = io.BytesIO()
    writer.write(out)
    assert files.keep(ADHESION, "rempli.pdf", io.BytesIO(out.getvalue())).size


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"PK\x03\x04 no pdf", "no readable PDF", id="an archive"),
        pytest.param(b"<html>%PDF-1.4</html>", "no readable PDF", id="a page"),
        pytest.param(b"%PDF-1.7\n" + b"rubbish " * 100, "no readable PDF", id="a head only"),
        pytest.param(a_pdf()[:300], "no readable PDF", id="cut"),
        pytest.param(written(lambda one: one.encrypt("secret")), "password", id="encrypted"),
        pytest.param(written(opening("/JavaScript")), "a program", id="javascript"),
        pytest.param(written(lambda one: one.add_attachment("x.exe", b"MZ")), "a program", id="attachment"),
        pytest.param(written(opening("/Launch")), "a program", id="launch"),
        pytest.param(written(lambda _: None, pages=201), "too many pages", id="pages"),
        pytest.param(looped(), "too many pages", id="endless tree"),
    ],
)
def test_others_are_refused_and_leave_nothing(
    files: ProjectFiles, settings: Settings, content: bytes, said: str
) -> None:
    with pytest.raises(UploadError, match=said) as refused:
        files.keep(ADHESION, "x.pdf", io.BytesIO(content))
    assert refused.value.words.fr
    assert not [one for one in (settings.data_dir / "projects").rglob("*") if one.is_file()]


def test_a_bomb_ends_within_its_bounds(files: ProjectFiles) -> None:
    content = bomb()
    assert len(content) < 4 * 2**20
    with pytest.raises(UploadError):
        files.keep(ADHESION, "x.pdf", io.BytesIO(content))


def test_a_file_that_takes_too_long_is_refused(files: ProjectFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_PROBE_S", 0.001)
    with pytest.raises(UploadError, match="too complicated"):
        files.keep(ADHESION, "x.pdf", io.BytesIO(a_pdf()))


def test_no_more_than_25_mb_are_taken(files: ProjectFiles, tmp_path: Path) -> None:
    large = tmp_path / "large.pdf"
    with large.open("wb") as file:
        file.write(b"%PDF-1.4")
        file.truncate(MAX_BYTES + 1)
    with large.open("rb") as file, pytest.raises(UploadError, match="25 MB"):
        files.keep(ADHESION, "x.pdf", file)
