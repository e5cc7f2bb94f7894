/*
 * flow_utility.c
 *	  Utility statements that functions of the operator run for a conversation,
 *	  as the flow gate sees them.
 *
 * The executor checks no privileges for them, so no relation is judged where
 * they write.  One that no agent may send writes the server's catalogs, which
 * have no labels.  NOTIFY is let be, as pg_notify() is: triggers send it for
 * everybody, and what listens is no relation.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_class.h"

#include "confine/flow.h"
#include "confine/statement.h"

static bool
is_temporary(const RangeVar *relation)
{
	return relation->relpersistence == RELPERSISTENCE_TEMP;
}

/* What a statement writes that the executor does not tell of, or InvalidOid. */
static Oid
written_by(const AsbSession *session, const Node *statement)
{
	switch (nodeTag(statement))
	{
		case T_RefreshMatViewStmt:
			return RangeVarGetRelid(((const RefreshMatViewStmt *) statement)->relation, NoLock, true);
		case T_CreateStmt:
			/* what a temporary relation holds, no other conversation finds */
			return is_temporary(((const CreateStmt *) statement)->relation) ? InvalidOid : RelationRelationId;
		case T_CreateTableAsStmt:
			return is_temporary(((const CreateTableAsStmt *) statement)->into->rel) ? InvalidOid : RelationRelationId;
		case T_DoStmt:
		case T_TruncateStmt:
		case T_NotifyStmt:
			/* judged by what they do, or see above */
			return InvalidOid;
		default:
			return asb_statement_decide(&session->profile, statement) == ASB_STATEMENT_REFUSED ?
				RelationRelationId : InvalidOid;
	}
}

void
asb_flow_gate_utility(const AsbSession *session, const Node *statement)
{
	Oid			relid;
	ListCell   *cell;

	if (IsA(statement, LockStmt))
	{
		/* others notice; as for the locks of rows */
		foreach(cell, ((const LockStmt *) statement)->relations)
		{
			relid = RangeVarGetRelid(lfirst_node(RangeVar, cell), NoLock, true);
			if (OidIsValid(relid))
				asb_flow_gate_rewrite(session, relid);
		}
		return;
	}
	relid = written_by(session, statement);
	if (OidIsValid(relid))
		asb_flow_gate_rewrite(session, relid);
}
