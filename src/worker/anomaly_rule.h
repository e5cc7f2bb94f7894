/*
 * anomaly_rule.h
 *	  One row of agentsandbox.anomaly_rules.
 */
#ifndef ASB_ANOMALY_RULE_H
#define ASB_ANOMALY_RULE_H

#include "pgtime.h"

#include "worker/egress.h"

typedef enum AsbRuleKind
{
	ASB_RULE_VELOCITY,
	ASB_RULE_FIRST_VALUE,
	ASB_RULE_SIZE,
	ASB_RULE_BITS,
	ASB_RULE_HOURS,
	ASB_RULE_REFUSALS
} AsbRuleKind;

/* What a kind does not need is zero or NULL. */
typedef struct AsbRule
{
	char		name[NAMEDATALEN];
	AsbRuleKind kind;
	Oid			profile;		/* InvalidOid: all */
	char	   *method;			/* NULL: any */
	int			calls;
	int64		period;			/* microseconds */
	bool		each_conversation;
	char	   *pointer;
	double		score;
	int			history;
	int			minimum;
	int			from_time;		/* seconds of the day */
	int			until_time;
	pg_tz	   *time_zone;		/* NULL: not known any more */
} AsbRule;

/* Why the rule calls a call that it applies to unusual, or NULL. */
extern char *asb_rule_judge(const AsbRule *rule, const AsbEgressCall *call);

/* Such a call goes; "reviewed": because a reviewer said so. */
extern void asb_rule_note(const AsbRule *rule, const AsbEgressCall *call, bool reviewed);

#endif							/* ASB_ANOMALY_RULE_H */
