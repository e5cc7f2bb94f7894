/*
 * clock.c
 *	  The limits of time that hold while a session runs, waits in a transaction
 *	  and is idle.
 *
 * The server keeps such limits by timers that it sets and takes back with each
 * statement and each wait for the next one, which costs a short statement some
 * 2 % of its time.  Ours is left running instead.  When it fires it looks what
 * the session does and since when: if that is over its limit, the server's own
 * timer for it is made to fire, with all that follows; else ours is set to the
 * moment when it would be.  While the session is idle it rests until the limit
 * of that; the next statement finds that this is too late for itself.
 *
 * The server's settings are left to the agent, which may allow itself less;
 * what they do not restrict, SHOW tells as the limit.
 *
 * An error makes the server stop all timers, so ours is set again where errors
 * are told.  What runs before a statement gets to a hook of ours, such as the
 * input functions of parameters, is watched from outside alone while the clock
 * rests (worker/task_watch.c).
 */
#include "postgres.h"

#include "access/xact.h"
#include "storage/proc.h"
#include "utils/backend_status.h"
#include "utils/guc_tables.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

#include "confine/clock.h"
#include "core/compat.h"
#include "core/settings.h"

/* Milliseconds until a moment at which the server was changing what we look at is over. */
#define LOOK_AGAIN	10

static const char *show_statement_time(void);
static const char *show_idle_in_transaction_time(void);
static const char *show_idle_session_time(void);

typedef struct TimeLimit
{
	const char *setting;
	size_t		limit;			/* offset in AsbLimits */
	int		   *value;			/* the server's variable */
	TimeoutId	timeout;		/* the server's timer */
	GucShowHook show;
	int			at_login;		/* from the startup packet or an administrator; a lower one stays */
	int			milliseconds;	/* 0: none */
} TimeLimit;

static TimeLimit statement_time = {
	"statement_timeout", offsetof(AsbLimits, statement_time),
	&StatementTimeout, STATEMENT_TIMEOUT, show_statement_time
};
static TimeLimit idle_in_transaction_time = {
	"idle_in_transaction_session_timeout", offsetof(AsbLimits, idle_in_transaction_time),
	&IdleInTransactionSessionTimeout, IDLE_IN_TRANSACTION_SESSION_TIMEOUT, show_idle_in_transaction_time
};
static TimeLimit idle_session_time = {
	"idle_session_timeout", offsetof(AsbLimits, idle_session_time),
	&IdleSessionTimeout, IDLE_SESSION_TIMEOUT, show_idle_session_time
};

/* the one that the server keeps, which costs nothing where nothing is waited for */
static TimeLimit lock_wait = {
	.setting = "lock_timeout",
	.limit = offsetof(AsbLimits, lock_wait),
	.value = &LockTimeout
};

static TimeLimit *const limits_of_time[] = {
	&statement_time, &idle_in_transaction_time, &idle_session_time, &lock_wait
};

/* our timer, and when it is to fire */
static TimeoutId timer = MAX_TIMEOUTS;
static volatile TimestampTz fires_at = 0;

/* arrival of the message that the timer was last found to be in time for, or set for */
static TimestampTz looked_at_message = 0;

/* the shorter one of the limits of waits */
static int	shortest_wait = 0;

/* The lower one of the limit and of what the setting says, as SHOW would write it. */
static const char *
show(const TimeLimit *limit)
{
	static const struct
	{
		const char *name;
		int			milliseconds;
	}			units[] = {{"d", 86400000}, {"h", 3600000}, {"min", 60000}, {"s", 1000}, {"ms", 1}};
	static char text[32];
	int			shown = *limit->value;
	int			i = 0;

	if (limit->milliseconds > 0 && (shown == 0 || limit->milliseconds < shown))
		shown = limit->milliseconds;
	if (shown == 0)
		return "0";
	while (shown % units[i].milliseconds != 0)
		i++;
	snprintf(text, sizeof(text), "%d%s", shown / units[i].milliseconds, units[i].name);
	return text;
}

static const char *
show_statement_time(void)
{
	return show(&statement_time);
}

static const char *
show_idle_in_transaction_time(void)
{
	return show(&idle_in_transaction_time);
}

static const char *
show_idle_session_time(void)
{
	return show(&idle_session_time);
}

/* The shorter one of two limits, of which 0 is none. */
static int
shorter(int a, int b)
{
	return a == 0 || (b > 0 && b < a) ? b : a;
}

static void
set_timer(TimestampTz at)
{
	fires_at = at;
	enable_timeout_at(timer, at);
}

/* What the session is doing, if it is limited, and since when; in a signal handler. */
static TimeLimit *
going_on(TimestampTz *since)
{
	TimeLimit	   *limit;

	switch (MyBEEntry->st_state)
	{
		case STATE_RUNNING:
		case STATE_FASTPATH:
			limit = &statement_time;
			*since = GetCurrentStatementStartTimestamp();
			break;
		case STATE_IDLEINTRANSACTION:
		case STATE_IDLEINTRANSACTION_ABORTED:
			limit = &idle_in_transaction_time;
			*since = MyBEEntry->st_state_start_timestamp;
			break;
		case STATE_IDLE:
			limit = &idle_session_time;
			*since = MyBEEntry->st_state_start_timestamp;
			break;
		default:
			return NULL;
	}
	return limit->milliseconds > 0 ? limit : NULL;
}

/* Timer's handler, so in a signal handler. */
static void
look(void)
{
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz since;
	TimestampTz end;
	TimeLimit	   *limit;

	if (MyBEEntry == NULL || (MyBEEntry->st_changecount & 1) != 0)
	{
		set_timer(TimestampTzPlusMilliseconds(now, LOOK_AGAIN));
		return;
	}
	limit = going_on(&since);
	if (limit == NULL)
	{
		fires_at = PG_INT64_MAX;
		return;
	}
	end = TimestampTzPlusMilliseconds(since, limit->milliseconds);
	if (now < end)
	{
		/* what ends without our hearing of it is followed by a wait */
		if (limit == &statement_time && shortest_wait > 0)
			end = Min(end, TimestampTzPlusMilliseconds(now, shortest_wait));
		set_timer(end);
		return;
	}

	/* the server forgets that a wait was too long if its own setting is zero */
	if (limit != &statement_time && *limit->value == 0)
		*limit->value = limit->milliseconds;
	enable_timeout_at(limit->timeout, now);
	/* in case that somebody goes on nonetheless */
	set_timer(TimestampTzPlusMilliseconds(now, limit->milliseconds));
}

/* Of its own, so that what is heard of again does not pay for its frame. */
static void pg_noinline
message_arrived(void)
{
	TimestampTz end;

	looked_at_message = GetCurrentStatementStartTimestamp();
	if (statement_time.milliseconds == 0)
		return;
	end = TimestampTzPlusMilliseconds(looked_at_message,
									  shorter(statement_time.milliseconds, shortest_wait));
	if (unlikely(fires_at > end || !get_timeout_active(timer)))
		set_timer(end);
}

void
asb_clock_statement_arrived(void)
{
	if (looked_at_message != GetCurrentStatementStartTimestamp())
		message_arrived();
}

void
asb_clock_stopped(void)
{
	/* whatever the time of the next message */
	looked_at_message = 0;
	/* not by when the statement arrived: it has failed, maybe because of its time */
	if (statement_time.milliseconds > 0 && !get_timeout_active(timer))
		set_timer(TimestampTzPlusMilliseconds(GetCurrentTimestamp(),
											  shorter(statement_time.milliseconds, shortest_wait)));
}

/* Has SHOW tell our limits, and notes what was set at login. */
static void
start(void)
{
	int			n;
	struct config_generic **settings = asb_server_settings(n);

	timer = RegisterTimeout(USER_TIMEOUT, look);
	for (int i = 0; i < lengthof(limits_of_time); i++)
	{
		TimeLimit  *limit = limits_of_time[i];

		limit->at_login = *limit->value;
		for (int j = 0; limit->show && j < n; j++)
		{
			struct config_int *setting = (struct config_int *) settings[j];

			if (setting->gen.vartype == PGC_INT && setting->variable == limit->value)
				setting->show_hook = limit->show;
		}
	}
}

/*
 * The server's setting is zero where we keep the limit, which spares the server
 * its own timer, unless a lower one was set at login.
 */
static void
set_limit(TimeLimit *limit, const AsbLimits *limits)
{
	int			milliseconds = *(const int *) ((const char *) limits + limit->limit);
	bool		lower = limit->at_login > 0 && (milliseconds == 0 || limit->at_login < milliseconds);
	int			setting = limit->show ? 0 : milliseconds;

	if (lower)
		setting = limit->at_login;
	limit->milliseconds = limit->show ? milliseconds : setting;
	asb_set_number(limit->setting, setting, PGC_S_OVERRIDE);
}

void
asb_clock_lower_lock_wait(void)
{
	int			limit = lock_wait.milliseconds;

	if (unlikely(limit > 0 && (LockTimeout <= 0 || LockTimeout > limit)))
		asb_set_number(lock_wait.setting, limit, PGC_S_SESSION);
}

void
asb_clock_set_limits(const AsbLimits *limits)
{
	if (timer == MAX_TIMEOUTS)
		start();
	for (int i = 0; i < lengthof(limits_of_time); i++)
		set_limit(limits_of_time[i], limits);
	shortest_wait = shorter(idle_in_transaction_time.milliseconds, idle_session_time.milliseconds);
	fires_at = PG_INT64_MAX;
	message_arrived();
}
