# The README's two lines, for those who have make; a test holds them equal.
.PHONY: rehearse test test-long check release

rehearse:
	[ .venv/ready -nt constraints.txt ] || { python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e . && touch .venv/ready; } && .venv/bin/newsarchive rehearse

test:
	[ .venv/ready-test -nt constraints.txt ] || { python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e '.[test]' && touch .venv/ready .venv/ready-test; } && .venv/bin/python -m pytest -q

# All that the suite has, half an hour: trials at full length, a browser, the programs that exports are made for.
# Debian: apt install chromium default-jre-headless nodejs npm; what is not there is skipped with its reason.
test-long:
	python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e '.[test,site,consumers,browser,fleet]'
	.venv/bin/python -m pytest -q -rs -m "slow or long" --dist loadgroup

# sdist and wheel in dist/, checked by twine; the test of the wheel (pytest -m slow tests/test_wheel.py) installs it.
release:
	python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e '.[release]'
	rm -rf dist && .venv/bin/python -m build && .venv/bin/python -m twine check --strict dist/*

# What CI does before the tests; needs .[dev].
check:
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
