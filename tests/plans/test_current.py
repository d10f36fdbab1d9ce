"""What pages read of one household: nobody waits for what another reads."""

from threading import Event, Thread
from types import SimpleNamespace

from planner.plans import current
from planner.plans.current import Current

SECONDS = 10


def test_one_reader_never_waits_for_another(monkeypatch):
    """One of them may hold the database, and the other wait for it."""
    begun, end = Event(), Event()

    def open_questions(owner, *_):
        if owner == "slow":
            begun.set()
            end.wait(SECONDS)
        return [owner]

    monkeypatch.setattr(current, "open_questions", open_questions)
    slow, quick = (Current.__new__(Current) for _ in range(2))
    for one, owner in ((slow, "slow"), (quick, "quick")):
        vars(one).update(owner=owner, row=None, shelf=None, items={"debts": [SimpleNamespace()]})
    found = []
    waiting = Thread(target=lambda: slow.questions)
    waiting.start()
    assert begun.wait(SECONDS)

    reading = Thread(target=lambda: found.append(quick.questions))
    reading.start()
    reading.join(SECONDS / 5)

    try:
        assert found == [["quick"]]
    finally:
        end.set()
        waiting.join()
        reading.join()
