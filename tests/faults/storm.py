"""A storm: the real site, people at work in it, and all that befalls it until everything is well.

Afterwards time is let pass until the site is at rest, and storm_truth.py says what must hold.
"""

import os
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import storm_truth
from clocks import Clock
from processes import free_port, wait_for
from provider_jobs import Job
from real_site import Row, Site
from store import Bucket
from storm_harm import End
from storm_people import PASSWORD, Someone
from storm_places import Disk, Postgres, Redis
from storm_plan import PEOPLE, Plan, drawn, last_wish
from storm_weather import UNDELIVERABLE, Weather

STEP = 0.05  # seconds between two looks at what is to happen next
PATIENCE = 300  # seconds for whatever must come; the machine may be very busy
UNFOUND = 8.0  # seconds for what was perhaps never accepted
NAMES = ("alice", "bob", "charlie")[:PEOPLE]


class StormySite(Site):
    desks = "storm_desk"


@dataclass
class Tale:
    """What a storm was, for the table."""

    plan: Plan
    form: str
    befell: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    seconds: float = 0.0
    trouble: str = ""

    def line(self) -> str:
        ends = Counter(row["status"] for row in self.rows)
        lost = sum(row["is_possible_loss"] for row in self.rows)
        ended = " ".join(f"{ends[one]:3}" for one in ("succeeded", "failed", "cancelled"))
        held = self.trouble.splitlines()[0][:200] if self.trouble else "held"
        return (
            f"{self.plan.seed:>10} {self.form:<10} {self.seconds:4.0f} s {len(self.rows):3} {ended}"
            f" {lost:3}  {held}  · {'; '.join(self.befell)}"
        )


HEAD = "      seed form        time  all  ok bad off lost"


@dataclass
class Shore:
    """One site with everything that storms may break. Several storms may follow each other."""

    folder: Path
    form: str
    calls_back: bool
    migrated: Path | str
    clock: Clock | None = None
    postgres: Postgres | None = None
    redis: Redis | None = None
    bucket: Bucket | None = None
    cuts_power: bool = True

    def __post_init__(self) -> None:
        self.weather = Weather()
        self.weather.start()
        self.site = StormySite(self.folder, self.weather, self.bucket, **self._settings())
        self.disk = Disk(self.site.data)
        if isinstance(self.migrated, Path):
            shutil.copy(self.migrated, self.site.data / "fluxsite.sqlite3")
            os.sync()  # a power cut may come
        self._waits_since = 0.0
        self.site.desk.do("make_people", names=NAMES, password=PASSWORD)
        url = f"http://127.0.0.1:{self.port}"
        self.people = [Someone(name, url) for name in NAMES]

    def open(self) -> None:
        self._up()
        self.wait_until_ready()
        for someone in self.people:
            someone.sign_in()

    def weather_a_storm(self, seed: int) -> Tale:
        plan = self.plan(seed)
        tale, began = Tale(plan, self.form), time.monotonic()
        try:
            self._storm(plan, tale)
            self._calm_down(plan)
            self.site.files_at_hand()
            tale.rows = storm_truth.check(self, plan)
        except Exception as error:  # the table tells it, and the caller goes on with another site
            tale.trouble = f"{type(error).__name__}: {error}"
        tale.seconds = time.monotonic() - began
        return tale

    def plan(self, seed: int) -> Plan:
        return drawn(
            seed,
            is_scaled=self.postgres is not None,
            is_stored=self.bucket is not None,
            cuts_power=self.cuts_power,
        )

    def wait_until_ready(self) -> None:
        def look() -> bool:
            self._keep_up()
            try:
                answer = httpx.get(f"{self.people[0].url}/readyz", trust_env=False, timeout=5)
            except httpx.HTTPError:
                return False
            return answer.status_code == httpx.codes.OK

        wait_for(look, PATIENCE, "a site that is ready")

    def put_clock_right(self) -> None:
        if self.clock:
            self.clock.set(0)

    def close(self) -> None:
        for someone in self.people:
            someone.close()
        try:
            self.weather.clear_up()
            self.site.close()
        finally:
            self.weather.close()
            self.disk.close()
            if self.bucket:
                self.bucket.close()
            if self.postgres:
                self.postgres.drop(self.site.settings["DATABASE_URL"].rpartition("/")[2])

    # ── The storm ────────────────────────────────────────────────────────────────────────────────

    def _storm(self, plan: Plan, tale: Tale) -> None:
        is_over = threading.Event()
        self.weather.brew()
        with ThreadPoolExecutor(PEOPLE) as pool:
            busy = [
                pool.submit(someone.do, [deed for deed in plan.deeds if deed.who == who], is_over)
                for who, someone in enumerate(self.people)
            ]
            try:
                self._let_befall(plan, tale)
            finally:
                is_over.set()
                self._mend()
            self._until_all_are_answered(busy)

    def _let_befall(self, plan: Plan, tale: Tale) -> None:
        began, ends = time.monotonic(), list[tuple[float, End]]()
        blows = list(plan.blows)
        while blows or ends:
            now = time.monotonic() - began
            if blows and blows[0].at <= now:
                blow = blows.pop(0)
                what, end = blow.harm.begin(self, blow.lot)
                tale.befell.append(f"{now:.1f} {what}")
                ends.append((now + blow.lasts, end))
            for due in [one for one in ends if one[0] <= now]:
                ends.remove(due)
                due[1]()
            self._keep_up()
            time.sleep(STEP)

    def _mend(self) -> None:
        """Whatever has not ended by now does."""
        self.disk.empty()
        self.put_clock_right()
        if self.bucket:
            self.bucket.door.open()
        for place in (self.postgres, self.redis):
            if place:
                place.start()
        for program in self.site.programs:
            program.go_on()
        self.weather.clear_up()

    def _until_all_are_answered(self, busy: "list[Future[None]]") -> None:
        wait_for(
            lambda: not self._keep_up() and all(one.done() for one in busy), PATIENCE, "answers"
        )
        for one in busy:
            one.result()

    # ── The calm ─────────────────────────────────────────────────────────────────────────────────

    def _calm_down(self, plan: Plan) -> None:
        self.wait_until_ready()
        for who, someone in enumerate(self.people):
            someone.do([last_wish(plan.seed, who)], threading.Event())
        self._until(self._is_nothing_left_but_what_waits, "all that can still end")
        self.site.desk.do("let_long_pass")
        self._until(lambda unrest: not unrest["open"], "the end of the rest")
        self._let_late_ones_come(plan)
        self.site.desk.do("let_locks_end")
        wait_for(self._is_queue_at_rest, PATIENCE, "an empty queue")

    def _let_late_ones_come(self, plan: Plan) -> None:
        """Half of the jobs that never end do, after they were given up."""
        accepted = [job for job in list(self.weather.accepted) if not job.done.is_set()]
        never = [job for job in accepted if job.body["prompt"].startswith(plan.mark)]
        late = never[plan.seed % 2 :: 2]
        for job in late:
            del job.faults["never"]
        if late:
            self.weather.release(*(job.task_id for job in late))
        wanted = {job.body["prompt"] for job in late}

        def have_come() -> bool:
            self._keep_up()
            self.site.desk.do("let_late_ones_be_seen")
            self.site.hurry()
            rows = self.site.desk.do("rows_of", mark=plan.mark)
            return wanted <= {row["prompt"] for row in rows if row["status"] == "succeeded"}

        wait_for(have_come, PATIENCE, f"late results of {wanted}")

    def _is_nothing_left_but_what_waits(self, unrest: dict[str, Any]) -> bool:
        """Whether all the rest waits for the end of patience: what may be absent is given a while
        to be found so."""
        waits = [_waiting(row, self.weather.book()) for row in unrest["open"]]
        if None in waits or not unrest["open"]:
            self._waits_since = time.monotonic()
        waited = time.monotonic() - self._waits_since
        return None not in waits and waited >= max(waits, default=0)

    def _until(self, is_so: Callable[[dict[str, Any]], bool], what: str) -> None:
        """Wait for this, without waiting for moments to come."""
        last: list[dict[str, Any]] = [{}]

        def look() -> bool:
            self._keep_up()
            self.site.hurry()
            last[0] = self.site.desk.do("unrest")
            return is_so(last[0])

        wait_for(look, PATIENCE, lambda: f"{what}: {last[0]}")

    def _is_queue_at_rest(self) -> bool:
        self._keep_up()
        return bool(self.site.desk.do("is_queue_at_rest"))

    # ── The site ─────────────────────────────────────────────────────────────────────────────────

    @property
    def port(self) -> str:
        return self.site.settings["PORT"]

    def _up(self) -> None:
        # What is started anew on a busy machine must not count as hung before it has begun.
        self.site.start_up(patience=25, conductor_patience=15)

    def _keep_up(self) -> None:
        """Start the site anew when it has ended, as a service manager would."""
        self.weather.strike()
        if self.site.programs[-1].main.poll() is not None:
            self._up()

    def _settings(self) -> dict[str, str]:
        port = str(free_port())
        url = f"http://127.0.0.1:{port}"
        settings = {"PORT": port, "SITE_URL": url} | (self.clock.settings if self.clock else {})
        if self.calls_back:
            settings["FLUX_CALLBACK_URL"] = url
        if self.redis:
            settings["REDIS_URL"] = self.redis.url
        if isinstance(self.migrated, str) and self.postgres:
            name = f"storm_{port}_{int(time.time())}"
            settings["DATABASE_URL"] = self.postgres.make(name, template=self.migrated)
        return settings


def _waiting(row: dict[str, Any], book: dict[str, list[Job]]) -> float | None:
    """For how many seconds more it is let be before its patience ends; None: it is sure to move."""
    faults = {fault for job in book.get(row["prompt"], []) for fault in job.faults}
    if row["status"] == "running" and "never" in faults:
        return 0
    if row["status"] == "storing" and UNDELIVERABLE & faults:
        return 0
    is_absent = row["status"] == "unconfirmed" and row["prompt"] not in book
    return UNFOUND if is_absent else None
