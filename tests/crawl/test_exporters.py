import hashlib
from datetime import date, datetime
from io import BytesIO

import frontmatter
import pytest

from newsarchive.archive.format.frontmatter import body_of
from newsarchive.crawl.exporters import ArticleExporter
from newsarchive.items import BEIJING, Article, Offer
from newsarchive.settings.values import EXTRA_KEYS

POSTER = "//n.sinaimg.cn/finance/c30320b4/20210712/wx_poster_finance1.png"


def offer(**fields):
    return Offer(
        docid="nitmeav9622448",
        url="https://finance.sina.com.cn/a/doc-initmeav9622448.shtml",
        day=date(2026, 11, 23),
        listed_at=datetime(2026, 11, 23, 9, 31, 7, tzinfo=BEIJING),
        modified_at=datetime(2026, 11, 23, 11, tzinfo=BEIJING),
        **fields,
    )


def article(**fields):
    return Article(
        **{
            "offer": offer(),
            "url": "https://finance.sina.com.cn/a/doc-initmeav9622448.shtml",
            "title": "央行'降准'",
            "published_at": datetime(2026, 11, 23, 9, 30, tzinfo=BEIJING),
            "body": "<p>{正文}</p>",
            "keywords": ("降准", "it's"),
            **fields,
        }
    )


def exported(item, **options):
    file = BytesIO()
    exporter = ArticleExporter(file, **options)
    exporter.start_exporting()
    exporter.export_item(item)
    exporter.finish_exporting()
    return file.getvalue().decode()


def test_an_article_is_exported_with_its_seven_keys():
    post = frontmatter.loads(exported(article()))
    assert post.metadata == {
        "title": "央行'降准'",
        "categories": ["金融", "新浪财经", "新浪财经－滚动"],
        "headimg": "",
        "author": "新浪财经",
        "comments": False,
        "date": "Mon, 23 Nov 2026 01:30:00 GMT",
        "thumbnail": "",
    }
    assert post.content == "<div>   \n<p>&#123;正文&#125;</p>  \n</div>"


@pytest.mark.parametrize(
    ("image", "listed", "shown"),
    [
        ("https://n.sinaimg.cn/1.png", "//n.sinaimg.cn/2.png", "https://n.sinaimg.cn/1.png"),
        ("", "//n.sinaimg.cn/2.png", "https://n.sinaimg.cn/2.png"),
        ("", "http://n.sinaimg.cn/2.png", "https://n.sinaimg.cn/2.png"),
        ("", "http://example.org/2.png", "http://example.org/2.png"),
        ("", "http://notsina.cn/2.png", "http://notsina.cn/2.png"),
        ("", "javascript:alert(1)", ""),
        ("", "http://[", "http://["),
        ("", POSTER, ""),
        ("", "", ""),
    ],
)
def test_the_cover_is_the_texts_picture_or_the_listings(image, listed, shown):
    post = frontmatter.loads(exported(article(image=image, offer=offer(image=listed))))
    assert post["headimg"] == post["thumbnail"] == shown


def test_all_further_keys_are_text_or_lists_of_text():
    metadata = frontmatter.loads(exported(article(media="新华社"), extra_keys=EXTRA_KEYS)).metadata
    assert list(metadata)[7:] == list(EXTRA_KEYS)
    assert metadata["docid"] == "nitmeav9622448"
    assert metadata["source_url"] == "https://finance.sina.com.cn/a/doc-initmeav9622448.shtml"
    assert metadata["published_at"] == "2026-11-23T09:30:00+08:00"
    assert metadata["listed_at"] == "2026-11-23T09:31:07+08:00"
    assert metadata["media"] == "新华社"
    assert metadata["keywords"] == ["降准", "it's"]
    assert (metadata["symbols"], metadata["fetched_at"]) == ([], "")


def test_the_pages_time_of_change_goes_before_the_listings():
    changed_at = datetime(2026, 11, 23, 12, tzinfo=BEIJING)
    listed = frontmatter.loads(exported(article(), extra_keys=["modified_at"]))
    shown = frontmatter.loads(exported(article(modified_at=changed_at), extra_keys=["modified_at"]))
    assert listed["modified_at"] == "2026-11-23T11:00:00+08:00"
    assert shown["modified_at"] == "2026-11-23T12:00:00+08:00"


def test_further_keys_stand_in_their_own_order_however_asked():
    text = exported(article(), extra_keys=["media", "docid"])
    assert text.index("docid:") < text.index("media:")


def test_the_digest_is_that_of_the_body_in_the_file():
    text = exported(article(), extra_keys=["sha256"])
    assert frontmatter.loads(text)["sha256"] == hashlib.sha256(body_of(text).encode()).hexdigest()


def test_an_unknown_further_key_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="no such keys: oid; there are source_url docid"):
        ArticleExporter(BytesIO(), extra_keys=["docid", "oid"])
