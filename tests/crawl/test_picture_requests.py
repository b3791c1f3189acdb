"""What a request for a picture must pass."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from scrapy import Request
from scrapy.exceptions import IgnoreRequest

from newsarchive.crawl import failures
from newsarchive.crawl.picture_requests import PICTURE, PublicAddressMiddleware, is_public
from newsarchive.sina.page.picture_hosts import is_picture_address, reason_against

PICTURE_URL = "https://n.sinaimg.cn/finance/1.jpg"


def _resolving(*addresses: str) -> tuple[PublicAddressMiddleware, list[str]]:
    asked: list[str] = []

    async def resolve(host: str) -> Sequence[str]:
        asked.append(host)
        if not addresses:
            raise OSError("no such name")
        return addresses

    return PublicAddressMiddleware(resolve), asked


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "192.168.1.1", "127.0.0.1", "169.254.169.254", "::1", "fe80::1%eth0", "224.0.0.1"]
)
def test_a_name_that_points_into_a_private_network_is_not_asked(address: str) -> None:
    middleware, _ = _resolving("202.102.94.124", address)
    with pytest.raises(IgnoreRequest) as refused:
        asyncio.run(middleware.process_request(Request(PICTURE_URL, meta={PICTURE: True})))
    assert failures.reason_of(refused.value) == "private-address"


def test_a_public_name_is_looked_up_once_a_run() -> None:
    middleware, asked = _resolving("202.102.94.124")
    for number in range(3):
        asyncio.run(middleware.process_request(Request(f"https://n.sinaimg.cn/{number}.jpg", meta={PICTURE: True})))
    assert asked == ["n.sinaimg.cn"]


def test_pages_and_what_goes_through_a_proxy_are_not_looked_up() -> None:
    middleware, asked = _resolving("10.0.0.1")
    asyncio.run(middleware.process_request(Request(PICTURE_URL)))
    asyncio.run(middleware.process_request(Request(PICTURE_URL, meta={PICTURE: True, "proxy": "http://127.0.0.1:1"})))
    assert asked == []


def test_a_name_that_there_is_not_is_for_the_download_to_tell() -> None:
    middleware, _ = _resolving()
    asyncio.run(middleware.process_request(Request(PICTURE_URL, meta={PICTURE: True})))


def test_an_ipv4_address_within_an_ipv6_one_is_judged_as_itself() -> None:
    assert (is_public("::ffff:192.168.1.1"), is_public("::ffff:202.102.94.124")) == (False, True)


@pytest.mark.parametrize(
    "url",
    [
        "https://sinaimg.cn.example.org/1.jpg",
        "https://example.org/n.sinaimg.cn/1.jpg",
        "https://n.sinaimg.cn@example.org/1.jpg",
        "https://user:word@n.sinaimg.cn/1.jpg",
        "https://n.sinaimg.cn:8443/1.jpg",
        "https://n.sinaimg.cn:99999999/1.jpg",
        "ftp://n.sinaimg.cn/1.jpg",
        "https://[::1]/1.jpg",
        "https://192.168.1.1/1.jpg",
        "https://xsinaimg.cn/1.jpg",
        "https://n.sinaimg.cn/" + "a" * 3000,
    ],
)
def test_no_other_place_is_asked_for_a_picture(url: str) -> None:
    assert not is_picture_address(url)
    assert reason_against(url) == "off-site"


@pytest.mark.parametrize(
    "url",
    [
        "http://n.sinaimg.cn/finance/c30320b4/20210712/wx_poster_finance1.png",
        "http://beacon.sina.com.cn/a.gif?noScript",
        "http://i0.sinaimg.cn/c.gif",
    ],
)
def test_posters_and_beacons_are_no_content(url: str) -> None:
    assert reason_against(url) == "no-content"


def test_a_picture_of_the_text_is_asked_for() -> None:
    assert reason_against(PICTURE_URL) == reason_against("http://i3.sinaimg.cn/cj/2009-01-01/U1.jpg") == ""
