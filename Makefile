# Talea: build, test and install. Every target installs from Debian what is missing first.

PREFIX ?= /usr/local
SWIFT ?= swift
RELEASE = -c release
TEST = -c release -Xswiftc -enable-testing
# Tests keep a build folder of their own, so that they and the release build do not undo each other.
TESTBUILD = --scratch-path .build-tests
BENCHBUILD = --scratch-path .build-bench
STATIC = --scratch-path .build-static -c release --static-swift-stdlib
PACKAGES = libasound2-dev libsndfile1-dev

.PHONY: all build demo test test-realtime test-kernel test-servers install setup lint format samples docs effect-plots soak bench bench-loops bench-baseline bench-check compare sdf-report clean

all: build

# Swift's libraries are linked in: half of what a short run costs would be finding them.
build: setup
	$(SWIFT) build $(RELEASE) --static-swift-stdlib

# Renders a short clip through a patch, and says how to hear it.
demo: build
	@mkdir -p demo
	.build/release/talea process samples/pluck.wav demo/dub-echo.wav --patch patches/dub-echo.talea --force
	@echo
	@echo "Made demo/dub-echo.wav from samples/pluck.wav and patches/dub-echo.talea."
	@echo "Listen:       aplay demo/dub-echo.wav"
	@echo "Change it:    edit patches/dub-echo.talea, or add --set feedback=70% to the command above"
	@echo "Look inside:  .build/release/talea explain patches/dub-echo.talea"

# Pictures are converted by librsvg's program.
test: setup
	@scripts/setup librsvg2-bin
	$(SWIFT) test $(TEST) $(TESTBUILD)

install: setup
	$(SWIFT) build $(STATIC) --product talea
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 "$$($(SWIFT) build $(STATIC) --show-bin-path)/talea" $(DESTDIR)$(PREFIX)/bin/talea
	strip $(DESTDIR)$(PREFIX)/bin/talea

setup:
	@scripts/setup $(PACKAGES)

lint:
	$(SWIFT) format lint --strict --recursive --configuration .swift-format Package.swift Sources Tests Benchmarks

format:
	$(SWIFT) format --in-place --recursive --configuration .swift-format Package.swift Sources Tests Benchmarks

# Makes the clips in samples/ anew; they are the same bytes every time.
samples:
	python3 samples/make_samples.py samples

# Writes docs/effects.md from the effects' own tables, and its pictures.
docs: build effect-plots
	.build/release/talea effects --markdown > docs/effects.md

# Draws the responses, transfer curves and decays that docs/effects.md shows.
effect-plots: build
	@mkdir -p docs/plots
	.build/release/talea effects --plots docs/plots

BENCH = $(SWIFT) run $(RELEASE) --package-path Benchmarks $(BENCHBUILD) bench --talea .build/release/talea

# Measures kernels, patches, compilation and start, beside the figures of Benchmarks/baseline.json.
bench: build
	$(BENCH)

# The same, and makes the figures of this run the baseline: done on purpose, beside the change that explains them.
bench-baseline: build
	$(BENCH) --update

# The short form, which fails where a kernel takes 1.5 times as long as in the baseline, beside a calibration of each run.
bench-check: build
	$(BENCH) --brief --check

# Runs Talea beside other programs on the same work, and writes docs/comparison.md.
compare: build
	Benchmarks/compare/compare

# Plays live on a simulated device with faults at random; SOAK is how long, in seconds.
SOAK ?= 600
soak: build
	python3 Tests/Rigs/soak/soak.py .build/release/talea --seconds $(SOAK)

# What the audio thread does, under RealtimeSanitizer and under a counter of allocations, retains and releases.
test-realtime: build
	@scripts/setup python3
	Tests/Rigs/realtime/link "$$($(SWIFT) build $(RELEASE) --static-swift-stdlib --show-bin-path)" .build/realtime
	python3 Tests/Rigs/realtime/realtime.py .build/realtime

# Between the sound drivers of a real kernel, which runs as a process; built once (about 6 minutes) and kept in ~/.cache/talea.
MINUTES ?= 10
test-kernel: build
	@scripts/setup python3 alsa-utils
	python3 Tests/Rigs/kernel/kernel.py .build/release/talea --minutes $(MINUTES)

# A smoke test of the sound servers, through their plug-ins of libasound. SERVERS chooses among jack, pipewire and pulse.
SERVERS ?= jack pipewire pulse
test-servers: build
	@scripts/setup python3 jackd2 libasound2-plugins pulseaudio pulseaudio-utils pipewire pipewire-bin wireplumber
	python3 Tests/Rigs/servers/servers.py .build/release/talea $(SERVERS)

# Prints what loops cost beside what stands in a line.
bench-loops: setup
	$(SWIFT) run $(RELEASE) --package-path Benchmarks $(BENCHBUILD) loops

# Writes docs/sdf-report.md: every published graph, our answers, the published figures, the time.
sdf-report: build
	cat scripts/sdf-report-head.md > docs/sdf-report.md
	.build/release/talea sdf --table Tests/GraphFilesTests/Graphs/*.json >> docs/sdf-report.md

clean:
	rm -rf .build .build-tests .build-static .build-bench demo
