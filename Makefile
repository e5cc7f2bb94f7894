# agentsandbox: what people call.  How things are built is in src/Makefile (PGXS).
#
#   make                      build the extension and the programs
#   make install              install both where PG_CONFIG says
#   make check [TESTS="..."]  every test, or those whose path contains one of the words
#   make demo                 the whole story, on a private throwaway server
#   make demo-mcp             the same as a model sees it, through the MCP server
#   make bench, bench-quick   the benchmarks
#   make torture              the long crash test
#   make check-core           PostgreSQL's own regression suite with the library loaded
#
# PG_CONFIG=/path/to/pg_config chooses the PostgreSQL installation.  The
# targets that run something install missing Debian packages first.

PG_CONFIG ?= pg_config
export PG_CONFIG

BUILD_TARGETS = all install uninstall clean
RUN_TARGETS = check demo demo-mcp bench bench-quick torture check-core

.PHONY: $(BUILD_TARGETS) $(RUN_TARGETS) ready distclean

$(BUILD_TARGETS):
	@$(MAKE) -C src $@

distclean: clean

# Everything that runs needs the packages, the build and the installation.
ready:
	@test/install-packages
	@$(MAKE) -s all
	@if test -w "`$(PG_CONFIG) --pkglibdir`"; then $(MAKE) -s install; \
	 else sudo $(MAKE) -s PG_CONFIG=$(PG_CONFIG) install; fi >/dev/null

$(RUN_TARGETS): ready

check:
	@test/run $(TESTS)

demo:
	@test/with-cluster test/demo

demo-mcp:
	@test/with-cluster test/demo-mcp

bench:
	@test/bench/run

bench-quick:
	@test/bench/run quick

torture:
	@test/torture

check-core:
	@test/check-core
