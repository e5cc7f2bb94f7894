/*
 * flow.h
 *	  The flow gate: labels that a statement raises, and where a conversation
 *	  that has labels may write.
 */
#ifndef ASB_FLOW_H
#define ASB_FLOW_H

#include "nodes/parsenodes.h"

#include "flow/label.h"
#include "session/session.h"

/* Where data goes in a statement. */
typedef struct AsbFlow
{
	AsbLabelSet known;			/* what the conversation has */
	AsbLabelSet read;			/* labels of what is read */
	StringInfo	cause;			/* what is to blame for those not known, or NULL */
	AsbLabelSet floor;			/* labels that all that is written has; all if nothing is */
	Oid			written;		/* a relation that lacks some, or InvalidOid */
	bool		view_defaults;	/* rows are inserted through a view that has some */
} AsbFlow;

/*
 * Has a query need SELECT on what it reads of the rows that it changes although
 * it does not name it.  A MERGE reads its target whatever its conditions name:
 * how many rows of the source have no match tells how many it has.  Where a
 * field, an element or a key of a column is set, the rest of the column decides
 * whether that can be done.
 */
extern void asb_flow_read_changed(Query *query);

/*
 * Before a query is planned: planning reads statistics, and runs functions of
 * the agent's choice on them.
 */
extern void asb_flow_gate_query(const AsbSession *session, Query *query);

/* Labels that making use of INSERT, UPDATE or DELETE on these columns of a relation raises. */
extern AsbLabelSet asb_flow_of_write(Oid relid, AclMode privilege, const Bitmapset *columns);

/* The row locks of what is executed next, of a plan or query. */
extern void asb_flow_note_locks(const List *rowmarks);

/*
 * Before a statement is executed (ExecutorCheckPerms_hook), or COPY reads or
 * writes a relation: raises what it reads, refuses to write down.
 */
extern void asb_flow_gate_access(const AsbSession *session, List *access_list);

/*
 * Before a relation is emptied or filled anew, and before any utility statement:
 * what only a function's owner can have done.
 */
extern void asb_flow_gate_rewrite(const AsbSession *session, Oid relid);
extern void asb_flow_gate_utility(const AsbSession *session, const Node *statement);

/* After a statement that may have written: the check before COMMIT is the first one. */
extern void asb_flow_statement_ended(void);

/* Before a function runs. */
extern void asb_flow_gate_function(const AsbSession *session, Oid funcid);

/* What flows in a query; raises and refuses nothing.  For preview(). */
extern void asb_flow_of_query(const AsbSession *session, Query *query, AsbFlow *flow);

/* Why a relation that lacks these labels must not be written. */
extern char *asb_flow_write_message(const AsbSession *session, Oid relid, AsbLabelSet lacking);

#endif							/* ASB_FLOW_H */
