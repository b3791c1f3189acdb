"""Every setting, in flow order, each with one sentence; Scrapy's own first, then ours.

All of ours can be given by ``-s NAME=VALUE``, by environment as ``NEWSARCHIVE_<NAME>`` (``NEWSARCHIVE_DIR`` for the
folder), or here.  ``values.py`` says which values they take.
"""

from newsarchive import __version__
from newsarchive.settings.values import from_environment

# --- Scrapy ------------------------------------------------------------------------------------------------------------

BOT_NAME = "newsarchive"
SPIDER_MODULES = ["newsarchive.crawl.spiders"]
COMMANDS_MODULE = "newsarchive.crawl.commands"

# Who we are: the contact of FETCH_CONTACT stands where {contact} is; a desktop agent, since mobile ones are sent to sina.cn.
USER_AGENT = f"Mozilla/5.0 (compatible; newsarchive/{__version__}; +{{contact}})"
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9",
    "Accept-Encoding": "gzip, deflate",  # what reads a raw record in any language and year; default also br, zstd
    "Referer": "https://finance.sina.com.cn/",  # what the site's own pages send
}
ROBOTSTXT_OBEY = True  # default False
ROBOTSTXT_USER_AGENT = "newsarchive"

# At most 2 requests a second and 2 connections to each host; -s DOWNLOAD_DELAY=0 lifts it.
DOWNLOAD_DELAY = 0.5  # seconds; default 0
DOWNLOAD_DELAY_JITTER = 0  # default 0.5: every third run (38 %) would exceed 2 requests in some second
CONCURRENT_REQUESTS_PER_DOMAIN = 2  # default 8
CONCURRENT_REQUESTS = 4  # default 16; what waits in a slot is past every middleware, so keep it short
CONCURRENT_ITEMS = 4  # default 100, which makes a hundred tasks a response
DOWNLOAD_TIMEOUT = 60  # seconds; default 180
DOWNLOAD_MAXSIZE = 20 * 1024 * 1024  # bytes, also decompressed; default 1 GiB; the largest real page has 0.4 MB
DOWNLOAD_WARNSIZE = 5 * 1024 * 1024  # bytes; default 32 MiB
DOWNLOAD_VERIFY_CERTIFICATES = True  # default False
DOWNLOAD_HANDLERS = {
    "http": "newsarchive.crawl.handlers.GatedHTTP11Handler",
    "https": "newsarchive.crawl.handlers.GatedHTTP11Handler",
    "ftp": None,
    "s3": None,
    "file": None,
    "data": None,
}
RETRY_TIMES = 3  # default 2; within a run, beside the schedule between runs
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"  # default ERROR; our own log line names the document and the cause
META_COPY_WARN_SKIP_KEYS = ["retry_times"]  # default none: Scrapy warns of each retry of ours, which copies it
COOKIES_ENABLED = False
METAREFRESH_ENABLED = False  # it decodes every page; the not-found page forwards by script anyway
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False  # it executes code on loopback
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # none: the archive knows what it has

DOWNLOADER_MIDDLEWARES = {
    "newsarchive.crawl.middlewares.SinaOnlyMiddleware": 50,  # before robots.txt is asked for
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "newsarchive.crawl.robots.RobotsMiddleware": 100,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "newsarchive.crawl.middlewares.RetryAfterMiddleware": 580,  # after the ban, before anything is tried again
    "newsarchive.crawl.middlewares.BanMiddleware": 585,  # decompressed bodies, before anything is tried again
    "newsarchive.crawl.middlewares.CharsetMiddleware": 595,
    "newsarchive.crawl.middlewares.SecureRedirectMiddleware": 570,  # default 600; after the ban has been looked for
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "newsarchive.crawl.middlewares.DecompressionMiddleware": 590,  # Scrapy's place of it
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "newsarchive.crawl.middlewares.ProxyMiddleware": 560,  # hears of a failed request before Retry (550) gives it up
    "newsarchive.crawl.middlewares.EnvironmentProxyMiddleware": 750,  # Scrapy's place of it
    "newsarchive.crawl.picture_requests.PublicAddressMiddleware": 760,  # once it is known whether a proxy is asked
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
}
SPIDER_MIDDLEWARES = {
    # Every status is ours to judge, and the spider makes its requests itself.
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
}
EXTENSIONS = {
    "newsarchive.crawl.progress.ProgressBar": 100,
    "newsarchive.crawl.progress.ProgressLines": 100,
    "scrapy.extensions.logstats.LogStats": None,  # ours counts articles
    "scrapy.extensions.memusage.MemoryUsage": None,
}
ITEM_PIPELINES = {
    "newsarchive.crawl.pipelines.CleanPipeline": 200,
    "newsarchive.crawl.pipelines.TwinPipeline": 250,
    "newsarchive.crawl.revisits.RevisionPipeline": 275,
    "newsarchive.crawl.pipelines.DedupePipeline": 300,
    "newsarchive.crawl.pipelines.ArchivePipeline": 800,
}
LOG_LEVEL = "INFO"  # default DEBUG: a line a page
LOG_INSTALL_ROOT_HANDLER = False  # the crawl command logs through its own (logs.py), which lets no password pass
LOG_FORMAT = "%(asctime)s %(levelname)s %(message)s"  # or json: one object a line; also as NEWSARCHIVE_LOG_FORMAT
LOG_DATEFORMAT = "%Y-%m-%dT%H:%M:%S+08:00"  # Beijing, whatever the machine's zone
STATS_DUMP = False  # the run report says what happened
DOWNLOADER_STATS = False  # the handler counts what the report tells; these write each request out once more

# --- discover ----------------------------------------------------------------------------------------------------------

SINA_CHANNELS = ["1686", "2509"]  # Channels to poll, by lid or name; in the order of sina/listing/channels.py.
DISCOVER_OVERLAP_ROWS = 100  # Known rows in a row that end a poll: late rows appear up to 50 below known ones.
DISCOVER_STALE_HOURS = 24.0  # A listing whose newest row is older is stale (exit 5); 0 = never.
DISCOVER_GAPS_ONLY = False  # Ask no listing: fetch what is missing, due or not; set by `newsarchive gaps --fill`.

# --- fetch -------------------------------------------------------------------------------------------------------------

FETCH_CONTACT = ""  # Who to write to about this crawler: a mail address or a web page; goes into the user agent.
FETCH_CRAWLS_AT_ONCE = 1  # How many crawls keep a site's Crawl-delay together; set by `newsarchive backfill`.
FETCH_ENDS_WITH_INPUT = False  # End cleanly when standard input ends: with whoever started us, however that ended.
SINA_USE_TWINS = False  # Fetch the Markdown twin of each page too, and journal whether its text differs; the page wins.
SINA_BAN_MINUTES = 60.0  # How long a ban is remembered; fractions are allowed.
REVISIT_HOURS = [1.0, 6.0, 24.0, 168.0, 720.0]  # Hours after publication when a page is looked at again; empty = never.
REVISIT_MAX_PER_RUN = 200  # Pages looked at again in one run at most; what is left is due in the next.
RAW_STORE = "warc"  # What the servers sent, kept in _raw/: warc, or none.
RAW_MAX_MB = 512.0  # Size of a file of raw records, in 10^6 bytes, at which a further one is begun.

# --- dedupe ------------------------------------------------------------------------------------------------------------

DEDUPE_SAME_TEXT = "skip"  # A second document with the title and text of a kept one: skip filters it, mark keeps both.

# --- archive -----------------------------------------------------------------------------------------------------------

ARCHIVE_DIR = "archive"  # The folder; a relative one is relative to the folder of scrapy.cfg.
ARCHIVE_PROFILE = "clean"  # The articles' dialect: clean, or rsshub; an archive has one for its life.
ARCHIVE_EXTRA_KEYS: list[str] = []  # Keys added to the front matter, of those that values.EXTRA_KEYS names.
ARCHIVE_IMAGES = False  # Keep the pictures of the articles, too, under _media/; fetched after the texts.
IMAGE_MAX_MB = 20.0  # The largest picture that is kept, in 10^6 bytes.

# --- report ------------------------------------------------------------------------------------------------------------

CLOCK_OFFSET_SECONDS = 0.0  # Seconds added to the clock: a rehearsal plays a week in a minute; read by the crawl.
RUN_REPORT_JSON = False  # Print the run's report as the last line of standard output; read by the crawl command.
PROGRESS_SECONDS = 10.0  # Seconds between two lines of progress where there is no terminal; 0 = none.
ALERT_URLS = ""  # Whom to tell of trouble, once, and once when it is over: addresses of apprise's; a secret.
ALERT_COVERAGE_SHARE = 0.98  # Of what was offered in the last week, the share below which it is trouble; 0 = never.
ALERT_DISK_FREE_MB = 1000.0  # Free space on the archive's disk below which it is trouble, in 10^6 bytes; 0 = never.

globals().update(from_environment())
