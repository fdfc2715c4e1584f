"""1,000 jobs in flight and six a second that finish: from 'the provider is done' to 'stored'.

'Done' stands in the provider's own book, 'stored' in the row, written when every picture and its
renditions are in storage. First by polling alone, then with callbacks, in one run: the number in
flight is kept up by a new wish for each job that finishes, until the end, when all are let finish.

    PYTHONPATH=tests/faults:tests/contract .venv/bin/python tests/benchmarks/bench_in_flight.py

takes six minutes, with `--minutes 30` an hour, with `--scaled` on PostgreSQL, Redis and S3. Memory
is fitted by a line after the first quarter of the run: until then each worker has loaded what it
needs for its first pictures.
"""

import argparse
import contextlib
import itertools
import time
from collections.abc import Iterator
from typing import Any

from measuring import Watch, slope
from real_site import Desk
from running import desk_of, jobs, order, percentile, places, provider, show, until, whole_site
from whole_site import WholeSite

PEOPLE = 20
PATIENCE = 180.0  # seconds until all wishes are at the provider
HOLDS = {"polling": 3.0, "with callbacks": 1.0}  # seconds, p95


class Play:
    """The provider finishes jobs at a pace, oldest first; new wishes keep their number up."""

    def __init__(self, source: str, desk: Desk, pace: float) -> None:
        self.source, self.desk, self.pace = source, desk, pace
        self.names = itertools.cycle(f"person-{number}" for number in range(PEOPLE))
        self.asked = itertools.count(1)
        self.finished: set[str] = set()

    def ask(self) -> None:
        self.desk.do("wish", name=next(self.names), prompt=f"Lighthouse no. {next(self.asked)}")

    def fill(self, number: int) -> None:
        order(self.source, "hold")
        for _ in range(number):
            self.ask()
        until(lambda: self.state()["in_flight"] == number, "all are in flight", PATIENCE)

    def run(self, number: int, *, keep_up: bool) -> None:
        """Let so many finish, each at its moment."""
        began = time.monotonic()
        for each, task_id in enumerate(self._oldest(number, keep_up=keep_up)):
            time.sleep(max(0.0, began + each / self.pace - time.monotonic()))
            order(self.source, "release", ids=[task_id])
            if keep_up:
                self.ask()

    def state(self) -> dict[str, Any]:
        return order(self.source, "state")

    def _oldest(self, number: int, *, keep_up: bool) -> Iterator[str]:
        while number:
            until(lambda: self.state()["in_flight"], "another one is in flight", PATIENCE)
            ids = [job["task_id"] for job in jobs(self.source) if not job["finished_at"]]
            for task_id in ids[: min(number, 50 if keep_up else number)]:
                yield task_id
                number -= 1


def main() -> None:
    asked = options()
    limits = {"FLUX_MAX_IN_FLIGHT": asked.jobs, "FLUX_MAX_PER_SECOND": 200, "WORKERS": 4}
    limits |= {"FLUX_MAX_QUEUED": 10_000}
    with (
        provider() as source,
        places(scaled=asked.scaled) as settings,
        whole_site(source, calls_back=True, **limits, **settings) as site,
        desk_of(site) as desk,
    ):
        play = Play(source, desk, asked.pace)
        desk.do("make_people", number=PEOPLE)
        play.fill(asked.jobs)
        number = int(asked.minutes * 60 * asked.pace)
        watches = {}
        for way in HOLDS:
            order(source, "set", callbacks=way != "polling")
            with watching(site, source) as watches[way]:
                play.run(number, keep_up=True)
                time.sleep(HOLDS[way])
        most = play.state()["in_flight"]
        with watching(site, source) as watches["until all are stored"]:
            play.run(asked.jobs, keep_up=False)
            until(lambda: desk.do("number_open") == 0, "all are stored", PATIENCE)
        tell(asked, most, measured(source, desk, number), watches)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--pace", type=float, default=6, help="jobs that finish each second")
    parser.add_argument("--minutes", type=float, default=0.75, help="of each of the two ways")
    parser.add_argument("--scaled", action="store_true", help="on PostgreSQL, Redis and S3")
    return parser.parse_args()


@contextlib.contextmanager
def watching(site: WholeSite, source: str) -> Iterator[Watch]:
    groups = {name: lambda name=name: site.all_of(name) for name in ("web", "worker")}
    with Watch(groups, caller=lambda: int(order(source, "state")["asked_from"])) as watch:
        yield watch


def measured(source: str, desk: Desk, number: int) -> dict[str, list[dict[str, Any]]]:
    """Of each way the jobs in the order in which they were done, beside their rows."""
    rows = {row["task_id"]: row for row in desk.do("stored")}
    done = sorted(jobs(source), key=lambda job: job["finished_at"])
    both = [job | {"row": rows[job["task_id"]]} for job in done]
    parts = both[:number], both[number : 2 * number], both[2 * number :]
    return dict(zip([*HOLDS, "until all are stored"], parts, strict=True))


def tell(
    asked: argparse.Namespace,
    most: int,
    parts: dict[str, list[dict[str, Any]]],
    watches: dict[str, Watch],
) -> None:
    print(
        f"\nFrom 'done' to 'stored', {most} in flight, {asked.pace:g} finishing each second"
        + ", on PostgreSQL, Redis and S3" * asked.scaled
    )
    every = [job for part in parts.values() for job in part]
    kept = [job for job in every if is_kept(job)]
    rows = [("stored with renditions", f"{len(kept)} of {len(every)}")]
    middles = {}
    for way, part in parts.items():
        stored = [job["row"]["finished_at"] - job["finished_at"] for job in part if is_kept(job)]
        seen = [job["row"]["done_at"] - job["finished_at"] for job in part if is_kept(job)]
        bound = HOLDS.get(way, HOLDS["with callbacks"])
        middles[way] = percentile(stored, 0.5)
        rows += [
            (f"{way}: stored", f"{words(stored)} (p95 at most {bound:g} s)"),
            (f"{way}: seen", words(seen)),
            (f"{way}: the conductor's CPU", f"{watches[way].share:.1%} of a core (at most 25)"),
            (
                f"{way}: workers' CPU a job",
                f"{1000 * watches[way].cpu['worker'] / len(part):.0f} ms",
            ),
        ]
    ratio = middles["polling"] / middles["with callbacks"]
    show([*rows, ("ratio of the medians", f"{ratio:.1f} ×"), *memory(watches.values())])


def is_kept(job: dict[str, Any]) -> bool:
    return bool(job["row"]["status"] == "succeeded" and job["row"]["pictures"] == job["count"])


def words(values: list[float]) -> str:
    middle, p95 = percentile(values, 0.5), percentile(values, 0.95)
    return f"median {middle:.2f} s, p95 {p95:.2f} s, worst {max(values):.2f} s"


def memory(watches: Any) -> list[tuple[str, str]]:
    told = []
    for name in ("web", "worker"):
        samples = [sample for watch in watches for sample in watch.memory[name]]
        samples = samples[len(samples) // 4 :]
        rise, error = slope(samples)
        least, most = min(size for _, size in samples), max(size for _, size in samples)
        line = f"{rise:+.0f} ± {error:.0f} MB an hour, between {least:.0f} and {most:.0f} MB"
        told.append((f"memory of {name}, all processes, RSS", line))
    return told


if __name__ == "__main__":
    main()
