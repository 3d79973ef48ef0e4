# The index of commands. Each is one line here; what it does stands in the script it calls.
.DEFAULT_GOAL := help
.PHONY: help run test check format bench chaos

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

run: ## build what is missing, start everything, print the link (Ctrl-C ends it)
	@python3 scripts/bootstrap.py && exec .venv/bin/vexmail serve

test: ## install what tests need, check the code, run every test
	@scripts/test

check: ## lint, types, layers, house rules, migrations, frontend checks
	@scripts/check

format: ## let ruff and biome put the code in order
	@.venv/bin/ruff check --quiet --fix-only src tests bench scripts alembic
	@.venv/bin/ruff format --quiet src tests bench scripts alembic
	@[ ! -d frontend/node_modules ] || npm --prefix frontend exec -- biome check --write frontend

bench: ## measure against the targets; make bench ONLY="envelopes arrival"
	@.venv/bin/python -m bench $(ONLY)

chaos: ## kill everything at random moments and compare the mirror with the server
	@.venv/bin/python -m pytest -q -m chaos tests
