"""What can go wrong, as one tree. Each error says what failed, where, and how to mend it.

TinTinhError
├── CorpusError        an article or a file of articles cannot be read
├── EncoderError       the embedding model is missing or broken
├── FetchError         an address may not, or cannot, be fetched
├── GenerationError    a published snapshot is missing, damaged, or built with another embedding model
├── ReaderModelError   the files of the answer reader are missing or damaged
├── SettingsError      a setting is wrong
└── StoreError         the database cannot be used
"""

import zipfile
import zlib

BROKEN = (OSError, EOFError, ValueError, KeyError, IndexError, zipfile.BadZipFile, zlib.error)
"""What numpy and zipfile raise on a file of arrays that is damaged, cut short or empty."""


class TinTinhError(Exception):
    """Root of all faults. `code` is stable: it is what operators search the manual for."""

    code = "fault"

    def __init__(self, what: str, *, mend: str) -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.code}: {self.what}. {self.mend}"


class CorpusError(TinTinhError):
    """A file of articles, named in the message, cannot be read."""

    code = "corpus-unreadable"


class EncoderError(TinTinhError):
    """The embedding model cannot be used."""

    code = "encoder-unusable"


class FetchError(TinTinhError):
    """An address, named in the message, may not be fetched, or cannot."""

    code = "fetch-refused"


class GenerationError(TinTinhError):
    """A snapshot of the corpus is missing or damaged; `path` is the file or folder."""

    code = "index-unusable"

    def __init__(self, what: str, *, mend: str, path: str = "") -> None:
        super().__init__(what, mend=mend)
        self.path = path


class ReaderModelError(TinTinhError):
    """The shipped files of the reader are missing or damaged."""

    code = "reader-unusable"


class SettingsError(TinTinhError):
    """A setting has a wrong value; the message names its variable."""

    code = "settings-wrong"


class StoreError(TinTinhError):
    """The database cannot be used."""

    code = "store-unusable"
