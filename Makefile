# The README's two lines, for those who have make; a test holds them equal.
.PHONY: rehearse test check

rehearse:
	[ .venv/ready -nt constraints.txt ] || { python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e . && touch .venv/ready; } && .venv/bin/newsarchive rehearse

test:
	[ .venv/ready-test -nt constraints.txt ] || { python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e '.[test]' && touch .venv/ready .venv/ready-test; } && .venv/bin/python -m pytest -q

# What CI does before the tests; needs .[dev].
check:
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
