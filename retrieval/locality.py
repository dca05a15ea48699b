"""What depends on where the service stands: which numbers a call for help gets, which day it is, which province is meant."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from retrieval.answers.triage import EMERGENCY


@dataclass(frozen=True)
class Locality:
    """The emergency numbers, as one sentence may list them, the time zone's name, and the province served."""

    emergency: str = EMERGENCY
    timezone: str = "Asia/Ho_Chi_Minh"
    province: str | None = None
    """The province that is meant where a question names none and the articles tell of several."""

    def today(self) -> dt.date:
        """Return the day it is there."""
        return dt.datetime.now(tz=ZoneInfo(self.timezone)).date()
