/*
 * raise.c
 *	  The labels that this session's conversation has, and getting more.
 *
 * The truth is agentsandbox.conversation_labels, which the worker alone writes.
 * Each backend has a place in shared memory with the conversation it serves and
 * what is known of its labels; the set only grows while the conversation stays.
 * A backend publishes its conversation first and then reads the table; the
 * worker commits first and then looks at the places.  So one of the two sees
 * the other, and no session writes down what another of its conversation read.
 *
 * On a standby there is no worker: labels are read again whenever they do not
 * suffice, and cannot be raised.
 *
 * Locking: "lock" for the conversation of a place; the set is atomic.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xlog.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/lwlock.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/xid8.h"

#include "core/catalog.h"
#include "core/compat.h"
#include "core/errors.h"
#include "core/shmem.h"
#include "flow/raise.h"
#include "flow/request.h"

/* Columns of agentsandbox.conversation_labels, in the order of tables/35_labels.sql. */
enum
{
	Anum_conversation_labels_conversation = 1,
	Anum_conversation_labels_label
};

/* ... and of agentsandbox.label_snapshots. */
enum
{
	Anum_label_snapshots_conversation = 1,
	Anum_label_snapshots_label,
	Anum_label_snapshots_snapshot
};

typedef struct Known
{
	pg_uuid_t	conversation;
	pg_atomic_uint64 set;
} Known;

typedef struct KnownArray
{
	LWLock		lock;
	Known		places[FLEXIBLE_ARRAY_MEMBER];	/* MaxBackends of them */
} KnownArray;

static KnownArray *shared = NULL;

/* this backend's, once it has asked */
static Known *mine = NULL;

/* what stands in the table has been read, not on a standby */
static bool loaded = false;

static Size
known_size(void)
{
	return add_size(offsetof(KnownArray, places), mul_size(MaxBackends, sizeof(Known)));
}

static void
known_init(void *part)
{
	KnownArray *array = part;
	int			tranche = LWLockNewTrancheId();

	LWLockRegisterTranche(tranche, "agentsandbox known labels");
	LWLockInitialize(&array->lock, tranche);
	for (int i = 0; i < MaxBackends; i++)
		pg_atomic_init_u64(&array->places[i].set, 0);
}

/* Publishes the conversation, of which nothing is known yet. */
static void
attach(const pg_uuid_t *conversation)
{
	loaded = false;
	LWLockAcquire(&shared->lock, LW_EXCLUSIVE);
	mine = &shared->places[asb_my_backend_index()];
	mine->conversation = *conversation;
	pg_atomic_write_u64(&mine->set, 0);
	LWLockRelease(&shared->lock);
}

/* Labels that a conversation has, as a snapshot has it. */
static AsbLabelSet
labels_stored(const pg_uuid_t *conversation, Snapshot snapshot)
{
	Relation	rel = table_open(asb_relation_oid(ASB_REL_CONVERSATION_LABELS), AccessShareLock);
	AsbLabelSet set = 0;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_conversation_labels_conversation, BTEqualStrategyNumber, F_UUID_EQ,
				UUIDPGetDatum(conversation));
	scan = systable_beginscan(rel, asb_primary_key(rel), true, snapshot, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		char	   *name = TextDatumGetCString(heap_getattr(tuple, Anum_conversation_labels_label,
															RelationGetDescr(rel), &isnull));
		AsbLabelSet label = asb_label_find(name, strlen(name));

		if (label == 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_OBJECT),
					 errmsg("a label of the conversation does not exist")));
		set |= label;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return set;
}

AsbLabelSet
asb_labels_carried(const pg_uuid_t *conversation, uint64 xid, Snapshot snapshot)
{
	AsbLabelSet set = labels_stored(conversation, snapshot);
	Datum		made_by = FullTransactionIdGetDatum(FullTransactionIdFromU64(xid));
	Relation	rel;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	if (set == 0)
		return 0;
	rel = table_open(asb_relation_oid(ASB_REL_LABEL_SNAPSHOTS), AccessShareLock);
	ScanKeyInit(&key, Anum_label_snapshots_conversation, BTEqualStrategyNumber, F_UUID_EQ,
				UUIDPGetDatum(conversation));
	scan = systable_beginscan(rel, asb_primary_key(rel), true, snapshot, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		TupleDesc	desc = RelationGetDescr(rel);
		bool		isnull;
		char	   *name = TextDatumGetCString(heap_getattr(tuple, Anum_label_snapshots_label, desc, &isnull));
		Datum		before = heap_getattr(tuple, Anum_label_snapshots_snapshot, desc, &isnull);

		if (DatumGetBool(DirectFunctionCall2(pg_visible_in_snapshot, made_by, before)))
			set &= ~asb_label_find(name, strlen(name));
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return set;
}

static void
load(void)
{
	bool		in_recovery = RecoveryInProgress();
	pg_uuid_t	conversation = mine->conversation;
	Snapshot	snapshot = asb_latest_snapshot();

	pg_atomic_fetch_or_u64(&mine->set, labels_stored(&conversation, snapshot));
	UnregisterSnapshot(snapshot);
	loaded = !in_recovery;
}

AsbLabelSet
asb_labels_known(const AsbSession *session)
{
	if (session->kind != ASB_SESSION_CONVERSATION)
		return 0;
	if (mine == NULL || memcmp(&mine->conversation, &session->conversation, UUID_LEN) != 0)
		attach(&session->conversation);
	if (!loaded)
		load();
	return pg_atomic_read_u64(&mine->set);
}

AsbLabelSet
asb_labels_known_here(void)
{
	return mine ? pg_atomic_read_u64(&mine->set) : 0;
}

static void pg_attribute_noreturn()
refuse(AsbLabelSet labels, const char *hint)
{
	ereport(ERROR,
			(errcode(ASB_ERRCODE_LABELS_NOT_RAISED),
			 errmsg("labels of what is read could not be stored: %s", asb_labels_text(labels)),
			 errhint("%s", hint)));
}

void
asb_labels_raise(const AsbSession *session, AsbLabelSet labels, const char *cause)
{
	AsbRequest	request = {.kind = ASB_REQUEST_RAISE};
	AsbLabelSet missing = labels & ~asb_labels_known(session);
	int			length = strlen(cause);

	if (missing == 0)
		return;
	if (session->kind != ASB_SESSION_CONVERSATION)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("only a conversation can read what has labels")));
	if (RecoveryInProgress())
		refuse(missing, "This is a standby server: make the same statement on the primary server first.");

	request.conversation = session->conversation;
	request.labels = missing;
	length = pg_mbcliplen(cause, length, ASB_CAUSE_BYTES - 1);
	memcpy(request.cause, cause, length);
	switch (asb_request(&request))
	{
		case ASB_ANSWER_DONE:
			/* the worker has noted it in our place, too */
			Assert((missing & ~asb_labels_known_here()) == 0);
			return;
		case ASB_ANSWER_NONE:
			refuse(missing, "The worker of agentsandbox did not answer in time. Try again later.");
		default:
			refuse(missing, "The worker of agentsandbox could not store them. Try again later.");
	}
}

AsbLabelSet
asb_labels_of_responses(const AsbSession *session)
{
	bool		unknown = false;
	AsbLabelSet set;

	if (session->kind != ASB_SESSION_CONVERSATION)
		return 0;
	set = asb_labels_from_array(session->profile.response_labels, &unknown);
	if (unknown)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("a label of responses does not exist")));
	return set;
}

AsbLabelSet
asb_labels_of_outcomes(const AsbSession *session)
{
	return asb_labels_of_responses(session) & ~ASB_LABEL_UNTRUSTED;
}

void
asb_labels_raise_for_response(const AsbSession *session)
{
	asb_labels_raise(session, asb_labels_of_responses(session), "response of a call");
}

void
asb_labels_raise_for_outcome(const AsbSession *session)
{
	asb_labels_raise(session, asb_labels_of_outcomes(session), "outcome of a call");
}

void
asb_labels_risen(const pg_uuid_t *conversation, AsbLabelSet labels)
{
	LWLockAcquire(&shared->lock, LW_SHARED);
	for (int i = 0; i < MaxBackends; i++)
	{
		Known	   *known = &shared->places[i];

		if (memcmp(&known->conversation, conversation, UUID_LEN) == 0)
			pg_atomic_fetch_or_u64(&known->set, labels);
	}
	LWLockRelease(&shared->lock);
}

void
asb_raise_init(void)
{
	asb_shmem_register("agentsandbox known labels", known_size, known_init, (void **) &shared);
}
