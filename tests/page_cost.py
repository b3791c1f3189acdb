"""Read the hostile page of this name within so many seconds of CPU, or be ended by the system: nothing can stop a matcher."""

import contextlib
import resource
import sys
from datetime import date

from newsarchive.archive.format.article import file_of
from newsarchive.errors import PageError
from newsarchive.items import Offer
from newsarchive.pages.likeness import text_digest
from newsarchive.sina.page import impostors, page_reader
from tests import hostile_pages

URL = "https://finance.sina.com.cn/roll/2026-11-23/doc-inabcde1234567.shtml"
name, seconds = sys.argv[1], int(sys.argv[2])
body = (hostile_pages.SMALL | hostile_pages.LARGE)[name].encode()
offer = Offer(docid="nabcde1234567", url=URL, day=date(2026, 11, 23), title="题")
spent = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
resource.setrlimit(resource.RLIMIT_CPU, (int(spent) + 1 + seconds,) * 2)
with contextlib.suppress(PageError):
    impostors.is_ban(200, body)
    article = page_reader.cleaned(page_reader.article_of(body, offer, URL))
    text_digest(article.title, article.body)
    file_of(article, channel="国内")
