"""Readers by setting: any model that, given a question and passages, marks words of them. What it marks is checked."""

from retrieval.answers.span_readers.protocol import Marking, Passage, Span, SpanReader, SpanReaderError
from retrieval.answers.span_readers.reading import SpanReading

__all__ = ["Marking", "Passage", "Span", "SpanReader", "SpanReaderError", "SpanReading"]
