/*
 * egress.c
 *	  What becomes of a valid call whose labels its method does not accept.
 *
 * A call that has accepted labels alone is relayed.  Any other waits for a
 * reviewer or for a release tick where the profile says so, or is refused; the
 * refusal names the remedies that there are.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"

#include "core/json.h"
#include "core/query.h"
#include "rpc/error.h"
#include "worker/egress.h"

#define MAX_HINTS 3

AsbEgress
asb_egress_parse(const char *name)
{
	if (strcmp(name, "hold") == 0)
		return ASB_EGRESS_HOLD;
	if (strcmp(name, "meter") == 0)
		return ASB_EGRESS_METER;
	return ASB_EGRESS_REFUSE;
}

/* The methods of the profile that accept what the call carries, or NULL. */
static char *
accepting_methods(const AsbEgressCall *call)
{
	static AsbQuery query = {
		"SELECT pg_catalog.string_agg(name, ', ' ORDER BY name)"
		" FROM (SELECT d.name FROM agentsandbox.profile_methods m"
		"  JOIN agentsandbox.method_definitions d ON d.name = m.method"
		"  WHERE m.profile = $1 AND d.accepts @> $2 AND NOT 'sealed' = ANY ($2) LIMIT 5) accepting",
		2, {REGROLEOID, TEXTARRAYOID}
	};
	Datum		values[] = {
		ObjectIdGetDatum(call->profile),
		PointerGetDatum(asb_labels_to_array(call->labels))
	};
	Datum		names;
	bool		isnull;

	(void) asb_query(&query, values, NULL);
	names = asb_query_datum(0, 1, &isnull);
	return isnull ? NULL : TextDatumGetCString(names);
}

Jsonb *
asb_egress_refusal(const AsbEgressCall *call)
{
	const char *hints[MAX_HINTS];
	int			nhints = 0;
	int			n;
	char	  **labels = asb_labels_names(call->labels & ~call->method->accepts, &n);
	char	   *methods = accepting_methods(call);

	if (methods)
		hints[nhints++] = psprintf("Call a method that accepts these labels: %s.", methods);
	hints[nhints++] = "Make the call in a fresh conversation that has not read what raised the labels.";
	if (!(call->labels & ASB_LABEL_SEALED))
		hints[nhints++] = "Ask the operator to have such calls of the profile reviewed (egress hold) or metered (egress meter).";
	return asb_call_error_labels(labels, n, hints, nhints);
}

/* {"reason": REASON, "labels": [NAME, ...]}: those that are not accepted. */
static Jsonb *
held_for_labels(const AsbEgressCall *call, const char *reason)
{
	JsonbParseState *state = NULL;
	int			n;
	char	  **labels = asb_labels_names(call->labels & ~call->method->accepts, &n);

	(void) pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	asb_json_push_member(&state, "reason", reason);
	asb_json_push_strings(&state, "labels", (const char *const *) labels, n);
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

AsbEgress
asb_egress_of(const AsbEgressCall *call)
{
	static AsbQuery query = {
		"SELECT egress FROM agentsandbox.profiles WHERE profile = $1", 1, {REGROLEOID}
	};
	Datum		profile = ObjectIdGetDatum(call->profile);
	bool		isnull;

	if (call->egress != ASB_EGRESS_UNREAD)
		return call->egress;
	if (asb_query(&query, &profile, NULL) == 0)
		return ASB_EGRESS_REFUSE;
	return asb_egress_parse(TextDatumGetCString(asb_query_datum(0, 1, &isnull)));
}

AsbVerdict
asb_egress_judge(const AsbEgressCall *call)
{
	AsbVerdict	verdict = {ASB_CALL_READY};
	AsbEgress	egress;

	if ((call->labels & ~call->method->accepts) == 0)
		return verdict;

	/* nothing lets out what a sealed conversation says */
	egress = asb_egress_of(call);
	if (egress != ASB_EGRESS_REFUSE && !(call->labels & ASB_LABEL_SEALED))
	{
		verdict.state = ASB_CALL_HELD;
		verdict.metered = egress == ASB_EGRESS_METER;
		verdict.held_for = held_for_labels(call, verdict.metered ? "release" : "labels");
		return verdict;
	}

	verdict.state = ASB_CALL_REFUSED;
	verdict.error = asb_egress_refusal(call);
	return verdict;
}
