"""Missions of contractors: what they may be, and the commands by which operators write them down."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import date

import pytest
from shapely.geometry import box, mapping
from sqlalchemy.exc import IntegrityError

from dinamis_service.cli import main
from dinamis_service.context import Context
from dinamis_service.registry.entities import add_entity
from dinamis_service.registry.missions import MissionError, Wish, add_mission, missions_of
from dinamis_service.registry.tables import Mission

Run = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(
    ("contractor", "commissioner", "fine"),
    [(8, 4, True), (8, 2, True), (7, 4, False), (4, 4, False), (8, 7, False), (8, 9, False), (8, 8, False)],
)
def test_a_mission_is_for_a_contractor_and_a_public_entity(
    context: Context, contractor: int, commissioner: int, fine: bool
) -> None:
    one = add_entity(context.database, name="Bureau", acronym="B", category=contractor)
    other = add_entity(context.database, name="Commune", acronym="C", category=commissioner)
    with context.database.session() as session:
        with contextlib.nullcontext() if fine else pytest.raises(MissionError):
            add_mission(
                session,
                contractor=one,
                commissioner=other,
                title="MaMission",
                starts=date(2026, 1, 1),
                ends=date(2026, 12, 31),
                area=mapping(box(3, 43, 4, 44)),
                wishes=[Wish("PLEIADES", date(2020, 1, 1), date(2022, 12, 31))],
                now=context.clock(),
            )
        assert len(missions_of(session, one.id)) == fine


def test_the_state_itself_refuses_a_mission_that_ends_before_it_starts(context: Context) -> None:
    entity = add_entity(context.database, name="Bureau", acronym="B", category=8)
    with pytest.raises(IntegrityError), context.database.session() as session:
        session.add(
            Mission(
                id="x",
                contractor_id=entity.id,
                commissioner_id=entity.id,
                title="",
                starts=date(2026, 2, 1),
                ends=date(2026, 1, 1),
                area={},
                wishes=[],
                created_at=context.clock(),
            )
        )


class TestOperator:
    """Missions from the command line."""

    @pytest.fixture
    def run(self, context: Context, capsys: pytest.CaptureFixture[str]) -> Run:
        add_entity(context.database, name="Bureau d'études", acronym="BE", category=8)
        add_entity(context.database, name="Métropole", acronym="ME", category=4)

        def run(*arguments: str) -> tuple[int, str, str]:
            code = main(["operator", "--data-dir", str(context.settings.data_dir), *arguments])
            return code, *capsys.readouterr()

        return run

    def test_a_mission_is_opened_listed_and_taken_back(self, run: Run) -> None:
        code, line, _ = run(
            "mission", "be", "--for", "Métropole", "--title", "MaMission", "--valid", "2026-01-01/2026-12-31",
            "--area", "3.6872,43.504,4.0313,43.7129", "--wish", "spot 6/7=2020-01-01/2022-12-31",
            "--wish", "Pléiades=2020-01-01/2022-12-31",
        )  # fmt: skip
        assert code == 0
        told = "MaMission  Bureau d'études -> Métropole  2026-01-01/2026-12-31"
        wishes = "SPOT 6/7 2020-01-01/2022-12-31, PLEIADES 2020-01-01/2022-12-31"
        assert line.partition("  ")[2] == f"{told}  {wishes}\n"
        assert run("missions") == (0, line, "")
        mission_id = line.partition("  ")[0]
        assert run("end-mission", mission_id) == (0, f"{mission_id}\n", "")
        assert run("missions") == (0, "", "")
        assert run("end-mission", mission_id)[0] == 1

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"--for": "Nowhere"}, "Nowhere"),
            ({"--for": "BE"}, "Bureau"),
            ({"--valid": "2026-12-31/2026-01-01"}, "2026-12-31"),
            ({"--valid": "soon"}, "soon"),
            ({"--wish": "LANDSAT=2020-01-01/2022-12-31"}, "LANDSAT"),
            ({"--wish": "PLEIADES=2020-13-01/2022-12-31"}, "2020-13-01"),
            ({"--area": "1,2,3"}, "1,2,3"),
            ({"--area": "1,50,3,40"}, "latitude"),
            ({"--area": "a,b,c,d"}, "a,b,c,d"),
        ],
    )
    def test_what_makes_no_mission_is_refused_with_the_reason(
        self, run: Run, changed: dict[str, str], said: str
    ) -> None:
        options = {
            "--for": "ME",
            "--title": "MaMission",
            "--valid": "2026-01-01/2026-12-31",
            "--area": "3,43,4,44",
            "--wish": "PLEIADES=2020-01-01/2022-12-31",
        } | changed
        code, output, error = run("mission", "BE", *(part for option in options.items() for part in option))
        assert (code, output) == (1, "")
        assert said in error
        assert "Traceback" not in error
        assert run("missions") == (0, "", "")
