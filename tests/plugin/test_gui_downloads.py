"""The panel of downloads and the dialog before them, in the real dock."""

from __future__ import annotations

from pathlib import Path

import pytest
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QProgressBar,
    QToolButton,
    QWidget,
)

from dinamis_plugin.controllers.session import SessionState
from dinamis_plugin.domain.download_job import DownloadJob, DownloadOrder, JobState, queue_text
from dinamis_plugin.gui import formats
from dinamis_plugin.gui.download_dialog import DownloadDialog
from dinamis_plugin.gui.downloads_panel import DownloadsPanel
from dinamis_plugin.qgisio.download_store import queue_path, write_queue

from .gui_support import canvas, child, click, dock, make_aoi, make_scene, window  # noqa: F401
from .images import make_cog, scene_of
from .waiting import Caught, wait_until


def make_job(number=0, state=JobState.RUNNING, **more):
    order = DownloadOrder(f"id{number}", "http://h/a.tif", "s", "c", "ms", "Image", "/tmp", f"a{number}.tif")
    return DownloadJob(order, state, **more)


@pytest.fixture
def panel(window):  # noqa: F811 - the fixture
    made = DownloadsPanel(lambda job: job.order.id == "id9", lambda job: job.order.id == "id8")
    made.setParent(window.centralWidget())
    made.resize(340, 400)
    return made


def shown_buttons(panel):
    return [one.objectName() for one in panel.findChildren(QToolButton) if one.isVisibleTo(panel)]


def test_without_downloads_there_is_no_panel(panel):
    assert not panel.isVisibleTo(panel.parentWidget())
    panel.show_jobs([make_job()])
    assert panel.isVisibleTo(panel.parentWidget())


@pytest.mark.parametrize(
    ("state", "buttons", "said"),
    [
        (JobState.RUNNING, {"downloadPauseButton"}, "2.0 MB / 8.0 MB · 1.5 MB/s · ≈ 4 s"),
        (JobState.WAITING, {"downloadPauseButton"}, "Waiting · 2.0 MB / 8.0 MB"),
        (JobState.PAUSED, {"downloadResumeButton"}, "Paused · 2.0 MB / 8.0 MB"),
        (JobState.FAILED, {"downloadRefreshButton"}, "Disk full"),
        (JobState.DONE, {"downloadFolderButton"}, "Done · 8.0 MB"),
    ],
)
def test_each_state_has_its_words_and_buttons(panel, state, buttons, said):
    job = make_job(
        0, state, done=2_000_000, total=8_000_000, rate=1_500_000, remaining_s=4, reason="Disk full"
    )
    if state is not JobState.RUNNING:
        job.rate, job.remaining_s = 0.0, None
    panel.show_jobs([job])
    panel.unfold()
    label = panel.findChild(QLabel, "downloadStateLabel")
    assert label.whole_text() == said
    expected = buttons | {"downloadCloseButton", "downloadsToggle"}
    assert set(shown_buttons(panel)) - {"downloadsClearButton"} == expected
    bar = panel.findChild(QProgressBar, "downloadProgress")
    assert bar.value() == (1000 if state is JobState.DONE else 250)


def test_the_buttons_speak_of_their_own_download(panel):
    jobs = [make_job(0), make_job(1, JobState.PAUSED), make_job(9, JobState.DONE, target="/tmp/a9.tif")]
    jobs.append(make_job(8, JobState.DONE, target="/tmp/a8.tif"))
    panel.show_jobs(jobs)
    panel.unfold()
    signals = {
        "downloadPauseButton": (panel.pause_requested, jobs[0]),
        "downloadResumeButton": (panel.resume_requested, jobs[1]),
        "downloadUseFileButton": (panel.use_requested, jobs[2]),
        "downloadLinkButton": (panel.remote_requested, jobs[3]),
    }
    for name, (signal, job) in signals.items():
        caught = Caught(signal)
        button = next(one for one in panel.findChildren(QToolButton, name) if one.isVisibleTo(panel))
        click(button)
        assert caught.values == [job]
    assert panel.findChild(QLabel, "downloadsSummaryLabel").whole_text() == (
        "Downloads: 1 running · 1 paused · 2 done"
    )
    panel.show_jobs(jobs[:1])
    assert len(panel.findChildren(QWidget, "downloadRow")) - 1 <= 3  # those that go are deleted later
    panel.show_jobs([])
    assert panel.findChild(QLabel, "downloadsEmptyLabel").isVisibleTo(panel)
    click(child(panel, "downloadsToggle"))
    assert not panel.isVisibleTo(panel.parentWidget())


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (2_500_000, "2.5 MB"),
        (34_500_000, "34 MB"),
        (2e9, "2.0 GB"),
    ],
)
def test_sizes_are_said_in_their_unit(count, said):
    assert formats.size(count) == said


@pytest.mark.parametrize(("seconds", "said"), [(0.2, "1 s"), (59, "59 s"), (61, "1 min"), (5400, "1.5 h")])
def test_times_are_said_in_their_unit(seconds, said):
    assert formats.duration(seconds) == said


@pytest.fixture
def member(dock, controllers, scripted, tmp_path):  # noqa: F811 - the fixture
    controllers.settings.service_url = scripted.url
    scripted.polls = ["granted"]
    controllers.session.sign_in()
    wait_until(lambda: controllers.session.state is SessionState.SIGNED_IN)
    make_cog(tmp_path / "source.tif", size=512)
    scripted.files["/objects/a.tif"] = (tmp_path / "source.tif").read_bytes()
    (tmp_path / "out").mkdir()
    return dock


def open_dialog(dock, scripted) -> DownloadDialog:  # noqa: F811
    scene = scene_of(f"{scripted.url}/objects/a.tif")
    dock.results.download_requested.emit([scene, make_scene(3, kind="orderable")])
    wait_until(lambda: dock.window().findChild(DownloadDialog, "downloadDialog") is not None)
    return dock.window().findChild(DownloadDialog, "downloadDialog")


def test_a_download_by_the_dialog_comes_into_the_panel_and_onto_the_map(member, scripted, tmp_path, project):
    dialog = open_dialog(member, scripted)
    start = child(dialog, "downloadStartButton")
    assert not start.isEnabled()
    assert not dialog.findChild(QCheckBox, "downloadClipCheck").isEnabled()  # no area was drawn
    dialog.findChild(QLineEdit, "downloadFolderEdit").setText(str(tmp_path / "out"))
    estimate = dialog.findChild(QLabel, "downloadEstimateLabel")
    wait_until(lambda: "estimated" not in estimate.text())
    assert "does not say how large" in estimate.text()
    click(start)
    wait_until(project.mapLayers, 20)
    assert [path.suffix for path in (tmp_path / "out").iterdir()] == [".tif"]
    summary = member.downloads.panel.findChild(QLabel, "downloadsSummaryLabel")
    assert summary.whole_text() == "Downloads: 1 done"
    click(child(member.downloads.panel, "downloadsClearButton"))
    assert not member.downloads.panel.isVisible()


def test_the_size_of_a_cut_is_said_before(member, controllers, scripted, tmp_path):
    controllers.aois._add([make_aoi(west=3.87, south=43.61, side=0.004)])
    dialog = open_dialog(member, scripted)
    dialog.findChild(QLineEdit, "downloadFolderEdit").setText(str(tmp_path / "out"))
    clip = dialog.findChild(QCheckBox, "downloadClipCheck")
    assert clip.isEnabled()
    clip.setChecked(True)
    estimate = dialog.findChild(QLabel, "downloadEstimateLabel")
    wait_until(lambda: "will come" in estimate.text() or "Outside" in estimate.text(), 20)
    assert "free on the disk" in estimate.text()
    dialog.reject()
    wait_until(lambda: member.downloads._dialog is None)


def test_a_pack_by_the_dialog(member, controllers, server, scripted, tmp_path):
    item = {"type": "Feature", "id": "x", "assets": {}, "properties": {}}
    server.routes["/stac/collections/pleiades/items/PHR1A_20261121_MTP"] = lambda *_: (200, item)
    dialog = open_dialog(member, scripted)
    dialog.findChild(QLineEdit, "downloadFolderEdit").setText(str(tmp_path / "out"))
    dialog.findChild(QCheckBox, "downloadPackCheck").setChecked(True)
    assert not dialog.findChild(QComboBox, "downloadAfterCombo").isEnabled()
    name = dialog.findChild(QLineEdit, "downloadPackNameEdit")
    name.setText(" ")
    assert not child(dialog, "downloadStartButton").isEnabled()
    name.setText("field")
    click(child(dialog, "downloadStartButton"))
    titles = lambda: [one.text() for one in member.notices.findChildren(QLabel) if one.isVisible()]  # noqa: E731
    wait_until(lambda: any("Offline pack ready" in text for text in titles()), 30)
    assert (tmp_path / "out" / "field" / "pack.qgz").is_file()


def test_what_an_earlier_session_left_is_offered(member, controllers, scripted, tmp_path, project):
    order = DownloadOrder(
        "old", f"{scripted.url}/objects/a.tif", "s", "c", "ms", "Image", str(tmp_path / "out"), "a.tif"
    )
    write_queue(queue_text([DownloadJob(order, JobState.RUNNING)]), queue_path())
    controllers.downloads.restore()
    wait_until(lambda: controllers.downloads.jobs)
    wait_until(lambda: resume_buttons(member))
    click(resume_buttons(member)[0])
    wait_until(project.mapLayers, 20)
    assert (tmp_path / "out" / "a.tif").is_file()
    assert Path(controllers.downloads.jobs[0].target).name == "a.tif"


def resume_buttons(dock):  # noqa: F811
    buttons = dock.notices.findChildren(QAbstractButton, "noticeActionButton")
    return [one for one in buttons if one.isVisible() and one.text() == "Resume"]
