"""Raw scenes of SPOT of our own making: a circular orbit, a camera, and the metadata that tell of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from deliveries import write

RADIUS = 7_200_000.0
_INCLINATION = np.radians(98.7)
_EARTH_RATE = 7.292115e-5
_MEAN_MOTION = np.sqrt(3.986004418e14 / RADIUS**3)
_CENTRE = datetime(2008, 3, 4, 10, 31, 3, 81_912, tzinfo=UTC)
_START = np.radians(136.0)  # past the north: the satellite comes down
_TURN = np.radians(-173.6)  # of the Earth at that moment: over the south of France

Array = np.ndarray[Any, np.dtype[np.float64]]


def orbit(seconds: Array) -> tuple[Array, Array]:
    """Positions and velocities (n, 3) in the frame of the turning Earth, metres and seconds."""
    place = _START + _MEAN_MOTION * seconds
    tilt = np.cos(_INCLINATION), np.sin(_INCLINATION)
    fixed = np.stack([np.cos(place), np.sin(place) * tilt[0], np.sin(place) * tilt[1]], axis=1) * RADIUS
    moving = np.stack([-np.sin(place), np.cos(place) * tilt[0], np.cos(place) * tilt[1]], axis=1)
    moving *= RADIUS * _MEAN_MOTION
    turn = _TURN + _EARTH_RATE * seconds
    cos, sin = np.cos(turn), np.sin(turn)

    def turned(vectors: Array) -> Array:
        x, y, z = vectors.T
        return np.stack([cos * x + sin * y, cos * y - sin * x, z], axis=1)

    positions = turned(fixed)
    return positions, turned(moving) - np.cross([0, 0, _EARTH_RATE], positions)


@dataclass(frozen=True)
class Scene:
    """What the metadata of a scene tell.

    Args:
        rows: of the image.
        columns: of the image.
        side: degrees by which the middle column looks to the left of the track.
        forward: degrees by which all columns look forward.
        pixel: degrees between columns; about 0.0003 for 5 m.
        period: seconds between rows; about 0.00075 for 5 m.
        points: of the ephemeris, 30 s apart around the scene.
        angles: pitch, roll and yaw in radians, at the middle.
        rates: of the same in radians a second.
        corrected: attitudes of the star tracker; else two angles and the speeds of gyroscopes.
        detectors: look angles told, None for one of each column.
        mission: index of the satellite.
    """

    rows: int = 12_000
    columns: int = 12_000
    side: float = 0.0
    forward: float = 0.0
    pixel: float = 0.000343
    period: float = 0.000752
    points: int = 9
    angles: tuple[float, float, float] = (0.0, 0.0, 0.0)
    rates: tuple[float, float, float] = (0.0, 0.0, 0.0)
    corrected: bool = True
    detectors: int | None = None
    mission: int = 5


SMALL = Scene(rows=220, columns=260, side=12, pixel=0.0006, period=0.0015)


def metadata(scene: Scene, *, frame: Sequence[tuple[float, float, float, float]] = ()) -> str:
    """The metadata of a raw scene; `frame` has row, column, longitude and latitude of its corners."""
    times = (np.arange(scene.points) - scene.points // 2) * 30.0 + 4.25
    positions, velocities = orbit(times)
    points = "".join(
        f"<Point><Location>{axes(*place, digits=4)}</Location><Velocity>{axes(*speed, digits=6)}</Velocity>"
        f"<TIME>{moment(seconds)}</TIME></Point>"
        for seconds, place, speed in zip(times, positions, velocities, strict=True)
    )
    half = (scene.columns - 1) / 2
    column = np.linspace(-half, half, scene.detectors or scene.columns)
    psi_y = np.radians(scene.side + column * scene.pixel)
    psi_x = np.radians(scene.forward)
    looks = "".join(
        f"<Look_Angles><DETECTOR_ID>{number}</DETECTOR_ID><PSI_X>{psi_x:.12f}</PSI_X><PSI_Y>{angle:.12f}</PSI_Y>"
        "</Look_Angles>"
        for number, angle in enumerate(psi_y, 1)
    )
    vertices = "".join(
        f"<Vertex><FRAME_LON>{lon:.6f}</FRAME_LON><FRAME_LAT>{lat:.6f}</FRAME_LAT>"
        f"<FRAME_ROW>{row:g}</FRAME_ROW><FRAME_COL>{column:g}</FRAME_COL></Vertex>"
        for row, column, lon, lat in frame
    )
    ties = "".join(
        f"<Tie_Point><TIE_POINT_CRS_X>{lon:.6f}</TIE_POINT_CRS_X><TIE_POINT_CRS_Y>{lat:.6f}</TIE_POINT_CRS_Y>"
        "<TIE_POINT_CRS_Z>0</TIE_POINT_CRS_Z>"
        f"<TIE_POINT_DATA_X>{column:g}</TIE_POINT_DATA_X><TIE_POINT_DATA_Y>{row:g}</TIE_POINT_DATA_Y></Tie_Point>"
        for row, column, lon, lat in frame
    )
    return f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<Dimap_Document>
<Metadata_Id><METADATA_FORMAT version="1.1">DIMAP</METADATA_FORMAT></Metadata_Id>
<Dataset_Id><DATASET_NAME>SCENE {scene.mission} 040-261 08/03/04 10:31:03 1 B</DATASET_NAME></Dataset_Id>
<Dataset_Frame>{vertices}</Dataset_Frame>
<Coordinate_Reference_System><Horizontal_CS><HORIZONTAL_CS_CODE>epsg:4326</HORIZONTAL_CS_CODE>
</Horizontal_CS></Coordinate_Reference_System>
<Geoposition><Geoposition_Points>{ties}</Geoposition_Points></Geoposition>
<Raster_Dimensions><NCOLS>{scene.columns}</NCOLS><NROWS>{scene.rows}</NROWS><NBANDS>1</NBANDS>
</Raster_Dimensions>
<Data_Access><DATA_FILE_FORMAT>GEOTIFF</DATA_FILE_FORMAT>
<Data_File><DATA_FILE_PATH href="IMAGERY.TIF"/></Data_File></Data_Access>
<Data_Processing><PROCESSING_LEVEL>1A</PROCESSING_LEVEL></Data_Processing>
<Dataset_Sources><Source_Information><Scene_Source>
<IMAGING_DATE>2008-03-04</IMAGING_DATE><IMAGING_TIME>10:31:03</IMAGING_TIME>
<MISSION>SPOT</MISSION><MISSION_INDEX>{scene.mission}</MISSION_INDEX><INSTRUMENT>HRG</INSTRUMENT>
<SENSOR_CODE>B</SENSOR_CODE></Scene_Source></Source_Information></Dataset_Sources>
<Data_Strip><Ephemeris><Points>{points}</Points></Ephemeris>
<Satellite_Attitudes>{attitudes(scene)}</Satellite_Attitudes>
<Sensor_Configuration><Time_Stamp><LINE_PERIOD>{scene.period:.8f}</LINE_PERIOD>
<SCENE_CENTER_TIME>{moment(0)}</SCENE_CENTER_TIME><SCENE_CENTER_LINE>{scene.rows // 2}</SCENE_CENTER_LINE>
</Time_Stamp>
{instrument(looks)}
</Sensor_Configuration></Data_Strip>
</Dimap_Document>
"""


def attitudes(scene: Scene) -> str:
    """The attitudes, eight times a second over the scene and a second more on both sides."""
    length = scene.rows * scene.period / 2 + 1
    times = np.arange(-length, length + 0.125, 0.125)

    def told(seconds: float, values: Array) -> str:
        pitch, roll, yaw = values
        return (
            f"<TIME>{moment(seconds)}</TIME><OUT_OF_RANGE>N</OUT_OF_RANGE>"
            f"<YAW>{yaw:.12f}</YAW><PITCH>{pitch:.12f}</PITCH><ROLL>{roll:.12f}</ROLL>"
        )

    def at(seconds: float) -> Array:
        return np.array(scene.angles) + seconds * np.array(scene.rates)

    if scene.corrected:
        listed = "".join(f"<Angles>{told(seconds, at(seconds))}</Angles>" for seconds in times)
        return f"<Corrected_Attitudes><Corrected_Attitude>{listed}</Corrected_Attitude></Corrected_Attitudes>"
    angles = "".join(f"<Angles>{told(seconds, at(seconds))}</Angles>" for seconds in times[[2, -1]])
    speeds = "".join(
        f"<Angular_Speeds>{told(seconds, np.array(scene.rates))}</Angular_Speeds>" for seconds in times
    )
    return (
        f"<Raw_Attitudes><Aocs_Attitude><Angles_List>{angles}</Angles_List>"
        f"<Angular_Speeds_List>{speeds}</Angular_Speeds_List></Aocs_Attitude></Raw_Attitudes>"
    )


def instrument(looks: str) -> str:
    """The look angles of one band."""
    return (
        "<Instrument_Look_Angles_List><Instrument_Look_Angles><BAND_INDEX>1</BAND_INDEX>"
        f"<Look_Angles_List>{looks}</Look_Angles_List></Instrument_Look_Angles></Instrument_Look_Angles_List>"
    )


def deliver(folder: Path, scene: Scene, pixels: np.ndarray[Any, Any], **options: Any) -> Path:
    """A delivery of the scene with these pixels; the path of its metadata."""
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "IMAGERY.TIF", pixels, "GTiff", None)
    bands = f"<NBANDS>{len(pixels)}</NBANDS>"
    path = folder / "METADATA.DIM"
    path.write_text(metadata(scene, **options).replace("<NBANDS>1</NBANDS>", bands), encoding="latin-1")
    return path


def axes(x: float, y: float, z: float, digits: int) -> str:
    return f"<X>{x:.{digits}f}</X><Y>{y:.{digits}f}</Y><Z>{z:.{digits}f}</Z>"


def moment(seconds: float) -> str:
    return (_CENTRE + timedelta(seconds=float(seconds))).strftime("%Y-%m-%dT%H:%M:%S.%f")


def small(**changes: Any) -> Scene:
    """A scene of few pixels."""
    return replace(SMALL, **changes)
