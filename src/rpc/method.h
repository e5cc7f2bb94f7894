/*
 * method.h
 *	  The methods that the operator registered, compiled.
 */
#ifndef ASB_METHOD_H
#define ASB_METHOD_H

#include "datatype/timestamp.h"
#include "utils/snapshot.h"

#include "flow/label.h"
#include "rpc/schema.h"

typedef struct AsbMethod
{
	AsbSchema  *request;
	AsbSchema  *response;
	Interval	time_limit;
	int			max_request_bytes;
	int			max_response_bytes;
	int			max_attempts;
	int			rate_calls;		/* 0: any number */
	int64		rate_interval;	/* microseconds */
	AsbLabelSet accepts;
	double		capacity;		/* asb_method_capacity(); less than 0: not computed yet */
} AsbMethod;

/*
 * The method of that name, or NULL.  Kept by name; valid until the next call,
 * which may find that the table has changed.
 */
extern const AsbMethod *asb_method_get(const char *name);

/* Whether conversations of a profile may call a method, as a snapshot has it. */
extern bool asb_method_is_allowed(Oid profile, Datum method, Snapshot snapshot);

/*
 * From here on asb_method_get() returns what is committed by its first call for
 * a name, also if word of a change has not arrived yet.
 */
extern void asb_methods_recheck(void);

/* The bits that the arguments of one call can carry. */
extern double asb_method_capacity(const AsbMethod *method);

/*
 * Is the canonical text of a value within a limit?  It is not written out
 * where the binary form shows that it must be.
 */
extern bool asb_json_fits(Jsonb *value, int max_bytes);

extern void asb_method_init(void);

#endif							/* ASB_METHOD_H */
