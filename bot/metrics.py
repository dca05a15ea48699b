"""Figures for Prometheus at `/metrics`: counts and times, nothing of anybody. By prometheus_client."""

import datetime as dt
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.gc_collector import GCCollector
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from bot.library import Library
from bot.store.inbox import Inbox
from bot.store.people import People
from retrieval.answers.types import Answer, Reply
from retrieval.errors import GenerationError

CONTENT_TYPE = CONTENT_TYPE_LATEST
_BUCKETS = (0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.2, 2.5, 5.0)
"""Seconds: the limits of a question are 10 ms at the median and 40 ms at the 99th percentile."""


class Metrics:
    """What this process has counted since it started."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        self._answers = Histogram(
            "tintinh_answer_seconds",
            "Time to find an answer, by channel and by what came of the question",
            ["channel", "status", "reason"],
            buckets=_BUCKETS,
            registry=self._registry,
        )

    def asked(self, channel: str, reply: Reply) -> None:
        """Count a question and its reply."""
        status, reason = ("answered", "") if isinstance(reply, Answer) else ("not_found", reply.reason)
        self._answers.labels(channel, status, reason).observe(reply.elapsed_ms / 1000)

    def watch(self, library: Library, inbox: Inbox, people: People) -> None:
        """Tell with each look at the figures also what is loaded and what waits."""
        self._registry.register(_State(library, inbox, people))

    def text(self) -> bytes:
        """Return the figures in Prometheus' text format."""
        return generate_latest(self._registry)


class _State(Collector):
    """What stands at the moment of a look."""

    def __init__(self, library: Library, inbox: Inbox, people: People) -> None:
        self._library = library
        self._inbox = inbox
        self._people = people

    def describe(self) -> list[Metric]:
        """Return nothing: registering must not ask the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the figures."""
        waiting, aside = self._inbox.counts()
        yield GaugeMetricFamily("tintinh_updates_waiting", "Updates that are stored and not answered", waiting)
        yield GaugeMetricFamily("tintinh_updates_aside", "Updates that could not be handled", aside)
        yield GaugeMetricFamily(
            "tintinh_cases_open", "Answers reported as wrong, for an editor", len(self._people.cases())
        )
        try:
            generation = self._library.engine().generation
        except GenerationError:
            yield GaugeMetricFamily("tintinh_ready", "Whether questions can be answered", 0)
            return
        yield GaugeMetricFamily("tintinh_ready", "Whether questions can be answered", 1)
        yield GaugeMetricFamily("tintinh_articles", "Articles that may answer", len(generation))
        yield InfoMetricFamily("tintinh_generation", "The generation in force", {"id": generation.id})
        if until := generation.data_until:
            midnight = dt.datetime.combine(dt.date.fromisoformat(until), dt.time(), dt.UTC)
            yield GaugeMetricFamily(
                "tintinh_data_until_seconds", "Day of the newest article, seconds since 1970", midnight.timestamp()
            )
