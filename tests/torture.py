"""Reloads that are killed, starved and lied to: afterwards every answer is that of the old corpus or of the new one.

    python -m tests.torture [TRIAL]...      all, or those named (see TRIALS), at full size; the figures go to docs/reliability.md

CI runs the same in a small form (tests/test_faults.py). Faults are injected at system-call level by strace, so that
those of native code (tantivy, FAISS, numpy) are met too.
"""

import functools
import json
import logging
import random
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.answering import Answerers
from bot.apart import Indexer
from bot.library import Library
from retrieval.articles import Article
from retrieval.encoding import Encoder, open_encoder
from retrieval.errors import TinTinhError
from retrieval.generations import Store
from retrieval.readers import load
from tests import crowd, once

CALLS = (
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "unlink",
    "unlinkat",
    "ftruncate",
    "mkdir",
)
"""System calls that change what is on the disk."""
ERRORS = (("write", "ENOSPC"), ("write", "EIO"), ("pwrite64", "ENOSPC"), ("fsync", "EIO"), ("fdatasync", "EIO"), ("openat", "EMFILE"),
          ("rename", "EIO"), ("ftruncate", "EIO"), ("mkdir", "ENOSPC"), ("link", "EMLINK"), ("linkat", "EMLINK"))  # fmt: skip
ARTICLES = 90
STARTING_S = 10.0
"""Within which processes that answer are ready."""
QUESTIONS = ("Huyện Mường 2 có bao nhiêu hộ thuộc diện hỗ trợ?", "Huyện Mường 4 có bao nhiêu hộ thuộc diện hỗ trợ?", "Ai chủ trì cuộc họp bàn việc thứ 21?",
             "Huyện Mường 500 có bao nhiêu hộ?", "Vàng Seo Số7 là ai?", "liệt kê các cuộc họp Vàng Seo Số9 chủ trì")  # fmt: skip


def made(n: int, version: int = 0) -> Article:
    """Return an article of its own words, so that a change shows in the answers."""
    text = (
        f"Ngày {n % 28 + 1}/3, đồng chí Vàng Seo Số{n}, Phó Chủ tịch UBND huyện Mường {n}, chủ trì cuộc họp bàn việc thứ {n * 7}. "
        f"Huyện Mường {n} có {n * 13 + version} hộ thuộc diện hỗ trợ, {n * 3} xã đã lập danh sách."
    )
    return Article(id=f"a{n}", text=text, title=f"Mường {n} bàn việc thứ {n * 7}", source="Báo Lam Giang")


def old_corpus() -> list[Article]:
    """Return the corpus before the reload."""
    return [made(n) for n in range(ARTICLES)]


def new_corpus() -> list[Article]:
    """Return the corpus after it: some changed, some gone, one new."""
    return [*(made(n, version=n % 9 == 2) for n in range(ARTICLES) if n != 4), made(500)]


def answers(library: Library) -> str:
    """Return what the corpus answers, without what differs each time."""
    rows = []
    for question in QUESTIONS:
        row = library.engine().ask(question).to_json()
        rows.append({k: v for k, v in row.items() if k not in {"id", "elapsed_ms", "generation"}})
    return json.dumps(rows, ensure_ascii=False, sort_keys=True)


@dataclass
class Scene:
    """A data folder before a reload, kept to be copied, and what the old and the new corpus answer."""

    folder: Path
    encoder: Encoder
    old: str
    new: str

    @property
    def before(self) -> Path:
        """The data folder that each run begins with."""
        return self.folder / "before"

    def fresh(self) -> Path:
        """Return a copy of it."""
        data = self.folder / "data"
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(self.before, data)
        return data

    def judge(self, data: Path) -> str:
        """Return `old` or `new`, by what the folder answers when it is opened again; or what is wrong. Then the next reload must do."""
        try:
            found = answers(Library(data, self.encoder))
        except TinTinhError as error:
            return f"cannot be opened: {error}"
        state = {self.old: "old", self.new: "new"}.get(found, f"mixed: {found[:300]}")
        try:
            Store(data).publish(new_corpus(), self.encoder)
        except TinTinhError as error:
            return f"the next reload fails: {error}"
        leftovers = [p.name for p in data.rglob(".building-*")] + [p.name for p in data.glob(".current.*")]
        if answers(Library(data, self.encoder)) != self.new or leftovers:
            return f"the next reload does not mend it ({leftovers})"
        return state


@contextmanager
def scene() -> Iterator[Scene]:
    """Build the scene, and take it away."""
    encoder = open_encoder()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        Store(folder / "before").publish(old_corpus(), encoder)
        shutil.copytree(folder / "before", folder / "after")
        Store(folder / "after").publish(new_corpus(), encoder)
        old, new = (answers(Library(folder / part, encoder)) for part in ("before", "after"))
        if old == new:
            raise AssertionError("the reload must show in the answers")
        yield Scene(folder, encoder, old, new)


def child(data: Path, *, broken: bool) -> None:
    """Reload, in a process of its own; `broken` writes into what is in force, as one must not: the tests must notice."""
    encoder = open_encoder()
    if broken:
        path = Store(data).folder / str(Store(data).current_id()) / "removed.npz"
        content = path.read_bytes()
        path.write_bytes(b"")
        time.sleep(0.4)
        path.write_bytes(content)
    Store(data).publish(new_corpus(), encoder)


def command(data: Path, *, broken: bool = False) -> list[str]:
    """Return the command of the process that reloads."""
    return [sys.executable, "-m", "tests.torture", "child", str(data), *(["--broken"] if broken else [])]


_LAST_OPENED = 150
ROOT = Path(__file__).parents[1]
_TRACED = re.compile(r"^(?:\[pid +\d+\] |\d+ +)?(\w+)\(")


def points(scene: Scene, calls: tuple[str, ...] = CALLS) -> Counter[str]:
    """Return how often each system call is made in one reload, by the thread that makes most of them."""
    data = scene.fresh()
    with tempfile.NamedTemporaryFile("r", suffix=".trace") as trace:
        run = [
            "strace",
            "-f",
            "-qq",
            "-e",
            "signal=none",
            "-e",
            f"trace={','.join(calls)}",
            "-o",
            trace.name,
            *command(data),
        ]
        subprocess.run(run, check=True, cwd=ROOT, capture_output=True)
        by_thread: Counter[tuple[str, str]] = Counter()
        for line in trace:
            thread, _, rest = line.partition(" ")
            match = _TRACED.match(rest.strip())
            if match and "resumed" not in line:
                by_thread[match[1], thread] += 1
    return Counter({call: max(n for (c, _), n in by_thread.items() if c == call) for call, _ in by_thread})


def strike(scene: Scene, call: str, at: int, what: str, *, broken: bool = False) -> tuple[int, str, str]:
    """Reload with a fault at the `at`-th `call` of a thread; return the exit status, what was said, and the judgement."""
    data = scene.fresh()
    run = [
        "strace",
        "-f",
        "-qq",
        "-e",
        "signal=none",
        "-e",
        f"trace={call}",
        "-e",
        f"inject={call}:{what}:when={at}",
        "-o",
        "/dev/null",
    ]
    done = subprocess.run([*run, *command(data, broken=broken)], check=False, cwd=ROOT, capture_output=True, text=True)
    return done.returncode, done.stderr.strip().split("\n")[-1][:200], scene.judge(data)


def kill_everywhere(scene: Scene, most: int | None = None) -> tuple[int, Counter[str], list[str]]:
    """Kill a reload at each point (at `most` of them, spread); return their count, the outcomes, and what went wrong."""
    found = [(call, n) for call, count in points(scene).items() for n in range(1, count + 1)]
    chosen = found if most is None else random.Random(7).sample(found, min(most, len(found)))
    outcomes: Counter[str] = Counter()
    wrong = []
    for call, at in chosen:
        _, _, state = strike(scene, call, at, "signal=KILL")
        outcomes[state if state in {"old", "new"} else "wrong"] += 1
        if state not in {"old", "new"}:
            wrong.append(f"{call} {at}: {state}")
    return len(found), outcomes, wrong


def kill_at_random(scene: Scene, runs: int, *, broken: bool = False) -> tuple[Counter[str], list[str]]:
    """Kill a reload after a random time; return the outcomes and what went wrong."""
    began = time.monotonic()
    subprocess.run(command(scene.fresh()), check=True, cwd=ROOT, capture_output=True)
    whole = time.monotonic() - began
    dice = random.Random(3)
    outcomes: Counter[str] = Counter()
    wrong = []
    for n in range(runs):
        data = scene.fresh()
        process = subprocess.Popen(
            command(data, broken=broken), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        # The first half is Python starting; what writes comes at the end.
        time.sleep(whole * dice.uniform(0.4, 1.05))
        process.send_signal(signal.SIGKILL)
        process.wait()
        state = scene.judge(data)
        outcomes[state if state in {"old", "new"} else "wrong"] += 1
        if state not in {"old", "new"}:
            wrong.append(f"run {n}: {state}")
    return outcomes, wrong


def fail_everywhere(scene: Scene, most: int | None = None) -> tuple[int, Counter[str], list[str]]:
    """Let each I/O call of a reload fail (at `most` points, spread): the old corpus serves and the error is told, or it did no harm."""
    counts = points(scene, tuple(dict.fromkeys(call for call, _ in ERRORS)))
    # Most files are opened by Python's imports; the reload's own come last.
    found = [(c, error, n) for c, error in ERRORS for n in range(max(1, counts[c] - _LAST_OPENED + 1), counts[c] + 1)]
    chosen = found if most is None else random.Random(11).sample(found, min(most, len(found)))
    outcomes: Counter[str] = Counter()
    wrong = []
    for call, error, at in chosen:
        code, said, state = strike(scene, call, at, f"error={error}")
        well = state == "new" if code == 0 else state in {"old", "new"} and bool(said)
        outcomes[_outcome(code, state)] += 1
        if not well:
            wrong.append(f"{call} {error} {at}: exit {code} ({said}), {state}")
    return len(found), outcomes, wrong


def cut_short(scene: Scene, limits: int) -> tuple[int, Counter[str], list[str]]:
    """Let each write that would make a file longer than a limit be short, and the next fail (EFBIG), for `limits` sizes.

    The kernel does this itself (RLIMIT_FSIZE), native code's writes included: the first write beyond takes what still fits.
    """
    data = scene.fresh()
    known = {p.relative_to(data) for p in data.rglob("*")}
    subprocess.run(command(data), check=True, cwd=ROOT, capture_output=True)
    written = [
        p for p in data.rglob("*") if p.is_file() and p.relative_to(data) not in known and p.stat().st_nlink == 1
    ]
    sizes = sorted({p.stat().st_size for p in written} - {0})
    dice = random.Random(13)
    # Below each size the file is cut by one byte; between them, anywhere.
    found = sorted({max(1, size - 1) for size in sizes} | {dice.randrange(1, sizes[-1]) for _ in range(limits)})
    chosen = sorted(dice.sample(found, min(limits, len(found))))
    outcomes: Counter[str] = Counter()
    wrong = []
    for limit in chosen:
        data = scene.fresh()
        done = subprocess.run(
            command(data),
            check=False,
            cwd=ROOT,
            capture_output=True,
            text=True,
            preexec_fn=functools.partial(_shorten, limit),
        )
        said, state = done.stderr.strip().split("\n")[-1][:200], scene.judge(data)
        well = state == "new" if done.returncode == 0 else state == "old" and bool(said)
        outcomes[_outcome(done.returncode, state)] += 1
        if not well:
            wrong.append(f"limit {limit}: exit {done.returncode} ({said}), {state}")
    return len(chosen), outcomes, wrong


def _outcome(code: int, state: str) -> str:
    return f"{'failed and told' if code else 'done all the same'}, {state if state in {'old', 'new'} else 'wrong'}"


def _shorten(limit: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # then the call fails with EFBIG
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


def damaged(content: bytes, dice: random.Random) -> bytes:
    """Return the content of a file cut, with a bit turned over, or a page zeroed."""
    if not content:
        return b"x"
    match dice.randrange(3):
        case 0:
            return content[: dice.randrange(len(content))]
        case 1:
            found = bytearray(content)
            found[dice.randrange(len(found))] ^= 1 << dice.randrange(8)
            return bytes(found)
        case _:
            at = dice.randrange(len(content)) // 4096 * 4096
            return content[:at] + bytes(min(4096, len(content) - at)) + content[at + 4096 :]


def damage(scene: Scene, runs: int) -> tuple[Counter[str], list[str]]:
    """Damage a file of the generation in force; it must be found and the one before serve, or be harmless."""
    data = scene.fresh()
    first = Store(data).current_id()
    store = Store(data)
    second = store.publish(new_corpus(), scene.encoder)
    own = set(json.loads((store.folder / second / "manifest.json").read_text(encoding="utf-8"))["segments"])
    own -= set(json.loads((store.folder / str(first) / "manifest.json").read_text(encoding="utf-8"))["segments"])
    roots = [store.folder / second, *(store.segments / name for name in own)]
    files = [
        p
        for root in roots
        for p in sorted(root.rglob("*"))
        if p.is_file() and not p.name.endswith(".lock") and p.stat().st_nlink == 1
    ]
    dice = random.Random(5)
    outcomes: Counter[str] = Counter()
    wrong = []
    for _ in range(runs):
        path = dice.choice(files)
        whole = path.read_bytes()
        kind = dice.choice(("damage", "damage", "damage", "sibling", "version", "missing"))
        if kind == "sibling":
            path.write_bytes(dice.choice([f for f in files if f.suffix == path.suffix]).read_bytes())
        elif kind == "version" and path.name == "manifest.json":
            path.write_bytes(whole.replace(b'"format": ', b'"format": 1'))
        elif kind == "missing":
            path.unlink()
        else:
            path.write_bytes(damaged(whole, dice))
        same = path.exists() and path.read_bytes() == whole
        found = Store(data).damages(second)
        served = answers(Library(data, scene.encoder))
        if same:
            outcomes["nothing was changed"] += 1
        elif found and served == scene.old:
            outcomes["found, the one before serves"] += 1
        elif served == scene.new and found:
            outcomes["found, harmless"] += 1
        else:
            outcomes["wrong"] += 1
            wrong.append(
                f"{kind} of {path.name}: found {bool(found)}, served {'old' if served == scene.old else 'new' if served == scene.new else 'mixed'}"
            )
        path.write_bytes(whole)
    return outcomes, wrong


def under_load(scene: Scene, reloads: int, asked: int, askers: int = 64, processes: int = 0) -> dict[str, float]:
    """Reload again and again while questions come at half of what one thread can answer; return the figures.

    Answered in threads, or by `processes`. The same rate without reloads is the measure. Raises AssertionError for an answer that is none of the two corpora's.
    """
    data = scene.fresh()
    library = Library(data, scene.encoder)
    library.engine().ask(QUESTIONS[0])
    began = time.perf_counter()
    for n in range(200):
        library.engine().ask(QUESTIONS[n % len(QUESTIONS)])
    if processes:
        library.answerers = Answerers(data, processes)
        time.sleep(STARTING_S)
    rate = 0.5 * 200 / (time.perf_counter() - began)
    valid = {question: set() for question in QUESTIONS}  # type: dict[str, set[str]]
    for corpus in ("before", "after"):
        other = Library(scene.folder / corpus, scene.encoder)
        for question in QUESTIONS:
            valid[question].add(_rests_on(other.engine().ask(question).to_json()))
    quiet = _ask_openly(library, rate, asked // 4, askers, valid)
    stop = threading.Event()
    done = 0
    files = [scene.folder / "old.jsonl", scene.folder / "new.jsonl"]
    for path, articles in zip(files, (old_corpus(), new_corpus()), strict=True):
        path.write_text("".join(f"{a.to_json()}\n" for a in articles), encoding="utf-8")
    indexer = Indexer(data)

    def reload() -> None:
        nonlocal done
        began = time.perf_counter()
        while not stop.is_set() and done < reloads:
            time.sleep(max(0.0, began + done * asked / rate / reloads - time.perf_counter()))
            indexer([files[(done + 1) % 2]])
            library.refresh()
            done += 1

    thread = threading.Thread(target=reload)
    thread.start()
    busy: list[float] = []
    generations: set[str] = set()
    try:
        while len(busy) < asked or (done < reloads and thread.is_alive()):
            busy += _ask_openly(library, rate, min(2000, asked), askers, valid, generations)
    finally:
        stop.set()
        thread.join()
        indexer.close()
        if library.answerers is not None:
            library.answerers.close()
    return {
        "reloads": done, "answers": len(busy), "generations": len(generations), "rate": rate,
        "quiet_p99_ms": _p99(quiet), "busy_p99_ms": _p99(busy), "ratio": _p99(busy) / _p99(quiet),
    }  # fmt: skip


def _rests_on(row: dict[str, Any]) -> str:
    """Return what an answer rests on: which words of a quote it shows may hang on statistics that count removed articles.

    The rows of passages differ between generations of one corpus.
    """
    quoted = [(c["article_id"], c["start"], c["end"], c["quote"]) for c in row["citations"]]
    return json.dumps([row["status"], quoted], ensure_ascii=False)


def _p99(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=100)[98] * 1000


def _ask_openly(
    library: Library,
    rate: float,
    count: int,
    askers: int,
    valid: dict[str, set[str]],
    generations: set[str] | None = None,
) -> list[float]:
    """Ask `count` questions at `rate` a second, whenever each is due, by `askers`; return what each waited from when it was due."""
    turn = threading.Lock()
    taken: list[float] = []
    wrong: list[str] = []
    began = time.perf_counter()
    number = iter(range(count))

    def ask() -> None:
        while True:
            with turn:
                n = next(number, None)
            if n is None:
                return
            due = began + n / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            question = QUESTIONS[n % len(QUESTIONS)]
            row = library.ask(question).to_json()
            taken.append(time.perf_counter() - due)
            shown = all(i["text"] in row["citations"][i["citation"]]["quote"] for i in row["items"])
            if not shown or _rests_on(row) not in valid[question]:
                wrong.append(f"{question}: {row}")
            if generations is not None:
                generations.add(str(row["generation"]))

    threads = [threading.Thread(target=ask) for _ in range(askers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong or len(taken) != count:
        raise AssertionError(f"{len(wrong)} wrong, {count - len(taken)} lost: {wrong[:1]}")
    return taken


def mutations(count: int) -> tuple[Counter[str], list[str]]:
    """Read `count` damaged files for each reader; what is left out is told, and nothing else may happen."""
    from tests import test_foreign

    outcomes: Counter[str] = Counter()
    wrong = []
    with tempfile.TemporaryDirectory() as name:
        whole = {ending: path.read_bytes() for ending, path in test_foreign.samples(Path(name)).items()}
        for ending, content in whole.items():
            dice = random.Random(ending)
            for _ in range(0, count, 500):
                folder = Path(tempfile.mkdtemp(dir=name))
                for n in range(500):
                    (folder / f"{n}{ending}").write_bytes(test_foreign.damaged(content, dice))
                try:
                    loaded = load([folder])
                except Exception as error:  # noqa: BLE001 - that nothing is raised is what is tried
                    wrong.append(f"{ending}: {type(error).__name__}: {error}")
                    continue
                outcomes["read"] += len(loaded.articles)
                outcomes["left out and told"] += len(loaded.unread)
                shutil.rmtree(folder)
    return outcomes, wrong


def main() -> None:
    """Run what is asked for, at full size, and print the figures."""
    if sys.argv[1:2] == ["child"]:
        if "--corpus=old" in sys.argv:
            Store(Path(sys.argv[2])).publish(old_corpus(), open_encoder())
        else:
            child(Path(sys.argv[2]), broken="--broken" in sys.argv)
        return
    logging.disable(logging.ERROR)  # that a damaged generation is reported is tested elsewhere
    chosen = sys.argv[1:] or [name for name in TRIALS if not name.endswith("-short")]
    if unknown := [name for name in chosen if name not in TRIALS]:
        raise SystemExit(f"there is no trial {unknown[0]!r}; there are {', '.join(TRIALS)}")
    failures: list[str] = []
    with scene() as made_scene:
        for name in chosen:
            began = time.monotonic()
            figures, wrong = TRIALS[name](made_scene)
            print(f"{name}: {figures} in {time.monotonic() - began:.0f} s", flush=True)
            for line in wrong:
                print(f"  WRONG {line}", flush=True)
            failures.extend(wrong)
    raise SystemExit(1 if failures else 0)


def _once(scene: Scene, updates: int, each: int) -> tuple[object, list[str]]:
    outcome = once.run(scene.folder / "once", scene.encoder, updates, stops=each, kills=each)
    return outcome, [] if outcome.good else [str(outcome)]


def _pair(found: tuple[int, Counter[str], list[str]]) -> tuple[object, list[str]]:
    return {"points": found[0], **found[1]}, found[2]


TRIALS: dict[str, Callable[[Scene], tuple[object, list[str]]]] = {
    "kills": lambda scene: _pair(kill_everywhere(scene)),
    "random-kills": lambda scene: kill_at_random(scene, 1000),
    "errors": lambda scene: _pair(fail_everywhere(scene)),
    "short": lambda scene: _pair(cut_short(scene, 200)),
    "damage": lambda scene: damage(scene, 2000),
    "mutations": lambda _: mutations(10_000),
    "once": lambda scene: _once(scene, 10_000, 100),
    "once-short": lambda scene: _once(scene, 1000, 10),
    "crowd": lambda scene: (crowd.crowd(scene.before, scene.folder, 600), []),
    "crowd-short": lambda scene: (crowd.crowd(scene.before, scene.folder, 60), []),
    "load": lambda scene: (under_load(scene, 100, 100_000), []),
    "load-short": lambda scene: (under_load(scene, 20, 16_000), []),
    "load-apart": lambda scene: (under_load(scene, 100, 100_000, processes=2), []),
    "load-apart-short": lambda scene: (under_load(scene, 20, 8_000, processes=2), []),
}
"""What can be run; those that end in `-short` only where they are asked for."""


if __name__ == "__main__":
    main()
