"""Hits -> the same hits in the order of a cross-encoder, by setting. Off by default: it costs a model's run a passage."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from retrieval.errors import EncoderError
from retrieval.search import Hit
from retrieval.snapshot import Generation

DEPTH = 10
"""Hits that are looked at again."""


class Reranker:
    """Any CrossEncoder of sentence-transformers, from a folder or a hub name."""

    def __init__(self, model: str) -> None:
        try:
            from sentence_transformers import CrossEncoder

            self._model: Any = CrossEncoder(model, device="cpu", num_labels=1)
        except Exception as error:
            raise EncoderError(
                f"the reranking model {model!r} cannot be loaded ({type(error).__name__}: {error})",
                mend="Give TINTINH_RERANKER__MODEL a folder or a hub name that this machine reaches, or unset it",
            ) from error
        self.name = model

    def rerank(self, question: str, hits: Sequence[Hit], generation: Generation) -> list[Hit]:
        """Return `hits`, the passage that the model finds nearest to `question` first.

        The scores keep their values and change their owners: the reader was fitted to log-odds of the search.
        """
        if len(hits) < 2:
            return list(hits)
        pairs = []
        for hit in hits:
            article, start, end = generation.passage(hit.passage)
            pairs.append((question, f"{article.title}\n{article.text[start:end]}"))
        order = np.argsort(-np.asarray(self._model.predict(pairs, show_progress_bar=False)), kind="stable")
        return [replace(hits[i], score=hits[rank].score) for rank, i in enumerate(order.tolist())]
