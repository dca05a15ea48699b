"""Articles in, cited answers out. Knows neither people nor channels nor settings.

Offline, top to bottom: `readers` -> `passages` -> `encoding` + `lexical` -> `generations`.
Online, top to bottom: `questions` -> `search` -> `answers`.
"""

import os

# The products of a question are small: shared among threads they take half as long again, and steal the cores from whom answers beside.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
