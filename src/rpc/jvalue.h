/*
 * jvalue.h
 *	  Reading jsonb in place.
 *
 * The server's JsonbIterator keeps a state per level on the heap and copies
 * each value; the validator and the canonical writer only need to look.  An
 * AsbJValue points into the Jsonb, nothing is allocated.  Strings are in the
 * database's encoding, which the callers have made sure is UTF8.
 */
#ifndef ASB_RPC_JVALUE_H
#define ASB_RPC_JVALUE_H

#include "rpc/decimal.h"
#include "utils/jsonb.h"

/* Deepest nesting that is accepted, of schemas and of instances. */
#define ASB_JSON_MAX_DEPTH 512

typedef enum AsbJType
{
	ASB_J_NULL,
	ASB_J_BOOL,
	ASB_J_NUMBER,
	ASB_J_STRING,
	ASB_J_ARRAY,
	ASB_J_OBJECT
} AsbJType;

typedef struct AsbJValue
{
	AsbJType	type;
	int			len;			/* string: bytes; bool: its value */
	union
	{
		const char *string;
		Numeric		number;
		const JsonbContainer *container;
	};
} AsbJValue;

/* Position within the entries of a container. */
typedef struct AsbJCursor
{
	const JEntry *entry;		/* the next */
	const char *base;			/* data that the offsets count from */
	uint32		offset;			/* end of the previous */
} AsbJCursor;

static inline int
asb_j_count(const AsbJValue *container)
{
	return JsonContainerSize(container->container);
}

/* Start at an array's elements, or at an object's keys. */
static inline AsbJCursor
asb_j_start(const AsbJValue *container)
{
	const JsonbContainer *c = container->container;
	int			entries = JsonContainerSize(c);

	if (container->type == ASB_J_OBJECT)
		entries *= 2;
	return (AsbJCursor) {c->children, (const char *) &c->children[entries], 0};
}

/* Start at an object's values. */
static inline AsbJCursor
asb_j_start_values(const AsbJValue *object)
{
	AsbJCursor	cursor = asb_j_start(object);
	int			count = asb_j_count(object);

	cursor.entry += count;
	cursor.offset = getJsonbOffset(object->container, count);
	return cursor;
}

/* Read the value at the cursor and step over it. */
static inline void
asb_j_next(AsbJCursor *cursor, AsbJValue *v)
{
	JEntry		entry = *cursor->entry++;
	uint32		start = cursor->offset;
	uint32		end = JBE_OFFLENFLD(entry);

	if (!JBE_HAS_OFF(entry))
		end += start;
	cursor->offset = end;
	switch (entry & JENTRY_TYPEMASK)
	{
		case JENTRY_ISSTRING:
			v->type = ASB_J_STRING;
			v->string = cursor->base + start;
			v->len = end - start;
			break;
		case JENTRY_ISNUMERIC:
			v->type = ASB_J_NUMBER;
			v->number = (Numeric) (cursor->base + INTALIGN(start));
			break;
		case JENTRY_ISBOOL_TRUE:
		case JENTRY_ISBOOL_FALSE:
			v->type = ASB_J_BOOL;
			v->len = JBE_ISBOOL_TRUE(entry);
			break;
		case JENTRY_ISNULL:
			v->type = ASB_J_NULL;
			break;
		default:
			v->container = (const JsonbContainer *) (cursor->base + INTALIGN(start));
			v->type = JsonContainerIsArray(v->container) ? ASB_J_ARRAY : ASB_J_OBJECT;
			break;
	}
}

/* The same where it is known to be a string, such as an object's key. */
static inline void
asb_j_next_string(AsbJCursor *cursor, AsbJValue *key)
{
	JEntry		entry = *cursor->entry++;
	uint32		start = cursor->offset;

	cursor->offset = JBE_OFFLENFLD(entry);
	if (!JBE_HAS_OFF(entry))
		cursor->offset += start;
	key->type = ASB_J_STRING;
	key->string = cursor->base + start;
	key->len = cursor->offset - start;
}

/* Order of an object's keys within jsonb: shorter first, then by bytes. */
static inline int
asb_j_key_compare(const char *a, int alen, const char *b, int blen)
{
	return alen != blen ? alen - blen : memcmp(a, b, alen);
}

/*
 * Error unless the database's encoding is UTF8: string lengths, patterns and
 * the canonical text are all defined on Unicode characters.
 */
extern void asb_j_require_utf8(void);

/* The value of a whole Jsonb, not compressed nor out of line. */
extern void asb_j_root(Jsonb *jb, AsbJValue *v);

/* Is nothing nested deeper than ASB_JSON_MAX_DEPTH? */
extern bool asb_j_depth_ok(Jsonb *jb);

/* Find an object's member; false if there is none. */
extern bool asb_j_member(const AsbJValue *object, const char *key, int len,
						 AsbJValue *v);

/*
 * A total order in which two values are equal if and only if JSON calls them
 * so: 1.0 equals 1, members' order does not matter.  Both must have passed
 * asb_j_depth_ok().
 */
extern int	asb_j_compare(const AsbJValue *a, const AsbJValue *b);

#endif							/* ASB_RPC_JVALUE_H */
