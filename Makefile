# make run    the door on simulated wires and real pictures
# make test   every test; both do their own set-up first
# make install   program, models, manual, licences, completions, service of systemd, on this machine
# make packages  the same as packages for Debian 12 and 13, amd64 and arm64; make repository KEY=… signs them for a site;
#   make release KEY=… publishes them
# make image     the card of a door unit for Raspberry Pi 3, Zero 2 W, 4, 400 and CM4, as a file
# The rest is for those who work on it: build, lint, short, race, fuzz, attack, bench, pictures, vboard, cover, clean.

SHELL := /bin/bash
export BASH_ENV := $(CURDIR)/scripts/cgo.env

VERSION := $(shell git describe --always --dirty 2>/dev/null || echo unknown)
BIN     := bin/menshen
SITE_WRITER := bin/menshen-site

.PHONY: install place place-models place-voice place-site packages repository release test-packages site-package-test image image-test update-test run test test-desk build compile setup models lint short race fuzz attack bench eval bench-history \
  bench-compare soak sim mutants pictures display-read vboard camera-test cable-test display-test system-test site-test cover clean

run: setup-run compile
	@$(BIN) demo

build: setup-build compile
compile:
	@go build -trimpath -ldflags '-X main.version=$(VERSION)' -o $(BIN) ./cmd/menshen
	@go build -trimpath -ldflags '-X main.version=$(VERSION)' -o $(SITE_WRITER) ./cmd/menshen-site

setup: setup-test
setup-%:
	@scripts/setup.sh $*
models:
	@scripts/models.sh

# For this machine, as root, with the service's user and folders, or into a folder (DESTDIR); README says what to do next.
DESTDIR ?=
INSTALL := install -D -m 644
install: build place place-models place-voice
	@[ -n "$(DESTDIR)" ] || scripts/settle.sh

# PROGRAM is the one to place, built against ROOT. BIN runs on this machine and writes its manual,
# which names no folder of this machine.
PROGRAM := $(BIN)
ROOT    := /
WRITER  := env -i HOME='~' $(BIN)
place:
	install -D -m 755 $(PROGRAM) $(DESTDIR)/usr/bin/menshen
	mkdir -p $(DESTDIR)/usr/share/man/man1 && $(WRITER) man $(DESTDIR)/usr/share/man/man1
	$(WRITER) completion bash | $(INSTALL) /dev/stdin $(DESTDIR)/usr/share/bash-completion/completions/menshen
	$(WRITER) completion zsh | $(INSTALL) /dev/stdin $(DESTDIR)/usr/share/zsh/site-functions/_menshen
	$(WRITER) completion fish | $(INSTALL) /dev/stdin $(DESTDIR)/usr/share/fish/vendor_completions.d/menshen.fish
	$(WRITER) config example | $(INSTALL) /dev/stdin $(DESTDIR)/usr/share/doc/menshen/examples/door.toml
	$(INSTALL) scripts/systemd/menshen.service $(DESTDIR)/usr/lib/systemd/system/menshen.service
	$(INSTALL) scripts/systemd/menshen-camera.service $(DESTDIR)/usr/lib/systemd/system/menshen-camera.service
	$(INSTALL) scripts/systemd/menshen-cable.service $(DESTDIR)/usr/lib/systemd/system/menshen-cable.service
	$(INSTALL) scripts/systemd/menshen-update.service $(DESTDIR)/usr/lib/systemd/system/menshen-update.service
	$(INSTALL) scripts/systemd/menshen-update.path $(DESTDIR)/usr/lib/systemd/system/menshen-update.path
	$(INSTALL) scripts/systemd/menshen.sysusers $(DESTDIR)/usr/lib/sysusers.d/menshen.conf
	$(INSTALL) scripts/systemd/menshen.tmpfiles $(DESTDIR)/usr/lib/tmpfiles.d/menshen.conf
	$(INSTALL) scripts/systemd/menshen.rules $(DESTDIR)/usr/lib/udev/rules.d/60-menshen.rules
	$(INSTALL) scripts/systemd/menshen-pcsc.rules $(DESTDIR)/usr/share/polkit-1/rules.d/60-menshen-pcsc.rules
	$(INSTALL) scripts/systemd/menshen-watchdog.conf $(DESTDIR)/usr/lib/systemd/system.conf.d/10-menshen-watchdog.conf
	$(INSTALL) scripts/systemd/menshen-udev.conf $(DESTDIR)/usr/lib/systemd/system/systemd-udev-trigger.service.d/10-menshen.conf
	$(INSTALL) scripts/systemd/menshen-journald.conf $(DESTDIR)/usr/lib/systemd/journald@menshen.conf.d/10-menshen.conf
	$(WRITER) desk --out - | $(INSTALL) /dev/stdin $(DESTDIR)/usr/share/menshen/desk.html
	scripts/package/disk.sh $(DESTDIR)/usr/share/menshen/desk.img $(DESTDIR)/usr/share/menshen/desk.html
	[ ! -e scripts/release/publisher.vkey ] || $(INSTALL) scripts/release/publisher.vkey $(DESTDIR)/usr/share/menshen/publisher.vkey
	go run ./scripts/licences $(PROGRAM) $(VERSION) $(DESTDIR)/usr/share/doc/menshen $(ROOT)
# The program that carries records between the doors of a site; SITE_PROGRAM as PROGRAM above.
SITE_PROGRAM := bin/menshen-site
place-site:
	install -D -m 755 $(SITE_PROGRAM) $(DESTDIR)/usr/bin/menshen-site
	mkdir -p $(DESTDIR)/usr/share/man/man1 && env -i $(SITE_WRITER) man $(DESTDIR)/usr/share/man/man1
	env -i $(SITE_WRITER) completion bash | $(INSTALL) /dev/stdin $(DESTDIR)/usr/share/bash-completion/completions/menshen-site
	env -i $(SITE_WRITER) completion zsh | $(INSTALL) /dev/stdin $(DESTDIR)/usr/share/zsh/site-functions/_menshen-site
	env -i $(SITE_WRITER) completion fish | $(INSTALL) /dev/stdin $(DESTDIR)/usr/share/fish/vendor_completions.d/menshen-site.fish
	$(INSTALL) scripts/systemd/menshen-site-courier.service $(DESTDIR)/usr/lib/systemd/system/menshen-site-courier.service
	$(INSTALL) scripts/systemd/menshen-site-hub.service $(DESTDIR)/usr/lib/systemd/system/menshen-site-hub.service
	$(INSTALL) scripts/systemd/menshen-site.sysusers $(DESTDIR)/usr/lib/sysusers.d/menshen-site.conf
	$(INSTALL) scripts/systemd/menshen-site.tmpfiles $(DESTDIR)/usr/lib/tmpfiles.d/menshen-site.conf
	go run ./scripts/licences $(SITE_PROGRAM) $(VERSION) $(DESTDIR)/usr/share/doc/menshen-site $(ROOT)
place-models: models
	for m in "$$(scripts/models.sh)"/*.onnx; do $(INSTALL) "$$m" $(DESTDIR)/usr/share/menshen/models/$${m##*/} || exit 1; done

# What the door says, by espeak-ng. Each recording is measured.
place-voice:
	go run ./scripts/voice $(DESTDIR)/usr/share/menshen/voice

# Packages in dist, for each of RELEASES and ARCHES, all built on this machine (amd64, Debian 12). The first time makes sysroots: 5 GB, ten minutes.
RELEASES := bookworm trixie
ARCHES   := amd64 arm64
packages: setup-package compile
	@scripts/package/build.sh "$(RELEASES)" "$(ARCHES)"

# The packages as a repository for apt, signed with the site's own key, which gpg knows by the name KEY.
repository:
	@scripts/package/repository.sh "$(KEY)"

# What is in dist, appended to the log of releases LOG and signed with the publisher's KEY. 'go run ./scripts/release key NAME KEY' makes one;
# KEY.vkey, committed as scripts/release/publisher.vkey before 'make packages', is installed with the program.
LOG ?= releases.log
release:
	@go run ./scripts/release append "$(KEY)" "$(LOG)" "$${DIST:-dist}"

# The packages in fresh roots of both releases: installed, upgraded, removed, purged; lintian; built twice. Up to an hour and a half; root only.
test-packages: packages
	@scripts/package/test.sh "$(RELEASES)" "$(ARCHES)"

# The packages of two doors and of a hub at work: Debian 13 with systemd in namespaces of this machine, set up as docs/install.md says, killed,
# started again, and tried from inside the services' sandboxes. Two minutes, after two of set-up once; root only.
site-package-test: setup-package
	$(MAKE) packages RELEASES=trixie ARCHES=$$(dpkg --print-architecture)
	@scripts/package/booted.sh

# The card of a door unit, dist/image: Debian 13 for arm64 with the packages, two systems, hash trees. Five minutes; root only.
# CERTIFICATE=FILE: whose updates it takes. PIOS=FILE SHA256=…: with the kernel of Raspberry Pi OS, for a Pi 5 and ribbon cameras (dist/image-pios).
# TPM=1, CABLE=1: for units with a TPM; with the port for a laptop, where a board needs a word for it.
# SITE=1: with menshen-site and drivers of wired networks, for several doors (dist/image-site).
image: setup-package
	$(MAKE) packages RELEASES=trixie ARCHES=arm64
	@scripts/image/image.sh

# That card in a virtual board: started as it is, and with one byte of its root changed; then flashed and set up by an installer
# who is a program, and put in the place of a dead unit. Half an hour; root only. 'scripts/image/test.sh dist/image-pios' starts the other one,
# and 'scripts/image/site.sh' that of SITE=1, which joins a site.
image-test:
	@scripts/image/test.sh
	@scripts/image/first.sh

# An update of that card from a stick, end to end, and all that can go wrong with it: refused bundles, a new system that crashes, hangs or finds a
# part broken, 50 power cuts. It makes its own images of the packages in dist. Two hours; root only. STEPS="installed cuts" are some of it, with WORK=FOLDER.
update-test:
	@scripts/image/updates.sh $(STEPS)

test: setup-test compile lint short race
	@echo "all tests passed"

lint:
	@test -z "$$(gofmt -l cmd hal recognizer policy site store board internal scripts)" || { echo "not gofmt'ed:"; gofmt -l cmd hal recognizer policy site store board internal scripts; exit 1; }
	go vet ./...
	go vet -tags vboard ./scripts/vboard/cable ./scripts/vboard/display ./board/update ./hal/gpio ./hal/wiegand ./hal/camera/v4l2 ./hal/voice/pcm ./scripts/vboard/unit ./scripts/vboard/system
	go vet -tags vboard,matprofile,customenv ./recognizer ./recognizer/eye
	go tool staticcheck ./...

# The tests of a package wait more than they compute, for processes, terminals and clocks: more packages at once than processors.
AT_ONCE ?= 4
short:
	go test -p $(AT_ONCE) -timeout 14m ./...

# Only packages whose tests have goroutines, and none that call OpenCV: scripts/race says which, and why. They compute more: as many at once as
# processors.
race:
	go test -race -short -timeout 14m $$(go run ./scripts/race)

# The desk page in a browser against a simulated unit: every flow, in both languages; pictures and figures in bin/desk.
# FLOWS='people|login/zh' are some of them.
FLOWS ?= .
test-desk: setup-build
	@scripts/desk/setup.sh pictures
	rm -rf bin/desk
	go test -count=1 -timeout 60m ./scripts/desk -run 'TestFlows/$(FLOWS)' -all -shots ../../bin/desk

# Every scene of the display read by a program, as an eye of 20/40 gets it two metres away, in both languages. Two minutes.
display-read: setup-test
	go test -count=1 -v ./hal/display/paint -run AcrossTheRoom -all

# FUZZTIME a target, each in turn. The seeds run in every `make test`.
FUZZTIME ?= 30s
fuzz:
	@scripts/fuzz.sh $(FUZZTIME)

# The program attacked: flips, swaps, kills, full disks, escapes, lies, guesses. A short slice of each runs in every `make test`.
attack: MINUTES = 10
attack: setup
	@scripts/attack.sh $(MINUTES)

# Figures beside named peers, in one run each.
bench: setup
	scripts/bench/setup.sh
	@scripts/bench/all.sh scripts/bench/search.py scripts/bench/chain.sh scripts/bench/qr.sh "go test -run ^$$ -bench ToRelay -benchtime 200x ./board" \
	  "env MENSHEN_PERCENT=10 go test -v -run SlowDecision ./recognizer/eye"

# The quick benchmarks, kept from change to change: bench-history appends a run to scripts/bench/history.txt, bench-compare
# compares the last two by benchstat.
bench-history: setup-build
	scripts/bench/history.sh
bench-compare:
	@scripts/bench/compare.sh

# Does memory grow, and what does an empty corridor cost? The whole unit, with people who come and go; MINUTES=1 is the empty corridor alone.
MINUTES ?= 60
soak: setup-run compile
	@scripts/bench/soak.sh $(MINUTES)

# Error rates on pictures of your own, a folder a person: report.html and a calibration. ACTS: of how many people heads and sheets are made
# that are asked to act, a minute or so each.
ACTS ?= 0
eval: setup compile
	@$(BIN) eval --faces="$(FACES)" --acts=$(ACTS)

# Months at a simulated door in seconds, one seed after the other on all cores, for MINUTES; the first that fails is made short. SEED: the first.
SEED ?= 1
sim: MINUTES = 10
sim: setup-build compile
	@$(BIN) sim --for $(MINUTES)m --days 14 --seed $(SEED)

# Does the simulator find deliberate faults? Those of scripts/sim/mutants.txt, some seconds each; a table.
mutants: setup-build
	go run ./scripts/sim

# The pictures of the README: what the program draws and prints, and pages shown by headless Chromium. About two minutes.
pictures: setup-run compile
	go run ./scripts/shots $(BIN) docs/pictures
	$(MAKE) test-desk FLOWS=readme
	go run ./scripts/shots shrink bin/desk/readme/desk.en.1280.png docs/pictures/desk.png
	go run ./scripts/shots shrink bin/desk/readme/desk.zh.1280.png docs/pictures/desk.zh.png
	go test ./board/unit -run TestWalk -walk $(CURDIR)/bin
	go run ./scripts/shots shrink bin/walk.en.png docs/pictures/walk.png
	go run ./scripts/shots shrink bin/walk.zh.png docs/pictures/walk.zh.png

# The drivers and the whole program on the kernel's own lines, in a virtual board: under four minutes, after two of set-up once.
vboard: setup-build
	scripts/vboard/run.sh

# A camera on a ribbon cable as it is installed: libcamera's own test camera, GStreamer, the service, the pipe, the eye, on
# Debian 13 in a virtual machine. Some minutes; three of set-up once.
camera-test: setup-test
	scripts/vboard/camera.sh

# A laptop at the unit's USB port: Debian's kernel as gadget and as host, systemd, the services as they are installed, in a virtual
# machine. Some minutes, after two of set-up once; root only.
cable-test: setup-build
	scripts/vboard/cable.sh

# A screen: what a confined process draws onto the kernel's (virtio-gpu), pixel by pixel, in a virtual machine. Three minutes,
# after two of set-up once.
display-test: setup-build
	scripts/vboard/display.sh

# The whole system: Debian 13 for arm64 boots in a virtual board, the packages are installed as the README says, and the
# door is used and ill-treated. Half an hour, after ten minutes of set-up once; root only.
system-test: setup-package
	$(MAKE) packages RELEASES=trixie ARCHES=arm64
	scripts/vboard/system/run.sh $(TESTS)

# A site's hub, couriers and doors as processes in network namespaces: cut and lossy wires, a hub that is killed, emptied and
# rolled back, doors that are killed or away, a thief. First doors that run as installed, with orders, passes and events; then
# their vaults alone, with all else that is told. Root only.
site-test: setup-build
	go test -count=1 -v -timeout 30m ./cmd/menshen -run TestWires -all
	go test -count=1 -v -timeout 30m ./cmd/menshen-site -run TestWires -all

cover:
	go test -coverprofile=coverage.out ./... && go tool cover -func=coverage.out | tail -1

clean:
	rm -rf bin dist coverage.*
