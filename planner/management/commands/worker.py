"""manage.py worker: does what pages leave, until it is told to stop. Run as many as you like."""

import logging
import os
import signal
import threading
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections, connection
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from planner.plans import work
from planner.reach.renewal import hand_out, hand_out_sweep
from planner.services.workers import say_seen

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.2  # seconds: a first plan is waited for
BEAT_EVERY = 0.5  # how soon a newer edit ends what runs for the older one
RENEW_EVERY = 6  # beats
TAKE_UP_EVERY = 5.0  # seconds


class Command(BaseCommand):
    help = (
        "Works out what pages leave: first plans of large households, and every optimum; and what "
        "reaches people by itself. Beside the site, and anywhere that reaches its database; stops "
        "when told to, or killed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="end when nothing is left to do")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        self.check(databases=["default"])  # as the server does before it serves
        for name in ("django_tasks", "django_tasks_db"):
            logging.getLogger(name).setLevel(logging.WARNING)
        if hasattr(os, "nice"):
            os.nice(settings.WORKER_NICENESS)
        self.is_ending = False
        self.engine = Worker(
            queue_names=["*"],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, self._end)
            signal.signal(signal.SIGINT, self._end)
        beat = threading.Thread(target=self._beat, daemon=True)
        beat.start()
        looked = 0.0
        while not self.is_ending:
            try:
                if time.monotonic() - looked > TAKE_UP_EVERY:
                    looked = time.monotonic()
                    work.take_up()
                    hand_out()
                    hand_out_sweep()
                if DBTaskResult.objects.ready().exists():
                    self.engine.run()
                elif once:
                    break
            except Error:
                # A full disk, a lock, a database that is away: it may come back.
                logger.exception("the database cannot be worked with")
                close_old_connections()
                time.sleep(1)
            time.sleep(LOOK_EVERY)
        self.is_ending = True
        beat.join()

    def _end(self, _signal: int, _frame: FrameType | None) -> None:
        """What runs is given back, for another worker or the next one."""
        self.is_ending = True
        self.engine.running = False
        for lease in work.HELD:
            lease.is_ending = True

    def _beat(self) -> None:
        """Beside the work: holds its lease, sees newer edits, and says that this worker lives."""
        beats = 0
        while not self.is_ending:
            try:
                if beats % 20 == 0:
                    say_seen()
                for lease in list(work.HELD):
                    if beats % RENEW_EVERY == 0:
                        lease.renew()
                    else:
                        lease.look()
                close_old_connections()
            except Error:
                logger.exception("the database cannot be reached")
            beats += 1
            time.sleep(BEAT_EVERY)
        connection.close()
