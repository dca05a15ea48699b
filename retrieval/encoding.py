"""Text -> vectors. The shipped static model is read with numpy and tokenizers; any other by sentence-transformers.

`import sentence_transformers` takes seconds and hundreds of megabytes, so it happens only for a transformer model.
"""

import functools
import hashlib
import json
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from retrieval.errors import EncoderError

Vectors = npt.NDArray[np.float32]
"""float32, shape (texts, dimensions), each row of length 1."""

SHIPPED = Path(__file__).parent / "models" / "encoder"


class Encoder(Protocol):
    """Turns texts into unit vectors whose inner product is their likeness."""

    name: str
    dimensions: int
    fingerprint: str
    """Changes whenever vectors may differ: an index built with another fingerprint is refused."""

    def encode_queries(self, texts: list[str]) -> Vectors:
        """Return the vectors of questions."""

    def encode_passages(self, texts: list[str]) -> Vectors:
        """Return the vectors of passages."""


class StaticEncoder:
    """A sentence-transformers StaticEmbedding: the mean of the token vectors, normalised."""

    def __init__(self, folder: Path) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        module = folder / (_static_module(folder) or "")
        try:
            self._table = load_file(module / "model.safetensors")["embedding.weight"]
            self._tokenizer = Tokenizer.from_file(str(module / "tokenizer.json"))
        except Exception as error:
            raise EncoderError(
                f"the static model in {folder} cannot be read ({error})",
                mend="Restore the folder, or set TINTINH_EMBEDDING__MODEL to another model",
            ) from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.name = folder.name if folder != SHIPPED else "tintinh-static"
        self.dimensions = int(self._table.shape[1])
        self.fingerprint = _fingerprint(folder, [])

    def encode_queries(self, texts: list[str]) -> Vectors:
        """Return the vectors of `texts`; a text without any known token is the zero vector."""
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for row, encoding in enumerate(self._tokenizer.encode_batch(texts, add_special_tokens=False)):
            if encoding.ids:
                vectors[row] = self._table[encoding.ids].sum(axis=0, dtype=np.float32)
        return _normalised(vectors)

    def encode_passages(self, texts: list[str]) -> Vectors:
        """Return the same as `encode_queries`, for many texts at once, by one sparse product."""
        from scipy.sparse import csr_array

        encodings = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        ids = np.array([i for e in encodings for i in e.ids], np.int32)
        starts = np.cumsum([0] + [len(e.ids) for e in encodings])
        counts = csr_array((np.ones(len(ids), np.float32), ids, starts), shape=(len(texts), len(self._table)))
        return _normalised(np.asarray(counts @ self._wide_table, np.float32))

    @functools.cached_property
    def _wide_table(self) -> Vectors:
        return np.asarray(self._table, np.float32)


class TransformerEncoder:
    """Any sentence-transformers model, from a folder or a hub, with the prompts it was trained with."""

    def __init__(self, model: str, query_prompt: str = "", passage_prompt: str = "", batch_size: int = 32) -> None:
        try:
            from sentence_transformers import SentenceTransformer

            self._model = SentenceTransformer(model, device="cpu")
        except Exception as error:
            raise EncoderError(
                f"the embedding model {model!r} cannot be loaded ({type(error).__name__}: {error})",
                mend="Give TINTINH_EMBEDDING__MODEL a folder or a hub name that this machine reaches, or unset it "
                "for the shipped model",
            ) from error
        self._prompts = (query_prompt, passage_prompt)
        self._batch_size = batch_size
        self.name = model
        self.dimensions = len(self._encode(["a"], "")[0])
        folder = Path(model)
        self.fingerprint = _fingerprint(folder if folder.is_dir() else None, [model, query_prompt, passage_prompt])

    def _encode(self, texts: list[str], prompt: str) -> Vectors:
        return np.asarray(
            self._model.encode(
                texts,
                prompt=prompt or None,
                batch_size=self._batch_size,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            ),
            np.float32,
        )

    def encode_queries(self, texts: list[str]) -> Vectors:
        """Return the vectors of questions, the query prompt before each."""
        return self._encode(texts, self._prompts[0])

    def encode_passages(self, texts: list[str]) -> Vectors:
        """Return the vectors of passages, the passage prompt before each."""
        return self._encode(texts, self._prompts[1])


def _normalised(vectors: Vectors) -> Vectors:
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return vectors


def open_encoder(model: str | None = None, query_prompt: str = "", passage_prompt: str = "") -> Encoder:
    """Return the encoder `model` names: None is the shipped one, a folder, or a hub name.

    Raises EncoderError where the model is missing or cannot be read.
    """
    folder = SHIPPED if model is None else Path(model).expanduser()
    if model is None and not folder.is_dir():
        raise EncoderError(f"the shipped model is not in {folder}", mend="Reinstall tintinh")
    if folder.is_dir() and _static_module(folder) is not None and not (query_prompt or passage_prompt):
        return StaticEncoder(folder)
    if model is not None and (model.startswith((".", "/", "~")) and not folder.is_dir()):
        raise EncoderError(
            f"there is no folder {model} with an embedding model", mend="Correct TINTINH_EMBEDDING__MODEL"
        )
    return TransformerEncoder(str(folder) if folder.is_dir() else str(model), query_prompt, passage_prompt)


def _static_module(folder: Path) -> str | None:
    """Return the sub-folder of the static module if `folder` holds StaticEmbedding [+ Normalize] and nothing else."""
    try:
        modules: list[dict[str, Any]] = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    types = [str(m["type"]).rsplit(".", 1)[-1] for m in modules]
    return str(modules[0]["path"]) if types in (["StaticEmbedding"], ["StaticEmbedding", "Normalize"]) else None


def _fingerprint(folder: Path | None, words: list[str]) -> str:
    """Return a short hash of the model's files (names, sizes, and of each file the first and last megabyte)."""
    digest = hashlib.sha256("\0".join(words).encode())
    for path in sorted(folder.rglob("*")) if folder else []:
        if path.is_file() and path.suffix in {".json", ".safetensors", ".bin", ".txt", ".model"}:
            digest.update(f"{path.relative_to(folder or path)}:{path.stat().st_size}".encode())
            with path.open("rb") as file:
                digest.update(file.read(1 << 20))
                file.seek(max(0, path.stat().st_size - (1 << 20)))
                digest.update(file.read())
    return digest.hexdigest()[:16]
