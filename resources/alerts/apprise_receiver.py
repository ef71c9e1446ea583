"""Apprise: e-mail and a hundred chat and push services, each by a URL of its own."""

from dataclasses import dataclass

from apprise import Apprise, NotifyFormat, NotifyType

from resources.alerts.receiver import DeliveryError
from resources.alerts.text import body, title
from schemas.alerts.kinds import AlertSeverity
from schemas.alerts.message import Action, Message

TYPES = {
    AlertSeverity.CRITICAL: NotifyType.FAILURE,
    AlertSeverity.ERROR: NotifyType.FAILURE,
    AlertSeverity.WARNING: NotifyType.WARNING,
    AlertSeverity.INFO: NotifyType.INFO,
}


@dataclass(frozen=True)
class AppriseReceiver:
    """One Apprise URL, such as `mailtos://...` or `tgram://...`."""

    name: str
    url: str

    def send(self, message: Message) -> None:
        """Notifies; Apprise says only whether it worked."""
        service = Apprise()
        if not service.add(self.url):
            raise DeliveryError(f"Apprise does not know the URL of receiver {self.name}.", for_good=True)
        over = message.action is Action.RESOLVE
        sent = service.notify(
            body=body(message),
            title=title(message),
            notify_type=NotifyType.SUCCESS if over else TYPES[message.incident.severity],
            body_format=NotifyFormat.TEXT,
        )
        if not sent:
            raise DeliveryError(f"Receiver {self.name} did not take the message through Apprise.")
