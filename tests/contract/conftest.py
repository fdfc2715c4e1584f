"""A provider for each test, and a way to let the client talk to it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from provider import Provider

from gallery.flux.client import FluxClient
from gallery.flux.contract import Submission

TOKEN = "sk-a-token-that-nobody-may-see"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider(token=TOKEN) as running:
        yield running


@pytest.fixture
def talk(provider: Provider) -> Callable[..., Any]:
    """`talk(lambda client: client.submit(…))`: what the client answers, or raises."""

    def talk(work: Callable[[FluxClient], Awaitable[Any]], **options: Any) -> Any:
        async def talking() -> Any:
            given = {"base_url": provider.url, "token": TOKEN, "timeout": 5} | options
            async with FluxClient(**given) as client:
                return await work(client)

        return asyncio.run(talking())

    return talk


@pytest.fixture
def wish() -> Callable[..., Submission]:
    """`wish(prompt="…")`: a wish that is good but for what is said."""

    def wish(**fields: Any) -> Submission:
        usual = {"action": "generate", "prompt": "a lighthouse", "model": "flux-dev", "size": "1:1"}
        return Submission(**usual | fields)

    return wish


@pytest.fixture
def submit(talk: Callable[..., Any], wish: Callable[..., Submission]) -> Callable[..., Any]:
    def submit(*, options: dict[str, Any] | None = None, **fields: Any) -> Any:
        return talk(lambda client: client.submit(wish(**fields)), **options or {})

    return submit
