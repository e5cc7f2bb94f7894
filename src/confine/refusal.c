/*
 * refusal.c
 *	  How a gate says no, and that it did is not lost.
 *
 * The transaction of a refused statement is rolled back, so a refusal is noted
 * in a spool in shared memory and the worker stores it in
 * agentsandbox.refusals (worker/task_refusals.c).  Refusals of a kind share a
 * place and are counted.  One conversation gets a part of the spool only; what
 * does not fit is counted too.  A crash of the server loses what the worker
 * had not stored, at most a second of it.
 *
 * Locking: "lock", exclusive, around any look at the spool.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/lwlock.h"
#include "utils/timestamp.h"

#include "confine/refusal.h"
#include "core/shmem.h"
#include "core/wakeup.h"

#define SPOOL_PLACES				512
#define PLACES_PER_CONVERSATION		32

typedef struct Spool
{
	LWLock		lock;
	AsbRefusalRecord places[SPOOL_PLACES];
} Spool;

static Spool *spool = NULL;

/* whose refusals are noted; set by asb_refusal_bind() */
static pg_uuid_t bound_conversation;
static bool is_bound = false;

static Size
spool_size(void)
{
	return sizeof(Spool);
}

static void
spool_init(void *part)
{
	int			tranche = LWLockNewTrancheId();

	LWLockRegisterTranche(tranche, "agentsandbox refusals");
	LWLockInitialize(&((Spool *) part)->lock, tranche);
}

const char *
asb_gate_name(AsbGate gate)
{
	switch (gate)
	{
		case ASB_GATE_STATEMENT:
			return "statement";
		case ASB_GATE_FUNCTION:
			return "function";
		case ASB_GATE_RELATION:
			return "relation";
		case ASB_GATE_SETTING:
			return "setting";
		case ASB_GATE_LIMIT:
			return "limit";
		case ASB_GATE_FLOW:
			return "flow";
		case ASB_GATE_SERVER:
			return "server";
	}
	return "unknown";
}

/* Copies a text, cut off between characters. */
static void
copy_text(char *target, Size size, const char *text)
{
	int			length = text ? strlen(text) : 0;

	length = pg_mbcliplen(text ? text : "", length, size - 1);
	memcpy(target, text ? text : "", length);
	target[length] = '\0';
}

static bool
is_alike(const AsbRefusalRecord *a, const AsbRefusalRecord *b)
{
	return a->gate == b->gate &&
		a->dropped == b->dropped &&
		a->object_id == b->object_id &&
		strcmp(a->object, b->object) == 0 &&
		strcmp(a->reason, b->reason) == 0 &&
		strcmp(a->privilege, b->privilege) == 0;
}

/*
 * Counts a record in its place or a free one.  "dropped" is the place that
 * counts what does not fit, for which the last places are kept; if even those
 * are taken it is counted by nobody.  Returns whether the place is a new one.
 * Caller holds the lock.
 */
static bool
place(const AsbRefusalRecord *record)
{
	AsbRefusalRecord *unused = NULL;
	int			nunused = 0;
	int			nown = 0;
	AsbRefusalRecord dropped;

	for (int i = 0; i < SPOOL_PLACES; i++)
	{
		AsbRefusalRecord *other = &spool->places[i];

		if (!OidIsValid(other->database))
		{
			unused = other;
			nunused++;
		}
		else if (other->database == record->database &&
				 memcmp(&other->conversation, &record->conversation, UUID_LEN) == 0)
		{
			nown++;
			if (is_alike(other, record))
			{
				other->count += record->count;
				other->last_at = record->last_at;
				return false;
			}
		}
	}

	if (unused && (record->dropped ||
				   (nown < PLACES_PER_CONVERSATION && nunused > SPOOL_PLACES / 8)))
	{
		*unused = *record;
		return true;
	}
	if (record->dropped)
		return false;

	dropped = *record;
	dropped.dropped = true;
	dropped.gate = ASB_GATE_LIMIT;
	dropped.sqlerrcode = 0;
	dropped.class_id = dropped.object_id = InvalidOid;
	dropped.privilege[0] = dropped.object[0] = '\0';
	strlcpy(dropped.reason, ASB_REFUSALS_DROPPED, sizeof(dropped.reason));
	return place(&dropped);
}

/* Notes a refusal of this session, if it is a bound one. */
static void
note(const AsbRefusal *refusal)
{
	AsbRefusalRecord record = {.count = 1};
	bool		is_new;

	/* an administrator who did SET ROLE sees the error; nobody else needs to */
	if (!is_bound)
		return;

	record.conversation = bound_conversation;
	record.database = MyDatabaseId;
	record.gate = refusal->gate;
	record.sqlerrcode = refusal->sqlerrcode ? refusal->sqlerrcode :
		ERRCODE_INSUFFICIENT_PRIVILEGE;
	record.class_id = refusal->class_id;
	record.object_id = refusal->object_id;
	copy_text(record.privilege, sizeof(record.privilege), refusal->privilege);
	copy_text(record.object, sizeof(record.object), refusal->object);
	copy_text(record.reason, sizeof(record.reason), refusal->message);
	record.first_at = record.last_at = GetCurrentTimestamp();

	LWLockAcquire(&spool->lock, LW_EXCLUSIVE);
	is_new = place(&record);
	LWLockRelease(&spool->lock);

	if (is_new)
		asb_wakeup_worker();
}

/* Only these can be observed instead of refused, and not for the pool role. */
static bool
observes_only(AsbGate gate)
{
	const AsbSession *session;

	if (gate != ASB_GATE_STATEMENT && gate != ASB_GATE_FUNCTION &&
		gate != ASB_GATE_RELATION && gate != ASB_GATE_SETTING)
		return false;
	session = asb_session();
	return session && session->kind == ASB_SESSION_CONVERSATION &&
		session->profile.observe;
}

void
asb_refuse(const AsbRefusal *refusal)
{
	note(refusal);
	if (observes_only(refusal->gate))
		return;

	ereport(ERROR,
			(errcode(refusal->sqlerrcode ? refusal->sqlerrcode :
					 ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg_internal("%s", refusal->message),
			 refusal->hint ? errhint("%s", refusal->hint) : 0,
			 refusal->position > 0 ? errposition(refusal->position) : 0));
}

void
asb_refusal_note_error(const ErrorData *error)
{
	/* that of a parallel worker comes without its file, see disclosure.c */
	if (error->elevel != ERROR ||
		error->sqlerrcode != ERRCODE_INSUFFICIENT_PRIVILEGE ||
		(error->filename && strcmp(error->filename, "refusal.c") == 0))	/* noted by asb_refuse() */
		return;

	note(&(AsbRefusal) {
		.gate = ASB_GATE_SERVER,
		.message = error->message
	});
}

AsbRefusalRecord *
asb_refusal_unsaved(int *n)
{
	AsbRefusalRecord *records = palloc(SPOOL_PLACES * sizeof(AsbRefusalRecord));

	*n = 0;
	LWLockAcquire(&spool->lock, LW_EXCLUSIVE);
	for (int i = 0; i < SPOOL_PLACES; i++)
	{
		if (spool->places[i].database != MyDatabaseId)
			continue;
		records[*n] = spool->places[i];
		records[(*n)++].place = i;
	}
	LWLockRelease(&spool->lock);
	return records;
}

bool
asb_refusal_saved(const AsbRefusalRecord *records, int n)
{
	bool		more = false;

	LWLockAcquire(&spool->lock, LW_EXCLUSIVE);
	for (int i = 0; i < n; i++)
	{
		/* the worker alone frees a place, so it is still of this kind */
		AsbRefusalRecord *stored = &spool->places[records[i].place];

		stored->count -= records[i].count;
		if (stored->count == 0)
			stored->database = InvalidOid;
		else
			more = true;
	}
	LWLockRelease(&spool->lock);
	return more;
}

void
asb_refusal_bind(const AsbSession *session)
{
	is_bound = true;
	memset(&bound_conversation, 0, sizeof(bound_conversation));
	if (session->kind == ASB_SESSION_CONVERSATION)
		bound_conversation = session->conversation;
}

void
asb_refusal_init(void)
{
	asb_shmem_register("agentsandbox refusals", spool_size, spool_init,
					   (void **) &spool);
}
