# make run | test | check | bench | soak | screens | care-screens : each sets up what it needs first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
# To build packages takes no more than a builder: an environment of its own, a fifteenth as large.
DEB_VENV := .venv-deb
DEB_READY := $(DEB_VENV)/ready

# Debian packages, by what they are for. Only a program that is really missing is asked of apt.
RUN_PROGRAMS := mosquitto
TEST_PROGRAMS := mosquitto Xvfb chromium espeak-ng postgresql
# The program by which the tests drive Chromium is linked against it.
TEST_LIBRARIES := libatomic1

.PHONY: setup run test check bench soak screens care-screens images words deb lock clean
.DELETE_ON_ERROR:

setup: $(READY)
	@sh scripts/apt.sh $(RUN_PROGRAMS)

$(READY): pyproject.toml
	@sh scripts/venv.sh "$(PYTHON)" "$(VENV)" --editable ".[kiosk,care,plot,dev]"
	@touch $@

$(DEB_READY): scripts/deb/tools.txt
	@sh scripts/venv.sh "$(PYTHON)" "$(DEB_VENV)" --requirement scripts/deb/tools.txt
	@touch $@

run: setup
	@$(BIN)/balance-station demo --data build/demo

# One worker more than there are cores: some tests wait for real programs in real time. Python keeps what it
# compiled, wherever it is told not to (as in many containers): hundreds of processes would compile it again.
test: setup
	@sh scripts/apt.sh $(TEST_PROGRAMS) $(TEST_LIBRARIES)
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $$(($$(nproc) + 1)) --dist worksteal

check: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/test_units.py

bench: setup
	@$(BIN)/python -m benchmarks

# Kills broker, recorders, uplink and session while results flow; some minutes. DATABASE_URL: on PostgreSQL.
SEED ?= 1
soak: setup
	@$(BIN)/python -m benchmarks.soak --seed $(SEED)

screens: setup
	@SDL_VIDEODRIVER=dummy $(BIN)/python -m ui.patient.screens build/screens

# Every page of the care site, at 1440 and 820 px, light and dark; some minutes. SCREENS: --language de, --only wall …
SCREENS ?=
care-screens: setup
	@sh scripts/apt.sh mosquitto chromium
	@$(BIN)/python -m benchmarks.care_screens build/care-screens $(SCREENS)

README_SCREENS := 06-checkin-yes-no 25-hold 48c-weeks
images: setup
	@SDL_VIDEODRIVER=dummy $(BIN)/python -m ui.patient.screens docs/images $(addprefix --only ,$(README_SCREENS))

words: setup
	@$(BIN)/python -m ui.patient.catalogue

# The Debian package of one release and architecture, for a Pi (arm64) or a care side's server (amd64).
RELEASE ?= trixie
ARCH ?= arm64
deb: $(DEB_READY)
	@$(DEB_VENV)/bin/python scripts/deb/build.py --release $(RELEASE) --arch $(ARCH)

# The newest Python packages that fit, each file by its hash: what the Debian packages bring along.
lock: $(DEB_READY)
	@$(DEB_VENV)/bin/python -m uv pip compile pyproject.toml --quiet --extra kiosk --extra care --extra panel --universal \
		--python-version 3.11 --only-binary :all: --generate-hashes --no-header --output-file scripts/deb/requirements.lock

clean:
	rm -rf $(VENV) $(DEB_VENV) build
