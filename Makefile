# DeltaEdit Studio. `make help` lists the targets; set-up puts everything below
# build/, and after it nothing touches the network.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

PYTHON    ?= python3
GO        ?= go
PHOTO     ?= assets/samples/eileen-collins.jpg
# "--allow-missing" builds a pack without the parts that are not trained yet.
SETUP     ?=

BUILD     := $(CURDIR)/build
VENV      := $(BUILD)/cache/venv/bin
TRAIN     := $(BUILD)/cache/train/bin
TOOLS     := $(BUILD)/tools
# How long each fuzz target runs. Two run at once: with 14 of them `make test`
# spends less than four minutes on all.
FUZZTIME  ?= 20s
# Making an input of interest smaller may take a minute, with nothing tried meanwhile.
FUZZING   := -fuzzminimizetime 100x -parallel 1
# The WebP encoder then does not load the system's libwebp, of whatever version, from wherever it
# is found: its own makes the same bytes everywhere.
TAGS      := -tags nodynamic
GOFUMPT   := $(TOOLS)/gofumpt@v0.12.0/gofumpt
STATIC    := $(TOOLS)/staticcheck@v0.8.2/staticcheck
ACTIONS   := $(TOOLS)/actionlint@v1.7.7/actionlint
VULN      := $(TOOLS)/govulncheck@v1.9.0/govulncheck
# Vet and staticcheck compile what they read. They share the tests' build, with
# the race detector: Fyne's C sources take minutes a variant on two cores.
CHECKED   := GOFLAGS="$(GOFLAGS) -buildvcs=false -race"
# Packages that drive a window or a software driver: not part of make check.
SLOW      := /ui/internal/|/ui$$
GOFILES    = $(shell find . -name '*.go' -not -path './build/*')

export PYTHONDONTWRITEBYTECODE := 1
BOOTSTRAP  = GO=$(GO) PYTHONPATH=models $(PYTHON) -m deltapack.bootstrap
# A display in memory with software OpenGL. Without -noreset the server starts anew when its last
# window closes, and refuses the program that connects in that moment. The tests of WebGPU need nothing from
# here: they find SwiftShader inside Chromium and give it, with a run-time
# directory (VK_ICD_FILENAMES, XDG_RUNTIME_DIR), to child processes of their own.
HEADLESS   = LIBGL_ALWAYS_SOFTWARE=1 xvfb-run -a -s '-screen 0 1600x1000x24 -noreset'

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

.PHONY: setup
setup: ## fetch the runtime library and the weights, build the pack (needs no display)
	@$(BOOTSTRAP) setup $(SETUP)

.PHONY: run
run: setup ## set up and open the window on a sample; PHOTO=file opens another
	@echo "building (the first time takes a few minutes)" >&2
	@$(GO) run $(TAGS) . $(PHOTO)

.PHONY: build
build: setup ## set up and build the program into build/deltaedit
	@$(GO) build $(TAGS) -o $(BUILD)/deltaedit .

.PHONY: test
test: setup-train lint test-python test-train test-go fuzz ## set up, lint and run every test, headless

# The loop for every few minutes: what needs a display, PyTorch or much time is left
# to `make test`. Only what changed runs again (the Go tests are cached).
.PHONY: check
check: formatted ## lint and run the quick tests of Go and Python (3 minutes, warm)
	@GOFLAGS="$(GOFLAGS) -buildvcs=false" $(GO) vet ./...
	@$(GO) test -short $$($(GO) list ./... | grep -vE "$(SLOW)")
	@cd models && $(VENV)/python -m pytest -q -m "not slow"

.PHONY: setup-test
setup-test:
	@$(BOOTSTRAP) setup-test $(SETUP)

.PHONY: setup-train
setup-train: ## set up for tests and training (PyTorch: several GB below build/)
	@$(BOOTSTRAP) setup-train $(SETUP)

.PHONY: test-python
test-python: ## test the pack builder (after make setup-test)
	@cd models && $(VENV)/python -m pytest

.PHONY: test-train
test-train: ## test training, with a tiny run of all its steps (after make setup-train)
	@cd models && $(TRAIN)/python -m pytest tests/train

# Two packages drive a real window: they must not share a pointer, so the last of
# them has a display of its own.
.PHONY: test-go
test-go: ## test the program under the race detector (after make setup-test)
	@$(HEADLESS) $(GO) test -race -timeout 30m $$($(GO) list ./... | grep -v internal/e2e)
	@$(HEADLESS) $(GO) test -race -timeout 30m ./ui/internal/e2e
	@$(GO) test -run TestHeldOut ./engine/prompt -heldout

# Every function that is called Fuzz… is one; a new one needs no entry anywhere.
# Go's fuzzer now and then calls the end of its time a failure, without an input.
.PHONY: fuzz
fuzz: setup-test ## fuzz every target for FUZZTIME (20s each, two at once)
	@grep -rno --include='*_test.go' '^func Fuzz[A-Za-z0-9]*' engine ui | sed 's|/[^/]*:[0-9]*:func | |' | \
	xargs -P 2 -L 1 sh -c 'if out=$$($(GO) test "./$$0" -run "^$$" -fuzz "^$$1\$$" -fuzztime $(FUZZTIME) $(FUZZING) 2>&1) || \
			{ echo "$$out" | grep -q "context deadline exceeded" && ! echo "$$out" | grep -q "Failing input\|panic:"; }; \
		then echo "$$0 $$1: $$(echo "$$out" | grep -o "execs: [0-9]*" | tail -1)"; \
		else echo "$$out"; echo "$$0 $$1 found something: keep the input below testdata/fuzz and mend it" >&2; exit 255; fi'

.PHONY: audit
audit: $(VULN) ## look for known holes in the dependencies (asks the vulnerability database of Go)
	@$(VULN) ./...

# What make check and make lint have in common. The last part names the files that
# gofumpt would change, and fails for them.
.PHONY: formatted
formatted: setup-test $(GOFUMPT)
	@$(VENV)/ruff check --quiet models
	@$(VENV)/ruff format --quiet --check models || { echo "run: make format" >&2; exit 1; }
	@unformatted=$$($(GOFUMPT) -l $(GOFILES)); if [ -n "$$unformatted" ]; then \
		printf 'not formatted (run: make format):\n%s\n' "$$unformatted" >&2; exit 1; fi

.PHONY: lint
lint: formatted $(STATIC) ## ruff, gofumpt, go vet, staticcheck
	@$(CHECKED) $(GO) vet ./...
	@$(CHECKED) $(STATIC) ./...

.PHONY: format
format: setup-test $(GOFUMPT) ## format Go and Python
	@$(GOFUMPT) -w $(GOFILES)
	@$(VENV)/ruff format --quiet models

# Packages are built without paths, dates and numbers of this machine, so that two builds of
# one commit are the same. LEVEL=0 packs quickly, for trials.
LEVEL     ?= 6
# Who answers for the .deb. Whoever distributes it puts a name and an address that is read here:
# make package MAINTAINER="Name <address>".
MAINTAINER ?= DeltaEdit Studio <maintainers@users.noreply.deltaedit.example>
DIST      ?= $(BUILD)/package
PREFIX    ?= /usr/local
RELEASE    = PYTHONPATH=models $(PYTHON) -m deltarelease
comma     := ,
# linked is the command that builds the program for a package, with more flags of the linker.
linked     = $(GO) build $(TAGS) -trimpath -buildvcs=false -ldflags \
	"-s -w -buildid= $(1) -X deltaedit/ui/cli/version.Revision=$$($(RELEASE) revision)"
# hardened is that on Linux, as Debian builds its own programs: at addresses that change with each
# start, with tables that are read-only after it, and with checked calls of the C library.
hardened   = CGO_CFLAGS="-O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2" \
	$(call linked,-extldflags=-Wl$(comma)-z$(comma)relro$(comma)-z$(comma)now) -buildmode=pie

.PHONY: package
package: setup ## build the archive, the .deb and the single file into build/package
	@$(hardened) -o $(DIST)/deltaedit .
	@$(RELEASE) package --program $(DIST)/deltaedit --dist $(DIST) --level $(LEVEL) --maintainer "$(MAINTAINER)"

# Windows, from Linux, with Debian's cross compiler (gcc-mingw-w64-x86-64-posix).
WINCC     := x86_64-w64-mingw32
WINDOWS    = CGO_ENABLED=1 GOOS=windows GOARCH=amd64 CC=$(WINCC)-gcc-posix CXX=$(WINCC)-g++-posix
VERSION    = $(shell sed -n 's/^const Version = "\(.*\)"/\1/p' engine/doc.go)

.PHONY: package-windows
package-windows: setup ## build the zip for Windows (with mingw-w64) into build/package
	@command -v $(WINCC)-gcc-posix $(WINCC)-windres >/dev/null || \
		{ echo "missing: apt-get install gcc-mingw-w64-x86-64-posix g++-mingw-w64-x86-64-posix" >&2; exit 1; }
	@$(RELEASE) runtime windows-x86_64 --dist $(DIST)/windows
	@$(WINCC)-windres -I assets/package/windows -D VERSION_TEXT='\"$(VERSION)\"' \
		-D VERSION_NUMBERS=$(subst .,$(comma),$(VERSION)),0 assets/package/windows/deltaedit.rc resource_windows_amd64.syso
	@trap 'rm -f resource_windows_amd64.syso' EXIT; \
		$(WINDOWS) $(call linked,) -o $(DIST)/windows/deltaedit.exe . && \
		$(WINDOWS) $(call linked,-H=windowsgui) -o $(DIST)/windows/windowed.exe .
	@$(RELEASE) zip windows-x86_64 --program $(DIST)/windows/deltaedit.exe --windowed $(DIST)/windows/windowed.exe \
		--runtime $(DIST)/windows/runtime --dist $(DIST) --level $(LEVEL)

.PHONY: install
install: setup ## install below PREFIX (/usr/local); DESTDIR goes before it
	@$(hardened) -o $(DIST)/deltaedit .
	@$(RELEASE) stage --program $(DIST)/deltaedit --dist $(DIST)/stage
	@DESTDIR="$(DESTDIR)" $(DIST)/stage/install.sh --prefix "$(PREFIX)"
	@rm -rf $(DIST)/stage

.PHONY: uninstall
uninstall: ## remove what make install has installed
	@DESTDIR="$(DESTDIR)" assets/package/linux/install.sh --uninstall --prefix "$(PREFIX)"

.PHONY: check-package
check-package: ## check the packages' metadata and bills of materials with tools made for them
	@$(RELEASE).check --dist $(DIST)

.PHONY: lint-workflows
lint-workflows: $(ACTIONS) ## check the workflows of continuous integration
	@$(ACTIONS)

.PHONY: prove-package
prove-package: ## try the packages in bare Debian systems without a network (as root); OLDER=folder upgrades from there
	@$(RELEASE).prove --dist $(DIST) --roots $(BUILD)/package-roots $(if $(OLDER),--older $(OLDER))

.PHONY: bench
bench: setup ## print this machine's timings
	@$(GO) run . bench

.PHONY: pack
pack: setup ## build the pack faces and verify its hashes
	@$(GO) run . pack verify

.PHONY: clean
clean: ## remove what was built; what was fetched stays
	@rm -rf $(BUILD)/packs $(BUILD)/deltaedit $(BUILD)/cache/faces.stamp

.PHONY: distclean
distclean: ## remove everything that set-up made
	@rm -rf $(BUILD)

# A tool lies in a folder that names its version: another version is built anew.
$(GOFUMPT):
	@echo "installing $(notdir $(@D))" >&2
	@GOBIN=$(@D) $(GO) install mvdan.cc/$(notdir $(@D))
$(VULN):
	@echo "installing $(notdir $(@D))" >&2
	@GOBIN=$(@D) $(GO) install golang.org/x/vuln/cmd/$(notdir $(@D))
$(ACTIONS):
	@echo "installing $(notdir $(@D))" >&2
	@GOBIN=$(@D) $(GO) install github.com/rhysd/actionlint/cmd/$(notdir $(@D))
$(STATIC):
	@echo "installing $(notdir $(@D))" >&2
	@GOBIN=$(@D) $(GO) install honnef.co/go/tools/cmd/$(notdir $(@D))
