"""reading: the archive for people: finding, history, differences; reads the archive, never the crawl."""
