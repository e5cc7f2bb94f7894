/*
 * function.c
 *	  The function gate: what a sandboxed session may have executed.
 *
 * Callable is what is on the list of server functions, and what was granted to
 * the profile by name; EXECUTE held through PUBLIC does not count.  Judged is
 * the function that runs, by its OID: an alias that somebody made of a server
 * function has an OID of its own and counts only if it was granted.
 *
 * Which functions of a statement are the agent's is analyze.c's to know: those
 * named inside views, defaults, policies and triggers are not.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/indexing.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_language_d.h"
#include "catalog/pg_proc.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "confine/agent.h"
#include "confine/decisions.h"
#include "confine/function.h"
#include "confine/refusal.h"
#include "confine/server_functions.h"
#include "confine/type.h"
#include "core/catalog.h"

/* Is it set_config() or current_setting(), by whatever name? */
static bool
reaches_settings(HeapTuple proctup)
{
	static const char *const sources[] = {
		"set_config_by_name", "show_config_by_name", "show_config_by_name_missing_ok"
	};
	bool		isnull;
	char	   *source;

	if (((Form_pg_proc) GETSTRUCT(proctup))->prolang != INTERNALlanguageId)
		return false;
	source = TextDatumGetCString(SysCacheGetAttr(PROCOID, proctup,
												 Anum_pg_proc_prosrc, &isnull));
	for (int i = 0; i < lengthof(sources); i++)
	{
		if (strcmp(source, sources[i]) == 0)
			return true;
	}
	return false;
}

AsbFunctionVerdict
asb_function_decide_row(Oid role, HeapTuple row)
{
	Oid			funcid = ((Form_pg_proc) GETSTRUCT(row))->oid;
	bool		granted =
	asb_acl_granted_in(PROCOID, row, Anum_pg_proc_proacl, role, ACL_EXECUTE) != 0;

	if (granted)
		asb_decision_rests_on(PROCOID, GetSysCacheHashValue1(PROCOID, ObjectIdGetDatum(funcid)));
	if (reaches_settings(row))
		return granted || funcid < FirstNormalObjectId ?
			ASB_FUNCTION_SETTING : ASB_FUNCTION_HIDDEN;
	if (granted)
		return ASB_FUNCTION_GRANTED;
	if (asb_server_function_allowed(row))
		return ASB_FUNCTION_LISTED;
	if (asb_server_function_describes(row))
		return ASB_FUNCTION_DESCRIBES;
	if (asb_server_function_reachable(row))
		return ASB_FUNCTION_INNER;
	return funcid < FirstNormalObjectId ? ASB_FUNCTION_UNLISTED : ASB_FUNCTION_HIDDEN;
}

static AsbFunctionVerdict pg_noinline
decide(Oid role, Oid funcid)
{
	AsbDecision decision = asb_decision_begin(ASB_DECISION_FUNCTION, role, funcid);
	HeapTuple	proctup = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));

	if (!HeapTupleIsValid(proctup))
		return ASB_FUNCTION_HIDDEN;
	decision.value = asb_function_decide_row(role, proctup);
	ReleaseSysCache(proctup);

	asb_decision_remember(&decision);
	return (AsbFunctionVerdict) decision.value;
}

AsbFunctionVerdict
asb_function_decide(Oid role, Oid funcid)
{
	const uint32 *decided = asb_decision_find(ASB_DECISION_FUNCTION, role, funcid);

	return decided ? (AsbFunctionVerdict) *decided : decide(role, funcid);
}

/* One of those by which tools such as psql describe catalogs? */
static bool
describes_objects(const char *name)
{
	const char *end = strrchr(name, '_');

	return strncmp(name, "pg_get_", 7) == 0 ||
		(end && (strcmp(end, "_visible") == 0 || strcmp(end, "_description") == 0));
}

/* What to do instead of calling a server function. */
static const char *
alternative(const char *name)
{
	const char *end = strrchr(name, '_');

	if (strcmp(name, "nextval") == 0 || strcmp(name, "currval") == 0 ||
		strcmp(name, "lastval") == 0 || strcmp(name, "setval") == 0)
		return "Leave the column out of INSERT, and let RETURNING tell its value.";
	if (strncmp(name, "pg_sleep", 8) == 0 || strcmp(name, "pg_notify") == 0)
		return "To wait for the answer of a call, use agentsandbox.await().";
	if (strncmp(name, "xml", 3) == 0 || strncmp(name, "xpath", 5) == 0)
		return ASB_HINT_XML;
	if (strncmp(name, "pg_", 3) == 0 && end && strcmp(end, "_size") == 0)
		return "Sizes are not told; count rows.";
	if (describes_objects(name))
		return "Read agentsandbox.tables and agentsandbox.columns instead.";
	return "Only functions that compute from their arguments are allowed, and those granted to the profile.";
}

void
asb_function_refuse(AsbFunctionVerdict verdict, Oid funcid, int position)
{
	char	   *name = get_func_name(funcid);

	if (name == NULL)
		name = psprintf("%u", funcid);

	/* the agent may know its number only; what it wrote as a name, name.c answers */
	if (verdict == ASB_FUNCTION_HIDDEN)
		asb_refuse(&(AsbRefusal) {
			.gate = ASB_GATE_FUNCTION,
			.sqlerrcode = ERRCODE_UNDEFINED_FUNCTION,
			.object = name,
			.message = ASB_FUNCTION_NOT_GRANTED,
			.position = position,
			.class_id = ProcedureRelationId,
			.object_id = funcid,
			.privilege = "EXECUTE"
		});
	/* where no call could be changed; the server's function, granted, would tell of everything */
	else if (verdict == ASB_FUNCTION_DESCRIBES)
		asb_refuse(&(AsbRefusal) {
			.gate = ASB_GATE_FUNCTION,
			.object = name,
			.message = psprintf("function %s is not allowed", name),
			.hint = psprintf("A conversation can call " ASB_SCHEMA_NAME ".%s() instead.", name)
		});
	else
		asb_refuse(&(AsbRefusal) {
			.gate = ASB_GATE_FUNCTION,
			.object = name,
			.message = psprintf("function %s is not allowed", name),
			.hint = alternative(name),
			.class_id = ProcedureRelationId,
			.object_id = funcid,
			.privilege = "EXECUTE"
		});
}

/*
 * Is the function a check of a domain that the role can use?  Then it can have
 * it run for any value.
 */
static bool
checks_reachable_domain(Oid role, Oid funcid)
{
	Relation	depend = table_open(DependRelationId, AccessShareLock);
	ScanKeyData key[2];
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		found = false;

	ScanKeyInit(&key[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(ProcedureRelationId));
	ScanKeyInit(&key[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(funcid));
	scan = systable_beginscan(depend, DependReferenceIndexId, true, NULL, 2, key);
	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend row = (Form_pg_depend) GETSTRUCT(tuple);
		HeapTuple	constraint;

		if (row->classid != ConstraintRelationId)
			continue;
		constraint = SearchSysCache1(CONSTROID, ObjectIdGetDatum(row->objid));
		if (!HeapTupleIsValid(constraint))
			continue;
		found = OidIsValid(((Form_pg_constraint) GETSTRUCT(constraint))->contypid) &&
			asb_type_decide(role, ((Form_pg_constraint) GETSTRUCT(constraint))->contypid);
		ReleaseSysCache(constraint);
	}
	systable_endscan(scan);
	table_close(depend, AccessShareLock);
	return found;
}

/* Has it an argument whose values have no fixed length? */
static bool
has_long_argument(Oid funcid)
{
	Oid		   *types;
	int			ntypes;

	(void) get_func_signature(funcid, &types, &ntypes);
	for (int i = 0; i < ntypes; i++)
	{
		if (get_typlen(types[i]) < 0)
			return true;
	}
	return false;
}

void
asb_function_gate_direct(const AsbSession *agent, Oid funcid)
{
	AsbFunctionVerdict verdict = asb_function_decide(asb_agent_grantee(agent), funcid);

	/* what a check of a domain needs; the fastpath message has the same right */
	if (verdict != ASB_FUNCTION_GRANTED &&
		(agent->kind != ASB_SESSION_CONVERSATION ||
		 (verdict != ASB_FUNCTION_LISTED &&
		  (verdict != ASB_FUNCTION_HIDDEN || !checks_reachable_domain(agent->role, funcid)))))
		asb_function_refuse(verdict, funcid, 0);

	/*
	 * The fastpath message, which has no text: nobody sees its values before
	 * the function does, so how long they are cannot be limited.
	 */
	if (debug_query_string == NULL && has_long_argument(funcid))
		asb_refuse(&(AsbRefusal) {
			.gate = ASB_GATE_LIMIT,
			.object = get_func_name(funcid),
			.message = "a function with arguments of any length cannot be called by this message",
			.hint = "Call it in a query."
		});
}
