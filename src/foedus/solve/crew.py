"""Games that queue for threads: each takes the next one as soon as it is done with another, in one call."""

from __future__ import annotations

from typing import Any

from foedus.solve.kinds import FINDINGS, JOBS, LAYOUT, ROOM, RUNS
from foedus.solve.words import claim, count_words, post, posted, reader

from .arithmetic import part
from .queue import conclude, iterate

LAYOUT_AT = 0
RUNS_AT = LAYOUT_AT + count_words(LAYOUT)
ROOM_AT = RUNS_AT + count_words(RUNS)
JOBS_AT = ROOM_AT + count_words(ROOM)
FINDINGS_AT = JOBS_AT + count_words(JOBS)
LENGTH = FINDINGS_AT + count_words(FINDINGS)

_layout, _runs, _room, _jobs, _findings = map(reader, (LAYOUT, RUNS, ROOM, JOBS, FINDINGS))
_iterate, _conclude = part(iterate), part(conclude)


@part
def clear(numbers: Any) -> None:
    """Zeros everywhere."""
    for row in range(numbers.shape[0]):
        for column in range(numbers.shape[1]):
            numbers[row, column] = 0.0


@part
def answer(words: Any, path: Any, settings: Any, place: int, memory: int) -> None:
    """Sweep a game's jobs and certify what came of them by linear reach."""
    layout, runs = _layout(words, place + LAYOUT_AT, 0), _runs(words, place + RUNS_AT, 0)
    room = _room(words, place + ROOM_AT, memory)
    jobs, findings = _jobs(words, place + JOBS_AT, 0), _findings(words, place + FINDINGS_AT, 0)
    clear(room.numbers.whole)
    clear(room.remembered)
    for lane in range(room.memory.job.shape[0]):
        room.memory.job[lane] = 0
    _iterate(layout, runs, room.numbers, room.scratch, room.memory, jobs, path, settings)
    _conclude(layout, room.numbers, room.scratch, jobs, findings, False)


def answer_each(words: Any, queue: Any, seen: Any, path: Any, settings: Any, memory: int, most: int) -> None:
    """Answer games as long as any waits, but `most` at most; then tell in `seen` (game) which are answered.

    words (game, word): the game's `Layout`, `Runs`, `Room`, `Jobs` and `Findings`, the room's addresses
    counted from `memory`, which is the thread's own. queue: the next game, and then a word for each that is 1
    once it is answered.
    """
    games, width = words.shape
    for _ in range(most):
        game = claim(queue)
        if game >= games:
            break
        answer(words, path, settings, game * width, memory)
        post(queue, 1 + game)
    for game in range(games):
        seen[game] = posted(queue, 1 + game)
