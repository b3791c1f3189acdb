"""What pages of all eras carry in their heads (extract), each where it is there: the base of Sina's layouts."""

from __future__ import annotations

from newsarchive.pages.layout import Css, Layout, Meta, Source
from newsarchive.pages.text import one_line
from newsarchive.pages.times import china_time
from newsarchive.sina.page.layouts import fields


class SinaPage(Layout):
    """Metas and names; an era adds title, time, source and body. Sources: sina-surface.md §4 and the pages it names."""

    created_at = Meta("weibo: article:create_at", to=china_time)
    meta_published_at = Meta("article:published_time", to=china_time)
    feed_published_at = Meta("bytedance:published_time", to=china_time)
    updated_at = Meta("bytedance:updated_time", to=china_time)
    weibo_updated_at = Meta("weibo: article:update_at", to=china_time)
    media = Meta("mediaid", to=fields.media_name)
    meta_author = Meta("article:author", to=one_line)
    meta_keywords = Meta("keywords", to=fields.keyword_list)
    page_id: Meta | Source = Meta("publishid", to=fields.page_id)
    channel_ids = Meta("sudameta", to=fields.channel_ids, many=True)
    editors = Css(".article-editor", ".show_author", to=fields.editor_name, many=True)
    stock_lists = Css("script#hq_data_id", take=lambda node: node.attributes.get("src") or "", many=True)
