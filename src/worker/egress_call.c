/*
 * egress_call.c
 *	  Reads calls that want to leave, and checks what labels have no part in.
 */
#include "postgres.h"

#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/xid8.h"

#include "rpc/error.h"
#include "worker/egress.h"

static bool
true_column(SPITupleTable *rows, int row, int column)
{
	bool		isnull;
	Datum		value = SPI_getbinval(rows->vals[row], rows->tupdesc, column, &isnull);

	return !isnull && DatumGetBool(value);
}

AsbLabelSet
asb_egress_labels(SPITupleTable *rows, int row)
{
	bool		isnull;
	bool		unknown_label = false;
	Datum		value = SPI_getbinval(rows->vals[row], rows->tupdesc, ASB_EGRESS_LABELS, &isnull);
	AsbLabelSet labels = asb_labels_from_array(DatumGetArrayTypeP(value), &unknown_label);

	if (unknown_label)
		elog(ERROR, "a call carries a label that does not exist");
	return labels;
}

AsbEgressCall
asb_egress_read(SPITupleTable *rows, int row)
{
	HeapTuple	tuple = rows->vals[row];
	TupleDesc	desc = rows->tupdesc;
	AsbEgressCall call = {0};
	Datum		value;
	bool		isnull;

	call.conversation = DatumGetUUIDP(SPI_getbinval(tuple, desc, ASB_EGRESS_CONVERSATION, &isnull));
	call.method_name = TextDatumGetCString(SPI_getbinval(tuple, desc, ASB_EGRESS_METHOD, &isnull));
	call.arguments = DatumGetJsonbP(SPI_getbinval(tuple, desc, ASB_EGRESS_ARGUMENTS, &isnull));
	value = SPI_getbinval(tuple, desc, ASB_EGRESS_DEADLINE, &isnull);
	call.deadline = isnull ? DT_NOEND : DatumGetTimestampTz(value);
	call.open = true_column(rows, row, ASB_EGRESS_OPEN);
	call.allowed = true_column(rows, row, ASB_EGRESS_ALLOWED);

	call.labels = asb_egress_labels(rows, row);
	value = SPI_getbinval(tuple, desc, ASB_EGRESS_PROFILE, &isnull);
	call.profile = isnull ? InvalidOid : DatumGetObjectId(value);
	value = SPI_getbinval(tuple, desc, ASB_EGRESS_EGRESS, &isnull);
	call.egress = isnull ? ASB_EGRESS_UNREAD : asb_egress_parse(TextDatumGetCString(value));
	return call;
}

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
