/*
 * release.h
 *	  The release of metered calls, see task_release.c.
 */
#ifndef ASB_RELEASE_H
#define ASB_RELEASE_H

#include "worker/egress.h"

/* The query that asb_release_rows() reads; "c" is the call. */
#define ASB_RELEASE_SQL \
	ASB_EGRESS_SELECT_SQL ", c.conversation, p.egress, p.release_interval, p.budget_bits," \
	" (SELECT pg_catalog.count(*)::integer FROM agentsandbox.profile_methods a WHERE a.profile = r.profile)," \
	" COALESCE(e.number, 0), COALESCE(e.released_at, r.opened_at), COALESCE(e.spent, 0)," \
	" EXISTS (SELECT FROM agentsandbox.review_decisions d WHERE d.conversation = c.conversation AND d.call = c.id)" \
	" FROM agentsandbox.remoteprocedurecalls c" \
	" LEFT JOIN agentsandbox.conversation_records r ON r.id = c.conversation" \
	" LEFT JOIN agentsandbox.profiles p ON p.profile = r.profile" \
	" LEFT JOIN LATERAL (SELECT number, released_at, spent FROM agentsandbox.egress_charges" \
	"  WHERE conversation = c.conversation ORDER BY number DESC LIMIT 1) e ON true"

/* The first tick that can still be prepared, for an interval in microseconds. */
extern TimestampTz asb_next_tick(TimestampTz now, int64 interval);

/* A column that is an interval, in microseconds. */
extern int64 asb_interval_column(SPITupleTable *rows, int row, int column);

extern const pg_uuid_t *asb_release_conversation(SPITupleTable *rows, int row);

/*
 * Releases what can be, ordered by conversation, at ticks up to "horizon", and
 * ends what cannot be; what rules hold goes to reviewers.  Returns the first of
 * the ticks, or DT_NOEND.
 */
extern TimestampTz asb_release_rows(SPITupleTable *rows, int n, TimestampTz horizon);

#endif							/* ASB_RELEASE_H */
