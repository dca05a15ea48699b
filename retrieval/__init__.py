"""Articles in, cited answers out. Knows neither people nor channels nor settings.

Offline, top to bottom: `readers` -> `passages` -> `encoding` + `lexical` -> `generations`.
Online, top to bottom: `questions` -> `search` -> `answers`.
"""
