"""A program that shows a token."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts import tokens
from accounts.models import Person


class Program:
    def __init__(self, token: str) -> None:
        self.client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        self.headers = {"authorization": f"Bearer {token}"}

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", query, headers=self.headers)

    def post(self, path: str, sent: Any = None, *, key: str = "", **more: Any) -> Any:
        headers = self.headers | ({"idempotency-key": key} if key else {})
        more = {"content_type": "application/json"} | more
        return self.client.post(f"/api/v1/{path}", sent, headers=headers, **more)


@pytest.fixture
def program_of() -> Callable[..., Program]:
    """`program_of(alice)`: a program with a token of hers that may do everything."""

    def with_token(person: Person, *, may_read: bool = True, may_make: bool = True) -> Program:
        return Program(
            tokens.make(person, name="program", may_read=may_read, may_make=may_make, days=30)
        )

    return with_token
