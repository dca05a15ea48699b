"""People: channel-neutral messages, conversation, rendering, and the channels.

`channels` (wire format <-> messages) -> `assistant` (message -> reply) -> `rendering` (reply -> text within limits).
`service` wires them once; `cli` parses, calls, prints.
"""
