/*
 * statement.h
 *	  The statement gate: the kinds of statement a sandboxed session may run.
 */
#ifndef ASB_STATEMENT_H
#define ASB_STATEMENT_H

#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"

#include "confine/agent.h"

typedef enum AsbStatementVerdict
{
	ASB_STATEMENT_REFUSED,
	ASB_STATEMENT_OPTION,		/* refused, but a profile can allow it */
	ASB_STATEMENT_ALLOWED
} AsbStatementVerdict;

/*
 * The decision of this gate about a utility statement, under a profile; NULL
 * for the pool role's.  Statements that are planned (SELECT, INSERT, UPDATE,
 * DELETE, MERGE) are all allowed: the other gates judge what is in them.
 */
extern AsbStatementVerdict asb_statement_decide(const AsbProfile *profile, const Node *statement);

/*
 * Statements, each as short as it can be, of all the forms that the i-th kind
 * of this gate's table has, separated by semicolons, and why that kind is there;
 * NULL after the last.  Which of them are allowed is to be asked above.
 */
extern const char *asb_statement_listed(int i, const char **reason);

/*
 * Is it a way out, of the transaction or of the role?  Such a statement is
 * executed even where the conversation has ended or cannot be read.
 */
extern bool asb_statement_leaves(const Node *statement);

/*
 * The text of the prepared statement that EXECUTE, or EXPLAIN of it, is about,
 * palloc'd, or NULL: what its names mean may have changed, and then it is analyzed again.
 */
extern const char *asb_statement_prepared_text(const Node *statement);

/*
 * Judges the options of EXPLAIN, when it is analyzed: by some the server takes
 * parameters otherwise.
 */
extern void asb_statement_gate_explain(const ExplainStmt *statement);

/*
 * Judges a utility statement that is about to be executed, "nested" in another
 * one or not.  Refuses, or returns whether it is to be executed: false if it is
 * accepted without effect.
 */
extern bool asb_statement_gate(const AsbSession *agent, PlannedStmt *pstmt, const char *source,
							   QueryEnvironment *environment, bool nested);

#endif							/* ASB_STATEMENT_H */
