/*
 * egress_call.c
 *	  Reads what is known of calls that want to leave, and checks what labels
 *	  have no part in.
 */
#include "postgres.h"

#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/xid8.h"

#include "flow/raise.h"
#include "rpc/error.h"
#include "session/session.h"
#include "worker/egress.h"

AsbCallKey
asb_egress_key(SPITupleTable *rows, int row)
{
	AsbCallKey	key;
	bool		isnull;

	key.xid = U64FromFullTransactionId(
		DatumGetFullTransactionId(SPI_getbinval(rows->vals[row], rows->tupdesc, ASB_EGRESS_XID, &isnull)));
	key.ordinal = DatumGetInt32(SPI_getbinval(rows->vals[row], rows->tupdesc, ASB_EGRESS_ORDINAL, &isnull));
	return key;
}

/* Those that it carries since it was judged, or those of its conversation. */
static AsbLabelSet
labels_of(const AsbCall *row, Snapshot snapshot)
{
	bool		unknown_label = false;
	AsbLabelSet labels;

	if (row->isnull[Anum_call_labels - 1])
		return asb_labels_carried(DatumGetUUIDP(row->values[Anum_call_conversation - 1]), row->key.xid, snapshot);
	labels = asb_labels_from_array(DatumGetArrayTypeP(row->values[Anum_call_labels - 1]), &unknown_label);
	if (unknown_label)
		elog(ERROR, "a call carries a label that does not exist");
	return labels;
}

AsbEgressCall
asb_egress_read(AsbCall *row, Snapshot snapshot)
{
	AsbEgressCall call = {row, .egress = ASB_EGRESS_UNREAD};
	Datum		method = row->values[Anum_call_method - 1];

	call.conversation = DatumGetUUIDP(row->values[Anum_call_conversation - 1]);
	call.method_name = TextDatumGetCString(method);
	call.arguments = DatumGetJsonbP(row->values[Anum_call_arguments - 1]);
	call.deadline = asb_call_time(row, Anum_call_deadline, DT_NOEND);
	call.labels = labels_of(row, snapshot);
	call.open = asb_conversation_is_open(call.conversation, snapshot, &call.profile);
	call.allowed = asb_method_is_allowed(call.profile, method, snapshot);
	call.known = true;
	return call;
}

static AsbVerdict
ended(AsbCallState state, Jsonb *error)
{
	return (AsbVerdict) {state, error};
}

AsbVerdict
asb_egress_check(AsbEgressCall *call)
{
	AsbSchemaError fault;

	if (!call->open)
		return ended(ASB_CALL_EXPIRED, asb_call_error(ASB_ERROR_CONVERSATION_ENDED, NULL));
	if (call->deadline <= GetCurrentTimestamp())
		return ended(ASB_CALL_EXPIRED, asb_call_error(ASB_ERROR_DEADLINE, NULL));

	call->method = call->allowed ? asb_method_get(call->method_name) : NULL;
	if (call->method == NULL)
		return ended(ASB_CALL_REFUSED, asb_call_error(ASB_ERROR_METHOD_NOT_AVAILABLE, NULL));
	if (!asb_schema_validate(call->method->request, call->arguments, &fault))
		return ended(ASB_CALL_REFUSED, asb_call_error_invalid(&fault));
	if (!asb_json_fits(call->arguments, call->method->max_request_bytes))
		return ended(ASB_CALL_REFUSED, asb_call_error(ASB_ERROR_ARGUMENTS_TOO_LARGE, NULL));
	return ended(ASB_CALL_READY, NULL);
}
