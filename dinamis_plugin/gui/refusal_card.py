"""Why a form was not taken, inside the form."""

from __future__ import annotations

from ..controllers.messages import Notice
from .notices import ActionButton
from .theme import HALF, STEP, Tone
from .widgets import Card, column, label, row


class RefusalCard(Card):
    """A notice under a form: everything it says, and what it offers; hidden while there is none."""

    def __init__(self, name: str) -> None:
        """Name its label `{name}ErrorLabel` and its button `{name}ActionButton`."""
        super().__init__(Tone.DANGER)
        self._error = label(name=f"{name}ErrorLabel")
        self._action = ActionButton(f"{name}ActionButton")
        offer = row(self._action)
        offer.addStretch(1)
        self.setLayout(column(self._error, offer, margins=STEP + HALF))
        self.hide()

    def show_notice(self, notice: Notice) -> None:
        """Show why."""
        said = [notice.title, notice.text, *(text for _name, text in notice.fields), notice.hint]
        self.set_tone(Tone.DANGER)
        self._show("\n".join(dict.fromkeys(part for part in said if part)))
        self._action.offer(notice.action)

    def show_warning(self, text: str) -> None:
        """Show something that is to be known before the form is sent again."""
        self.set_tone(Tone.WARNING)
        self._show(text)
        self._action.offer(None)

    def _show(self, text: str) -> None:
        self._error.setText(text)
        self.setAccessibleName(text)
        self.show()
