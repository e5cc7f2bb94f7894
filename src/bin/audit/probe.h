/*
 * probe.h
 *		The things that are tried as an agent, and what came of it.
 *
 * A probe is one attempt in a real session of a throwaway conversation.  It
 * says which entries of the surface it needs.  If it works, each of them has to
 * be listed, else it is an escape, and is thereby proven; if it is refused, its
 * only need is not what the surface says.
 */
#ifndef ASB_AUDIT_PROBE_H
#define ASB_AUDIT_PROBE_H

#include <libpq-fe.h>

#include "bin/common/util.h"

/* An entry of the surface, as far as probes are concerned. */
typedef struct AsbEntry
{
	const char *class;
	const char *identity;
	const char *privilege;
} AsbEntry;

#define ASB_MAX_NEEDS 3

/* How it is tried; each way goes as far as it has to and no further. */
typedef enum AsbWay
{
	ASB_WAY_PARSE,				/* Parse message: all gates but the statement gate are asked then */
	ASB_WAY_RUN,				/* if Parse passes: run, in a transaction that is rolled back */
	ASB_WAY_COPY,				/* likewise, outside of a pipeline, without data */
	ASB_WAY_FASTPATH,			/* FunctionCall message with null arguments, of a strict function */
	ASB_WAY_OTHER				/* tried by whoever made the probe */
} AsbWay;

typedef enum AsbOutcome
{
	ASB_OUTCOME_UNTRIED,
	ASB_OUTCOME_WORKS,
	ASB_OUTCOME_REFUSED,
	ASB_OUTCOME_IMPOSSIBLE,		/* let through, but the server cannot do it, or what is behind it fails */
	ASB_OUTCOME_UNCLEAR			/* proves nothing: a fault of the probe, or of the sandbox */
} AsbOutcome;

typedef struct AsbProbe
{
	AsbEntry	needs[ASB_MAX_NEEDS];
	int			nneeds;
	AsbWay		way;
	bool		strict;			/* every error but a refusal by a gate means that it works */
	bool		read_only;		/* so does "read-only transaction", which it is run in */
	const char *text;			/* SQL, or what else was tried */
	Oid			oid;			/* of the parameter's type, or of the function */
	int			nargs;			/* of the function */
	AsbOutcome	outcome;
	char		sqlstate[6];
	char	   *message;		/* the error, or NULL */
} AsbProbe;

/* All probes.  Their texts live in "results" as long as the list. */
typedef struct AsbProbes
{
	AsbProbe   *list;
	size_t		n;
	size_t		capacity;
	PGresult   *results[32];
	size_t		nresults;
} AsbProbes;

/* An order of entries, for qsort() and bsearch(). */
extern int	asb_compare_entries(const void *a, const void *b);

/* Appends an untried probe that needs one entry; texts are not copied. */
extern AsbProbe *asb_probe_add(AsbProbes *probes, const char *class, const char *identity,
							   const char *privilege, AsbWay way, const char *text);

/* Notes an outcome, with the error if there was one. */
extern void asb_probe_set(AsbProbe *probe, AsbOutcome outcome, const char *sqlstate,
						  const char *message);

/* ... judged by an SQLSTATE; NULL or "" is success. */
extern void asb_probe_judge(AsbProbe *probe, const char *sqlstate, const char *message);

#endif
