/*
 * setting.c
 *	  The setting gate: which settings a sandboxed session may change or see.
 */
#include "postgres.h"

#include "confine/setting.h"

bool
asb_setting_startup_allowed(const char *name)
{
	static const char *const allowed[] = {
		"application_name", "client_encoding", "DateStyle",
		"extra_float_digits", "IntervalStyle", "TimeZone"
	};

	for (int i = 0; i < lengthof(allowed); i++)
	{
		if (pg_strcasecmp(name, allowed[i]) == 0)
			return true;
	}
	return false;
}
