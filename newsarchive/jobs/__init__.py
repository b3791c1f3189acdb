"""jobs: work over many days, on all processors; ``job(day) -> counts`` each, safe to run twice."""
