"""The viewing geometry that metadata of SPOT 1 to 5 tell (DIMAP version 1, level 1A), as an RPC (CAT-55)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np
from pyproj import Geod

from dinamis_service.catalogue.products import xml
from dinamis_service.catalogue.products.facts import ProductError
from dinamis_service.catalogue.products.rpc_fit import Fitted, fitted
from dinamis_service.catalogue.products.spot_model import Array, Attitudes, Ephemeris, SpotModel

_POINTS = "Data_Strip/Ephemeris/Points/Point"
_CORRECTED = "Data_Strip/Satellite_Attitudes/Corrected_Attitudes/Corrected_Attitude/Angles"
_AOCS = "Data_Strip/Satellite_Attitudes/Raw_Attitudes/Aocs_Attitude"
_ANGLES = f"{_AOCS}/Angles_List/Angles"
_SPEEDS = f"{_AOCS}/Angular_Speeds_List/Angular_Speeds"
_LOOK = "Data_Strip/Sensor_Configuration/Instrument_Look_Angles_List/Instrument_Look_Angles"
_STAMP = "Data_Strip/Sensor_Configuration/Time_Stamp"
_REGION = "Data_Processing/Regions_Of_Interest/Region_Of_Interest"
_FRAME = "Dataset_Frame/Vertex"

_FEWEST = 4
"""Points of an ephemeris; 30 s apart, a cubic through four of them is within some decimetres."""
_HELD_S = 1.0
"""Seconds for which the first and the last attitude are held, where they do not quite cover the image."""
_FARTHEST_KM = 10.0
"""Between a corner of the image by the model, at height 0, and as the metadata tell it, at any height."""
_WORST_PIXELS = 0.5


def has_model(document: Element) -> bool:
    """Whether metadata tell orbit, attitudes and look angles."""
    attitudes = (_CORRECTED, _ANGLES, _SPEEDS)
    return (
        document.find(_POINTS) is not None
        and any(document.find(path) is not None for path in attitudes)
        and document.find(f"{_LOOK}/Look_Angles_List/Look_Angles") is not None
    )


def read_spot(path: Path, shape: tuple[int, int]) -> Fitted:
    """Rational functions for the raw image of so many rows and columns that a file of metadata describes.

    Raises:
        ProductError: the metadata lack a part of the model, contradict themselves, or tell a geometry that
            rational functions do not follow to half a pixel.
    """
    document = xml.read(path)
    model = read_model(document, path)
    if shape != (model.rows, model.columns):
        is_, told = (f"{rows} x {columns}" for rows, columns in (shape, (model.rows, model.columns)))
        raise _refused(
            path,
            f"l'image a {is_} pixels, les métadonnées en annoncent {told}",
            f"the image has {is_} pixels, the metadata tell of {told}",
        )
    _check_frame(document, path, model)
    try:
        made = fitted(model.locate, model.rows, model.columns)
    except ValueError as error:
        raise _sees_nothing(path) from error
    if not made.residual <= _WORST_PIXELS:
        raise _refused(
            path,
            f"le modèle rationnel s'écarte de {made.residual:.1f} pixel du modèle physique",
            f"the rational functions are {made.residual:.1f} pixels off the physical model",
        )
    return made


def read_model(document: Element, path: Path) -> SpotModel:
    """The model that metadata tell; `path` is for the messages.

    Raises:
        ProductError: a part is missing, is no number, or does not cover the image.
    """
    rows, columns = (
        int(xml.needed_number(document, path, f"Raster_Dimensions/{name}")) for name in ("NROWS", "NCOLS")
    )
    if min(rows, columns) < 2:  # noqa: PLR2004 - one row or column has no scale
        raise _refused(
            path, "l'image n'a pas deux lignes et colonnes", "the image lacks two rows and columns"
        )
    origin = _moment(path, xml.needed(document, path, f"{_STAMP}/SCENE_CENTER_TIME"))
    first_row, first_column = (
        int(xml.number(document, f"{_REGION}/{name}") or 1) - 1 for name in ("ROW_MIN", "COL_MIN")
    )
    model = SpotModel(
        ephemeris=_ephemeris(document, path, origin),
        attitudes=_attitudes(document, path, origin),
        look=_look(document, path, first_column, columns),
        centre_line=xml.needed_number(document, path, f"{_STAMP}/SCENE_CENTER_LINE") - 1 - first_row,
        line_period=xml.needed_number(document, path, f"{_STAMP}/LINE_PERIOD"),
        rows=rows,
        columns=columns,
    )
    seen = model.times(np.array([-0.5, rows - 0.5]))
    _check_cover(path, "ephemeris", model.ephemeris.times, seen, 0)
    _check_cover(path, "attitudes", model.attitudes.times, seen, _HELD_S)
    return model


def _ephemeris(document: Element, path: Path, origin: datetime) -> Ephemeris:
    names = ("Location/X", "Location/Y", "Location/Z", "Velocity/X", "Velocity/Y", "Velocity/Z")
    times, values = _series(document.findall(_POINTS), path, origin, names)
    if len(times) < _FEWEST:
        raise _refused(
            path,
            f"l'éphéméride a {len(times)} points, il en faut {_FEWEST}",
            f"the ephemeris has {len(times)} points, {_FEWEST} are needed",
        )
    return Ephemeris(times, values[:, :3], values[:, 3:])


def _attitudes(document: Element, path: Path, origin: datetime) -> Attitudes:
    """The attitudes as corrected by the star tracker (SPOT 5), else by the gyroscopes (SPOT 1 to 4)."""
    names = ("PITCH", "ROLL", "YAW")
    times, angles = _series(_in_range(document, _CORRECTED), path, origin, names)
    if len(times):
        return Attitudes(times, angles)
    times, angles = _series(_in_range(document, _ANGLES), path, origin, names)
    moments, speeds = _series(_in_range(document, _SPEEDS), path, origin, names)
    if len(moments):
        return _integrated(times, angles, moments, speeds)
    if len(times):
        return Attitudes(times, angles)
    raise _refused(path, "aucune attitude n'est utilisable", "no attitude can be used")


def _integrated(times: Array, angles: Array, moments: Array, speeds: Array) -> Attitudes:
    """Attitudes from angular speeds, each held since the one before, and the first angle told (else 0)."""
    if len(times):
        start, first = times[0], angles[0]
    else:
        start, first = moments[0], np.zeros(3)
    every = np.union1d(moments, start)
    held = speeds[np.clip(np.searchsorted(moments, every), 0, len(moments) - 1)]
    steps = np.diff(every, prepend=every[0])[:, np.newaxis]
    turned = np.cumsum(held * steps, axis=0)
    return Attitudes(every, first + turned - turned[np.searchsorted(every, start)])


def _look(document: Element, path: Path, first: int, columns: int) -> Array:
    """Look angles of the first band: one for each column, or some spread over all columns."""
    names = ("PSI_X", "PSI_Y")
    found = document.find(_LOOK)
    listed = [] if found is None else found.findall("Look_Angles_List/Look_Angles")
    angles = np.array([[xml.needed_number(one, path, name) for name in names] for one in listed])
    if len(angles) >= first + columns:
        return angles[first : first + columns]
    if first or len(angles) < 2:  # noqa: PLR2004 - the first and the last detector
        raise _refused(
            path,
            f"{len(angles)} angles de visée ne couvrent pas les colonnes",
            f"{len(angles)} look angles do not cover the columns",
        )
    return angles


def _in_range(document: Element, name: str) -> list[Element]:
    return [one for one in document.iterfind(name) if xml.text(one, "OUT_OF_RANGE").upper() != "Y"]


def _series(
    elements: Iterable[Element], path: Path, origin: datetime, names: tuple[str, ...]
) -> tuple[Array, Array]:
    """Seconds since the origin, ascending and each once, and the values (n, len(names)) at them."""
    rows = [
        [
            (_moment(path, xml.needed(one, path, "TIME")) - origin).total_seconds(),
            *(xml.needed_number(one, path, name) for name in names),
        ]
        for one in elements
    ]
    table = np.array(rows, dtype=float).reshape(len(rows), 1 + len(names))
    _, first = np.unique(table[:, 0], return_index=True)
    return table[first, 0], table[first, 1:]


def _moment(path: Path, written: str) -> datetime:
    """A moment of UTC, with or without its Z."""
    try:
        found = datetime.fromisoformat(written)
    except ValueError as error:
        raise _refused(path, f"« {written} » n'est pas une date", f"'{written}' is not a date") from error
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _check_cover(path: Path, name: str, known: Array, seen: Array, beyond: float) -> None:
    """Refuse what is told of too short a time."""
    if known[0] - beyond <= seen.min() and seen.max() <= known[-1] + beyond:
        return
    words = {"ephemeris": "l'éphéméride ne couvre", "attitudes": "les attitudes ne couvrent"}
    raise _refused(
        path, f"{words[name]} pas la durée de l'image", f"the {name} do not cover the image in time"
    )


def _check_frame(document: Element, path: Path, model: SpotModel) -> None:
    """Refuse a model that puts the corners elsewhere than the metadata themselves, where they tell them."""
    names = ("FRAME_ROW", "FRAME_COL", "FRAME_LON", "FRAME_LAT")
    told = [[xml.number(vertex, name) for name in names] for vertex in document.iterfind(_FRAME)]
    corners = np.array([corner for corner in told if None not in corner], dtype=float).reshape(-1, 4)
    rows, columns, lon, lat = corners.T
    made_lon, made_lat = model.locate(rows - 1, columns - 1, np.zeros_like(rows))
    if not np.isfinite(made_lon).all():
        raise _sees_nothing(path)
    _, _, metres = Geod(ellps="WGS84").inv(lon, lat, made_lon, made_lat)
    farthest = max(metres, default=0.0) / 1000
    if farthest > _FARTHEST_KM:
        raise _refused(
            path,
            f"d'après son orbite et ses attitudes, l'image est à {farthest:.0f} km du cadre annoncé",
            f"by its orbit and attitudes, the image is {farthest:.0f} km off the frame that is told",
        )


def _sees_nothing(path: Path) -> ProductError:
    return _refused(
        path,
        "d'après son orbite et ses attitudes, l'image ne voit pas le sol",
        "by its orbit and attitudes, the image does not see the ground",
    )


def _refused(path: Path, fr: str, en: str) -> ProductError:
    return ProductError(fr=f"{path.name} : {fr}.", en=f"{path.name}: {en}.")
