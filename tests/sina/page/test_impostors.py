"""What must never become an article, through the same functions as the crawl, each with an outcome of its own."""

from __future__ import annotations

import pytest

from newsarchive.errors import PageError
from newsarchive.items import Article, Offer
from newsarchive.sina.listing import urls
from newsarchive.sina.page.impostors import is_ban
from newsarchive.sina.page.page_reader import article_of, cleaned
from tests.sina.page.impostors import ARTICLE, IMPOSTORS, URL, Impostor

FEWEST = 50


def read(body: bytes, url: str = URL, status: int = 200, content_type: bytes | None = b"text/html") -> Article:
    offer = Offer(docid=urls.docid_of(url), url=url, day=urls.date_of(url))  # type: ignore[arg-type]
    return cleaned(article_of(body, offer, url, status=status, content_type=content_type))


@pytest.mark.parametrize("impostor", IMPOSTORS, ids=lambda impostor: impostor.name)
def test_impostor_ends_as_what_it_is(impostor: Impostor) -> None:
    with pytest.raises(PageError) as refused:
        read(impostor.body, impostor.url, impostor.status, impostor.content_type)
    assert (type(refused.value), refused.value.reason) == (impostor.error, impostor.reason)
    assert str(refused.value)


@pytest.mark.parametrize("impostor", IMPOSTORS, ids=lambda impostor: impostor.name)
def test_only_a_ban_is_taken_for_one(impostor: Impostor) -> None:
    assert is_ban(impostor.status, impostor.body) is impostor.is_ban


def test_the_page_that_they_are_made_from_is_an_article() -> None:
    article = read(ARTICLE.encode())
    assert (article.title, article.body.count("<p>")) == ("某市的纸船出口", 39)


def test_impostors_are_many_and_each_is_another() -> None:
    assert FEWEST <= len(IMPOSTORS) == len({impostor.name for impostor in IMPOSTORS})


def test_page_cut_anywhere_is_never_an_article() -> None:
    data = ARTICLE.encode()
    for end in range(0, data.rindex(b"</html"), 23):
        with pytest.raises(PageError):
            read(data[:end])
