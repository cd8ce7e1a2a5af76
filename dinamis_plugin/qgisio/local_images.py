"""Image files on the disk as styled layers, opened in worker threads."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsRasterLayer
from qgis.PyQt.QtXml import QDomDocument

from .rasters import handed_over, new_layer
from .styles import apply_default_style


def open_layer(path: Path, title: str, style: str = "", style_file: Path | None = None) -> QgsRasterLayer:
    """Open an image as a layer that belongs to the GUI thread then.

    Args:
        path: The image.
        title: Name of the layer.
        style: QML; empty for the style of a signed layer.
        style_file: Where its style is written to, None for nowhere.

    Raises:
        CorruptImageError: it cannot be opened.
    """
    with new_layer(str(path), title, path.name) as layer:
        if not _styled(layer, style):
            apply_default_style(layer)
    if style_file is not None:
        layer.saveNamedStyle(str(style_file))
    return handed_over(layer)


def _styled(layer: QgsRasterLayer, style: str) -> bool:
    document = QDomDocument()
    if not style or not document.setContent(style)[0]:
        return False
    return bool(layer.importNamedStyle(document)[0])
