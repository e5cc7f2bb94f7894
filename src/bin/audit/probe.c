/*
 * probe.c
 *		The list of probes, and what an SQLSTATE says of one.
 */
#include "bin/audit/probe.h"

#include <stdlib.h>
#include <string.h>

int
asb_compare_entries(const void *a, const void *b)
{
	const AsbEntry *x = a;
	const AsbEntry *y = b;
	int			order = strcmp(x->class, y->class);

	if (order == 0)
		order = strcmp(x->identity, y->identity);
	return order ? order : strcmp(x->privilege, y->privilege);
}

AsbProbe *
asb_probe_add(AsbProbes *probes, const char *class, const char *identity,
			  const char *privilege, AsbWay way, const char *text)
{
	AsbProbe   *probe;

	if (probes->n == probes->capacity)
	{
		probes->capacity = probes->capacity ? 2 * probes->capacity : 4096;
		probes->list = asb_realloc(probes->list, probes->capacity * sizeof(AsbProbe));
	}
	probe = memset(&probes->list[probes->n++], 0, sizeof(AsbProbe));
	probe->needs[0] = (AsbEntry) {class, identity, privilege};
	probe->nneeds = 1;
	probe->way = way;
	probe->text = text;
	return probe;
}

void
asb_probe_set(AsbProbe *probe, AsbOutcome outcome, const char *sqlstate, const char *message)
{
	probe->outcome = outcome;
	snprintf(probe->sqlstate, sizeof(probe->sqlstate), "%s", sqlstate ? sqlstate : "");
	free(probe->message);
	probe->message = message ? asb_strdup(message) : NULL;
}

static bool
is_one_of(const char *sqlstate, const char *const *list)
{
	for (; *list; list++)
	{
		if (strcmp(sqlstate, *list) == 0)
			return true;
	}
	return false;
}

void
asb_probe_judge(AsbProbe *probe, const char *sqlstate, const char *message)
{
	/* what is hidden is answered as what does not exist */
	static const char *const refusals[] = {
		"42501",				/* insufficient_privilege */
		"42P01",				/* undefined_table */
		"42703",				/* undefined_column */
		"42704",				/* undefined_object */
		"42883",				/* undefined_function, operators too */
		"3F000",				/* invalid_schema_name */
		NULL
	};

	/* the server says these once privileges were judged, or before it looks for any */
	static const char *const impossible[] = {
		"0A000",				/* feature_not_supported */
		"428C9",				/* generated_always */
		"42725",				/* ambiguous_function */
		"42804",				/* datatype_mismatch: of nulls without a type */
		"42809",				/* wrong_object_type */
		"42P10",				/* invalid_column_reference */
		"42P18",				/* indeterminate_datatype */
		"55000",				/* object_not_in_prerequisite_state */
		NULL
	};

	/* the object itself was let through, but its view's base, for one, was not */
	static const char *const behind[] = {
		"a relation that a view, function, policy or trigger uses is not granted",
		"permission denied for something that a view, function, policy, trigger or default uses",
	};
	AsbOutcome	outcome = ASB_OUTCOME_UNCLEAR;

	/* a probe divides by zero where it has got as far as it should */
	if (sqlstate == NULL || sqlstate[0] == '\0' || strcmp(sqlstate, "22012") == 0)
		outcome = ASB_OUTCOME_WORKS;
	else if (probe->read_only && strcmp(sqlstate, "25006") == 0)
		outcome = ASB_OUTCOME_WORKS;
	else if (probe->strict)
		outcome = strcmp(sqlstate, "42501") == 0 ? ASB_OUTCOME_REFUSED : ASB_OUTCOME_WORKS;
	else if (is_one_of(sqlstate, refusals))
		outcome = ASB_OUTCOME_REFUSED;
	else if (is_one_of(sqlstate, impossible))
		outcome = ASB_OUTCOME_IMPOSSIBLE;
	for (size_t i = 0; message && i < sizeof(behind) / sizeof(behind[0]); i++)
	{
		if (strcmp(message, behind[i]) == 0)
			outcome = ASB_OUTCOME_IMPOSSIBLE;
	}
	asb_probe_set(probe, outcome, sqlstate, message);
}
