/*
 * profile.h
 *	  A profile as the gates need it: one row of agentsandbox.profiles.
 */
#ifndef ASB_PROFILE_H
#define ASB_PROFILE_H

#include "datatype/timestamp.h"
#include "utils/array.h"

/* What a session may use up; the comments of the table's columns say more. */
typedef struct AsbLimits
{
	/* milliseconds */
	int			statement_time;
	int			transaction_time;
	int			idle_in_transaction_time;
	int			idle_session_time;
	int			lock_wait;

	int64		memory_bytes;
	int64		temp_bytes;
	int64		rows_returned;		/* by one statement, as the next two */
	int64		bytes_returned;
	int64		rows_changed;
	int64		rows_changed_total; /* by the conversation, as the next one */
	int64		bytes_changed_total;
	int			statements_per_minute;
	int			parallel_workers;
	int			statement_bytes;
	int			value_bytes;
} AsbLimits;

typedef struct AsbProfile
{
	Oid			role;			/* the profile's NOLOGIN role */
	int			connection_limit;	/* sessions per conversation */
	Interval	max_lifetime;	/* of a conversation */
	char	   *search_path;	/* without what every conversation has at its end */
	bool		observe;		/* record refusals instead of refusing */
	bool		allow_explain;
	bool		allow_copy;
	bool		allow_call;
	bool		information_schema;
	AsbLimits	limits;
	ArrayType  *response_labels;	/* names, as text[] */
} AsbProfile;

/* Reads a profile into the current memory context; false if there is none. */
extern bool asb_profile_find(Oid role, AsbProfile *profile);

/* Reads a profile into the current memory context; error if there is none. */
extern void asb_profile_load(Oid role, AsbProfile *profile);

#endif							/* ASB_PROFILE_H */
