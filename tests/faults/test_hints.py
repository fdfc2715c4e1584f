"""The queue loses tasks, or runs them more often than asked: the rows know what is to do."""

import redis
import truth
from processes import wait_for
from real_site import Site


def test_a_lost_hint_is_made_good_by_the_sweep(site):
    site.people("alice")
    worker = site.start_worker()
    site.wish("alice", "One that shows that all is well")
    site.all_end()
    wait_for(lambda: not site.desk.do("conductor")["holder"], 20, "the end of the shift")

    worker.stop()
    _wait_until_nobody_listens(site)
    site.wish("alice", "A lighthouse")
    assert site.desk.do("lose_tasks") > 0
    worker.go_on()
    assert site.rows()[-1]["status"] == "queued"
    site.desk.do("send", task="gallery.tasks.sweep")

    site.all_end()
    truth.all_succeeded(site)


def test_a_hint_that_was_never_sent_is_made_good_by_the_sweep(site):
    """Who asks sends no hint while somebody conducts; that one may have died a moment before."""
    site.people("alice")
    site.start_worker()
    site.desk.do("conducted_elsewhere", seconds=2)
    site.wish("alice", "A lighthouse")
    wait_for(lambda: not site.desk.do("conductor")["holder"], 20, "the end of the lease")

    site.desk.do("send", task="gallery.tasks.sweep")

    site.all_end()
    truth.all_succeeded(site)


def test_tasks_that_run_several_times_at_once_pay_and_keep_once(site):
    site.people("alice", "bob")
    site.start_worker()
    site.wishes(["alice", "bob"], each=2, prompt="A lighthouse fault:picture-slow=1")
    sent = site.desk.do("send", task="gallery.tasks.conduct", times=4)
    rows = site.until(lambda rows: all(row["results"] for row in rows))
    stores = [_store(site, result["id"]) for row in rows for result in row["results"]]

    site.all_end()
    again = [_store(site, result["id"]) for row in rows for result in row["results"]]

    every = [*sent, *sum(stores + again, [])]
    wait_for(lambda: len(site.desk.do("ended", ids=every)) == len(every), 60, "all those tasks")
    assert all(site.desk.do("ended", ids=every))
    truth.all_succeeded(site)


def _store(site: Site, result: str) -> list[str]:
    return list(site.desk.do("send", task="gallery.tasks.store", args=[result], times=3))


def _wait_until_nobody_listens(site: Site) -> None:
    """A server hands a task to a process that has asked for it, also while that is stopped."""
    if url := site.settings.get("REDIS_URL"):
        with redis.Redis.from_url(url) as server:
            wait_for(lambda: not _listeners(server), 20, "the end of the last question")


def _listeners(server: redis.Redis) -> list[dict[str, str]]:
    own = str(server.connection_pool.connection_kwargs["db"])
    return [
        one
        for one in server.client_list()
        if one["db"] == own and one["cmd"] == "blpop" and "b" in one["flags"]
    ]
