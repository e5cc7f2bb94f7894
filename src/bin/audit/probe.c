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

/* Is the name that stands in quotes in a message one of the identity's parts? */
static bool
is_part_of(const char *identity, const char *name, size_t length)
{
	AsbString	plain = {0};
	AsbString	quoted = {0};
	bool		found;

	asb_string_char(&plain, '.');
	asb_string_append(&plain, name, length);
	asb_string_text(&quoted, ".\"");
	for (size_t i = 0; i < length; i++)
	{
		if (name[i] == '"')
			asb_string_char(&quoted, '"');
		asb_string_char(&quoted, name[i]);
	}
	asb_string_char(&quoted, '"');
	found = strstr(identity, plain.data) || strstr(identity, quoted.data);
	asb_string_free(&plain);
	asb_string_free(&quoted);
	return found;
}

/*
 * Was the object itself let through, and something that its view, policy or
 * trigger uses refused?  Then the message names another relation, or none.
 */
static bool
is_behind(const AsbEntry *entry, const char *message)
{
	static const char *const unnamed[] = {
		"a relation that a view, function, policy or trigger uses is not granted",
		"permission denied for something that a view, function, policy, trigger or default uses",
	};
	static const char before[] = " relation \"";
	static const char after[] = "\" is not granted";
	const char *name = strstr(message, before);
	const char *end = strstr(message, after);

	for (size_t i = 0; i < sizeof(unnamed) / sizeof(unnamed[0]); i++)
	{
		if (strcmp(message, unnamed[i]) == 0)
			return true;
	}
	if (name == NULL || end == NULL ||
		(strcmp(entry->class, "relation") != 0 && strcmp(entry->class, "column") != 0))
		return false;
	name += sizeof(before) - 1;
	return end > name && !is_part_of(entry->identity, name, end - name);
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
	AsbOutcome	outcome = ASB_OUTCOME_UNCLEAR;

	/* a probe divides by zero where it has got as far as it should */
	if (sqlstate == NULL || sqlstate[0] == '\0' || strcmp(sqlstate, "22012") == 0)
		outcome = ASB_OUTCOME_WORKS;
	else if (probe->read_only && strcmp(sqlstate, "25006") == 0)
		outcome = ASB_OUTCOME_WORKS;
	else if (probe->strict)
		outcome = strcmp(sqlstate, "42501") == 0 ? ASB_OUTCOME_REFUSED : ASB_OUTCOME_WORKS;
	else if (is_one_of(sqlstate, refusals))
		outcome = message && is_behind(&probe->needs[0], message) ? ASB_OUTCOME_IMPOSSIBLE : ASB_OUTCOME_REFUSED;
	else if (is_one_of(sqlstate, impossible))
		outcome = ASB_OUTCOME_IMPOSSIBLE;
	asb_probe_set(probe, outcome, sqlstate, message);
}
