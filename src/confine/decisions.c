/*
 * decisions.c
 *	  Decisions of the gates, remembered by this backend.
 *
 * Invariant: what is found here is what deciding again would give.  Every
 * decision is forgotten when a catalog that decisions are made from changes;
 * that is rare, and deciding again is cheap, so nothing is told apart.
 *
 * Relations are judged again at each execution.  Functions and types are
 * judged when a statement is analyzed, so a prepared statement has to be
 * analyzed again when what allowed them is gone.  For that, the rows of catalogs
 * that grants were found in are noted by their hash values: functions, types
 * and memberships.  When one of them changes, "grants" counts it, and all plans
 * are dropped.  The change may arrive when a plan has been chosen already, or a
 * cursor is open; then the statement fails and has to be run again.  The same
 * goes for what the profile opened to the analysis and opens no more.
 *
 * A callback may arrive while a decision is being made; such a decision is not
 * remembered.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_auth_members.h"
#include "lib/ilist.h"
#include "nodes/execnodes.h"
#include "utils/acl.h"
#include "utils/catcache.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/syscache.h"

#include "confine/decisions.h"
#include "core/compat.h"
#include "core/table.h"
#include "session/session.h"

#define PLACE_BITS 10

/*
 * Places for decisions; the next one that falls on it takes it over.  One of
 * generation zero is none.
 */
static AsbDecision places[1 << PLACE_BITS];

/* counts changes of the catalogs */
static uint64 generation = 1;

/* rows that grants were found in */
typedef struct GrantKey
{
	int			cacheid;
	uint32		hashvalue;
} GrantKey;

static HTAB *grant_rows = NULL;

/* counts changes of those rows */
static uint64 grants = 0;

/* the role whose memberships are among them */
static Oid	memberships_of = InvalidOid;

/* executions in progress, for whom and when they were judged */
typedef struct Execution
{
	dlist_node	node;
	EState	   *estate;
	Oid			role;
	AsbJudged	judged;
	MemoryContextCallback end;
} Execution;

static dlist_head executions = DLIST_STATIC_INIT(executions);

static void
invalidate_grant(Datum arg, int cacheid, uint32 hashvalue)
{
	GrantKey	key = {cacheid, hashvalue};

	generation++;
	if (cacheid == AUTHMEMMEMROLE)
		memberships_of = InvalidOid;
	if (grant_rows != NULL &&
		(hashvalue == 0 || hash_search(grant_rows, &key, HASH_FIND, NULL)))
	{
		grants++;
		ResetPlanCache();
	}
}

static void
invalidate_catalog(Datum arg, int cacheid, uint32 hashvalue)
{
	generation++;
}

static void
invalidate_relation(Datum arg, Oid relid)
{
	generation++;
}

void
asb_decision_rests_on(int cacheid, uint32 hashvalue)
{
	GrantKey	key = {cacheid, hashvalue};

	if (grant_rows == NULL)
		grant_rows = asb_table_create("agentsandbox grants", TopMemoryContext,
									  sizeof(GrantKey), sizeof(GrantKey));
	hash_search(grant_rows, &key, HASH_ENTER, NULL);
}

/* Notes the rows of pg_auth_members that make the role what it is. */
static void
note_memberships(Oid role)
{
	List	   *roles = list_make1_oid(role);
	ListCell   *cell;

	/* the list grows while it is walked, and ends as no cycle is possible */
	foreach(cell, roles)
	{
		CatCList   *members = SearchSysCacheList1(AUTHMEMMEMROLE,
												  ObjectIdGetDatum(lfirst_oid(cell)));

		for (int i = 0; i < members->n_members; i++)
		{
			Form_pg_auth_members row =
			(Form_pg_auth_members) GETSTRUCT(&members->members[i]->tuple);

			roles = list_append_unique_oid(roles, row->roleid);
			asb_decision_rests_on(AUTHMEMMEMROLE, asb_membership_hash(row));
		}
		ReleaseSysCacheList(members);
	}
	memberships_of = role;
	list_free(roles);
}

static void pg_attribute_noreturn()
refuse_stale(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("privileges have changed since the statement was prepared"),
			 errhint("Run it again.")));
}

/* the session whose profile the plans were compared with last */
static uint64 followed_reading = 0;

/* Of its own, so that the others do not pay for its frame. */
static void pg_noinline
profile_read(const AsbSession *session)
{
	static bool observed = false;
	static bool opened = false;
	const AsbProfile *profile;
	bool		observe;
	bool		open;

	followed_reading = session->reading;
	profile = session->kind == ASB_SESSION_CONVERSATION ? &session->profile : NULL;
	observe = profile && profile->observe;
	open = profile && profile->information_schema;
	if ((observed && !observe) || (opened && !open))
	{
		grants++;
		ResetPlanCache();
	}
	observed = observe;
	opened = open;
}

void
asb_decisions_follow_profile(const AsbSession *session)
{
	if (unlikely(session && session->reading != followed_reading))
		profile_read(session);
}

void
asb_decisions_check(void)
{
	static TimestampTz last_message = 0;
	TimestampTz message = GetCurrentStatementStartTimestamp();
	uint64		before = grants;

	/* a transaction asks where it begins, so for its first statement it has just done so */
	if (message == last_message || message != GetCurrentTransactionStartTimestamp())
		AcceptInvalidationMessages();
	last_message = message;
	asb_decisions_follow_profile(asb_session());
	if (grants != before)
		refuse_stale();
}

static void
execution_ended(void *arg)
{
	dlist_delete(&((Execution *) arg)->node);
}

AsbJudged
asb_decisions_now(void)
{
	return (AsbJudged) {.grants = grants, .generation = generation};
}

void
asb_decisions_execution_began(EState *estate, Oid role, AsbJudged judged)
{
	Execution  *execution = MemoryContextAlloc(estate->es_query_cxt, sizeof(Execution));

	execution->estate = estate;
	execution->role = role;
	execution->judged = judged;
	execution->end.func = execution_ended;
	execution->end.arg = execution;
	dlist_push_head(&executions, &execution->node);
	MemoryContextRegisterResetCallback(estate->es_query_cxt, &execution->end);
}

bool
asb_decisions_execution_goes_on(EState *estate, const AsbSession *session)
{
	dlist_iter	iter;

	asb_decisions_follow_profile(session);
	dlist_foreach(iter, &executions)
	{
		Execution  *execution = dlist_container(Execution, node, iter.cur);

		if (execution->estate != estate)
			continue;
		if (execution->judged.grants != grants)
			refuse_stale();
		return execution->role == session->role && execution->judged.generation == generation;
	}
	return false;
}

static inline AsbDecision *
place_of(AsbDecisionKind kind, Oid role, Oid object)
{
	uint32		hash = object * 2654435761U ^ role * 2246822519U ^ (uint32) kind * 3266489917U;

	return &places[hash >> (32 - PLACE_BITS)];
}

const uint32 *
asb_decision_find(AsbDecisionKind kind, Oid role, Oid object)
{
	const AsbDecision *place = place_of(kind, role, object);

	if (place->generation != generation || place->object != object ||
		place->role != role || place->kind != kind)
		return NULL;
	return &place->value;
}

AsbDecision
asb_decision_begin(AsbDecisionKind kind, Oid role, Oid object)
{
	if (memberships_of != role)
		note_memberships(role);
	return (AsbDecision) {kind, role, object, .generation = generation};
}

void
asb_decision_remember(const AsbDecision *decision)
{
	if (decision->generation == generation)
		*place_of(decision->kind, decision->role, decision->object) = *decision;
}

void
asb_decisions_init(void)
{
	CacheRegisterRelcacheCallback(invalidate_relation, (Datum) 0);
	CacheRegisterSyscacheCallback(PROCOID, invalidate_grant, (Datum) 0);
	CacheRegisterSyscacheCallback(TYPEOID, invalidate_grant, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHMEMMEMROLE, invalidate_grant, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, invalidate_catalog, (Datum) 0);
}
