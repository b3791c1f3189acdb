#!/bin/sh
# Polls for ever: what a container runs in place of cron.  The first SIGTERM reaches the crawl, which then ends cleanly.
set -u
child='' stopped=''

stop() {
    [ -n "$stopped" ] && return # a second one would not be graceful
    stopped=yes
    [ -n "$child" ] && kill -TERM "$child" 2>/dev/null
}
trap stop TERM INT

# A signal ends `wait` before the child has ended: wait again.
run() {
    "$@" &
    child=$!
    [ -n "$stopped" ] && kill -TERM "$child" 2>/dev/null
    wait "$child"
    code=$?
    while kill -0 "$child" 2>/dev/null; do
        wait "$child"
        code=$?
    done
    child=''
}

code=0
while [ -z "$stopped" ]; do
    run scrapy crawl sina_finance
    crawled=$code
    [ -n "$stopped" ] || run sleep "$((${POLL_MINUTES:-10} * 60))"
done
exit "$crawled"
