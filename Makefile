# Everything that a person or a machine does with this project; see README.md.
SHELL := /bin/bash
PYTHON ?= python3
UV := uv==0.13.9
BIN := .venv/bin
PORT ?= 8000
export PORT

.PHONY: run serve test test-fast check probes model races mutants torture seed-bench bench lock clean

# --- Running ---------------------------------------------------------------------------

run: .installed .env
	$(BIN)/python manage.py migrate --verbosity 0
	$(BIN)/python manage.py seed
	$(BIN)/python manage.py runserver 127.0.0.1:$(PORT)

serve: export ENV_FILE =
serve: .installed
	$(BIN)/python manage.py check --deploy --fail-level ERROR
	$(BIN)/python manage.py migrate --verbosity 0
	$(BIN)/python manage.py import_acupoints --keep --verbosity 0
	$(BIN)/python manage.py collectstatic --noinput --verbosity 0
	$(BIN)/granian --interface wsgi --host $${HOST:-127.0.0.1} --port $(PORT) \
		--workers $${WEB_CONCURRENCY:-2} --blocking-threads 8 --no-ws \
		--respawn-failed-workers --workers-kill-timeout 30 tcmtips.wsgi:application

# --- Tests and checks ------------------------------------------------------------------

test: .installed-dev
	$(BIN)/python -m tests

test-fast: .installed-dev
	$(BIN)/pytest -n auto --dist loadfile -m "not browser and not slow"

check: .installed-dev
	$(BIN)/python -m tests.checks

probes: .installed-dev
	$(BIN)/python -m tests.probes

# Ten minutes; ARGS="--minutes 1 --seed 7" for others.
model: .installed-dev
	$(BIN)/python -m tests.model $(ARGS)

# Needs a PostgreSQL server in TEST_DATABASE_URL.
races: .installed-dev
	$(BIN)/python -m tests.races

# MUTANTS="editorial/rules.py --most 200 --minutes 60" asks for more of one file.
mutants: .installed-dev
	$(BIN)/python -m tests.mutants $(MUTANTS)

# Needs PostgreSQL's server programs; starts a server of its own and kills it.
torture: .installed-dev
	$(BIN)/python -m tests.torture

# A house of 10,000 articles and one of 100, in .bench/ or beside TEST_DATABASE_URL's database.
seed-bench: .installed-dev
	$(BIN)/python -m tests.bench seed

bench: seed-bench
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench_suggestions

# --- Setting up ------------------------------------------------------------------------

# Keys of this machine only, made once and readable by its owner alone.
.env:
	umask 077 && $(PYTHON) -c 'import secrets as s; print(f"DEBUG=1\nSECRET_KEY={s.token_urlsafe(48)}\nSIGNING_KEY={s.token_urlsafe(48)}")' > $@

$(BIN)/uv:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "$(UV)"

.installed: requirements.txt | $(BIN)/uv
	$(BIN)/uv pip install --quiet --python .venv -r requirements.txt
	touch $@

.installed-dev: requirements-dev.txt .installed
	$(BIN)/uv pip install --quiet --python .venv -r requirements-dev.txt
	touch $@

lock: | $(BIN)/uv
	$(BIN)/uv pip compile --quiet --upgrade --python-version 3.11 --no-annotate --no-header requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --upgrade --python-version 3.11 --no-annotate --no-header requirements-dev.in -o requirements-dev.txt

clean:
	rm -rf .bench .venv .installed .installed-dev db.sqlite3* media staticfiles
