/*
 * decisions.c
 *	  Decisions of the gates, remembered by this backend.
 *
 * Invariant: what is found here is what deciding again would give.  Every
 * decision is forgotten when a catalog that decisions are made from changes;
 * that is rare, and deciding again is cheap, so nothing is told apart.
 *
 * Relations are judged again at each execution.  Functions and types are
 * judged when a statement is analyzed; a prepared statement is analyzed again
 * when a function or type in it changes (plancache.c), which leaves two cases
 * to us: built-in objects, which the plan cache takes for immutable, and the
 * agent's memberships.  In both, all plans are dropped.
 *
 * A callback may arrive while a decision is being made; such a decision is not
 * remembered.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_auth_members.h"
#include "utils/acl.h"
#include "utils/catcache.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/syscache.h"

#include "confine/decisions.h"

typedef struct DecisionKey
{
	AsbDecisionKind kind;
	Oid			role;
	Oid			object;
} DecisionKey;

typedef struct DecisionEntry
{
	DecisionKey key;
	uint32		value;
} DecisionEntry;

static HTAB *decisions = NULL;

/* counts changes of the catalogs; that of the table is the one it was made in */
static uint64 generation = 0;
static uint64 table_generation = 0;

/* hash values of the rows of pg_auth_members that a role has its privileges from */
static uint32 *memberships = NULL;
static int	nmemberships = 0;
static Oid	memberships_of = InvalidOid;

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

static void
invalidate_function(Datum arg, int cacheid, uint32 hashvalue)
{
	/* an agent's plans are few, and grants on functions are rare */
	if (decisions != NULL)
		ResetPlanCache();
	generation++;
}

static void
invalidate_membership(Datum arg, int cacheid, uint32 hashvalue)
{
	bool		ours = (hashvalue == 0);

	generation++;
	for (int i = 0; i < nmemberships && !ours; i++)
		ours = (memberships[i] == hashvalue);
	if (ours)
	{
		memberships_of = InvalidOid;
		ResetPlanCache();
	}
}

/* Notes which rows of pg_auth_members make the role what it is. */
static void
note_memberships(Oid role)
{
	List	   *roles = list_make1_oid(role);
	List	   *hashes = NIL;
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
			hashes = lappend_int(hashes,
								 (int) GetSysCacheHashValue2(AUTHMEMMEMROLE,
															 ObjectIdGetDatum(row->member),
															 ObjectIdGetDatum(row->roleid)));
		}
		ReleaseSysCacheList(members);
	}

	if (memberships)
		pfree(memberships);
	memberships = MemoryContextAlloc(TopMemoryContext,
									 (list_length(hashes) + 1) * sizeof(uint32));
	nmemberships = 0;
	foreach(cell, hashes)
		memberships[nmemberships++] = (uint32) lfirst_int(cell);
	memberships_of = role;
	list_free(roles);
	list_free(hashes);
}

bool
asb_decision_find(AsbDecision *decision)
{
	DecisionKey key = {decision->kind, decision->role, decision->object};
	DecisionEntry *entry;

	if (decisions != NULL && table_generation != generation)
	{
		hash_destroy(decisions);
		decisions = NULL;
	}
	if (decisions == NULL)
	{
		HASHCTL		ctl = {.keysize = sizeof(DecisionKey),
			.entrysize = sizeof(DecisionEntry), .hcxt = TopMemoryContext};

		table_generation = generation;
		decisions = hash_create("agentsandbox decisions", 256, &ctl,
								HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	if (memberships_of != decision->role)
		note_memberships(decision->role);

	decision->generation = table_generation;
	entry = hash_search(decisions, &key, HASH_FIND, NULL);
	if (entry)
		decision->value = entry->value;
	return entry != NULL;
}

void
asb_decision_remember(const AsbDecision *decision)
{
	DecisionKey key = {decision->kind, decision->role, decision->object};
	DecisionEntry *entry;

	if (decisions == NULL || decision->generation != generation)
		return;
	entry = hash_search(decisions, &key, HASH_ENTER, NULL);
	entry->value = decision->value;
}

void
asb_decisions_init(void)
{
	CacheRegisterRelcacheCallback(invalidate_relation, (Datum) 0);
	CacheRegisterSyscacheCallback(PROCOID, invalidate_function, (Datum) 0);
	CacheRegisterSyscacheCallback(TYPEOID, invalidate_catalog, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHMEMMEMROLE, invalidate_membership, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, invalidate_catalog, (Datum) 0);
}
