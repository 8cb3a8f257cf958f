# Each target is one verb of the project, and makes the environment it needs. `make help` lists them.
SETTINGS ?= examples/demo.yaml
PYTHON ?= python3
PIPELINES = .venv/bin/python -m pipelines
INSTALL = .venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
STAGES = ingest remap filter split balance shard train evaluate

# Each of a run's processes would compile all files anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo all $(STAGES) gate runs compare promote rollback round quality report inspect init formats trace audit taxonomy review segment serve loop loop-test base weights test test-cluster test-oracles fuzz lint bench lock predict export-onnx \
	docs settings-docs clean clean-build

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z$$()A-Z -]+:.*## / {sub(/\$$\(STAGES\)/, "$(STAGES)", $$1); printf "  %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST) \
	| fold -s -w 118
	@echo "Settings file: SETTINGS=$(SETTINGS); further options of a verb: OPTIONS='...'"

# Dependency groups need pip 25.1; a new venv may bring an older one.
.venv/run: pyproject.toml constraints.txt hatch_build.py
	test -d .venv || $(PYTHON) -m venv .venv
	$(INSTALL) --upgrade pip
	$(INSTALL) --editable . --group pipelines --group train
	touch .venv/run

.venv/dev: .venv/run
	$(INSTALL) --group dev
	$(INSTALL) --no-deps pysodmetrics  # the tests' reference; it asks for older releases than it needs
	touch .venv/dev

demo: .venv/run  ## paint five customers' exports, curate them, train a model and open the way to its report
	.venv/bin/python -m examples.demo build/demo/exports
	$(PIPELINES) all examples/demo.yaml

all: .venv/run  ## every stage of SETTINGS whose inputs have changed, to the judged model and its pages
	$(PIPELINES) all $(SETTINGS) $(OPTIONS)

$(STAGES): .venv/run  ## one stage of SETTINGS: up to shard after the stages before it; train and evaluate on what is there
	$(PIPELINES) $@ $(SETTINGS) $(OPTIONS)

gate: .venv/run  ## judge the model against the last one; exit 3 if it is worse in any stratum (docs/gate.md)
	$(PIPELINES) gate $(SETTINGS) $(OPTIONS)

runs: .venv/run  ## the runs that the build has kept
	$(PIPELINES) runs $(SETTINGS) $(OPTIONS)

compare: .venv/run  ## run B less run A, by stratum and case, as a page, too: make compare A=1 B=2
	$(PIPELINES) compare $(SETTINGS) $(A) $(B) $(OPTIONS)

promote: .venv/run  ## put a run into use: make promote RUN=2
	$(PIPELINES) promote $(SETTINGS) $(RUN) $(OPTIONS)

rollback: .venv/run  ## return to the run that was in use before
	$(PIPELINES) rollback $(SETTINGS) $(OPTIONS)

round: .venv/run  ## the verb loop: fetch corrections, train on them, judge, promote through the gate (docs/loop.md)
	$(PIPELINES) loop $(SETTINGS) $(OPTIONS)

quality: .venv/run  ## judge the annotations of SETTINGS by the model that learned from them, and show the doubtful ones
	$(PIPELINES) quality $(SETTINGS) $(OPTIONS)

report: .venv/run  ## write the pages of SETTINGS anew
	$(PIPELINES) report $(SETTINGS) $(OPTIONS)

inspect: .venv/run  ## what an export or a settings file holds, with a page of its masks: make inspect SETTINGS=PATH
	$(PIPELINES) inspect $(SETTINGS) $(OPTIONS)

init: .venv/run  ## draft a settings file from exports: make init EXPORTS='PATH PATH' OUT=mine.yaml
	$(PIPELINES) init $(EXPORTS) --out $(or $(OUT),settings.yaml) $(OPTIONS)

formats: .venv/run  ## the formats that can be read, with their documentation
	$(PIPELINES) formats $(OPTIONS)

trace: .venv/run  ## an object's whole way, or its drop: make trace OBJECT=ID
	$(PIPELINES) trace $(SETTINGS) $(OBJECT) $(OPTIONS)

audit: .venv/run  ## check a finished build against its contracts
	$(PIPELINES) audit $(SETTINGS) $(OPTIONS)

taxonomy: .venv/run  ## apply reviewers' answers, match the labels of SETTINGS, write the review queue and its page
	$(PIPELINES) taxonomy $(SETTINGS) $(OPTIONS)

review: .venv/run  ## the same, then serve the page on this machine: it saves what you decide
	$(PIPELINES) taxonomy serve $(SETTINGS) $(OPTIONS)

segment: .venv/run  ## the mask in a box: make segment IMAGE=photo.jpg BOX=x0,y0,x1,y1 OUT=mask.png
	$(PIPELINES) segment $(IMAGE) --box $(BOX) -o $(or $(OUT),mask.png) $(OPTIONS)

predict: .venv/run  ## masks for a COCO file of boxes: make predict BOXES=boxes.json IMAGES=photos OUT=masks.json
	$(PIPELINES) predict $(SETTINGS) $(BOXES) --images $(IMAGES) --out $(or $(OUT),masks.json) $(OPTIONS)

export-onnx: .venv/run  ## the model of SETTINGS as an ONNX file, for programs without torch
	$(PIPELINES) export-onnx $(SETTINGS) $(or $(OUT),box.onnx) $(OPTIONS)

serve: .venv/run  ## a page and an API on this machine: draw a box, see its mask
	$(PIPELINES) serve $(SETTINGS) $(OPTIONS)

build/label-studio/venv/done: examples/label_studio/requirements.txt
	test -d build/label-studio/venv || $(PYTHON) -m venv build/label-studio/venv
	build/label-studio/venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	touch $@

build/demo/exports: | .venv/run
	.venv/bin/python -m examples.demo build/demo/exports

loop: .venv/run build/label-studio/venv/done | build/demo/exports  ## start Label Studio with a demo project and our model: draw a box, get a mask (the verb loop is: make round)
	.venv/bin/python -m examples.label_studio $(SETTINGS)

loop-test: .venv/dev build/label-studio/venv/done | build/demo/exports  ## the same tried in a browser, from the box to the exported correction (minutes)
	.venv/bin/python -m pytest tests/examples/label_studio/in_browser.py

base: .venv/run  ## paint scenes and train the base model further, on them alone, or with the licensed sets in DATA=PATH and emoji in CUT_OUTS=PATH (hours)
	.venv/bin/python -m examples.scenes build/base/exports
	$(if $(DATA),ln -sfn "$(abspath $(DATA))" build/base/sets)
	$(if $(DATA),.venv/bin/python -m examples.scenes.cutouts "$(or $(CUT_OUTS),$(error CUT_OUTS=PATH is missing: examples/base-real.yaml says what))" build/base/exports --photographs build/base/sets)
	$(PIPELINES) all examples/base$(if $(DATA),-real).yaml --until train

weights: .venv/run  ## fetch the published U2-Net weights, by digest
	.venv/bin/python -m model.fetching

test: .venv/dev  ## the tests
	.venv/bin/python -m pytest -n 2

.venv/cluster: .venv/dev
	$(INSTALL) --group cluster
	touch .venv/cluster

test-cluster: .venv/cluster  ## the tests on a cluster of processes that share only an S3 store, and die
	.venv/bin/python -m pytest tests/cluster --durations 5

# Each tool's library in an environment of its own: they need other releases than we do.
ORACLES = darwin datumaro hasty isat labelbox labelme labelstudio nucleus superannotate supervisely supervision

build/oracles/isat/made: ORACLE_OPTIONS = --no-deps
build/oracles/%/made: pyproject.toml
	$(PYTHON) -m venv build/oracles/$*
	build/oracles/$*/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	build/oracles/$*/bin/python -m pip install --quiet --disable-pip-version-check $(ORACLE_OPTIONS) --group oracle-$*
	touch $@

test-oracles: .venv/dev $(ORACLES:%=build/oracles/%/made)  ## known masks, written by the tools' own libraries, come back equal
	.venv/bin/python -m pytest tests/oracles

fuzz: .venv/dev  ## read 20,000 damaged exports: OPTIONS='--seed 1 --cases 1000'
	.venv/bin/python -m tests.fuzz $(OPTIONS)

lint: .venv/dev  ## style and types
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

# The libraries that the pipeline is compared with; they need other releases than it does.
build/peers/made: pyproject.toml
	$(PYTHON) -m venv build/peers
	build/peers/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	build/peers/bin/python -m pip install --quiet --disable-pip-version-check --group peers
	touch build/peers/made

bench: .venv/dev build/peers/made  ## every claim of docs/performance.md, measured (DATA=PATH: on the open sets)
	.venv/bin/python -m benchmarks.ingest_to_shards $(if $(DATA),--data $(DATA))
	.venv/bin/python -m benchmarks.beside_peers --peers build/peers/bin/python $(if $(DATA),--data $(DATA))
	.venv/bin/python -m benchmarks.cost_by_step $(if $(DATA),--data $(DATA))
	.venv/bin/python -m benchmarks.grown_corpus $(if $(DATA),--data $(DATA))
	.venv/bin/python -m benchmarks.ingest_coco
	.venv/bin/python -m benchmarks.curate_tables
	.venv/bin/python -m benchmarks.reader $(if $(DATA),--data $(DATA))
	.venv/bin/python -m benchmarks.train_throughput
	.venv/bin/python -m benchmarks.answer
	.venv/bin/python -m benchmarks.large_boxes
	.venv/bin/python -m benchmarks.metrics
	.venv/bin/python -m benchmarks.gate
	.venv/bin/python -m benchmarks.match_labels
	.venv/bin/python -m benchmarks.scale
	.venv/bin/python -m benchmarks.serve
	.venv/bin/python -m benchmarks.loop_round
	.venv/bin/python -m benchmarks.loop_simulation $(if $(DATA),--data $(DATA))
	test ! -d build/demo/balance || .venv/bin/python -m benchmarks.annotation_quality

lock:  ## write requirements.lock: all that the images of the Dockerfile install
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	build/lock/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt '.[s3]' --group pipelines
	build/lock/bin/python -m pip freeze --exclude segcurate > requirements.lock

docs: .venv/dev  ## the documentation as a site, in build/docs
	NO_MKDOCS_2_WARNING=1 .venv/bin/python -m mkdocs build --strict

settings-docs: .venv/run  ## write docs/settings.md and the JSON Schemas anew, from the descriptions in the code
	.venv/bin/python -m docs.settings_pages
	.venv/bin/python -m docs.taxonomy_schema

clean-build: .venv/run  ## remove the build of SETTINGS, after a list of what goes and a question
	$(PIPELINES) clean-build $(SETTINGS) $(OPTIONS)

clean:  ## remove caches; builds and the environment stay
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis build/docs
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
