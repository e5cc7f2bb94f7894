/*
 * look.c
 *	  What time has done to a call: its deadline has passed, its lease has
 *	  lapsed, its backoff has ended, nobody has claimed it for a while, or no
 *	  reviewer has decided about it.
 *
 * One function for all, since it only goes by what the row says.  So it does
 * no harm to look at a call too early, twice, or for another reason.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "core/commit.h"
#include "rpc/error.h"
#include "rpc/method.h"
#include "rpc/queue.h"
#include "rpc/ready.h"
#include "rpc/row.h"
#include "worker/look.h"
#include "worker/turns.h"

static void
end_call(AsbCall *call, AsbCallState state, AsbCallErrorCode error)
{
	asb_call_set_state(call, state);
	asb_call_set(call, Anum_call_error, JsonbPGetDatum(asb_call_error(error, NULL)));
}

/* Back to ready while attempts are left.  A method that is gone has none. */
static void
take_back(AsbCall *call, TimestampTz now)
{
	const AsbMethod *method = asb_method_get(TextDatumGetCString(call->values[Anum_call_method - 1]));
	int			attempt = DatumGetInt32(call->values[Anum_call_attempt - 1]);

	asb_call_set_null(call, Anum_call_lease_token);
	asb_call_set_null(call, Anum_call_lease_expires_at);
	if (method == NULL || attempt >= method->max_attempts)
	{
		end_call(call, ASB_CALL_FAILED, ASB_ERROR_NO_ANSWER);
		return;
	}
	asb_call_set_state(call, ASB_CALL_READY);
	asb_call_set(call, Anum_call_retry_at, TimestampTzGetDatum(now + asb_retry_delay(attempt)));
}

/* Has a call that can be claimed wait in the index. */
static void
let_wait(AsbCall *call)
{
	int64		turn;

	asb_call_set_null(call, Anum_call_retry_at);
	if (!call->isnull[Anum_call_turn - 1])
		return;
	if (!asb_fresh_remove(&call->key, &turn))
		turn = call->isnull[Anum_call_bits - 1] ? asb_turns_current() : asb_turns_apart();
	asb_call_set(call, Anum_call_turn, Int64GetDatum(turn));
	asb_ready_announce_at_commit();
}

/* A decided call waits for task_reviews.c alone. */
static bool
review_is_over(const AsbCall *call, TimestampTz now)
{
	TimestampTz until = asb_call_time(call, Anum_call_held_until, DT_NOEND);

	return until != ASB_HELD_DECIDED && until <= now;
}

bool
asb_look_at(Relation calls, AsbCall *call)
{
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz was_due = asb_call_time(call, Anum_call_due, DT_NOEND);
	bool		had_turn = !call->isnull[Anum_call_turn - 1];
	AsbCallState state = call->state;
	TimestampTz due;

	if (state == ASB_CALL_SUBMITTED || asb_call_state_is_terminal(state))
		return true;
	if (asb_call_time(call, Anum_call_deadline, DT_NOEND) <= now)
		end_call(call, ASB_CALL_EXPIRED, ASB_ERROR_DEADLINE);
	else if (state == ASB_CALL_CLAIMED &&
			 asb_call_time(call, Anum_call_lease_expires_at, DT_NOBEGIN) <= now)
		take_back(call, now);
	else if (state == ASB_CALL_HELD && review_is_over(call, now))
		end_call(call, ASB_CALL_EXPIRED, ASB_ERROR_NOT_REVIEWED);
	else if (state == ASB_CALL_READY &&
			 asb_call_time(call, Anum_call_retry_at, DT_NOBEGIN) <= now)
		let_wait(call);

	due = asb_call_set_due(call);
	if (call->state == state && due == was_due && had_turn == !call->isnull[Anum_call_turn - 1])
		return true;
	asb_commit_may_be_lost();
	return asb_call_write(calls, call, false) == TM_Ok;
}
