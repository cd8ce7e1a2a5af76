"""What operators do with missions of contractors, as actions of `dinamis-service operator` (QUO-11)."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import shapely
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from dinamis_service.catalogue.areas import read_box
from dinamis_service.catalogue.engine import SearchError
from dinamis_service.catalogue.missions import MISSIONS, normal_mission
from dinamis_service.context import Context
from dinamis_service.errors import InvalidError, NotFoundError
from dinamis_service.language import Language, text
from dinamis_service.quotas.geometry import ZoneError, read_zone
from dinamis_service.registry.missions import MissionError, Wish, add_mission
from dinamis_service.registry.tables import Entity, Mission

Run = Callable[[Context, Language, argparse.Namespace], None]
Add = Callable[[str, Run, str], argparse.ArgumentParser]
_BOX = 4


def register(add: Add) -> None:
    """Add the actions."""
    add("missions", _list, "list the missions of contractors")
    mission = add("mission", _open, "write down a mission whose partnership the public entity has validated")
    mission.add_argument(
        "contractor", metavar="CONTRACTOR", help="name or acronym of the contractor's entity"
    )
    mission.add_argument(
        "--for", dest="commissioner", required=True, help="name or acronym of the public entity"
    )
    mission.add_argument("--title", required=True, help="title of the mission")
    mission.add_argument(
        "--valid", required=True, metavar="DAY/DAY", help="first and last day, such as 2026-01-01/2026-12-31"
    )
    mission.add_argument("--area", required=True, help="file of a GeoJSON geometry, or west,south,east,north")
    mission.add_argument(
        "--wish",
        action="append",
        required=True,
        metavar="SENSOR=DAY/DAY",
        help="sensor and days of acquisition, such as 'SPOT 6/7=2020-01-01/2022-12-31'; may be repeated",
    )
    end = add("end-mission", _end, "take a mission back: its contractor reaches nothing by it any more")
    end.add_argument("mission", metavar="ID")


def _list(context: Context, _language: Language, _args: argparse.Namespace) -> None:
    with context.database.reading() as session:
        names: dict[str, str] = {one.id: one.name for one in session.scalars(select(Entity))}
        for mission in session.scalars(select(Mission).order_by(Mission.created_at, Mission.id)):
            print(_line(mission, names))


def _open(context: Context, language: Language, args: argparse.Namespace) -> None:
    starts, ends = _days(args.valid, language)
    area = _area(args.area, language)
    wishes = [_wish(written, language) for written in args.wish]
    with context.database.session() as session:
        contractor = _entity(session, args.contractor, language)
        commissioner = _entity(session, args.commissioner, language)
        try:
            mission = add_mission(
                session,
                contractor=contractor,
                commissioner=commissioner,
                title=args.title,
                starts=starts,
                ends=ends,
                area=area,
                wishes=wishes,
                now=context.clock(),
            )
        except MissionError as error:
            raise InvalidError(error.words.told(language)) from error
        print(_line(mission, {one.id: one.name for one in (contractor, commissioner)}))


def _end(context: Context, language: Language, args: argparse.Namespace) -> None:
    with context.database.session() as session:
        mission = session.get(Mission, args.mission)
        if mission is None:
            raise NotFoundError(
                text(
                    language,
                    fr=f"Il n'y a pas de mission « {args.mission} ».",
                    en=f"There is no mission '{args.mission}'.",
                )
            )
        session.delete(mission)
    print(args.mission)


def _line(mission: Mission, names: dict[str, str]) -> str:
    wishes = ", ".join(f"{wish['mission']} {wish['first']}/{wish['last']}" for wish in mission.wishes)
    return (
        f"{mission.id}  {mission.title}  {names[mission.contractor_id]} -> {names[mission.commissioner_id]}"
        f"  {mission.starts}/{mission.ends}  {wishes}"
    )


def _entity(session: Session, name: str, language: Language) -> Entity:
    """The entity of that name or acronym, whatever its case."""
    wanted = name.strip().lower()
    named = or_(func.lower(Entity.name) == wanted, func.lower(Entity.acronym) == wanted)
    found = session.scalars(select(Entity).where(named)).all()
    if len(found) != 1:
        raise NotFoundError(
            text(
                language,
                fr=f"{len(found)} entités s'appellent « {name} » : il en faut une.",
                en=f"{len(found)} entities are called '{name}': one is needed.",
            )
        )
    return found[0]


def _wish(written: str, language: Language) -> Wish:
    name, _, days = written.partition("=")
    mission = normal_mission(name)
    if mission is None:
        raise InvalidError(
            text(
                language,
                fr=f"« {name} » n'est pas un capteur parmi {', '.join(MISSIONS)}.",
                en=f"'{name}' is not a sensor among {', '.join(MISSIONS)}.",
            )
        )
    return Wish(mission, *_days(days, language))


def _days(written: str, language: Language) -> tuple[date, date]:
    """Both days of `first/last`, in their order."""
    first, _, last = written.partition("/")
    try:
        days = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        days = date.max, date.min
    if days[0] > days[1]:
        raise InvalidError(
            text(
                language,
                fr=f"« {written} » n'est pas une période telle que 2026-01-01/2026-12-31.",
                en=f"'{written}' is not a period such as 2026-01-01/2026-12-31.",
            )
        )
    return days


def _area(written: str, language: Language) -> dict[str, Any]:
    """A sound GeoJSON surface in EPSG:4326, from a box or a file."""
    box = written.split(",")
    try:
        if len(box) == _BOX:
            geometry = json.loads(shapely.to_geojson(read_box([float(number) for number in box], "--area")))
        else:
            geometry = json.loads(Path(written).read_text(encoding="utf-8"))
        return dict(json.loads(shapely.to_geojson(read_zone(geometry).shape)))
    except ZoneError as error:
        raise InvalidError(error.words.told(language)) from error
    except SearchError as error:
        raise InvalidError(text(language, fr=error.fr, en=error.en)) from error
    except (OSError, ValueError) as error:
        raise InvalidError(
            text(
                language,
                fr=f"« {written} » n'est ni une emprise ni un fichier GeoJSON : {error}.",
                en=f"'{written}' is neither a box nor a GeoJSON file: {error}.",
            )
        ) from error
