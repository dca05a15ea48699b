"""Reloads under faults, in the small form of `make torture` (tests/torture.py tells what is done and how)."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.library import Library
from retrieval.encoding import Encoder
from tests import crowd, once, torture
from tests.torture import Scene

needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None,
    reason="STRACE IS MISSING: faults at system calls are not tested; install strace (apt install strace)",
)


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with torture.scene() as made:
        yield made


@needs_strace
def test_a_reload_killed_at_a_system_call_is_whole_or_not_there(scene: Scene) -> None:
    count, outcomes, wrong = torture.kill_everywhere(scene, most=12)
    assert count > 100
    assert not wrong
    assert outcomes["old"]


def test_a_reload_killed_at_random_is_whole_or_not_there(scene: Scene) -> None:
    outcomes, wrong = torture.kill_at_random(scene, 12)
    assert not wrong
    assert sum(outcomes.values()) == 12


def test_a_publish_that_is_broken_on_purpose_is_noticed(scene: Scene) -> None:
    _, wrong = torture.kill_at_random(scene, 20, broken=True)
    assert wrong, "a publish that writes in place must fail this test"


@needs_strace
def test_a_reload_whose_io_fails_tells_and_leaves_the_old_corpus(scene: Scene) -> None:
    count, _, wrong = torture.fail_everywhere(scene, most=14)
    assert count >= 200
    assert not wrong


def test_a_reload_whose_writes_are_cut_short_tells_and_leaves_the_old_corpus(scene: Scene) -> None:
    count, outcomes, wrong = torture.cut_short(scene, 10)
    assert count == 10
    assert not wrong
    assert outcomes["failed and told, old"]


def test_damaged_files_are_found(scene: Scene) -> None:
    outcomes, wrong = torture.damage(scene, 120)
    assert not wrong
    assert outcomes["found, the one before serves"] > 60


def test_each_update_is_answered_once_over_stops_and_kills(tmp_path: Path, encoder: Encoder) -> None:
    """Three webhooks and polling, 5% handed over twice; `make torture` does it with 10,000 updates."""
    outcome = once.run(tmp_path, encoder, updates=150, stops=2, kills=2)
    assert outcome.good, outcome


def test_a_crowd_is_answered_and_one_noisy_chat_is_told_to_wait(province: Library, tmp_path: Path) -> None:
    figures = crowd.crowd(province.store.data, tmp_path, seconds=8)
    assert figures["answers"] == 480
    assert figures["noise_told_to_wait"] > 100


def test_reloads_under_load_give_no_wrong_answer(scene: Scene) -> None:
    figures = torture.under_load(scene, reloads=4, asked=1500)
    assert figures["reloads"] == 4
    assert figures["generations"] >= 2
