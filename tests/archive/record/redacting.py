"""An archive with a document to take out, and how the tests look for what is left of it."""

import gzip
import hashlib
import json
import re
from urllib.parse import unquote

from newsarchive.archive.format import paths
from newsarchive.archive.format.frontmatter import Header, render
from newsarchive.archive.record.redaction import redact
from tests.archive.making import DAY, NEXT_DAY, NOON, Clock, article, day_folder, docid_of, offer, opened
from tests.jobs.verifying import say

HIDDEN_TITLE = "玄武岩集团会计师承认虚增营收"
BODIES = [
    f"<p>{first}，董事长&lt;辞职&gt;的传闻属实，明日停牌。</p>\n<p>“双倍”赔偿 3.5亿 元，投资者须自负盈亏。</p>"
    for first in (
        "据独家消息来源称甲乙丙丁戊己庚辛",
        "经更正后的消息来源称子丑寅卯辰巳午未",
        "第三次修改后的全文春夏秋冬梅兰竹菊",
    )
]
MEDIA, EDITOR = "匿名线人内部通讯社", "编辑张三丰李四光王五"
IMAGE = "https://n.sinaimg.cn/finance/secret-picture-玄武岩会计师照片.jpg"
ONE = 1


def make(root, profile="clean"):
    """Days with other documents, one of them with the same title, and one document in three states."""
    clock = Clock()
    others = [offer(number, title=f"第{number}号公告", day=day) for day in (DAY, NEXT_DAY) for number in _numbers(day)]
    with opened(root, clock, profile) as archive:
        _keep(archive, [hidden(), *others])
    revise(root, profile)


def _numbers(day):
    return (2, 3) if day == DAY else (12, 13)


def hidden(number=ONE, **more):
    return offer(number, **{"title": HIDDEN_TITLE, "image": IMAGE} | more)


def _keep(archive, offers):
    archive.offer(offers, poll="1686").result()
    for of in offers:
        body, more = (
            f"<p>{of.title}的全文，平平无奇，与他人无关。</p>",
            {"asides": (f"{HIDDEN_TITLE} {hidden().url}", "别的新闻")},
        )
        if of.title == HIDDEN_TITLE:
            body, more = BODIES[0], {"media": MEDIA, "editor": EDITOR, "keywords": ("商业欺诈与内幕交易",)}
        archive.keep(article(of, body=body, **more), data_of(of.title, body)).result()


def also_titled(root, profile="clean"):
    """Another document with the same title and another text."""
    with opened(root, Clock(), profile) as archive:
        of = hidden(7, image="")
        archive.offer([of], poll="1686").result()
        archive.keep(
            article(of, body="<p>同题异文</p>"), data_of(HIDDEN_TITLE, "<p>同题异文而已，并无他意。</p>")
        ).result()


def data_of(title, body):
    return render(Header(title=title, channel="滚动", image="", published_at=NOON), body)


def revise(root, profile="clean"):
    """Its second and third state, as design §3 says."""
    line = next(line for line in lines_of(root) if line["event"] == "kept" and line["docid"] == docid_of(ONE))
    file, revisions = root / line["file"], day_folder(root) / "_revisions" / docid_of(ONE)
    revisions.mkdir(parents=True)
    for number in (1, 2):
        (revisions / f"{number}.md").write_bytes(file.read_bytes())
        data = data_of(HIDDEN_TITLE, BODIES[number])
        file.write_bytes(data)
        keys = {
            "file": line["file"],
            "sha256": hashlib.sha256(data).hexdigest(),
            "bytes": len(data),
            "profile": profile,
        }
        say(
            root,
            "revised",
            docid_of(ONE),
            **keys,
            title=HIDDEN_TITLE,
            media=MEDIA,
            revision=number + 1,
            kind="rewritten",
        )
    say(
        root,
        "failed",
        docid_of(ONE),
        reason="http-500",
        attempts=1,
        next_try_at=None,
        detail=f"在读《{HIDDEN_TITLE}》时",
    )


def lines_of(root, day=DAY):
    return [json.loads(line) for line in paths.journal_path(root, day).read_bytes().splitlines()]


def take_out(root, number=ONE, profile="clean", *, keep_title=False):
    return redact(root, profile, docid_of(number), "by court order", keep_title=keep_title, clock=Clock())


def words(*, with_title=True):
    """Each run of 8 characters of the text in all of its states, of title, source, editor and picture."""
    bodies = [body.replace("&lt;", "<").replace("&gt;", ">").replace("<p>", "").split("</p>") for body in BODIES]
    texts = [MEDIA, EDITOR, *(paragraph for body in bodies for paragraph in body)]
    texts += [HIDDEN_TITLE, IMAGE.rpartition("/")[2]] if with_title else []
    return {text[at : at + 8] for text in texts for at in range(len(text.strip()) - 7)}


def found_in(root, runs):
    """(file, run) of each run that stands anywhere below the archive: in names, in bytes, escaped or packed."""
    found = []
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        data, name = path.read_bytes(), path.relative_to(root).as_posix()
        if path.suffix == ".gz":
            data = gzip.decompress(data)
        found += [(name, run) for text in (name, *_readings(data)) for run in runs & _runs(text)]
    return found


def _readings(data):
    text = data.decode("utf-8", "ignore")
    yield text
    yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda escape: chr(int(escape[1], 16)), text)
    yield unquote(text)
    yield from (data[at:].decode("utf-16-le", "ignore") for at in (0, 1))


def _runs(text):
    return {text[at : at + 8] for at in range(len(text) - 7)}
