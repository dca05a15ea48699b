"""What depends on where the service stands: whom a call for help reaches, the day, the province, what became of its communes."""

import datetime as dt
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from retrieval.answers.triage import EMERGENCY
from retrieval.vietnamese.places import Renamings


@dataclass(frozen=True)
class Locality:
    """The emergency numbers, as one sentence may list them, the time zone's name, and the province served."""

    emergency: str = EMERGENCY
    timezone: str = "Asia/Ho_Chi_Minh"
    province: str | None = None
    """The province that is meant where a question names none and the articles tell of several."""
    communes: Renamings = field(default_factory=Renamings)
    """What became of the communes of the province served."""

    def today(self) -> dt.date:
        """Return the day it is there."""
        return dt.datetime.now(tz=ZoneInfo(self.timezone)).date()
