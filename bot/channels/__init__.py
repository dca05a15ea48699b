"""The channels: wire format to messages and back, nothing else. A channel's SDK is imported in its own file alone."""
