"""Pictures of albums (clean): they stand in a hidden block, as data for the page's player."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

_MOST_PICTURES = 500  # of the albums of a page; 100 were seen, and each costs a walk to the top


def show_albums(tree: LexborHTMLParser, attribute: str, hidden: str) -> None:
    """Put each picture whose address stands in ``attribute`` in front of the outermost block that hides it.

    ``hidden`` selects what is not shown. A picture that several albums hold is shown once.
    """
    hiding = {node.mem_id for node in tree.css(hidden)}
    shown: set[str] = set()
    for picture in tree.css(f"img[{attribute}]")[:_MOST_PICTURES]:
        address = picture.attributes.get(attribute) or ""
        block = _outermost(picture, hiding)
        picture.attrs["src"] = address
        if block and address and address not in shown:
            shown.add(address)
            block.insert_before(picture)
        if block:
            picture.decompose()


def _outermost(node: LexborNode, hiding: set[int]) -> LexborNode | None:
    """The last parent on the way up that hides ``node``."""
    found, parent = None, node.parent
    while parent is not None and parent.tag not in ("html", "body"):
        found = parent if parent.mem_id in hiding else found
        parent = parent.parent
    return found
