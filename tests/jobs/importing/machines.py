"""Machines that each did a part of what happened, and one that did all of it; and how two archives compare."""

import hashlib
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

from newsarchive.archive.format import journal, paths
from newsarchive.archive.format.frontmatter import Header, render
from newsarchive.archive.format.journal import stamp
from newsarchive.archive.format.states import histories, revision_file
from newsarchive.archive.record import appending
from newsarchive.jobs.importing import run
from tests.archive.making import DAY, NOON, Clock, article, docid_of, offer, opened, tree
from tests.jobs.verifying import verdict


def silent(_done, _of_all, _read=0):
    """Progress that nobody wants to see."""


def text_of(number, text):
    header = Header(title=f"第{number}号公告", channel="滚动", image="", published_at=NOON)
    return render(header, f"<p>{text}，共{len(text)}个字的一段话，写在第{number}号公告里。</p>")


@dataclass(frozen=True)
class Act:
    """What happened on a machine, so many minutes after noon."""

    minute: int
    what: str
    number: int = 1
    text: str = ""
    """Of a fetch."""
    channel: str = "1686"
    day: object = DAY
    title: str = ""


def offered(minute, number, **more):
    return Act(minute, "offered", number, **more)


def fetched(minute, number, text, **more):
    return Act(minute, "fetched", number, text, **more)


def lost(minute, what, number, **more):
    return Act(minute, what, number, **more)


def live(root, *acts):
    """Let a machine do all of these, each at its time."""
    for act in sorted(acts, key=lambda act: act.minute):
        clock = Clock()
        clock.pass_by(minutes=act.minute)
        with opened(root, clock) as archive:
            known = archive.find(docid_of(act.number)).result()
        if act.what == "fetched" and known and known.state == "kept":
            _revise(root, act, known)
        else:
            with opened(root, clock) as archive:
                _do(archive, act)


def _do(archive, act):
    of = offer(act.number, day=act.day, channels=(act.channel,), title=act.title or f"第{act.number}号公告")
    if act.what == "offered":
        archive.offer([of]).result()
    elif act.what == "fetched":
        made = article(of, fetched_at=archive.clock(), title=f"第{act.number}号公告")
        archive.keep(made, text_of(act.number, act.text)).result()
    elif act.what == "filtered":
        archive.filtered(of.docid, "video-only").result()
    elif act.what == "failed":
        archive.failed(of.docid, "no-layout").result()


def _revise(root, act, document):
    """As a run does: the state before it moves away, the new one takes its name."""
    number = len(states_of(root)[document.docid]) + 1
    data, file = text_of(act.number, act.text), root / document.file
    if file.read_bytes() == data and sights_of(root)[document.docid][1] is None:
        return  # the same text, and it was not gone meanwhile
    former = root / revision_file(act.day, document.docid, number - 1)
    former.parent.mkdir(parents=True, exist_ok=True)
    former.write_bytes(file.read_bytes())
    file.write_bytes(data)
    keys = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), "title": f"第{act.number}号公告"}
    at = stamp(NOON + timedelta(minutes=act.minute))
    more = {"fetched_at": at, "published_at": stamp(NOON), "profile": "clean", "revision": number, "kind": "typo"}
    say(root, "revised", act, file=document.file, **keys, **more)


def say(root, event, act, **keys):
    """Append a line by hand."""
    path, at = paths.journal_path(root, act.day), stamp(NOON + timedelta(minutes=act.minute))
    line = {"at": at, "run": "r", "event": event, "docid": docid_of(act.number), **keys}
    appending.append(path, [line], journal.tail(path))


def take_in(root, folder, profile="clean"):
    return run.run(root, folder, profile, Clock(), silent)


# --- what is compared ------------------------------------------------------------------------------------------------


def files_of(root):
    """Everything but the journals, whose lines differ by which run said them."""
    return {path: data for path, data in tree(root).items() if not path.endswith(".jsonl")}


def states_of(root):
    """Docid → (digest, since when) of each state."""
    found = {}
    for day in paths.days(root):
        lines = [line.data for line in journal.read(paths.journal_path(root, day))]
        for docid, history in histories(lines, day).items():
            found[docid] = [(state.sha256, state.known_at) for state in history.states]
    return found


def sights_of(root):
    found = {}
    for day in paths.days(root):
        lines = [line.data for line in journal.read(paths.journal_path(root, day))]
        for docid, history in histories(lines, day).items():
            found[docid] = (history.offered or {}).get("at"), (history.gone or {}).get("at")
    return found


def coverage_of(root):
    with opened(root) as archive, closing(archive.reader()) as catalogue:
        return sorted(map(str, catalogue.coverage.rows()))


def essence(root):
    return {
        "files": files_of(root),
        "states": states_of(root),
        "sights": sights_of(root),
        "coverage": coverage_of(root),
        "findings": verdict(root).findings,
    }
