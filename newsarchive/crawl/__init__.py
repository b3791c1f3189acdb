"""crawl: Scrapy lives here and nowhere else; each adapter is a few lines, the work is in the rooms below."""
