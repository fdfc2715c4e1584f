"""What the API says comes in any order, and not all of it says everything."""

from gallery import generations
from gallery.engine import results
from gallery.flux.contract import Picture, Task, TaskState


def told(state, task_id="task-1"):
    pictures = (Picture(url="https://pictures.example/1.png"),)
    return Task(
        task_id=task_id, state=state, pictures=pictures if state is TaskState.SUCCEEDED else ()
    )


def test_news_without_an_id_do_not_make_a_known_job_unknown(a_delivered, alice, transactional_db):
    attempt = a_delivered(alice).attempts.get()
    known = attempt.task_id

    results.accept(attempt, told(TaskState.SUCCEEDED, task_id=""))

    attempt.refresh_from_db()
    assert known
    assert attempt.task_id == known


def test_an_answer_that_comes_after_the_pictures_asks_for_no_more_looks(
    a_delivered, alice, transactional_db
):
    generation = a_delivered(alice)
    type(generation).objects.update(status="succeeded")

    results.accept(
        generation.attempts.get(), told(TaskState.PENDING, task_id=str(generation.task_id))
    )

    generation.refresh_from_db()
    assert generation.next_look_at is None


def test_who_cancels_locks_in_the_order_in_which_wishes_are_picked(
    wish_for, alice, transactional_db, django_assert_max_num_queries
):
    generation = wish_for(alice)

    with django_assert_max_num_queries(40) as seen:
        generations.cancel(generation)

    changed = [
        query["sql"].split()[1].strip('"')
        for query in seen.captured_queries
        if query["sql"].startswith("UPDATE")
    ]
    assert changed.index("gallery_conductor") < changed.index("gallery_generation")
