/*
 * usage.h
 *	  What a conversation has used up, all its sessions together.
 */
#ifndef ASB_USAGE_H
#define ASB_USAGE_H

#include "datatype/timestamp.h"
#include "utils/uuid.h"

typedef struct AsbUsageReport
{
	pg_uuid_t	conversation;
	int64		rows_changed;
	int64		bytes_changed;
} AsbUsageReport;

/*
 * Counts for this conversation from here on, or for none (NULL).  Reads what
 * earlier sessions left in agentsandbox.usage; errors if shared memory has no
 * room for one more conversation.
 */
extern void asb_usage_attach(const pg_uuid_t *conversation);

/*
 * One more statement; false if this minute has had "limit" of them already.
 * Here as below: always true for nobody, always false if nothing was attached.
 */
extern bool asb_usage_count_statement(int limit);

/* "rows" more rows changed; false if they are more than "limit" now. */
extern bool asb_usage_count_changes(int64 rows, int64 limit);

/*
 * Counts the write-ahead log that this session has written since it was asked
 * last, if it is more than "at_least"; false if all is more than "limit" now.
 */
extern bool asb_usage_count_bytes(uint64 at_least, int64 limit);

/* What it has written since is nobody's change. */
extern void asb_usage_skip_bytes(void);

/*
 * Worker: the totals of this database that are not stored yet, palloc'd; and
 * that they are now, committed.
 */
extern AsbUsageReport *asb_usage_unsaved(int *n);
extern void asb_usage_saved(const AsbUsageReport *reports, int n);

extern void asb_usage_init(void);

#endif							/* ASB_USAGE_H */
