# One environment from one lock file, and a few commands; `make` alone lists them.
#
#   make PYTHON=python3.12 test     another interpreter for a new environment (remove .venv first)
#   make PORT=9000 apps             another port for the dashboards

PYTHON ?= python3
PORT ?= 8866
CASES ?= 1000
python := .venv/bin/python
ready := .venv/ready

# Commands do not depend on variables of the machine, only on this folder: byte code is kept (otherwise every
# process would compile SciPy again), and fonts, sockets and start-up files come from the environment.
unexport PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME VIRTUAL_ENV MPLBACKEND
export MPLCONFIGDIR := $(CURDIR)/.venv/var/matplotlib
export IPYTHONDIR := $(CURDIR)/.venv/var/ipython
export JUPYTER_PREFER_ENV_PATH := 1
# The certificates the machine trusts, as pip does; a network may have its own.
export UV_SYSTEM_CERTS ?= 1
export UV_LINK_MODE := copy
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# The same inputs give the same bytes: no dates in figures, no order that changes from run to run.
export SOURCE_DATE_EPOCH := 1767225600
export PYTHONHASHSEED := 0
# If the home folder is not writable, caches go to .venv.
ifneq ($(shell test -w "$$HOME" && echo writable),writable)
export UV_CACHE_DIR := $(CURDIR)/.venv/var/uv
export PIP_CACHE_DIR := $(CURDIR)/.venv/var/pip
export JUPYTER_RUNTIME_DIR := $(CURDIR)/.venv/var/runtime
endif
# The work runs in one process per core, so libraries must not start threads of their own.
paper test check notebooks card train bench: export OMP_NUM_THREADS := 1
paper test check notebooks card train bench: export OPENBLAS_NUM_THREADS := 1
# Notebooks are tested in the kernels of apps and batches, which are forked from a process with loaded libraries.
test: export JUPYTER_DEFAULT_PROVISIONER_NAME := twin-forked

# The pages' template is found without being installed.
lab apps: export JUPYTER_PATH := $(CURDIR)/share/jupyter

# If this folder was copied or moved, install the project again, because its environment points to the old folder.
ifneq ($(shell cat $(ready) 2>/dev/null),$(CURDIR))
.PHONY: $(ready)
endif

# How tests are spread over processes: a file or a class stays in one, and the longest begin. One process more than
# two cores, because tests wait for browsers, servers and databases.
spread := -n 3 --dist loadscope --no-loadscope-reorder

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help paper test check notebooks lab apps site lint faults fuzz card mechanisms train bench

help:
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1	\2/p' Makefile | while IFS='	' read -r name what; do \
	    printf '  make %-10s %s\n' "$$name" "$$what"; done

paper: $(ready) ## build the papers from data: jobs, checks, PDF (only what changed)
	@set -e; for plan in $(wildcard papers/*/figures.yml); do folder=$$(dirname "$$plan"); \
	    $(python) -m twin paper "$$folder"; $(python) -m twin verify "$$folder"; done

test: $(ready) ## run every unit test, docstring example and notebook
	@$(python) -m pytest $(spread) --nbval --nbval-current-env \
	    --nbval-sanitize-with tests/nbval_sanitize.cfg tests twin $(wildcard notebooks)

check: lint ## check style, and run the tests that are quick and need no browser, server or kernel
	@$(python) -m pytest -q $(spread) -m "not slow" tests twin

notebooks: $(ready) ## run all notebooks again in place, and renew contents and links
	@$(python) -m twin.batch.notebook $(filter-out notebooks/00_%,$(sort $(wildcard notebooks/*.ipynb notebooks/*/*.ipynb)))
	@$(python) -m twin.batch.contents
	@$(python) -m twin.view.theme

lab: $(ready) ## open the notebooks in JupyterLab
	@JUPYTER_CONFIG_PATH=etc/jupyter $(python) -m jupyterlab notebooks/00_contents.ipynb --ServerApp.root_dir=. \
	    --FileCheckpoints.checkpoint_dir=$(CURDIR)/.venv/var/checkpoints $(if $(filter 0,$(shell id -u)),--allow-root)

apps: $(ready) ## serve the notebooks as dashboards (Voilà) on PORT
	@$(python) -m voila notebooks --no-browser --port=$(PORT)

site: paper ## build the site: lessons, how-tos, reference, papers: build/site/index.html
	@$(python) tools/site/build.py build/site

lint: $(ready) ## check style and layout of code and notebooks (ruff)
	@$(python) -m ruff check .
	@$(python) -m ruff format --check .

faults: $(ready) ## put small faults into a copy of the project, and check that the tests find each
	@$(python) tools/faults.py

fuzz: $(ready) ## try random files, plans, links and messages (CASES of each property, from SEED on)
	@seed=$(or $(SEED),$$(date +%s)); echo "fuzz: SEED=$$seed CASES=$(CASES)"; \
	    TWIN_FUZZ_CASES=$(CASES) $(python) -m pytest -q -x --hypothesis-seed=$$seed $(wildcard tests/test_fuzz_*.py) || \
	    { echo "fuzz: again with make fuzz SEED=$$seed CASES=$(CASES)"; exit 1; }

card: $(ready) ## judge the answers by simulated lanes again, and write the accuracy card (minutes)
	@$(python) -m twin.batch.accuracy_card

mechanisms: $(ready) ## compute the mechanism map anew from the records in TWIN_REAL_DATA (minutes)
	@$(python) tools/mechanisms.py

train: $(ready) ## train both networks again (10 minutes), or RUNS="seed-1 bookings" for some runs only
	@$(if $(filter-out bookings,$(or $(RUNS),shipped)),$(python) -m twin.batch.network_training \
	    papers/certified-policies/training.yml $(filter-out bookings,$(RUNS)))
	@$(if $(filter bookings,$(or $(RUNS),bookings)),$(python) -m twin.batch.bookings_trained \
	    papers/certified-policies/booking_training.yml)

bench: $(ready) ## measure speeds, as ratios in one table (ONLY="hub ledger" for these files only)
	@$(python) benchmarks/run.py $(ONLY)

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not on the PATH; the Twin needs Python 3.11 or newer." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and \
	    "The Twin needs Python 3.11 or newer; $(PYTHON) is %d.%d. Name another: make PYTHON=..." % v[:2] or 0)'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
	    echo "$(PYTHON) cannot make environments; on Debian: apt-get install python3-venv." >&2; exit 1; }
	@echo "Making the environment in .venv (once) ..."
	@$(PYTHON) -m venv --clear .venv

# pip installs uv in the locked version, with its hashes; uv then installs everything else.
$(ready): requirements.lock pyproject.toml | .venv/bin/python
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > .venv/uv.lock
	@$(python) -m pip install --quiet --no-deps --require-hashes -r .venv/uv.lock
	@$(python) -m uv pip sync --quiet --python $(python) --require-hashes --compile-bytecode requirements.lock
	@$(python) -m uv pip install --quiet --python $(python) --no-deps --no-build-isolation -e .
	@mkdir -p .venv/var/matplotlib .venv/var/ipython
	@$(python) -c 'import matplotlib.font_manager' 2>/dev/null
	@printf '%s' '$(CURDIR)' > $@
