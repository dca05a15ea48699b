"""What depends on where the service stands: which numbers a call for help gets, and which day it is."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from retrieval.answers.triage import EMERGENCY


@dataclass(frozen=True)
class Locality:
    """The emergency numbers, as one sentence may list them, and the time zone's name."""

    emergency: str = EMERGENCY
    timezone: str = "Asia/Ho_Chi_Minh"

    def today(self) -> dt.date:
        """Return the day it is there."""
        return dt.datetime.now(tz=ZoneInfo(self.timezone)).date()
