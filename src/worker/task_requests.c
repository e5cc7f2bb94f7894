/*
 * task_requests.c
 *	  Does what sessions ask for and wait: raises labels, cancels calls.
 *
 * A raise also settles what the conversation's calls carry.  Those that are
 * committed and not judged yet do not carry the new labels: nobody who knows what
 * was read can have committed them.  So a raise stores its snapshot, in which
 * they are visible, and not something with each call: there can be a million,
 * and everybody else waits for the worker meanwhile.
 *
 * A call can be cancelled as long as the conversation has no label that the
 * call does not carry; otherwise to cancel or not would tell of what was read.
 * One that may leave although its labels are not accepted cannot be cancelled any
 * more, be it metered or approved: what leaves is what was paid for, or approved.
 * It is done here, at once, for a ROLLBACK would be such a choice too.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"

#include "core/commit.h"
#include "core/query.h"
#include "flow/raise.h"
#include "worker/task.h"

static AsbLabelSet
labels_column(int column)
{
	bool		isnull;
	bool		unknown = false;
	Datum		value = asb_query_datum(0, column, &isnull);
	AsbLabelSet set = isnull ? 0 : asb_labels_from_array(DatumGetArrayTypeP(value), &unknown);

	if (unknown)
		elog(ERROR, "a conversation or its profile has a label that does not exist");
	return set;
}

static void
store_labels(const AsbRequest *request, AsbLabelSet added, const char *cause)
{
	static AsbQuery insert = {
		"WITH raised AS (INSERT INTO agentsandbox.conversation_labels (conversation, label, cause)"
		"  SELECT $1, label, $3 FROM pg_catalog.unnest($2) AS label RETURNING conversation, label)"
		" INSERT INTO agentsandbox.label_snapshots"
		" SELECT conversation, label, pg_catalog.pg_current_snapshot() FROM raised",
		3, {UUIDOID, TEXTARRAYOID, TEXTOID}
	};
	Datum		values[] = {
		UUIDPGetDatum(&request->conversation),
		PointerGetDatum(asb_labels_to_array(added)),
		CStringGetTextDatum(cause)
	};

	(void) asb_query(&insert, values, NULL);
}

/* Returns the labels that the conversation has now in *labels. */
static AsbAnswer
raise_labels(const AsbRequest *request, AsbLabelSet *labels)
{
	static AsbQuery query = {
		"SELECT ARRAY(SELECT l.label FROM agentsandbox.conversation_labels l WHERE l.conversation = r.id),"
		" p.auto_seal FROM agentsandbox.conversation_records r"
		" LEFT JOIN agentsandbox.profiles p ON p.profile = r.profile"
		" WHERE r.id = $1 AND r.state = 'open'",
		1, {UUIDOID}
	};
	Datum		value = UUIDPGetDatum(&request->conversation);
	AsbLabelSet had;
	AsbLabelSet added;
	AsbLabelSet sealing;

	if (asb_query(&query, &value, NULL) == 0)
		return ASB_ANSWER_REFUSED;
	had = labels_column(1);
	sealing = labels_column(2);
	added = request->labels & ~had;
	if (added)
		store_labels(request, added, request->cause);
	*labels = had | added;

	if ((*labels & sealing) && !(*labels & ASB_LABEL_SEALED))
	{
		store_labels(request, ASB_LABEL_SEALED,
					 psprintf("auto_seal of the profile, after: %s", request->cause));
		*labels |= ASB_LABEL_SEALED;
	}
	return ASB_ANSWER_DONE;
}

/* What can be cancelled, as far as its state goes. */
#define CANCELLABLE_SQL \
	"c.conversation = $1 AND c.id = $2 AND c.bits IS NULL AND (c.status IN ('submitted', 'held')" \
	" OR c.status = 'ready' AND c.labels <@ (SELECT d.accepts" \
	"  FROM agentsandbox.method_definitions d WHERE d.name = c.method))"

static AsbAnswer
cancel_call(const AsbRequest *request)
{
	static AsbQuery query = {
		"SELECT c.ctid, NOT EXISTS (SELECT FROM agentsandbox.conversation_labels l"
		"  LEFT JOIN agentsandbox.label_snapshots s USING (conversation, label)"
		"  WHERE l.conversation = c.conversation AND CASE WHEN c.labels IS NULL"
		"   THEN pg_catalog.pg_visible_in_snapshot(c.submitted_xid, s.snapshot)"
		"   ELSE l.label <> ALL (c.labels) END)"
		" FROM agentsandbox.remoteprocedurecalls c WHERE " CANCELLABLE_SQL " FOR UPDATE SKIP LOCKED",
		2, {UUIDOID, UUIDOID}
	};
	static AsbQuery exists = {
		"SELECT FROM agentsandbox.remoteprocedurecalls c WHERE " CANCELLABLE_SQL,
		2, {UUIDOID, UUIDOID}
	};
	static AsbQuery cancel = {
		"UPDATE agentsandbox.remoteprocedurecalls SET status = 'cancelled' WHERE ctid = $1",
		1, {TIDOID}
	};
	Datum		values[] = {UUIDPGetDatum(&request->conversation), UUIDPGetDatum(&request->call)};
	Datum		ctid;
	bool		isnull;

	if (asb_query(&query, values, NULL) == 0)
	{
		/* a gateway is about to claim it: look again */
		return asb_query(&exists, values, NULL) > 0 ? ASB_ANSWER_NONE : ASB_ANSWER_DONE;
	}
	if (!DatumGetBool(asb_query_datum(0, 2, &isnull)))
		return ASB_ANSWER_REFUSED;
	ctid = asb_query_datum(0, 1, &isnull);
	(void) asb_query(&cancel, &ctid, NULL);
	return ASB_ANSWER_DONE;
}

void
asb_task_requests(AsbPending *pending, int n)
{
	asb_commit_must_last();

	/* while somebody drops a label nothing is raised */
	if (!asb_labels_try_lock())
		return;
	for (int i = 0; i < n; i++)
	{
		AsbRequest *request = &pending[i].request;

		switch (request->kind)
		{
			case ASB_REQUEST_RAISE:
				pending[i].answer = raise_labels(request, &request->labels);
				break;
			case ASB_REQUEST_CANCEL:
				pending[i].answer = cancel_call(request);
				break;
		}
	}
}

void
asb_task_requests_done(const AsbPending *pending, int n)
{
	for (int i = 0; i < n; i++)
	{
		if (pending[i].request.kind == ASB_REQUEST_RAISE && pending[i].answer == ASB_ANSWER_DONE)
			asb_labels_risen(&pending[i].request.conversation, pending[i].request.labels);
		asb_request_answer(&pending[i]);
	}
}
