"""A small Vietnamese transformer of our own: a vocabulary, a language model, a reader and encoder, and its small export."""
