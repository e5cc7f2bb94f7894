/*
 * limit.c
 *	  The limits of a profile, applied and kept.
 *
 * Some are the server's own settings.  They are set with the source
 * "override", as values to RESET to, so that RESET ALL and DISCARD ALL keep
 * them and the setting gate alone decides how far they can be changed.
 *
 * Memory is limited by RLIMIT_DATA: an allocation that fails ends a statement
 * with an ordinary error.  It counts private memory only, so shared buffers
 * are not part of it, and it is inherited by nobody.
 *
 * A statement, here, is what the client sent: one that a function runs is part
 * of it.  Its time is counted from the arrival of the message, so a message
 * with many statements has no more of it than a message with one; clock.c keeps
 * it, and that of waits for the client.  What does not come by here, because it
 * computes without looking for interrupts or does not take what it is sent, is
 * ended from outside (worker/task_watch.c).
 */
#include "postgres.h"

#include <sys/resource.h>
#include <unistd.h>

#include "access/detoast.h"
#include "access/parallel.h"
#include "access/transam.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "storage/proc.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "confine/clock.h"
#include "confine/disclosure.h"
#include "confine/exhausted.h"
#include "confine/insist.h"
#include "confine/limit.h"
#include "confine/meter.h"
#include "confine/refusal.h"
#include "confine/setting.h"
#include "confine/usage.h"
#include "core/errors.h"
#include "core/settings.h"
#include "core/wakeup.h"
#include "session/bind.h"
#include "session/slot.h"

/* A pool role that entered no conversation: room for enter() and a wait. */
static const AsbLimits pool_limits = {
	.statement_time = 10 * 1000,
	.transaction_time = 60 * 1000,
	.idle_in_transaction_time = 60 * 1000,
	.idle_session_time = 0,
	.lock_wait = 10 * 1000,
	.memory_bytes = 64 * 1024 * 1024,
	.temp_bytes = 1024,
	.rows_returned = 1000,
	.bytes_returned = 1024 * 1024,
	.rows_changed = 1000,
	.rows_changed_total = PG_INT64_MAX,
	.bytes_changed_total = PG_INT64_MAX,
	.statements_per_minute = INT_MAX,
	.statement_bytes = 64 * 1024,
	.value_bytes = 64 * 1024,
};

/* what this session has now; copied whole, since it is compared whole */
static AsbLimits applied;

/* arrival of the message whose statements were counted last */
static TimestampTz counted_message = 0;

/* the conversation had run too many statements when one was counted last */
static bool over_rate = false;

/* a pool role that entered no conversation has no rate, but for the server's log */
#define POOL_REPORTS_PER_MINUTE 100
static bool for_pool = false;

/* when the server's log heard last of a session that had */
static TimestampTz logged_over_rate = 0;

/* the session whose profile was compared with "applied" last */
static uint64 compared_reading = 0;

/* Bytes of private memory that this process has. */
static int64
memory_used(void)
{
	static const char path[] = "/proc/self/statm";
	FILE	   *file = AllocateFile(path, "r");
	long		pages = 0;

	if (file == NULL)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not open file \"%s\": %m", path)));
	/* size resident shared text lib data dirty, in pages */
	if (fscanf(file, "%*d %*d %*d %*d %*d %ld", &pages) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_SYSTEM_ERROR),
				 errmsg("file \"%s\" does not tell how much memory the session has", path)));
	FreeFile(file);
	return (int64) pages * sysconf(_SC_PAGESIZE);
}

/* what it had when its memory was limited first; 0: it was not yet */
static int64 memory_at_first = 0;

static void
set_memory(int64 bytes)
{
	int64		used = memory_used();
	struct rlimit limit;

	if (memory_at_first == 0)
		memory_at_first = used;
	if (getrlimit(RLIMIT_DATA, &limit) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_SYSTEM_ERROR),
				 errmsg("could not get the limit of memory of the session: %m")));
	limit.rlim_cur = Min((rlim_t) used + (rlim_t) bytes, limit.rlim_max);
	if (setrlimit(RLIMIT_DATA, &limit) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_SYSTEM_ERROR),
				 errmsg("could not limit the memory of the session: %m")));
}

/*
 * What conversations of a pooled connection leave in the server's caches stays,
 * and the next one has its whole limit beyond it.  So that it does not grow
 * without end, a connection ends that has as much of it as one may have.
 */
static void
check_memory_kept(int64 bytes)
{
	if (memory_at_first > 0 && memory_used() - memory_at_first > bytes)
		ereport(FATAL,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("the connection has too much memory left from conversations before"),
				 errhint("Connect again.")));
}

static void
apply(const AsbLimits *limits)
{
	memcpy(&applied, limits, sizeof(AsbLimits));

	asb_clock_set_limits(limits);
	asb_set_number("temp_file_limit", Min((limits->temp_bytes - 1) / 1024 + 1, INT_MAX), PGC_S_OVERRIDE);
	/* a worker takes over what SET ROLE says, not what was entered, and would be refused everything */
	asb_set_number("max_parallel_workers_per_gather",
				   GetOuterUserId() == GetSessionUserId() ? limits->parallel_workers : 0, PGC_S_OVERRIDE);
	SetConfigOption("jit", "off", PGC_SUSET, PGC_S_OVERRIDE);
	SetConfigOption("row_security", "on", PGC_SUSET, PGC_S_OVERRIDE);
	/* else triggers and foreign keys are not looked at */
	SetConfigOption("session_replication_role", "origin", PGC_SUSET, PGC_S_OVERRIDE);
	/* else the order of rows tells where others are reading */
	SetConfigOption("synchronize_seqscans", "off", PGC_SUSET, PGC_S_OVERRIDE);
	/* what the worker watches by */
	SetConfigOption("track_activities", "on", PGC_SUSET, PGC_S_OVERRIDE);

	set_memory(limits->memory_bytes);
	asb_slot_set_limits(limits->statement_time, limits->transaction_time);
	/* else its next look is soon enough */
	if (Min(limits->statement_time, limits->transaction_time) < ASB_SAFETY_INTERVAL_MS)
		asb_wakeup_worker();
	asb_meter_set_limits(&applied);
}

static void
session_bound(const AsbSession *session)
{
	asb_refusal_bind(session);
	asb_disclosure_bind();
	/* in this order: the first takes the functions of the topmost context for those of all */
	asb_insist();
	asb_exhausted_bind();
	asb_setting_check_stored();
	asb_setting_bind();

	for_pool = session->kind != ASB_SESSION_CONVERSATION;
	over_rate = false;
	if (!for_pool)
	{
		asb_usage_attach(&session->conversation);
		check_memory_kept(session->profile.limits.memory_bytes);
		apply(&session->profile.limits);
	}
	else
	{
		asb_usage_attach(NULL);
		apply(&pool_limits);
	}
	/* a driver's name for itself would be a message to who can read it */
	SetConfigOption("application_name", GetUserNameFromId(session->role, false),
					PGC_SUSET, PGC_S_OVERRIDE);
}

/*
 * A conversation is left in ways of the server's own, RESET ROLE and DISCARD ALL,
 * and by leave(): the next statement is the pool role's, whatever the conversation
 * has used up.
 */
void
asb_limit_follow_leave(const AsbSession *session)
{
	if (asb_slot_taken() && !for_pool && session->kind != ASB_SESSION_CONVERSATION)
		session_bound(session);
}

/* One more statement, error or warning of the conversation; remembers the answer. */
static bool
count_one(void)
{
	over_rate = !asb_usage_count_statement(applied.statements_per_minute);
	return !over_rate;
}

static void
refuse_rate(void)
{
	asb_refuse(&(AsbRefusal) {
		.gate = ASB_GATE_LIMIT,
		.sqlerrcode = ERRCODE_CONFIGURATION_LIMIT_EXCEEDED,
		.object = "statements_per_minute",
		.message = psprintf("the conversation has run %d statements within a minute",
							applied.statements_per_minute),
		.hint = "Go on in a minute."
	});
}

void
asb_limit_parse(const char *text)
{
	asb_clock_statement_arrived();
	/* not only when it is executed: planning takes time, and can fail */
	if (unlikely(over_rate) && asb_slot_taken() && !count_one())
		refuse_rate();
	if (asb_slot_taken() && text && strlen(text) > applied.statement_bytes)
		asb_refuse(&(AsbRefusal) {
			.gate = ASB_GATE_LIMIT,
			.sqlerrcode = ERRCODE_PROGRAM_LIMIT_EXCEEDED,
			.object = "statement_bytes",
			.message = psprintf("statement is longer than %d bytes", applied.statement_bytes),
			.hint = "Split it."
		});
}

/* Whether this is what the client sent and not what a function runs. */
static bool
is_client_text(const char *text)
{
	return debug_query_string &&
		(text == debug_query_string || strcmp(text, debug_query_string) == 0);
}

/* get_typlen(), but quick for the type that was not it the last time */
static bool
is_varlena(Oid type)
{
	/* only of a type that cannot be dropped: the number of another may come again */
	static Oid	not_varlena = InvalidOid;

	if (type == not_varlena)
		return false;
	if (get_typlen(type) == -1)
		return true;
	if (type < FirstNormalObjectId)
		not_varlena = type;
	return false;
}

static void
check_parameters(ParamListInfo params)
{
	for (int i = 0; params && params->paramFetch == NULL && i < params->numParams; i++)
	{
		const ParamExternData *param = &params->params[i];

		if (!param->isnull && OidIsValid(param->ptype) && is_varlena(param->ptype) &&
			toast_raw_datum_size(param->value) > applied.value_bytes)
			asb_refuse(&(AsbRefusal) {
				.gate = ASB_GATE_LIMIT,
				.sqlerrcode = ERRCODE_PROGRAM_LIMIT_EXCEEDED,
				.object = "value_bytes",
				.message = psprintf("parameter $%d is longer than %d bytes", i + 1, applied.value_bytes),
				.hint = "Send it in parts."
			});
	}
}

/* The clocks that a series of quick statements would get past. */
static void
check_time(TimestampTz message)
{
	if (message == counted_message &&
		TimestampDifferenceExceeds(message, GetCurrentTimestamp(), applied.statement_time))
		asb_refuse(&(AsbRefusal) {
			.gate = ASB_GATE_LIMIT,
			.sqlerrcode = ERRCODE_QUERY_CANCELED,
			.object = "statement_time",
			.message = "canceling statement due to the time limit of one message",
			.hint = "Send fewer statements at a time."
		});
	if (message - GetCurrentTransactionStartTimestamp() >= applied.transaction_time * INT64CONST(1000))
		asb_refuse(&(AsbRefusal) {
			.gate = ASB_GATE_LIMIT,
			.sqlerrcode = ASB_ERRCODE_TRANSACTION_TIMEOUT,
			.object = "transaction_time",
			.message = "transaction is open for longer than it may be",
			.hint = "Roll back and use shorter transactions."
		});
}

/* A new statement of the client. */
static void
start_statement(const AsbSession *session)
{
	TimestampTz message = GetCurrentStatementStartTimestamp();
	uint64		reading = session->reading;

	asb_clock_statement_arrived();
	check_time(message);
	counted_message = message;
	asb_meter_reset();
	if (!count_one())
		refuse_rate();

	/* the operator changed the profile: it holds from here on */
	if (reading != compared_reading)
	{
		if (session->kind == ASB_SESSION_CONVERSATION &&
			memcmp(&session->profile.limits, &applied, sizeof(AsbLimits)) != 0)
			apply(&session->profile.limits);
		compared_reading = reading;
	}
	asb_clock_lower_lock_wait();
}

static void
limit_parallel_worker(const AsbSession *session)
{
	static bool limited = false;

	if (!limited && session->kind == ASB_SESSION_CONVERSATION)
	{
		set_memory(session->profile.limits.memory_bytes);
		asb_exhausted_bind();
	}
	limited = true;
}

void
asb_limit_start(const AsbSession *session, const char *text, ParamListInfo params)
{
	if (IsParallelWorker())
		limit_parallel_worker(session);
	if (!asb_slot_taken() || !is_client_text(text))
		return;

	asb_limit_follow_leave(session);
	start_statement(session);
	check_parameters(params);
}

void
asb_limit_fetch(const AsbSession *session, const QueryDesc *query)
{
	if (asb_slot_taken() && is_client_text(query->sourceText))
		start_statement(session);
}

void
asb_limit_fastpath(const AsbSession *session)
{
	if (!asb_slot_taken())
		return;
	asb_limit_follow_leave(session);
	start_statement(session);
}

/* One more error or warning of a pool role; true if there were few within a minute. */
static bool
count_of_pool(TimestampTz now)
{
	static TimestampTz minute_start = 0;
	static int	reports = 0;

	if (now < minute_start || now - minute_start >= USECS_PER_MINUTE)
	{
		minute_start = now;
		reports = 0;
	}
	return ++reports <= POOL_REPORTS_PER_MINUTE;
}

/*
 * What fails before it is executed was not counted yet, and of warnings a
 * statement can have any number.  All of them are lines of the server's log.
 */
void
asb_limit_reported(ErrorData *error)
{
	TimestampTz message = GetCurrentStatementStartTimestamp();

	if (!asb_slot_taken() || error->elevel < WARNING || error->elevel > ERROR || !error->output_to_server)
		return;
	if (for_pool)
	{
		if (!count_of_pool(message))
			error->output_to_server = false;
		return;
	}
	if (error->elevel == ERROR && message != counted_message)
	{
		counted_message = message;
		(void) count_one();
	}
	else if (error->elevel < ERROR)
		(void) count_one();

	if (!over_rate)
		return;
	if (message - logged_over_rate < USECS_PER_MINUTE)
		error->output_to_server = false;
	else
		logged_over_rate = message;
}

void
asb_limit_init(void)
{
	asb_bind_on_bound(session_bound);
}
