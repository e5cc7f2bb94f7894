/*
 * schema_validate.h
 *	  Shared by the files of the validator; private to them.
 */
#ifndef ASB_RPC_SCHEMA_VALIDATE_H
#define ASB_RPC_SCHEMA_VALIDATE_H

#include "common/utf8.h"
#include "rpc/schema_node.h"

struct asb_verdict_hash;

typedef struct AsbValidation
{
	AsbSchemaError *error;		/* where to put the first fault, or NULL */
	int			speculative;	/* > 0: a failure here may be no failure */
	struct asb_verdict_hash *memo; /* verdicts, NULL until there is one */
} AsbValidation;

/* Where a value is: its name or index in what `up` describes; NULL is the root. */
typedef struct AsbPlace
{
	const struct AsbPlace *up;
	const char *key;			/* name of n bytes, or NULL: index n */
	int			n;
} AsbPlace;

/*
 * Which items of an array, or members of an object (by their position), have
 * been evaluated.
 */
typedef struct AsbEvaluated
{
	int			count;
	uint64	   *words;
	uint64		few[2];			/* words of a small container */
} AsbEvaluated;

extern void asb_evaluated_init(AsbEvaluated *e, const AsbJValue *container);
extern void asb_evaluated_free(AsbEvaluated *e);
extern void asb_evaluated_add(AsbEvaluated *to, const AsbEvaluated *from);

static inline void
asb_evaluated_mark(AsbEvaluated *e, int i)
{
	if (e != NULL)
		e->words[i / 64] |= UINT64CONST(1) << (i % 64);
}

static inline bool
asb_evaluated_has(const AsbEvaluated *e, int i)
{
	return (e->words[i / 64] >> (i % 64)) & 1;
}

/* Verdict of an earlier evaluation of this node for this array or object. */
extern bool asb_memo_find(AsbValidation *vn, const AsbNode *node,
						  const AsbJValue *v, bool *ok);
extern void asb_memo_store(AsbValidation *vn, const AsbNode *node,
						   const AsbJValue *v, bool ok);
extern void asb_memo_free(AsbValidation *vn);

/* Always false; notes the fault. `keyword` is below the node, or NULL. */
extern bool asb_fault(AsbValidation *vn, const AsbNode *node,
					  const char *keyword, const AsbPlace *place,
					  const char *message,...) pg_attribute_printf(5, 6);

/*
 * Is the value valid?  Where `evaluated` is not NULL (then the value is a
 * container) it is told which children were evaluated.
 */
extern bool asb_validate_node(AsbValidation *vn, const AsbNode *node,
							  const AsbJValue *v, const AsbPlace *place,
							  AsbEvaluated *evaluated);

extern bool asb_check_array(AsbValidation *vn, const AsbNode *node,
							const AsbJValue *v, const AsbPlace *place,
							AsbEvaluated *evaluated);
extern bool asb_check_object(AsbValidation *vn, const AsbNode *node,
							 const AsbJValue *v, const AsbPlace *place,
							 AsbEvaluated *evaluated);

#endif							/* ASB_RPC_SCHEMA_VALIDATE_H */
