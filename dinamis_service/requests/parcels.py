"""What was sent for a request: products as suppliers pack them, and plain images (REQ-21)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dinamis_service.catalogue.ingest_products import files_of
from dinamis_service.catalogue.products.archives import SUFFIXES, is_archive, unpacked
from dinamis_service.catalogue.products.discovery import ProductScene, look_into
from dinamis_service.catalogue.products.facts import ProductError
from dinamis_service.errors import InvalidError
from dinamis_service.requests.caller import Caller

IMAGE_SUFFIXES = (".tif", ".tiff", ".jp2")
METADATA_SUFFIXES = (".xml", ".dim")
ACCEPTED = (*IMAGE_SUFFIXES, *METADATA_SUFFIXES, *SUFFIXES)
"""Names that files of a delivery end with."""


@dataclass(frozen=True)
class PlainImage:
    """An image that tells nothing but its place; `label` is how it was called where it was sent."""

    path: Path
    label: str


@dataclass(frozen=True)
class SentProduct:
    """Products of one acquisition; `label` is how they were called where they were sent."""

    scene: ProductScene
    label: str


@dataclass
class Parcel:
    """Everything that was sent: products, and plain images by the folder they came in."""

    products: list[SentProduct] = field(default_factory=list)
    groups: list[list[PlainImage]] = field(default_factory=list)

    @property
    def images(self) -> list[PlainImage]:
        """The plain images of all folders."""
        return [image for group in self.groups for image in group]


@contextmanager
def opened(sources: Sequence[Path], operator: Caller) -> Iterator[Parcel]:
    """What files, folders and archives hold, for the time of the block; archives are unpacked meanwhile.

    Loose files belong together: the metadata of a product find its images among them.

    Raises:
        InvalidError: a source is not there or holds no image, an archive cannot be opened or would leave its
            folder or fill the disk, or a product is incomplete.
        ProductError: an archive is damaged.
    """
    parcel = Parcel()
    with ExitStack() as stack:
        loose: list[Path] = []
        for source in sources:
            if source.is_file() and not is_archive(source):
                loose.append(source)
            elif source.is_file():
                _take(parcel, stack.enter_context(unpacked(source)), source.name, operator)
            elif source.is_dir():
                _take_folder(parcel, stack, source, operator)
            else:
                raise InvalidError(operator.say(fr=f"{source} n'existe pas.", en=f"{source} does not exist."))
        _take_loose(parcel, loose, operator)
        parcel.products = _joined(parcel.products)
        yield parcel


def archives_in(folder: Path) -> list[Path]:
    """Archives in a folder; links that lead elsewhere are left out."""
    return sorted(
        one for one in folder.rglob("*") if is_archive(one) and one.is_file() and not one.is_symlink()
    )


def _take_folder(parcel: Parcel, stack: ExitStack, folder: Path, operator: Caller) -> None:
    """Take what a folder holds, its archives included."""
    packed = archives_in(folder)
    for archive in packed:
        label = str(archive.relative_to(folder.parent))
        _take(parcel, stack.enter_context(unpacked(archive)), label, operator)
    _take(parcel, folder, folder.name, operator, may_be_empty=bool(packed))


def _take(parcel: Parcel, place: Path, label: str, operator: Caller, *, may_be_empty: bool = False) -> None:
    """Take what a folder holds, called `label` by who sent it."""
    found = look_into(place)
    _require_whole([(one.fr, one.en) for one in found.refused], operator)
    for scene in found.scenes:
        first = next(iter(scene.products.values())).path
        parcel.products.append(SentProduct(scene, f"{label}/{first.relative_to(place)}"))
    images = [
        PlainImage(path, f"{label}/{path.relative_to(place)}")
        for path in found.images
        if path.suffix.lower() in IMAGE_SUFFIXES
    ]
    if images:
        parcel.groups.append(images)
    if not images and not found.scenes and not may_be_empty:
        raise InvalidError(
            operator.say(fr=f"{label} ne contient pas d'image.", en=f"{label} holds no image.")
        )


def _take_loose(parcel: Parcel, files: Sequence[Path], operator: Caller) -> None:
    """Take files that were given by themselves; those that a product is made of are no images besides."""
    metadata = [path for path in files if path.suffix.lower() in METADATA_SUFFIXES]
    used: set[Path] = set()
    for path in metadata:
        found = look_into(path)
        _require_whole([(one.fr, one.en) for one in found.refused], operator)
        for scene in found.scenes:
            parcel.products.append(SentProduct(scene, path.name))
            used.update(files_of(scene))
    images = [
        PlainImage(path, f"{path.parent.name}/{path.name}")
        for path in files
        if path not in used and path not in metadata
    ]
    if images:
        parcel.groups.append(images)
    elif metadata and not used:
        names = ", ".join(path.name for path in metadata)
        raise InvalidError(
            operator.say(
                fr=f"{names} : ce ne sont pas les métadonnées d'un produit (DIMAP).",
                en=f"{names}: not the metadata of a product (DIMAP).",
            )
        )


def _joined(products: Iterable[SentProduct]) -> list[SentProduct]:
    """Products by acquisition, those of one that were sent apart (panchromatic, multispectral) put together.

    Raises:
        ProductError: the same image of one scene came several times.
    """
    found: dict[str, SentProduct] = {}
    for sent in products:
        known = found.get(sent.scene.id)
        if known is None:
            found[sent.scene.id] = sent
        elif known.scene.products.keys() & sent.scene.products.keys():
            raise ProductError(
                fr=f"{known.label}, {sent.label} : plusieurs fois la même image d'une scène.",
                en=f"{known.label}, {sent.label}: several times the same image of one scene.",
            )
        else:
            both = {**known.scene.products, **sent.scene.products}
            found[sent.scene.id] = SentProduct(ProductScene(sent.scene.id, both), known.label)
    return list(found.values())


def _require_whole(refused: Sequence[tuple[str, str]], operator: Caller) -> None:
    """Refuse a delivery of which something cannot be taken, with every reason."""
    if refused:
        raise InvalidError(
            operator.say(fr=" ".join(fr for fr, _ in refused), en=" ".join(en for _, en in refused))
        )
