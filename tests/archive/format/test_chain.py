from newsarchive.archive.format.chain import NUMBER, Break, Chain, former_links
from newsarchive.archive.format.journal import GENESIS_LINK, encode, link_of

KEPT = {
    "event": "kept",
    "docid": "d1",
    "file": "2026/11/23/降准.md",
    "sha256": "a" * 64,
    "bytes": 3000,
    "title": "降准",
}
OFFERED = {"event": "offered", "docid": "d1", "title": "降准"}


def chain_of(*events):
    lines, link = [], GENESIS_LINK
    for event in events:
        lines.append(encode({"at": "2026-11-23T09:00:00+08:00", "run": "r", **event}, link))
        link = link_of(lines[-1])
    return Chain.of(b"".join(lines))


def test_a_whole_chain_has_no_break_and_an_empty_one_neither():
    chain = chain_of(OFFERED, KEPT)
    assert chain.breaks(chain.links()) == []
    assert Chain.of(b"").breaks([]) == []


def test_a_break_tells_what_stands_there_and_what_should():
    lines = chain_of(OFFERED, KEPT, OFFERED).lines
    chain = Chain([lines[0], lines[2]], b"")
    assert chain.breaks(chain.links()) == [Break(2, link_of(lines[0]), link_of(lines[1]))]


def test_a_link_under_another_key_is_none():
    forged = b'{"a":"b","note":"' + GENESIS_LINK.encode() + b'"}'
    assert Chain([forged], b"").breaks([link_of(forged)]) == [Break(1, GENESIS_LINK, None)]


def test_a_line_without_an_end_is_torn():
    assert Chain.of(b'{"a":1}\n{"b"').torn == b'{"b"'


def test_a_plain_journal_and_another_one_say_the_same_of_files():
    (owed,) = chain_of(OFFERED, KEPT).first_states()
    (said,) = chain_of(OFFERED, KEPT).statements()
    assert (owed.file, owed.docid, owed.sha256, owed.size, owed.line) == (
        said["file"],
        said["docid"],
        said["sha256"],
        said["bytes"],
        said[NUMBER],
    )


def test_a_journal_with_a_revision_or_two_lines_of_a_document_is_not_plain():
    assert chain_of(KEPT, {**KEPT, "event": "revised"}).first_states() is None
    assert chain_of(KEPT, KEPT).first_states() is None
    assert [line["event"] for line in chain_of(KEPT, {**KEPT, "event": "revised"}).statements()] == ["kept", "revised"]


def test_a_line_that_is_none_is_an_empty_object():
    assert Chain([b"[1]", b"\xff"], b"").statements() == [{NUMBER: 1}, {NUMBER: 2}]


def test_links_before_a_redaction_are_found_again():
    before = chain_of(OFFERED, KEPT, OFFERED)
    links = before.links()
    now = chain_of(OFFERED, {**KEPT, "title": None}, OFFERED)
    told = {"former_link": links[-1], "replaced": [[2, links[1]]]}
    assert former_links(now.lines, told) == links
    assert former_links(now.lines, {**told, "replaced": []}) == []
    assert former_links(now.lines, {**told, "replaced": "x"}) == []
