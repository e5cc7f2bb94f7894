/*
 * anomaly.h
 *	  The rules that hold unusual calls (agentsandbox.anomaly_rules).
 *
 * Whoever judges calls asks asb_anomaly_judge() about one that could go, and
 * says what became of each; asb_anomaly_flush() at the end of a batch makes
 * what was said durable, in the batch's own transaction.  Without rules all of
 * this costs nothing but the look whether there are any.
 *
 * A metered call is judged when it is submitted and again at its tick, which
 * alone counts it: what is cancelled until then, rules do not remember.
 */
#ifndef ASB_ANOMALY_H
#define ASB_ANOMALY_H

#include "worker/egress.h"

/*
 * What a held call's "held_for" says of the rules that call it unusual, or
 * NULL.  With "careful" an error in a rule is contained, and holds the call.
 */
extern Jsonb *asb_anomaly_judge(const AsbEgressCall *call, bool careful);

/* What has become of a call; "reviewed": because a reviewer said so. */
extern void asb_anomaly_note(const AsbEgressCall *call, AsbCallState state, bool reviewed);

extern void asb_anomaly_flush(void);

/* What was said since the last flush is not to be; the tables have the rest. */
extern void asb_anomaly_forget(void);

#endif							/* ASB_ANOMALY_H */
