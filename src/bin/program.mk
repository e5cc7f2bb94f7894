# Shared by the Makefiles of the programs: src/bin/NAME/Makefile sets
#   PROGRAM         the installed name
#   PROGRAM_LIBS    libraries beside libpq and cJSON
#   PROGRAM_COMMON  files of the pure C layer (../../common)
# and includes this file.  A program is made of these, its own files and those
# shared by the programs (../common).

PG_CONFIG ?= pg_config
ASB_VERSION ?= $(shell sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" ../../../agentsandbox.control)
bindir := $(shell $(PG_CONFIG) --bindir)

OBJS = $(patsubst %.c,obj/%.o,$(wildcard *.c)) \
	$(patsubst ../common/%.c,obj/bin-common-%.o,$(wildcard ../common/*.c)) \
	$(patsubst %.c,obj/common-%.o,$(PROGRAM_COMMON))

CFLAGS ?= -g -O2
override CPPFLAGS += -MMD -MP -I../.. -I.. -I. -I$(shell $(PG_CONFIG) --includedir) \
	-D_GNU_SOURCE -D_FORTIFY_SOURCE=2 -DASB_VERSION='"$(ASB_VERSION)"'
override CFLAGS += -std=gnu11 -fPIE -fstack-protector-strong \
	-Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wno-unused-parameter
override LDFLAGS += -pie -Wl,-z,relro -Wl,-z,now -Wl,--as-needed -L$(shell $(PG_CONFIG) --libdir)
LIBS = -lpq -lcjson $(PROGRAM_LIBS) -lm

all: $(PROGRAM)

$(PROGRAM): $(OBJS)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(OBJS) $(LIBS)

COMPILE = $(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<
obj/%.o: %.c ; $(COMPILE)
obj/bin-common-%.o: ../common/%.c ; $(COMPILE)
obj/common-%.o: ../../common/%.c ; $(COMPILE)

# A change of compiler, flags, version or file list rebuilds.
FLAGS := $(CC) $(CFLAGS) $(CPPFLAGS) $(LDFLAGS) $(OBJS) $(LIBS)
obj/flags: FORCE
	@mkdir -p obj
	@printf '%s\n' '$(subst ','\'',$(FLAGS))' | cmp -s - $@ || printf '%s\n' '$(subst ','\'',$(FLAGS))' >$@
$(OBJS) $(PROGRAM): obj/flags Makefile ../program.mk
-include $(OBJS:.o=.d)

install: all
	install -d '$(DESTDIR)$(bindir)'
	install -m 755 $(PROGRAM) '$(DESTDIR)$(bindir)/$(PROGRAM)'

uninstall:
	rm -f '$(DESTDIR)$(bindir)/$(PROGRAM)'

clean:
	rm -rf obj $(PROGRAM)

.PHONY: all install uninstall clean FORCE
