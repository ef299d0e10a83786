# inkrender: each target does all of its own set-up, in .venv, from Python 3.11 (or newer), pip and make.
#
#   make film                  the film at 960x540: out/dreams_in_the_mountains.mp4
#   make film QUALITY=final    the film at 1920x1080
#   make test                  the fast tests, one process a core
#   make check                 format, lint, types, floors
#   make bench                 the core's speed beside memcpy, numpy and OpenCV
#   make clean                 everything that was made, .venv too

VENV ?= .venv
QUALITY ?= preview
FILM := scenes/dreams_in_the_mountains
OUT ?= out/dreams_in_the_mountains.mp4

BIN := $(VENV)/bin
SOUND := $(FILM)/audio/score.wav
NEEDS := pyproject.toml constraints.txt

.PHONY: film test check bench clean
.DELETE_ON_ERROR:

film: $(VENV)/film $(SOUND)
	$(BIN)/inkrender movie $(FILM)/film.toml -o $(OUT) -q $(QUALITY)

test: $(VENV)/dev
	$(BIN)/python -m pytest -m "not slow and not browser" -n auto --dist worksteal

check: $(VENV)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_floors.py

bench: $(VENV)/film
	$(BIN)/inkrender bench

clean:
	rm -rf $(VENV) out build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	rm -rf scenes/*/.inkrender
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(SOUND): $(FILM)/make_audio.py | $(VENV)/film
	$(BIN)/python $<

$(VENV)/film: $(NEEDS) | $(BIN)/python
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/dev: $(NEEDS) | $(BIN)/python
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $@ $(VENV)/film

$(BIN)/python:
	@python=; for p in python3.11 python3.12 python3.13 python3; do \
	  if command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
	    python=$$p; break; fi; done; \
	if [ -z "$$python" ]; then \
	  echo "inkrender needs Python 3.11 or newer; found: $$(python3 --version 2>&1 || echo none)." >&2; exit 1; fi; \
	if ! $$python -c 'import venv, ensurepip' 2>/dev/null; then \
	  echo "$$python has no venv module: on Debian and Ubuntu, apt install python3-venv." >&2; exit 1; fi; \
	echo "$$python -m venv $(VENV)"; $$python -m venv $(VENV)
