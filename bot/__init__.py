"""People: channel-neutral messages, conversation, rendering, and the channels.

`channels` (wire format <-> messages) -> `assistant` (message -> reply) -> `rendering` (reply -> text within limits).
`service` wires them once; `cli` parses, calls, prints.
"""

import os

# Read by numpy when it is first imported. The products of a question are small: two threads take a third longer than one, and take the cores
# from the processes that answer beside.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
