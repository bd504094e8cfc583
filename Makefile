# What a person does with a checkout of kmipd. `make` alone lists it.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

KMIPD = node dist/server/cli/main.js
# Runs a TypeScript file as it stands.
NODE_TS = node --enable-source-maps --import tsx
INSTALLED = node_modules/.package-lock.json
# Flags handed on by run, test, demo, bench, conformance and interop: make run ARGS='--listen 127.0.0.1:0'
ARGS =
# The same with the test files of a folder in place of the folder.
TESTS = $(foreach word,$(ARGS),$(if $(wildcard $(word)/.),$(shell find $(word) -name '*.test.ts'),$(word)))

.PHONY: help run test demo build bench conformance interop clean
.PHONY: check check-types check-lint check-format check-imports check-citations

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

run: build ## install, build, set up ./data on first start, serve KMIP on port 5696 (more flags: ARGS=...)
	@exec $(KMIPD) serve --data ./data $(ARGS)

test: build ## install what the tests need, run them (no network needed; a few: ARGS=test/certs)
	npx tap $(TESTS)

demo: build ## a server, a client that plays vCenter, the events it left; cleans up after itself
	@exec $(KMIPD) demo $(ARGS)

build: $(INSTALLED) ## compile into dist/
	@node scripts/build.mjs

check: check-types check-lint check-format check-imports check-citations ## all that reading the source can show: the five below

check-types: $(INSTALLED) ## the types hold
	npx tsc -p tsconfig.json --incremental --tsBuildInfoFile .cache/tsconfig.tsbuildinfo

check-lint: $(INSTALLED) ## eslint finds nothing
	npx eslint .

check-format: $(INSTALLED) ## prettier would change nothing
	npx prettier --check --log-level warn .

check-imports: $(INSTALLED) ## nobody imports what is not theirs to import
	@node scripts/check-imports.mjs

check-citations: $(INSTALLED) ## every section cited exists (texts: KMIP_SPEC=DIR)
	@node scripts/check-citations.mjs

bench: build ## measure speed and memory on loopback
	@test -f bench/main.ts || { echo 'bench: there is no bench/main.ts' >&2; exit 1; }
	@$(NODE_TS) bench/main.ts $(ARGS)

conformance: build ## play the OASIS test cases against a server: KMIP_TESTCASES=DIR
	@test -n "$(KMIP_TESTCASES)" || { echo 'conformance: say where the OASIS test cases are: make conformance KMIP_TESTCASES=DIR' >&2; exit 2; }
	@test -d "$(KMIP_TESTCASES)" || { echo 'conformance: KMIP_TESTCASES: no folder "$(KMIP_TESTCASES)"' >&2; exit 2; }
	@scripts/conformance.sh "$(KMIP_TESTCASES)" $(ARGS)

interop: build ## run real clients against a server (PyKMIP: Debian's python3-pykmip)
	@if ls test/interop/*.test.ts >/dev/null 2>&1; then npx tap --disable-coverage $(ARGS) test/interop/*.test.ts; \
	else echo 'interop: nothing to run, test/interop holds no test'; fi

clean: ## remove what was built or measured; ./data and node_modules stay
	rm -rf dist dist.* .tap .cache coverage

# Installs again only when package-lock.json has changed.
$(INSTALLED): package-lock.json
	npm ci
	@npx tap build
	@touch $@
