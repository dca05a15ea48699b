"""Extractive question-answering models as span readers: any of transformers, or one exported to ONNX."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from retrieval.answers.span_readers.protocol import Marking, Passage, SpanReaderError
from retrieval.answers.span_readers.windows import Windowing, marking
from retrieval.errors import ReaderModelError

WINDOW = 384
"""Tokens of a window, where the model takes as many."""
_MEND = "Give TINTINH_READER__MODEL a folder or a hub name that this machine reaches, or unset it"


class TransformerReader:
    """A transformers model for question answering, from a folder or a hub name, with its fast tokenizer."""

    def __init__(self, model: str, threshold: float = 0.5) -> None:
        try:
            import torch
            from transformers import AutoModelForQuestionAnswering, AutoTokenizer

            self._torch = torch
            tokenizer: Any = AutoTokenizer.from_pretrained(model)
            self._model: Any = AutoModelForQuestionAnswering.from_pretrained(model).eval()
        except Exception as error:
            raise ReaderModelError(
                f"the question-answering model {model!r} cannot be loaded ({type(error).__name__}: {error})", mend=_MEND
            ) from error
        if not tokenizer.is_fast:
            raise ReaderModelError(
                f"the tokenizer of {model!r} does not tell where its pieces stand in the text",
                mend="Give TINTINH_READER__MODEL a model with a fast tokenizer (tokenizer.json)",
            )
        self.name = model
        self.threshold = threshold
        self._takes_types = "token_type_ids" in tokenizer.model_input_names
        # RoBERTa counts positions from its padding index on.
        longest = min(WINDOW, getattr(self._model.config, "max_position_embeddings", WINDOW) - 2)
        self._windowing = Windowing(tokenizer.backend_tokenizer, longest, tokenizer.pad_token_id or 0)

    def mark(self, question: str, passages: Sequence[Passage]) -> Marking:
        """Return the best span over all passages, and the probability that it is there at all."""
        windows = self._windowing.of(question, [p.text for p in passages])
        given = {"input_ids": windows.ids, "attention_mask": windows.mask}
        if self._takes_types:
            given["token_type_ids"] = windows.types
        try:
            with self._torch.no_grad():
                output = self._model(**{name: self._torch.from_numpy(rows) for name, rows in given.items()})
        except RuntimeError as error:
            raise SpanReaderError(type(error).__name__) from error
        return marking(windows, output.start_logits.float().numpy(), output.end_logits.float().numpy())


class OnnxReader:
    """A folder that training/transformer exported: model.onnx (int8), tokenizer.json, reader.json. No torch is imported."""

    def __init__(self, folder: Path, threshold: float = 0.5) -> None:
        try:
            import onnxruntime

            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1  # many questions at once, one thread each
            self._session: Any = onnxruntime.InferenceSession(
                str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
            settings = json.loads((folder / "reader.json").read_text(encoding="utf-8"))
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            longest = min(WINDOW, int(settings["max_position_embeddings"]))
        except ImportError as error:
            raise ReaderModelError(
                "a model in ONNX form needs ONNX Runtime", mend="Install it: pip install 'tintinh[onnx]'"
            ) from error
        except Exception as error:
            raise ReaderModelError(
                f"the question-answering model in {folder} cannot be loaded ({type(error).__name__}: {error})",
                mend=_MEND,
            ) from error
        self.name = folder.name
        self.threshold = threshold
        self._windowing = Windowing(tokenizer, longest, 0)

    def mark(self, question: str, passages: Sequence[Passage]) -> Marking:
        """Return the best span over all passages, and the probability that it is there at all."""
        windows = self._windowing.of(question, [p.text for p in passages])
        given = {"input_ids": windows.ids, "attention_mask": windows.mask, "token_type_ids": windows.types}
        try:
            starts, ends = self._session.run(["start_logits", "end_logits"], given)
        except Exception as error:
            raise SpanReaderError(type(error).__name__) from error
        return marking(windows, starts, ends)


def open_transformer(model: str, threshold: float) -> TransformerReader | OnnxReader:
    """Return the reader for `model`: an exported folder is served by ONNX Runtime, anything else by transformers."""
    folder = Path(model).expanduser()
    return OnnxReader(folder, threshold) if (folder / "model.onnx").is_file() else TransformerReader(model, threshold)
