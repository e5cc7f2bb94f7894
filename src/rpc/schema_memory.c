/*
 * schema_memory.c
 *	  What a validation remembers: evaluated children, verdicts of recursions.
 */
#include "postgres.h"

#include "rpc/schema_validate.h"

#include "common/hashfn.h"

/* ---- evaluated items and members ---- */

static int
word_count(const AsbEvaluated *e)
{
	return (e->count + 63) / 64;
}

void
asb_evaluated_init(AsbEvaluated *e, const AsbJValue *container)
{
	e->count = asb_j_count(container);
	if (word_count(e) <= lengthof(e->few))
	{
		e->words = e->few;
		memset(e->few, 0, sizeof(e->few));
	}
	else
		e->words = palloc0(sizeof(uint64) * word_count(e));
}

void
asb_evaluated_free(AsbEvaluated *e)
{
	if (e->words != e->few)
		pfree(e->words);
}

void
asb_evaluated_add(AsbEvaluated *to, const AsbEvaluated *from)
{
	for (int i = 0; i < word_count(to); i++)
		to->words[i] |= from->words[i];
}

/* ---- verdicts ---- */

/* An array or object is known by its address within the instance. */
typedef struct MemoKey
{
	const void *container;
	const AsbNode *node;
} MemoKey;

typedef struct MemoEntry
{
	MemoKey		key;
	bool		ok;
	char		status;
} MemoEntry;

static inline uint32
memo_hash(MemoKey key)
{
	return hash_combine(murmurhash32((uint32) (uintptr_t) key.container),
						murmurhash32(key.node->number));
}

#define SH_PREFIX asb_verdict
#define SH_ELEMENT_TYPE MemoEntry
#define SH_KEY_TYPE MemoKey
#define SH_KEY key
#define SH_HASH_KEY(tb, key) memo_hash(key)
#define SH_EQUAL(tb, a, b) ((a).container == (b).container && (a).node == (b).node)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

bool
asb_memo_find(AsbValidation *vn, const AsbNode *node, const AsbJValue *v, bool *ok)
{
	MemoEntry  *entry;

	if (vn->memo == NULL)
		return false;
	entry = asb_verdict_lookup(vn->memo, (MemoKey) {v->container, node});
	if (entry == NULL)
		return false;
	*ok = entry->ok;
	return true;
}

void
asb_memo_store(AsbValidation *vn, const AsbNode *node, const AsbJValue *v, bool ok)
{
	bool		found;

	if (vn->memo == NULL)
		vn->memo = asb_verdict_create(CurrentMemoryContext, 64, NULL);
	asb_verdict_insert(vn->memo, (MemoKey) {v->container, node}, &found)->ok = ok;
}

void
asb_memo_free(AsbValidation *vn)
{
	if (vn->memo != NULL)
		asb_verdict_destroy(vn->memo);
}
