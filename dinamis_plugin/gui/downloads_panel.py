"""The queue of downloads: what runs, waits, failed and is done, and what can be done about it (CAT-30)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Callable

from qgis.PyQt.QtCore import QCoreApplication, QEvent, Qt, QUrl, pyqtSignal
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import QProgressBar, QToolButton, QVBoxLayout, QWidget

from ..domain.download_job import DownloadJob, JobState
from . import formats
from .theme import HALF, STEP, Role, set_icon, set_role
from .widgets import ElidedLabel, column, label, row, scroller, tool_button

translate = QCoreApplication.translate

_ROWS_SHOWN = 3


class DownloadsPanel(QWidget):
    """A line that sums the queue up, and the queue under it when it is folded out.

    Signals:
        pause_requested, resume_requested, cancel_requested, use_requested, remote_requested: a DownloadJob.
        clear_requested: take what is done out of the list.

    Args:
        usable: says whether a layer of the map could read the file of a DownloadJob instead.
        copied: says whether a layer of the map reads it.
    """

    pause_requested = pyqtSignal(object)
    resume_requested = pyqtSignal(object)
    cancel_requested = pyqtSignal(object)
    use_requested = pyqtSignal(object)
    remote_requested = pyqtSignal(object)
    clear_requested = pyqtSignal()

    def __init__(self, usable: Callable[[DownloadJob], bool], copied: Callable[[DownloadJob], bool]) -> None:
        super().__init__()
        self.setObjectName("downloadsPanel")
        self._usable = usable
        self._copied = copied
        self._rows: dict[str, _Row] = {}
        self._toggle = tool_button(
            translate("Dinamis", "Show or hide the downloads"), "up", name="downloadsToggle", text_shown=False
        )
        self._toggle.setCheckable(True)
        self._toggle.toggled.connect(self._folded)
        self._summary = ElidedLabel("downloadsSummaryLabel")
        self._clear = tool_button(
            translate("Dinamis", "Remove what is done from the list"),
            "delete",
            name="downloadsClearButton",
            tip=translate("Dinamis", "Remove what is done from the list; the files stay"),
            text_shown=False,
        )
        self._clear.clicked.connect(lambda _checked: self.clear_requested.emit())
        self._empty = label(
            translate("Dinamis", "No downloads. Choose scenes in the results, then Download…"),
            name="downloadsEmptyLabel",
            role=Role.MUTED,
        )
        self._build()
        self.show_jobs(())

    def _build(self) -> None:
        head = row(self._toggle, self._summary, self._clear, spacing=HALF)
        head.setStretch(1, 1)
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, HALF, 0)
        self._list.setSpacing(STEP)
        self._list.addWidget(self._empty)
        self._list.addStretch(1)
        content = QWidget()
        content.setLayout(self._list)
        self._area = scroller(content, name=translate("Dinamis", "Downloads"))
        self._area.setObjectName("downloadsList")
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.hide()
        layout = column(head, self._area, spacing=HALF)
        layout.setContentsMargins(STEP, HALF, STEP, HALF)
        self.setLayout(layout)

    def show_jobs(self, jobs: Sequence[DownloadJob]) -> None:
        """Show the queue as it is now."""
        for key in set(self._rows) - {job.order.id for job in jobs}:
            gone = self._rows.pop(key)
            self._list.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for place, job in enumerate(jobs):
            if job.order.id not in self._rows:
                self._rows[job.order.id] = made = _Row(job, self)
                self._list.insertWidget(place, made)
            done = job.state is JobState.DONE
            usable, copied = done and self._usable(job), done and self._copied(job)
            self._rows[job.order.id].refresh(job, usable=usable, copied=copied)
        self._empty.setVisible(not jobs)
        self._clear.setVisible(any(job.state is JobState.DONE for job in jobs))
        self._summary.setText(_summary(jobs))
        self.setVisible(bool(jobs) or self._toggle.isChecked())
        self._fit()

    def show_progress(self, job: DownloadJob) -> None:
        """Show how far one download is."""
        shown = self._rows.get(job.order.id)
        if shown is not None:
            shown.refresh(job, usable=False, copied=False)
        self._summary.setText(_summary([one.job for one in self._rows.values()]))

    def unfold(self) -> None:
        """Show the list."""
        self._toggle.setChecked(True)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the height of the list right when the font changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _folded(self, shown: bool) -> None:
        set_icon(self._toggle, "down" if shown else "up")
        self._area.setVisible(shown)
        if not self._rows and not shown:
            self.hide()

    def _fit(self) -> None:
        """Give the list the height of a few rows, or less when there are fewer."""
        heights = [shown.sizeHint().height() + STEP for shown in self._rows.values()]
        wanted = sum(heights[:_ROWS_SHOWN]) or self._empty.sizeHint().height() + 2 * STEP
        self._area.setFixedHeight(wanted)


class _Row(QWidget):
    """One download."""

    def __init__(self, job: DownloadJob, panel: DownloadsPanel) -> None:
        super().__init__()
        self.setObjectName("downloadRow")
        self.job = job
        self._name = ElidedLabel("downloadNameLabel", Qt.TextElideMode.ElideMiddle)
        self._said = ElidedLabel("downloadStateLabel")
        set_role(self._said, Role.MUTED)
        self._bar = QProgressBar()
        self._bar.setObjectName("downloadProgress")
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(HALF)
        button = self._button
        self._pause = button("pause", translate("Dinamis", "Pause"), panel.pause_requested)
        self._resume = button("resume", translate("Dinamis", "Resume"), panel.resume_requested)
        self._retry = button("refresh", translate("Dinamis", "Try again"), panel.resume_requested)
        self._use = button(
            "use_file", translate("Dinamis", "Let the layer read this file"), panel.use_requested
        )
        self._remote = button(
            "link", translate("Dinamis", "Read from the server again"), panel.remote_requested
        )
        self._folder = button("folder", translate("Dinamis", "Show in the folder"), None)
        self._folder.clicked.connect(lambda _checked: self._open_folder())
        self._cancel = button("close", translate("Dinamis", "Cancel"), panel.cancel_requested)
        buttons = row(
            self._pause,
            self._resume,
            self._retry,
            self._use,
            self._remote,
            self._folder,
            self._cancel,
            spacing=0,
        )
        line = row(self._name, spacing=HALF)
        line.addLayout(buttons)
        line.setStretch(0, 1)
        self.setLayout(column(line, self._bar, self._said, spacing=2))

    def _button(self, icon: str, text: str, signal: pyqtSignal | None) -> QToolButton:
        name = f"download{icon.title().replace('_', '')}Button"
        made = tool_button(text, icon, name=name, text_shown=False)
        if signal is not None:
            made.clicked.connect(lambda _checked: signal.emit(self.job))
        return made

    def refresh(self, job: DownloadJob, *, usable: bool, copied: bool) -> None:
        """Show where the download stands now."""
        self.job, state = job, job.state
        self._name.setText(Path(job.target).name if job.target else job.order.name)
        self._said.setText(_state(job))
        set_role(self._said, Role.WARNING if state is JobState.FAILED else Role.MUTED)
        if state is JobState.RUNNING and job.percent is None:
            self._bar.setRange(0, 0)
        else:
            self._bar.setRange(0, 1000)
            self._bar.setValue(1000 if state is JobState.DONE else round((job.percent or 0) * 10))
        self._bar.setAccessibleName(f"{self._name.whole_text()}: {self._said.whole_text()}")
        self._pause.setVisible(state in (JobState.RUNNING, JobState.WAITING))
        self._resume.setVisible(state is JobState.PAUSED)
        self._retry.setVisible(state is JobState.FAILED)
        self._folder.setVisible(state is JobState.DONE)
        self._use.setVisible(usable)
        self._remote.setVisible(copied)
        text = (
            translate("Dinamis", "Remove from the list; the file stays")
            if state is JobState.DONE
            else translate("Dinamis", "Cancel; nothing stays on the disk")
        )
        self._cancel.setToolTip(text)
        self._cancel.setAccessibleName(text)

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(self.job.target).parent)))


def _summary(jobs: Sequence[DownloadJob]) -> str:
    """Sum the queue up in one line."""
    counts = {state: sum(job.state is state for job in jobs) for state in JobState}
    parts = [
        text.format(count=formats.number(counts[state]))
        for state, text in (
            (JobState.RUNNING, translate("Dinamis", "{count} running")),
            (JobState.WAITING, translate("Dinamis", "{count} waiting")),
            (JobState.PAUSED, translate("Dinamis", "{count} paused")),
            (JobState.FAILED, translate("Dinamis", "{count} failed")),
            (JobState.DONE, translate("Dinamis", "%n done", None, counts[JobState.DONE])),
        )
        if counts[state]
    ]
    rate = sum(job.rate for job in jobs)
    if rate:
        parts.append(_rate(rate))
    if not parts:
        return translate("Dinamis", "Downloads")
    return translate("Dinamis", "Downloads: {states}").format(states=" · ".join(parts))


def _state(job: DownloadJob) -> str:
    """Say in one line where a download stands."""
    if job.state is JobState.DONE:
        done = translate("Dinamis", "Done")
        return f"{done} · {formats.size(job.total)}" if job.total else done
    if job.state is JobState.FAILED:
        return job.reason or translate("Dinamis", "Failed")
    parts = []
    if job.state is JobState.WAITING:
        parts.append(translate("Dinamis", "Waiting"))
    elif job.state is JobState.PAUSED:
        parts.append(translate("Dinamis", "Paused"))
    if job.done and job.total:
        of = translate("Dinamis", "{done} / {total}")
        parts.append(of.format(done=formats.size(job.done), total=formats.size(job.total)))
    elif job.total:
        parts.append(formats.size(job.total))
    if job.state is JobState.RUNNING and job.rate:
        parts.append(_rate(job.rate))
    if job.remaining_s is not None:
        parts.append(translate("Dinamis", "≈ {time}").format(time=formats.duration(job.remaining_s)))
    return " · ".join(parts) or translate("Dinamis", "Starting…")


def _rate(rate: float) -> str:
    return translate("Dinamis", "{size}/s").format(size=formats.size(rate))
