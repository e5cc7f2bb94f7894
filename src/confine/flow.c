/*
 * flow.c
 *	  The flow gate: labels that a statement raises, and where a conversation
 *	  that has labels may write.
 *
 * Unlike the other gates it asks whatever a sandboxed session runs, inside
 * SECURITY DEFINER functions, views, triggers and foreign keys too: labels are
 * about data, not about who reads it.
 *
 * Read is a relation that SELECT is needed on, or whose rows an UPDATE or
 * DELETE finds; of columns, those named anywhere in the statement.  So is what
 * the server compares when something is written: the error tells; and what a
 * trigger sees of a row that is changed (compared.h).
 * An inheritance tree is read as a whole, whatever a plan leaves out.
 *
 * Written is a relation that INSERT, UPDATE or DELETE is needed on, or whose
 * rows are locked, which others notice.  It must have every label that the
 * conversation has after the statement's reads.  Statements that have written
 * say nothing yet: COMMIT does, and what is read until then may decide it.  So
 * labels are compared again before the commit (PRE_COMMIT), with what any
 * session of the conversation has raised by then.
 */
#include "postgres.h"

#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"
#include "utils/lsyscache.h"

#include "confine/flow.h"
#include "confine/refusal.h"
#include "confine/relation.h"
#include "core/catalog.h"
#include "core/compat.h"
#include "core/transaction.h"
#include "flow/compared.h"
#include "flow/object.h"
#include "flow/raise.h"
#include "flow/unwritten.h"
#include "rpc/call.h"

#define ALL_LABELS (~UINT64CONST(0))

/* of this transaction: see AsbFlow */
static AsbLabelSet written_floor = ALL_LABELS;
static Oid	written_relid = InvalidOid;

/* does what is judged now lock rows FOR KEY SHARE, and not more than that? */
static bool locks_as_keys_do = false;

void
asb_flow_note_locks(const List *rowmarks)
{
	ListCell   *cell;

	locks_as_keys_do = rowmarks != NIL;
	foreach(cell, rowmarks)
	{
		const Node *mark = lfirst(cell);
		LockClauseStrength strength = IsA(mark, PlanRowMark) ?
			((const PlanRowMark *) mark)->strength : lfirst_node(RowMarkClause, cell)->strength;

		if (strength != LCS_FORKEYSHARE)
			locks_as_keys_do = false;
	}
}

/* Something with these labels is read. */
static void
add_read(AsbFlow *flow, AsbLabelSet labels, const char *what, AttrNumber attnum, Oid relid)
{
	AsbLabelSet fresh = labels & ~(flow->read | flow->known);

	flow->read |= labels;
	if (flow->cause == NULL || fresh == 0)
		return;
	if (flow->cause->len > 0)
		appendStringInfoString(flow->cause, ", ");
	if (what)
		appendStringInfoString(flow->cause, what);
	else
		appendStringInfo(flow->cause, "%s.%s%s%s",
						 get_namespace_name(get_rel_namespace(relid)), get_rel_name(relid),
						 attnum ? "." : "", attnum ? get_attname(relid, attnum, false) : "");
	appendStringInfo(flow->cause, " (%s)", asb_labels_text(fresh));
}

static void
refuse_undefined(void)
{
	asb_refuse(&(AsbRefusal) {
		.gate = ASB_GATE_FLOW,
		.message = "what is read or written has a label that is not defined",
		.hint = "The operator can define it with agentsandbox.create_label()."
	});
}

/* Is one of these columns, or any column, among those that are written? */
static bool
writes_one_of(const Bitmapset *written, const Bitmapset *columns)
{
	return bms_overlap(written, columns) ||
		(!bms_is_empty(written) &&
		 bms_is_member(ASB_WHOLE_ROW, columns));
}

static void
add_relation_read(AsbFlow *flow, const AsbRelationLabels *relation, const AsbAccess *access)
{
	bool		inserts = (access->requiredPerms & ACL_INSERT) != 0;
	bool		changes = (access->requiredPerms & ACL_DELETE) || access->updatedCols;
	bool		compares;

	if (inserts || changes)
		asb_relation_compare(relation);
	compares = writes_one_of(access->insertedCols, relation->makers) ||
		writes_one_of(access->updatedCols, relation->makers) ||
		(inserts && (relation->inserts || (flow->view_defaults && relation->keys)));
	if (compares || (access->requiredPerms & (ACL_SELECT | ACL_UPDATE | ACL_DELETE)))
		add_read(flow, relation->own | relation->below, NULL, 0, access->relid);
	for (int i = 0; i < relation->ncolumns; i++)
	{
		const AsbColumnLabels *column = &relation->columns[i];

		if ((column->attnum != InvalidAttrNumber && asb_has_column(access->selectedCols, column->attnum)) ||
			(compares && asb_has_column(relation->keys, column->attnum)) ||
			(changes && asb_has_column(relation->shown, column->attnum)) ||
			writes_one_of(access->updatedCols, column->checked))
			add_read(flow, column->set, NULL, column->attnum, access->relid);
	}
}

static bool
is_written(const AsbAccess *access)
{
	/* what a view writes is a relation of its own in the list */
	if ((access->requiredPerms & (ACL_INSERT | ACL_UPDATE | ACL_DELETE)) == 0 ||
		asb_access_is_view(access))
		return false;

	/*
	 * A foreign key's check locks the row that is referenced, for the server.
	 * What triggers do in a cascade runs with the same authority: no stronger
	 * lock is exempt, which others would notice who do the same.
	 */
	if (InNoForceRLSOperation() && locks_as_keys_do &&
		(access->requiredPerms & (ACL_INSERT | ACL_DELETE)) == 0 && bms_is_empty(access->updatedCols))
		return false;

	/* of these a conversation sees its own rows only */
	return access->relid != asb_relation_oid(ASB_REL_CALLS) &&
		access->relid != asb_relation_oid(ASB_REL_NOTES);
}

static void
add_write(AsbFlow *flow, const AsbRelationLabels *relation, Oid relid)
{
	AsbLabelSet labels = relation ? relation->own : 0;

	if (flow->floor & ~labels)
		flow->written = relid;
	flow->floor &= labels;
}

/* What a gateway said, and whether and when it did. */
static void
add_call_read(const AsbSession *session, const Bitmapset *columns, AsbFlow *flow)
{
	if (asb_has_column(columns, Anum_call_response) || asb_has_column(columns, Anum_call_error))
		add_read(flow, asb_labels_of_responses(session), "response of a call", 0, InvalidOid);
	else if (asb_has_column(columns, Anum_call_status) || asb_has_column(columns, Anum_call_claimed_at) ||
			 asb_has_column(columns, Anum_call_finished_at))
		add_read(flow, asb_labels_of_outcomes(session), "outcome of a call", 0, InvalidOid);
}

/* Its defaults go before those of what it shows, and are in no list of columns. */
static bool
is_view_with_defaults(Oid relid)
{
	int			natts = get_rel_relkind(relid) == RELKIND_VIEW ? asb_relation_natts(relid) : 0;

	for (AttrNumber attnum = 1; attnum <= natts; attnum++)
	{
		if (asb_unwritten(relid, relid, attnum) != ASB_UNWRITTEN_NULL)
			return true;
	}
	return false;
}

static void
add_access(const AsbSession *session, const AsbAccess *access, AsbFlow *flow)
{
	const AsbRelationLabels *relation;

	if (access == NULL || access->requiredPerms == 0 || access->relid < FirstNormalObjectId)
		return;
	if ((access->requiredPerms & ACL_INSERT) && asb_objects()->relations && is_view_with_defaults(access->relid))
		flow->view_defaults = true;
	if (access->relid == asb_relation_oid(ASB_REL_CALLS))
		add_call_read(session, access->selectedCols, flow);

	relation = asb_relation_labels(access->relid);
	if (relation)
	{
		if (relation->undefined)
			refuse_undefined();
		add_relation_read(flow, relation, access);
	}
	if (is_written(access))
		add_write(flow, relation, access->relid);
}

static bool
add_function(Oid funcid, void *context)
{
	AsbFlow    *flow = context;
	bool		undefined;
	AsbLabelSet labels = asb_function_labels(funcid, &undefined);

	if (undefined)
		refuse_undefined();
	if (labels)
		add_read(flow, labels, psprintf("function %s", get_func_name(funcid)), 0, InvalidOid);
	return false;
}

AsbLabelSet
asb_flow_of_write(Oid relid, AclMode privilege, const Bitmapset *columns)
{
	const AsbRelationLabels *relation = asb_relation_labels(relid);
	AsbFlow		flow = {0};
	AsbAccess	access = {
		.relid = relid,
		.requiredPerms = privilege,
		.insertedCols = privilege == ACL_INSERT ? unconstify(Bitmapset *, columns) : NULL,
		.updatedCols = privilege == ACL_UPDATE ? unconstify(Bitmapset *, columns) : NULL
	};

	if (relation)
		add_relation_read(&flow, relation, &access);
	return flow.read;
}

typedef struct WalkContext
{
	const AsbSession *session;
	AsbFlow    *flow;
} WalkContext;

static bool
walk(Node *node, WalkContext *context)
{
	ListCell   *cell;

	if (node == NULL)
		return false;
	if (IsA(node, Query))
	{
		foreach(cell, asb_query_access((Query *) node))
			add_access(context->session, asb_access(cell), context->flow);
		return query_tree_walker((Query *) node, walk, context, 0);
	}
	check_functions_in_node(node, add_function, context->flow);
	return expression_tree_walker(node, walk, context);
}

/* Nothing is read or written yet. */
static void
begin(AsbFlow *flow)
{
	flow->read = 0;
	flow->floor = ALL_LABELS;
	flow->written = InvalidOid;
}

void
asb_flow_of_query(const AsbSession *session, Query *query, AsbFlow *flow)
{
	WalkContext context = {session, flow};

	begin(flow);
	walk((Node *) query, &context);
}

static void
of_access_list(const AsbSession *session, List *access_list, AsbFlow *flow)
{
	ListCell   *cell;

	begin(flow);
	foreach(cell, access_list)
		add_access(session, asb_access(cell), flow);
}

/* The relation's name, if the agent may know it. */
static const char *
written_name(const AsbSession *session, Oid relid)
{
	const char *name = get_rel_name(relid);

	if (session && name && asb_relation_reachable(session->role, relid))
		return psprintf("relation \"%s\"", name);
	return "a relation that a view, function or trigger writes";
}

char *
asb_flow_write_message(const AsbSession *session, Oid relid, AsbLabelSet lacking)
{
	return psprintf("%s lacks labels of what this conversation has read: %s",
					written_name(session, relid), asb_labels_text(lacking));
}

static void
refuse_write(const AsbSession *session, Oid relid, AsbLabelSet lacking)
{
	asb_refuse(&(AsbRefusal) {
		.gate = ASB_GATE_FLOW,
		.object = get_rel_name(relid),
		.message = asb_flow_write_message(session, relid, lacking),
		.hint = "Write to agentsandbox.notes or to a relation that has these labels, or use a conversation that has not read such data.",
		.class_id = RelationRelationId,
		.object_id = relid
	});
}

/* Whether to COMMIT what was written before would depend on what is read. */
static void
refuse_read(const AsbSession *session, AsbLabelSet lacking)
{
	asb_refuse(&(AsbRefusal) {
		.gate = ASB_GATE_FLOW,
		.object = get_rel_name(written_relid),
		.message = psprintf("this transaction has written %s, which lacks labels of what is to be read: %s",
							written_name(session, written_relid), asb_labels_text(lacking)),
		.hint = "COMMIT what was written first, or ROLLBACK all of it: what ROLLBACK TO SAVEPOINT took back counts too.",
		.class_id = RelationRelationId,
		.object_id = written_relid
	});
}

/* Is there nothing to refuse and nothing to raise? */
static bool
is_harmless(const AsbFlow *flow)
{
	return ((flow->read | flow->known) & ~flow->floor) == 0 && (flow->read & ~flow->known) == 0;
}

/* Refuses what must not be written before it raises what is read. */
static void
judge(const AsbSession *session, const AsbFlow *flow)
{
	AsbLabelSet raised = flow->read & ~flow->known;
	AsbLabelSet lacking = (flow->read | flow->known) & ~flow->floor;

	if (lacking)
		refuse_write(session, flow->written, lacking);
	if (raised & ~written_floor)
		refuse_read(session, raised & ~written_floor);
	if (raised)
	{
		Assert(flow->cause);
		asb_labels_raise(session, raised, flow->cause->data);
	}
}

static void
flow_xact_callback(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
			if (OidIsValid(written_relid) && (asb_labels_known_here() & ~written_floor))
				refuse_write(asb_session(), written_relid, asb_labels_known_here() & ~written_floor);
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			written_floor = ALL_LABELS;
			written_relid = InvalidOid;
			break;
		default:
			break;
	}
}

/* What is judged again before the commit. */
static void
note_written(const AsbFlow *flow)
{
	static bool watching = false;

	if (!OidIsValid(flow->written))
		return;
	asb_at_transaction_end(&watching, flow_xact_callback, NULL);
	if (written_floor & ~flow->floor)
		written_relid = flow->written;
	written_floor &= flow->floor;
}

/*
 * Callbacks run in the reverse order of their registration, and that of a
 * foreign-data wrapper, which it registers when it first needs it, commits
 * what was written elsewhere.
 */
void
asb_flow_statement_ended(void)
{
	if (!OidIsValid(written_relid))
		return;
	UnregisterXactCallback(flow_xact_callback, NULL);
	RegisterXactCallback(flow_xact_callback, NULL);
}

void
asb_flow_gate_access(const AsbSession *session, List *access_list)
{
	AsbFlow		flow = {0};

	of_access_list(session, access_list, &flow);
	if (flow.read == 0 && !OidIsValid(flow.written))
		return;

	flow.known = asb_labels_known(session);
	if (!is_harmless(&flow))
	{
		/* once more, for what is to blame */
		flow.cause = makeStringInfo();
		of_access_list(session, access_list, &flow);
		judge(session, &flow);
	}
	note_written(&flow);
}

/*
 * Adds what the range tables of a query tell.  False if it has parts that they
 * do not lead to.  The planner, too, looks for none where the flag is not set.
 */
static bool
add_range_tables(const AsbSession *session, Query *query, AsbFlow *flow)
{
	ListCell   *cell;

	if (query->hasSubLinks)
		return false;
	foreach(cell, asb_query_access(query))
		add_access(session, asb_access(cell), flow);
	foreach(cell, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);

		if (rte->rtekind == RTE_SUBQUERY && !add_range_tables(session, rte->subquery, flow))
			return false;
	}
	foreach(cell, query->cteList)
	{
		if (!add_range_tables(session, castNode(Query, lfirst_node(CommonTableExpr, cell)->ctequery), flow))
			return false;
	}
	return true;
}

/* Is this what a column becomes of which a field, an element or a key is set? */
static bool
keeps_the_rest(const Expr *expression)
{
	while (IsA(expression, CoerceToDomain))
		expression = ((const CoerceToDomain *) expression)->arg;
	return IsA(expression, FieldStore) ||
		(IsA(expression, SubscriptingRef) && ((const SubscriptingRef *) expression)->refassgnexpr);
}

static void
read_what_is_kept(AsbAccess *target, const List *targets)
{
	ListCell   *cell;

	foreach(cell, targets)
	{
		const TargetEntry *entry = lfirst_node(TargetEntry, cell);

		if (entry->resjunk || !keeps_the_rest(entry->expr))
			continue;
		target->requiredPerms |= ACL_SELECT;
		target->selectedCols = bms_add_member(target->selectedCols, ASB_MEMBER(entry->resno));
	}
}

void
asb_flow_read_changed(Query *query)
{
	AsbAccess  *target = NULL;
	ListCell   *cell;

	if (query->resultRelation != 0)
		target = asb_entry_access(query, rt_fetch(query->resultRelation, query->rtable));
	switch (target ? query->commandType : CMD_UNKNOWN)
	{
		case CMD_UPDATE:
			read_what_is_kept(target, query->targetList);
			break;
		case CMD_INSERT:
			if (query->onConflict)
				read_what_is_kept(target, query->onConflict->onConflictSet);
			break;
		case CMD_MERGE:
			target->requiredPerms |= ACL_SELECT;
			foreach(cell, query->mergeActionList)
			{
				const MergeAction *action = lfirst_node(MergeAction, cell);

				if (action->commandType == CMD_UPDATE)
					read_what_is_kept(target, action->targetList);
			}
			break;
		default:
			break;
	}
	foreach(cell, query->cteList)
		asb_flow_read_changed(castNode(Query, lfirst_node(CommonTableExpr, cell)->ctequery));
}

/* As a plan has them: also of queries in FROM, where the check of a key with PERIOD locks. */
static List *
row_marks(const Query *query)
{
	List	   *marks = list_copy(query->rowMarks);
	ListCell   *cell;

	foreach(cell, query->rtable)
	{
		const RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);

		if (rte->rtekind == RTE_SUBQUERY)
			marks = list_concat(marks, row_marks(rte->subquery));
	}
	return marks;
}

void
asb_flow_gate_query(const AsbSession *session, Query *query)
{
	AsbFlow		flow = {0};

	/* nothing that it could read is news */
	if (asb_objects()->all == 0)
		return;
	flow.known = asb_labels_known(session);
	if ((asb_objects()->all & ~flow.known) == 0)
		return;
	asb_flow_note_locks(row_marks(query));

	/* most read what has no label; what has, is walked for what is to blame */
	flow.floor = ALL_LABELS;
	if (!asb_objects()->functions && add_range_tables(session, query, &flow) && is_harmless(&flow))
		return;
	flow.cause = makeStringInfo();
	asb_flow_of_query(session, query, &flow);
	judge(session, &flow);
}

void
asb_flow_gate_function(const AsbSession *session, Oid funcid)
{
	AsbFlow		flow = {.floor = ALL_LABELS};

	add_function(funcid, &flow);
	if (flow.read == 0)
		return;
	flow.known = asb_labels_known(session);
	if ((flow.read & ~flow.known) == 0)
		return;
	flow.read = 0;
	flow.cause = makeStringInfo();
	add_function(funcid, &flow);
	judge(session, &flow);
}

void
asb_flow_gate_rewrite(const AsbSession *session, Oid relid)
{
	AsbFlow		flow = {.known = asb_labels_known(session), .floor = ALL_LABELS};

	add_write(&flow, asb_relation_labels(relid), relid);
	judge(session, &flow);
	note_written(&flow);
}
