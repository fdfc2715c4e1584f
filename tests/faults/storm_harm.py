"""What may befall the site, one kind a name: each begins, and most of them end a while later."""

import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from clocks import Clock
from processes import at_work_in, parent_of, tell, words_of
from real_site import Site
from store import Bucket
from storm_places import Disk, Postgres, Redis
from storm_weather import Weather


class Scene(Protocol):
    """What harm can be done to."""

    site: Site
    weather: Weather
    disk: Disk
    clock: Clock | None
    postgres: Postgres | None
    redis: Redis | None
    bucket: Bucket | None

    def put_clock_right(self) -> None: ...


End = Callable[[], None]
Begin = Callable[[Scene, float], tuple[str, End]]  # the float is a lot that the seed has drawn


@dataclass(frozen=True, slots=True)
class Harm:
    name: str
    begin: Begin
    lasts: tuple[float, float] = (0.0, 0.0)  # seconds, at least and at most
    weight: int = 2
    is_scaled: bool = False  # needs PostgreSQL and Redis
    is_stored: bool = False  # needs a store that speaks S3
    cuts_power: bool = False


def nothing() -> None:
    """What ends by itself needs no end."""


# ── Processes ────────────────────────────────────────────────────────────────────────────────────


def parts(site: Site) -> list[tuple[str, int]]:
    """Every living process of the site with what it is, in an order that does not change."""
    found = []
    for pid in at_work_in(site.data):
        words = words_of(pid)
        name = next((one for one in ("web", "worker", "watchdog") if one in words), "supervisor")
        if name != "supervisor" or any("foreman" in word for word in words):
            found.append((name, pid))
    mains = {pid for name, pid in found if parent_of(pid) in _supervisors(found)}
    return sorted((f"{name} main" if pid in mains else name, pid) for name, pid in found)


def _supervisors(found: list[tuple[str, int]]) -> set[int]:
    return {pid for name, pid in found if name == "supervisor"}


def _chosen(scene: Scene, lot: float) -> list[tuple[str, int]]:
    """One of them, by lot; none while nothing lives."""
    all_parts = [part for part in parts(scene.site) if part[0] != "supervisor"]
    return all_parts[int(lot * len(all_parts)) :][:1]


def kill_one(scene: Scene, lot: float) -> tuple[str, End]:
    chosen = _chosen(scene, lot)
    tell([pid for _, pid in chosen], signal.SIGKILL)
    return f"kill -9 {_named(chosen)}", nothing


def kill_supervisor(scene: Scene, lot: float) -> tuple[str, End]:
    """All ends with it; whoever runs the site starts it anew."""
    chosen = [part for part in parts(scene.site) if part[0] == "supervisor"]
    tell([pid for _, pid in chosen], signal.SIGKILL)
    return "kill -9 supervisor", nothing


def kill_cluster(scene: Scene, lot: float) -> tuple[str, End]:
    tell(_of(scene, "worker"), signal.SIGKILL)
    return "kill -9 whole worker", nothing


def ambush(scene: Scene, lot: float) -> tuple[str, End]:
    """Kill while a certain request is under way: a POST, a look-up, an answer, or a picture."""
    moment, rest = _moment(lot)
    strike = kill_cluster if rest < 0.3 else kill_supervisor if rest < 0.4 else kill_one
    scene.weather.ambushes[moment] = lambda: strike(scene, rest)
    return f"lie in wait at {moment}", nothing


def _moment(lot: float) -> tuple[str, float]:
    """One of them, and a new lot."""
    moments = ("flux", "accepted", "pictures", "files", "flux", "accepted")
    return moments[int(lot * len(moments))], lot * len(moments) % 1


def stop_one(scene: Scene, lot: float) -> tuple[str, End]:
    chosen = _chosen(scene, lot)
    pids = [pid for _, pid in chosen]
    tell(pids, signal.SIGSTOP)
    return f"stop {_named(chosen)}", lambda: tell(pids, signal.SIGCONT)


def stop_worker(scene: Scene, lot: float) -> tuple[str, End]:
    pids = _of(scene, "worker")
    tell(pids, signal.SIGSTOP)
    return "stop whole worker", lambda: tell(pids, signal.SIGCONT)


def deploy(scene: Scene, lot: float) -> tuple[str, End]:
    """Ask the worker to stop, as a deploy does; it is started anew."""
    tell([pid for name, pid in parts(scene.site) if name == "worker main"], signal.SIGTERM)
    return "terminate worker", nothing


def _of(scene: Scene, program: str) -> list[int]:
    return [pid for name, pid in parts(scene.site) if name.startswith(program)]


def _named(chosen: list[tuple[str, int]]) -> str:
    return ", ".join(name for name, _ in chosen) or "nobody"


# ── The database, the queue and the disk ─────────────────────────────────────────────────────────


def cut_sessions(scene: Scene, lot: float) -> tuple[str, End]:
    assert scene.postgres
    scene.postgres.end_sessions()
    return "cut database sessions", nothing


def restart_database(scene: Scene, lot: float) -> tuple[str, End]:
    assert scene.postgres
    word = signal.SIGINT if lot < 0.5 else signal.SIGQUIT
    scene.postgres.stop(word)
    return f"restart database ({word.name})", scene.postgres.start


def flush_queue(scene: Scene, lot: float) -> tuple[str, End]:
    assert scene.redis
    scene.redis.flush()
    return "flush Redis", nothing


def restart_queue(scene: Scene, lot: float) -> tuple[str, End]:
    assert scene.redis
    scene.redis.stop()
    return "restart Redis", scene.redis.start


def fill_disk(scene: Scene, lot: float) -> tuple[str, End]:
    if not scene.disk.is_own:
        return "(no disk of its own to fill)", nothing
    scene.disk.fill(left=0 if lot < 0.6 else int(200_000 * lot))
    return "fill disk", scene.disk.empty


def cut_power(scene: Scene, lot: float) -> tuple[str, End]:
    """Of the site's machine, or of the database's; that one starts anew at once."""
    if scene.postgres and scene.postgres.disk.is_own and lot < 0.5:
        scene.postgres.cut_power()
        return "power cut of the database", scene.postgres.start
    if not scene.disk.is_own:
        return "(no disk of its own to cut off)", nothing
    scene.site.lose_power(scene.disk)
    return "power cut", nothing


def ambush_of_power(scene: Scene, lot: float) -> tuple[str, End]:
    """Cut the power, and give it again, while a certain request is under way."""
    moment, rest = _moment(lot)
    scene.weather.ambushes[moment] = lambda: scene.weather.have_struck(
        lambda: cut_power(scene, rest)[1]()
    )
    return f"lie in wait at {moment} to cut the power", nothing


def shut_store(scene: Scene, lot: float) -> tuple[str, End]:
    assert scene.bucket
    mood = ("away", "busy", "cut")[int(lot * 3)]
    scene.bucket.door.shut(mood)
    return f"store {mood}", scene.bucket.door.open


def jump(scene: Scene, lot: float) -> tuple[str, End]:
    """The clock of the site's machine goes ahead or back, and is put right later."""
    if not scene.clock:
        return "(no clock of its own to set)", nothing
    minutes = (-300, -60, -5, 2, 5, 20, 60, 300)[int(lot * 8)]
    scene.clock.set(60 * minutes)
    return f"clock {minutes:+} min", scene.put_clock_right


# ── The provider ─────────────────────────────────────────────────────────────────────────────────


def go_away(scene: Scene, lot: float) -> tuple[str, End]:
    scene.weather.stop()
    return "outage", scene.weather.start_again


def standing(*answers: str) -> Begin:
    """One answer to all that is submitted, for a while."""

    def begin(scene: Scene, lot: float) -> tuple[str, End]:
        moods, answer = scene.weather.moods, answers[int(lot * len(answers))]
        moods.standing = answer

        def end() -> None:
            moods.standing = ""

        return f"always {answer}", end

    return begin


def next_ones(*answers: str) -> Begin:
    """Some of these for the next submissions, beginning at one by lot."""

    def begin(scene: Scene, lot: float) -> tuple[str, End]:
        first = int(lot * len(answers))
        some = [answers[(first + step) % len(answers)] for step in range(3)]
        scene.weather.next(*some)
        return f"next {' '.join(some)}", nothing

    return begin


def next_questions(*answers: str) -> Begin:
    def begin(scene: Scene, lot: float) -> tuple[str, End]:
        first = int(lot * len(answers))
        some = [answers[(first + step) % len(answers)] for step in range(4)]
        scene.weather.next_query(*some)
        return f"next look-ups {' '.join(some)}", nothing

    return begin


def changed(**fields: object) -> Begin:
    """The provider is otherwise for a while."""

    def begin(scene: Scene, lot: float) -> tuple[str, End]:
        before = {name: getattr(scene.weather, name) for name in fields}
        vars(scene.weather).update(fields)
        named = " ".join(f"{name}={value}" for name, value in fields.items())
        return named, lambda: vars(scene.weather).update(before)

    return begin


HARMS = (
    Harm("kill one", kill_one, weight=14),
    Harm("kill cluster", kill_cluster, weight=4),
    Harm("kill supervisor", kill_supervisor, weight=1),
    Harm("ambush", ambush, weight=12),
    Harm("stop one", stop_one, (1.0, 9.0), weight=6),
    Harm("stop worker", stop_worker, (1.0, 10.0), weight=3),
    Harm("deploy", deploy, weight=1),
    Harm("cut sessions", cut_sessions, weight=5, is_scaled=True),
    Harm("restart database", restart_database, (0.0, 3.0), weight=4, is_scaled=True),
    Harm("flush queue", flush_queue, weight=4, is_scaled=True),
    Harm("restart queue", restart_queue, (0.0, 3.0), weight=4, is_scaled=True),
    Harm("fill disk", fill_disk, (1.0, 5.0), weight=4),
    Harm("power cut", cut_power, (0.0, 2.0), weight=5, cuts_power=True),
    Harm("ambush of power", ambush_of_power, weight=5, cuts_power=True),
    Harm("shut store", shut_store, (0.5, 8.0), weight=12, is_stored=True),
    Harm("jump", jump, (0.5, 5.0), weight=4),
    Harm("outage", go_away, (0.5, 6.0), weight=3),
    Harm("busy", standing("busy", "rate-limited", "bare-429"), (0.5, 3.0), weight=2),
    Harm("used up", standing("used-up", "payment"), (1.0, 4.0), weight=2),
    Harm("broken", standing("500-before", "502-before", "503-before"), (0.5, 3.0), weight=2),
    Harm("token", changed(token="sk-another"), (1.0, 4.0), weight=2),  # noqa: S106
    Harm("slow", changed(latency=4.0), (2.0, 6.0), weight=2),
    Harm("little room", changed(room=2), (1.0, 5.0), weight=1),
    Harm("no lists", changed(listing=False), (2.0, 8.0), weight=1),
    Harm("late lists", changed(listing_delay=4.0), (2.0, 8.0), weight=1),
    Harm("no callbacks", changed(callbacks=False), (1.0, 6.0), weight=1),
    Harm("cuts", next_ones("cut-before", "cut-after", "reset-before", "reset-after"), weight=3),
    Harm("errors", next_ones("500-after", "502-after", "504-after", "500-before"), weight=3),
    Harm(
        "riddles",
        next_ones(*["html", "no-json", "empty", "no-id", "long-id", "number-id", "redirect"]),
    ),
    Harm(
        "more riddles",
        next_ones(*["cut-middle", "object", "null", "list", "deep", "large", "trickle"]),
    ),
    Harm("half answers", next_questions("hang=1", "500-before", "html", "stale", "cut-after")),
)
