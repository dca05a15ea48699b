"""The command line: exit codes, JSON and nothing else on stdout, batches row for row, and one line for each fault."""

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.library import Library
from retrieval.generations import Store
from tests.conftest import PROVINCE


def tintinh(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    import os

    clean = {k: v for k, v in os.environ.items() if not k.startswith("TINTINH_")}
    command = [sys.executable, "-m", "bot.cli", *map(str, arguments)]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[1],
        env=clean | environment,
    )


@pytest.fixture(scope="module")
def data(province: Library) -> Path:
    return province.store.data


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_index_ask_and_look(tmp_path: Path) -> None:
    done = tintinh("index", "--data", tmp_path, "--corpus", PROVINCE / "articles", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["articles"] == 8
    asked = tintinh("ask", "Ai chủ trì giao ban dân vận quý I?", "--data", tmp_path, "--json")
    assert json.loads(asked.stdout)["items"][0]["text"] == "Tạ Quang Hiển"
    shown = tintinh("ask", "ai chu tri giao ban dan van", TINTINH_DATA_DIR=str(tmp_path))
    assert shown.stdout.startswith("Tạ Quang Hiển")
    refused = tintinh("ask", "Giá vàng hôm nay?", "--data", tmp_path)
    assert refused.returncode == 0
    assert "chưa có bài nào nói về việc này" in refused.stdout
    listed = json.loads(tintinh("corpus", "list", "--data", tmp_path, "--json").stdout)
    assert len(listed["articles"]) == 8
    article = json.loads(tintinh("corpus", "show", "le-hoi-cau-mua.md", "--data", tmp_path, "--json").stdout)
    assert article["published_at"] == "2024-02-25"
    found = json.loads(tintinh("search", "lễ hội cầu mùa", "-k", "3", "--data", tmp_path, "--json").stdout)
    assert found["hits"][0]["article_id"] == "le-hoi-cau-mua.md"
    checked = tintinh("doctor", "--data", tmp_path)
    assert checked.returncode == 0, checked.stdout
    assert "checksums right" in checked.stdout


def test_index_without_a_corpus_puts_no_starter_in_the_place_of_other_articles(data: Path, tmp_path: Path) -> None:
    refused = tintinh("index", "--data", data)
    assert refused.returncode == 1
    assert refused.stderr.startswith("corpus-unreadable: the articles in force are not those of TINTINH_CORPUS")
    assert "--corpus" in refused.stderr
    assert json.loads(tintinh("corpus", "list", "--data", data, "--json").stdout)["articles"][0]["id"].endswith(".md")
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.md").write_text("Xã Suối Rạc có hai cầu treo mới.", encoding="utf-8")
    assert tintinh("index", "--data", tmp_path / "new").returncode == 0, "into an empty folder the starter corpus goes"
    assert tintinh("index", "--data", tmp_path / "new").returncode == 0, "and again"
    assert tintinh("index", "--data", tmp_path / "new", TINTINH_CORPUS=str(other)).returncode == 0
    assert tintinh("index", "--data", tmp_path / "new").returncode == 1


def test_a_batch_writes_a_row_for_each_row_also_when_one_fails(data: Path, tmp_path: Path) -> None:
    batch = tmp_path / "in.jsonl"
    batch.write_text(
        '{"id": "1", "question": "Ai chủ trì giao ban dân vận quý I?", "type": "ignored"}\n{broken\n{"id": "3"}\n'
        '{"id": "4", "question": "Ai dự?", "previous": "Ai chủ trì giao ban dân vận quý I?"}\n',
        encoding="utf-8",
    )
    done = tintinh("ask", "--batch", batch, "--output", tmp_path / "out.jsonl", "--data", data)
    assert (done.returncode, done.stdout) == (0, "")
    rows = lines(tmp_path / "out.jsonl")
    assert [(r["id"], r["status"]) for r in rows] == [
        ("1", "answered"),
        (None, "error"),
        ("3", "error"),
        ("4", "answered"),
    ]
    tintinh("search", "--batch", batch, "--output", tmp_path / "hits.jsonl", "-k", "2", "--data", data)
    hits = lines(tmp_path / "hits.jsonl")
    assert len(hits) == 4
    assert {"article_id", "passage_id", "score", "start", "end"} == set(hits[0]["hits"][0])


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask"],
        ["ask", "x", "--batch", "y"],
        ["ask", "--batch", "y"],
        ["nonsense"],
        ["ask", "x", "--no-such"],
        ["search", "x", "-k", "0"],
        ["search", "x", "--since", "hôm qua"],
    ],
)
def test_wrong_usage_is_2(arguments: list[str]) -> None:
    assert tintinh(*arguments).returncode == 2


def test_faults_are_1_and_one_line_with_code_and_mend(tmp_path: Path, data: Path) -> None:
    (tmp_path / "bad.jsonl").write_text("{broken\n", encoding="utf-8")
    (tmp_path / "file").touch()
    cases: list[tuple[list[str | Path], dict[str, str], str]] = [
        (["ask", "x", "--data", tmp_path / "none"], {}, "index-unusable: there is no index"),
        (
            ["index", "--data", tmp_path / "d", "--corpus", tmp_path / "nowhere"],
            {},
            "corpus-unreadable: there is no file",
        ),
        (["index", "--data", tmp_path / "d", "--corpus", tmp_path / "bad.jsonl"], {}, "no article was loaded"),
        (["index", "--data", tmp_path / "file", "--corpus", PROVINCE / "articles"], {}, "cannot be written"),
        (["ask", "x", "--data", data], {"TINTINH_WEB__PORT": "x"}, "settings-wrong: TINTINH_WEB__PORT"),
        (["ask", "x", "--data", data], {"TINTINH_EMBEDDING__MODEL": "/no/such/model"}, "encoder-unusable"),
        (["corpus", "show", "none", "--data", data], {}, "no article has the id"),
        (["corpus", "verify", "--data", tmp_path / "none"], {}, "there is no index in"),
        (["ask", "--batch", tmp_path / "none", "--output", tmp_path / "o", "--data", data], {}, "cannot be read"),
    ]
    for arguments, environment, words in cases:
        done = tintinh(*arguments, **environment)
        assert done.returncode == 1, (arguments, done)
        assert words in done.stderr
        assert len(done.stderr.splitlines()) == 1, done.stderr


def test_verify_says_whether_the_generation_in_force_is_whole(tmp_path: Path) -> None:
    articles, folder = tmp_path / "articles", tmp_path / "d"
    articles.mkdir()
    for number in (1, 2):
        (articles / f"{number}.md").write_text(f"Xã Suối Rạc có {number} cầu treo mới.", encoding="utf-8")
        assert tintinh("index", "--data", folder, "--corpus", articles).returncode == 0
    generations = json.loads(tintinh("corpus", "generations", "--data", folder, "--json").stdout)
    older = next(g["id"] for g in generations if not g["in_force"])
    (folder / "generations" / older / "manifest.json").write_text("{", encoding="utf-8")
    told = tintinh("corpus", "verify", "--data", folder)
    assert told.returncode == 1
    assert f"Do not roll back to {older}" in told.stderr
    shutil.rmtree(folder / "generations" / older)
    assert tintinh("corpus", "verify", "--data", folder).returncode == 0
    in_force = next(g["id"] for g in generations if g["in_force"])
    (folder / "generations" / in_force / "manifest.json").write_text("{", encoding="utf-8")
    assert "Roll back to a whole generation" in tintinh("corpus", "verify", "--data", folder).stderr


def test_what_is_no_file_is_written_to_and_stays(tmp_path: Path, data: Path) -> None:
    (tmp_path / "q.jsonl").write_text(
        '{"id": "1", "question": "Ai chủ trì hội nghị giao ban dân vận quý I?"}\n[]\n', encoding="utf-8"
    )
    (tmp_path / "link").symlink_to(tmp_path / "led-to")
    done = tintinh("ask", "--batch", tmp_path / "q.jsonl", "--output", "/dev/stdout", "--data", data)
    assert done.returncode == 0, done.stderr
    first, second = map(json.loads, done.stdout.splitlines())
    assert first["text"] == "Tạ Quang Hiển"
    assert "no JSON object" in second["error"]
    assert (
        tintinh("ask", "--batch", tmp_path / "q.jsonl", "--output", tmp_path / "link", "--data", data).returncode == 0
    )
    assert (tmp_path / "link").is_symlink()
    assert len((tmp_path / "led-to").read_text(encoding="utf-8").splitlines()) == 2


def test_an_empty_index_answers_nothing_wrongly(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert tintinh("index", "--data", tmp_path / "d", "--corpus", tmp_path / "empty").returncode == 1
    assert (
        json.loads(tintinh("ask", "Ai chủ trì?", "--data", tmp_path / "d", "--json").stdout)["reason"] == "no_article"
    )


def test_doctor_names_what_is_wrong(tmp_path: Path) -> None:
    done = tintinh("doctor", "--data", tmp_path / "d", TINTINH_CORPUS="/no/such/corpus")
    assert done.returncode == 1
    assert "WRONG corpus: there is no /no/such/corpus" in done.stdout
    assert "WRONG index" in done.stdout


def test_doctor_tells_that_an_older_generation_answers(tmp_path: Path) -> None:
    for corpus in (PROVINCE / "articles", PROVINCE.parent / "conversations"):
        assert tintinh("index", "--data", tmp_path, "--corpus", corpus).returncode == 0
    damaged = Store(tmp_path).current_id()
    assert damaged is not None
    (Store(tmp_path).folder / damaged / "manifest.json").write_bytes(b"{")
    done = tintinh("doctor", "--data", tmp_path)
    assert done.returncode == 1, done.stdout
    assert f"WRONG index: generation {damaged} is damaged" in done.stdout


def test_eval_prints_the_figures(data: Path) -> None:
    done = tintinh("eval", PROVINCE / "questions.jsonl", "--data", data, "--json")
    assert json.loads(done.stdout)["total"]["questions"] == 105


def test_chat_talks_until_the_input_ends(data: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "chat", "--data", str(data)],
        input="Ai chủ trì giao ban dân vận quý I?\n\nAi dự?\n",
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    assert "Tạ Quang Hiển" in done.stdout
    assert "Lường Thị Bích" in done.stdout


def test_an_evaluation_is_reported_and_compared(tmp_path: Path, data: Path) -> None:
    """The report stands alone; a run against itself differs by nothing; what got worse is named."""
    questions = tmp_path / "some.jsonl"
    kept = (PROVINCE / "questions.jsonl").read_text(encoding="utf-8").splitlines()[::5]
    questions.write_text("\n".join(kept), encoding="utf-8")
    before = tintinh("eval", questions, "--data", data, "--json")
    earlier = tmp_path / "earlier.json"
    earlier.write_text(before.stdout, encoding="utf-8")
    told = json.loads(before.stdout)
    assert len(told["questions"]) == told["total"]["questions"] == len(kept)
    assert 0 <= told["total"]["calibration_error"] <= 1

    report = tmp_path / "report.html"
    done = tintinh("eval", questions, "--data", data, "--against", earlier, "--report", report, "--json")
    assert done.returncode == 0, done.stderr
    assert all(d["low"] == d["high"] == 0 for d in json.loads(done.stdout)["against"])
    page = report.read_text(encoding="utf-8")
    assert page.count("<svg") == 4
    assert "src=" not in page
    assert "<script" not in page

    right = next(row for row in told["questions"] if row.get("correct") == 1)
    right["correct"] = 0.0
    earlier.write_text(json.dumps(told), encoding="utf-8")
    compared = tintinh("eval", questions, "--data", data, "--against", earlier)
    assert "better: 1" in compared.stdout
    assert right["id"] in compared.stdout
    refused = tintinh("eval", questions, "--data", data, "--against", questions)
    assert refused.returncode == 1
    assert refused.stderr.startswith("corpus-unreadable: ")


def test_an_answer_is_explained(data: Path) -> None:
    done = tintinh("ask", "ai chu tri giao ban dan van quy I", "--explain", "--json", "--data", data)
    why = json.loads(done.stdout)["explanation"]
    assert why["understood"]["kind"] == "chair"
    for article in why["articles"]:
        assert sum(article["parts"].values()) == pytest.approx(article["score"], abs=0.02)
    assert why["drafts"][0]["text"] == "Tạ Quang Hiển"
    assert "drafts" in tintinh("ask", "ai chu tri giao ban dan van quy I", "--explain", "--data", data).stdout
    assert (
        json.loads(tintinh("ask", "xin chào", "--explain", "--json", "--data", data).stdout)["explanation"]["drafts"]
        == []
    )


def test_one_question_waits_for_no_library_it_does_not_need(data: Path) -> None:
    """Half of the time that a question on the command line takes would be the start of the database, the channels and scipy."""
    code = (
        "import sys, pathlib; from bot import cli; cli.engine_of(pathlib.Path(sys.argv[1])).ask('Ai chủ trì?');"
        "print([m for m in ('telegram', 'sqlalchemy', 'scipy', 'starlette', 'torch') if m in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(data)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    assert found.stdout.strip() == "[]"


def test_a_port_in_use_is_named_before_anything_is_indexed(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = tintinh("serve", "--data", tmp_path / "data", TINTINH_WEB__PORT=str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "settings-wrong" in done.stderr
    assert "TINTINH_WEB__PORT" in done.stderr
    assert not (tmp_path / "data" / "current").exists()


def test_an_id_is_never_cut(tmp_path: Path) -> None:
    """A table goes to a pipe of 80 columns: what is cut cannot be copied into the next command."""
    name = "bao-lam-giang-" + "x" * 70
    (tmp_path / "a.jsonl").write_text(
        json.dumps({"id": name, "text": "Xã Nậm Lốt họp bàn làm đường.", "source": "Báo Lam Giang"}) + "\n",
        encoding="utf-8",
    )
    tintinh("index", "--data", tmp_path / "data", "--corpus", tmp_path / "a.jsonl")
    listed = tintinh("corpus", "list", "--data", tmp_path / "data").stdout
    assert name in "".join(line.split("│")[1].strip() for line in listed.splitlines() if line.count("│") > 1)
