/*
 * rates.c
 *	  How many calls of a method a conversation has made lately.
 *
 * For each pair the times of the last so many calls are kept, in a ring, so
 * the limit holds for every interval and not on average.  A call counts when it
 * is submitted, held or not.  The table is asked once for each pair; it has
 * those that were relayed, from when they were, and are not deleted yet.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "core/query.h"
#include "core/table.h"
#include "worker/rates.h"

#define MAX_PAIRS 10000

typedef struct RateKey
{
	pg_uuid_t	conversation;
	char		method[NAMEDATALEN];
} RateKey;

typedef struct Rate
{
	RateKey		key;			/* hash key */
	int			calls;			/* length of the ring: the method's limit */
	int			oldest;			/* the next to be overwritten */
	TimestampTz *times;			/* or NULL; DT_NOBEGIN: none yet */
} Rate;

static HTAB *rates = NULL;
static MemoryContext rates_context = NULL;

void
asb_rates_forget(void)
{
	if (rates_context)
		MemoryContextDelete(rates_context);
	rates_context = NULL;
	rates = NULL;
}

static void
create_rates(void)
{
	rates_context = AllocSetContextCreate(TopMemoryContext, "agentsandbox rates",
										  ALLOCSET_DEFAULT_SIZES);
	rates = asb_table_create("agentsandbox rates", rates_context, sizeof(RateKey), sizeof(Rate));
}

/* Fills the ring from the table, newest last. */
static void
read_rate(Rate *rate, int calls)
{
	static AsbQuery query = {
		"SELECT ready_at FROM agentsandbox.remoteprocedurecalls"
		" WHERE conversation = $1 AND method = $2 AND ready_at IS NOT NULL"
		" ORDER BY ready_at DESC LIMIT $3",
		3, {UUIDOID, TEXTOID, INT4OID}
	};
	Datum		values[] = {
		UUIDPGetDatum(&rate->key.conversation),
		PointerGetDatum(cstring_to_text(rate->key.method)),
		Int32GetDatum(calls)
	};
	uint64		n = asb_query(&query, values, NULL);
	bool		isnull;

	rate->times = rate->times ? repalloc(rate->times, sizeof(TimestampTz) * calls) :
		MemoryContextAlloc(rates_context, sizeof(TimestampTz) * calls);
	for (int i = 0; i < calls; i++)
		rate->times[calls - 1 - i] = i < n ?
			DatumGetTimestampTz(asb_query_datum(i, 1, &isnull)) : DT_NOBEGIN;
	rate->calls = calls;
	rate->oldest = 0;
}

bool
asb_rate_take(const pg_uuid_t *conversation, const char *method,
			  int calls, int64 interval, double *retry_after)
{
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz oldest;
	RateKey		key = {*conversation};
	Rate	   *rate;
	bool		found;

	if (rates && hash_get_num_entries(rates) >= MAX_PAIRS)
		asb_rates_forget();
	if (rates == NULL)
		create_rates();

	strlcpy(key.method, method, sizeof(key.method));
	rate = hash_search(rates, &key, HASH_ENTER, &found);
	if (!found)
		rate->times = NULL;
	if (!found || rate->calls != calls)
	{
		rate->calls = 0;		/* in case reading fails */
		read_rate(rate, calls);
	}

	oldest = rate->times[rate->oldest];
	if (oldest != DT_NOBEGIN && now - oldest < interval)
	{
		*retry_after = (double) (interval - (now - oldest)) / USECS_PER_SEC;
		return false;
	}
	rate->times[rate->oldest] = now;
	rate->oldest = (rate->oldest + 1) % calls;
	return true;
}
