/*
 * meter.c
 *	  Counts the rows a session changes and is sent.
 *
 * Rows sent are counted where all of them pass, at the messages of the protocol
 * (DataRow, CopyData, FunctionCallResponse), so with their true size, whatever produced
 * them: a query, a cursor, RETURNING, COPY, EXPLAIN.  An error before a message
 * is begun leaves the protocol in order.
 *
 * Rows changed are counted as a ModifyTable node takes them from the node
 * below, at any depth: CTEs, triggers, cascades of foreign keys, functions.
 * So a row that ON CONFLICT DO NOTHING leaves alone counts too.  Of MERGE, whose
 * input is all that was joined, what it has done is counted as it asks for more.
 * COPY is counted by its result: of one that fails no rows, but what it wrote.
 *
 * What changes take on disk is told by the write-ahead log that this backend
 * has written: values out of line, indexes and what a ROLLBACK leaves are in it.
 * It is looked at for each row, and for the last one by the next statement or
 * when the session ends; by a timer, that cancels the statement, where nobody
 * tells of rows: COPY, row locks.  What a query writes that changes and locks
 * nothing is not counted: it tidies up after others.
 *
 * The counts are this backend's; an abort does not touch them.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "libpq/libpq.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "tcop/tcopprot.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

#include "confine/meter.h"
#include "confine/parameters.h"
#include "confine/refusal.h"
#include "confine/usage.h"
#include "session/session.h"

/* A node below a ModifyTable node, and what it did before we watched. */
typedef struct WatchedNode
{
	PlanState  *node;
	ExecProcNodeMtd original;
	const ModifyTableState *merge;	/* above it, or NULL */
	uint64		merged;			/* rows of the MERGE that were counted */
	struct WatchedNode *next;
	MemoryContextCallback end;
} WatchedNode;

/* of the executors running now, innermost first; unlinked with their memory */
static WatchedNode *watched = NULL;

/* NULL if this session is not metered; set by asb_meter_set_limits() */
static const AsbLimits *limits = NULL;

/* Bytes of changes that are not counted at once, so that rows are cheap. */
#define BYTES_AT_ONCE 65536

/* Milliseconds between two looks at what is written where nobody tells of rows. */
#define LOOK_INTERVAL 100

static TimeoutId timer = MAX_TIMEOUTS;

/* of the current statement */
static int64 rows_sent = 0;
static int64 bytes_sent = 0;
static int64 rows_changed = 0;

/* arrival of the message with changes that nobody tells of while they are made; 0: none */
static TimestampTz changes_began = 0;

/* the protocol's functions as we found them, and with ours among them */
static const PQcommMethods *next_methods = NULL;
static PQcommMethods metered_methods;

static void
refuse(int sqlerrcode, const char *object, const char *message, const char *hint)
{
	asb_refuse(&(AsbRefusal) {
		.gate = ASB_GATE_LIMIT,
		.sqlerrcode = sqlerrcode,
		.object = object,
		.message = message,
		.hint = hint
	});
}

static void
refuse_message(void)
{
	if (rows_sent > limits->rows_returned)
		refuse(ERRCODE_PROGRAM_LIMIT_EXCEEDED, "rows_returned",
			   psprintf("statement returns more than " INT64_FORMAT " rows",
						limits->rows_returned),
			   "Add LIMIT or a condition, or aggregate.");
	refuse(ERRCODE_PROGRAM_LIMIT_EXCEEDED, "bytes_returned",
		   psprintf("statement returns more than " INT64_FORMAT " bytes",
					limits->bytes_returned),
		   "Select fewer columns or rows, or aggregate.");
}

/* What few messages need; of its own, so that the others do not pay for its frame. */
static int pg_noinline
watched_putmessage(char type, const char *body, size_t length)
{
	if (type != '1')
		refuse_message();
	else if (OidIsValid(asb_session_known_role()))
		asb_parameters_parsed();
	return next_methods->putmessage(type, body, length);
}

static int
metered_putmessage(char type, const char *body, size_t length)
{
	if (type == '1')
		return watched_putmessage(type, body, length);
	if ((type == 'D' || type == 'd' || type == 'V') && limits)
	{
		rows_sent++;
		bytes_sent += length;
		if (unlikely(rows_sent > limits->rows_returned || bytes_sent > limits->bytes_returned))
			return watched_putmessage(type, body, length);
	}
	return next_methods->putmessage(type, body, length);
}

void
asb_meter_set_limits(const AsbLimits *new_limits)
{
	limits = new_limits;

	if (next_methods == NULL)
	{
		next_methods = PqCommMethods;
		metered_methods = *next_methods;
		metered_methods.putmessage = metered_putmessage;
		PqCommMethods = &metered_methods;
	}
}

static void
count_bytes(uint64 at_least)
{
	if (!asb_usage_count_bytes(at_least, limits->bytes_changed_total))
		refuse(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED, "bytes_changed_total",
			   "the conversation has changed as many bytes as it may",
			   "It can go on reading; for more changes the operator opens another conversation.");
}

void
asb_meter_reset(void)
{
	if (rows_changed > 0 || changes_began != 0)
		(void) asb_usage_count_bytes(0, PG_INT64_MAX);
	else
		asb_usage_skip_bytes();
	rows_sent = 0;
	bytes_sent = 0;
	rows_changed = 0;
	changes_began = 0;
}

/* Timer's handler, so in a signal handler. */
static void
look(void)
{
	/* it has ended */
	if (debug_query_string == NULL || changes_began != GetCurrentStatementStartTimestamp())
		return;
	if (!asb_usage_count_bytes(0, limits->bytes_changed_total))
	{
		InterruptPending = true;
		QueryCancelPending = true;
	}
	enable_timeout_after(timer, LOOK_INTERVAL);
}

void
asb_meter_changes_begin(void)
{
	if (limits == NULL)
		return;
	count_bytes(changes_began != 0 ? BYTES_AT_ONCE : 0);
	changes_began = GetCurrentStatementStartTimestamp();
	if (timer == MAX_TIMEOUTS)
		timer = RegisterTimeout(USER_TIMEOUT, look);
	if (!get_timeout_active(timer))
		enable_timeout_after(timer, LOOK_INTERVAL);
}

void
asb_meter_count_changes(uint64 rows)
{
	bool		first = rows_changed == 0;

	if (limits == NULL || rows == 0)
		return;

	rows_changed += rows;
	if (rows_changed > limits->rows_changed)
		refuse(ERRCODE_PROGRAM_LIMIT_EXCEEDED, "rows_changed",
			   psprintf("statement changes more than " INT64_FORMAT " rows",
						limits->rows_changed),
			   "Change fewer rows in one statement.");
	if (!asb_usage_count_changes(rows, limits->rows_changed_total))
		refuse(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED, "rows_changed_total",
			   "the conversation has changed as many rows as it may",
			   "It can go on reading; for more changes the operator opens another conversation.");
	count_bytes(first ? 0 : BYTES_AT_ONCE);
}

/* What a MERGE has changed since; it asks for rows until there are none, so all of it. */
static void
count_merged(WatchedNode *entry)
{
	const ModifyTableState *merge = entry->merge;
	uint64		merged = merge->mt_merge_inserted + merge->mt_merge_updated + merge->mt_merge_deleted;

	asb_meter_count_changes(merged - entry->merged);
	entry->merged = merged;
}

static TupleTableSlot *
watch_node(PlanState *node)
{
	WatchedNode *entry = watched;
	TupleTableSlot *slot;

	while (entry->node != node)
		entry = entry->next;
	slot = entry->original(node);
	if (entry->merge)
		count_merged(entry);
	else if (!TupIsNull(slot))
		asb_meter_count_changes(1);
	return slot;
}

static void
unlink_node(void *arg)
{
	WatchedNode **link = &watched;

	while (*link && *link != arg)
		link = &(*link)->next;
	if (*link)
		*link = (*link)->next;
}

/* Whether the node below hands over no rows: of a foreign server's own UPDATE. */
static bool
counted_by_result(const ModifyTableState *modify)
{
	return modify->resultRelInfo->ri_usesFdwDirectModify;
}

static void
watch_modify_table(EState *estate, PlanState *planstate)
{
	ModifyTableState *modify = castNode(ModifyTableState, planstate);
	PlanState  *child = outerPlanState(modify);
	WatchedNode *entry;

	if (counted_by_result(modify))
	{
		asb_meter_changes_begin();
		return;
	}

	entry = MemoryContextAlloc(estate->es_query_cxt, sizeof(WatchedNode));
	entry->node = child;
	entry->original = child->ExecProcNodeReal;
	entry->merge = modify->operation == CMD_MERGE ? modify : NULL;
	entry->merged = 0;
	entry->next = watched;
	watched = entry;
	entry->end.func = unlink_node;
	entry->end.arg = entry;
	MemoryContextRegisterResetCallback(estate->es_query_cxt, &entry->end);

	ExecSetExecProcNode(child, watch_node);
}

/* FOR UPDATE and kin, which write to every row */
void
asb_meter_executor_runs(const QueryDesc *query)
{
	const EState *estate = query->estate;

	for (int i = 0; estate->es_rowmarks && i < estate->es_range_table_size; i++)
	{
		if (estate->es_rowmarks[i] && RowMarkRequiresRowShareLock(estate->es_rowmarks[i]->markType))
			asb_meter_changes_begin();
	}
}

void
asb_meter_executor_started(QueryDesc *query)
{
	EState	   *estate = query->estate;
	ListCell   *cell;

	if (limits == NULL)
		return;
	/* what a rule adds sets no tag, so that it is on the list, too */
	if (IsA(query->planstate, ModifyTableState) &&
		!list_member_ptr(estate->es_auxmodifytables, query->planstate))
		watch_modify_table(estate, query->planstate);
	/* data-modifying CTEs */
	foreach(cell, estate->es_auxmodifytables)
		watch_modify_table(estate, lfirst(cell));
}

void
asb_meter_executor_finishing(const QueryDesc *query)
{
	if (limits && IsA(query->planstate, ModifyTableState) &&
		counted_by_result(castNode(ModifyTableState, query->planstate)))
		asb_meter_count_changes(query->estate->es_processed);
}
