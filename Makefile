# The everyday commands; Meson does the work. `make help` lists them.
# `make demo` and `make test` each work as the only command on a new Debian 12 machine.

PREFIX ?= /usr/local
DESTDIR ?=
SECONDS ?= 60

PYTHON := /usr/bin/python3
need = @tools/install-packages
build = @tools/build

# CI wants every foreign server, so that nothing is skipped there.
TEST_GROUPS := build test $(if $(CI),interop)

.PHONY: all help demo test install bench fuzz lint asan clean format

all:
	$(need) build
	$(build) build

help:
	@echo "make            build build/tlswhy"
	@echo "make demo       start the lab, diagnose every case in it, show one whole report"
	@echo "make test       every test, with sanitizers and fuzzing; the last line says how many passed"
	@echo "make install    install the command, the library and the man page (PREFIX, DESTDIR)"
	@echo "make bench      connections, bytes, round trips, CPU and time, beside other tools"
	@echo "make fuzz       fuzz every target, SECONDS=60 each"
	@echo "make lint       layers, banned functions, sizes, format"
	@echo "make asan       build build-asan/tlswhy with gcc's sanitizers"
	@echo "make format     run clang-format on every C file"
	@echo "make clean      remove the build folders"

demo: all
	@$(PYTHON) tools/demo

test:
	$(need) $(TEST_GROUPS)
	@$(PYTHON) tests/run

install: all
	@meson configure build -Dprefix=$(PREFIX)
	@DESTDIR=$(DESTDIR) meson install -C build --quiet

bench: all
	$(need) bench test
	@$(PYTHON) bench/run.py

fuzz:
	$(need) build test
	$(build) build-fuzz
	@$(PYTHON) tools/fuzz-run --seconds $(SECONDS) build-fuzz

lint:
	$(need) build test
	@$(PYTHON) tools/lint

asan:
	$(need) build test
	$(build) build-asan

clean:
	rm -rf build build-asan build-fuzz

format:
	$(need) test
	@git ls-files -z '*.c' '*.h' | xargs -0 clang-format -i
