/*
 * jvalue.c
 *	  Reading jsonb in place: roots, members, comparison.
 */
#include "postgres.h"

#include "rpc/jvalue.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"

void
asb_j_require_utf8(void)
{
	if (GetDatabaseEncoding() != PG_UTF8)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("remote procedure calls need a database with encoding UTF8"),
				 errdetail("This database has encoding %s.",
						   GetDatabaseEncodingName())));
}

void
asb_j_root(Jsonb *jb, AsbJValue *v)
{
	v->container = &jb->root;
	v->type = JsonContainerIsArray(v->container) ? ASB_J_ARRAY : ASB_J_OBJECT;
	if (JsonContainerIsScalar(v->container))
	{
		AsbJCursor	cursor = asb_j_start(v);

		asb_j_next(&cursor, v);
	}
}

static bool
depth_within(const AsbJValue *v, int limit)
{
	AsbJCursor	cursor;
	AsbJValue	child;

	if (v->type < ASB_J_ARRAY)
		return true;
	if (limit == 0)
		return false;
	cursor = v->type == ASB_J_OBJECT ? asb_j_start_values(v) : asb_j_start(v);
	for (int i = asb_j_count(v); i > 0; i--)
	{
		asb_j_next(&cursor, &child);
		if (child.type >= ASB_J_ARRAY && !depth_within(&child, limit - 1))
			return false;
	}
	return true;
}

bool
asb_j_depth_ok(Jsonb *jb)
{
	AsbJValue	root;

	/* A level takes at least a container's header and one entry. */
	if (VARSIZE(jb) <= ASB_JSON_MAX_DEPTH * (sizeof(uint32) + sizeof(JEntry)))
		return true;
	asb_j_root(jb, &root);
	return depth_within(&root, ASB_JSON_MAX_DEPTH);
}

bool
asb_j_member(const AsbJValue *object, const char *key, int len, AsbJValue *v)
{
	const JsonbContainer *c = object->container;
	const char *base = asb_j_start(object).base;
	int			count = asb_j_count(object);
	int			low = 0,
				high = count;

	while (low < high)
	{
		int			mid = (low + high) / 2;
		uint32		offset = getJsonbOffset(c, mid);
		int			order = asb_j_key_compare(key, len, base + offset,
											  getJsonbLength(c, mid));

		if (order == 0)
		{
			AsbJCursor	cursor = {c->children + count + mid, base,
			getJsonbOffset(c, count + mid)};

			asb_j_next(&cursor, v);
			return true;
		}
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return false;
}

static int
compare_containers(const AsbJValue *a, const AsbJValue *b)
{
	int			count = asb_j_count(a);
	AsbJCursor	x = asb_j_start(a);
	AsbJCursor	y = asb_j_start(b);
	AsbJValue	v,
				w;

	if (count != asb_j_count(b))
		return count - asb_j_count(b);
	if (a->type == ASB_J_OBJECT)
		count *= 2;				/* the keys are sorted: all of them, then values */
	for (; count > 0; count--)
	{
		int			order;

		asb_j_next(&x, &v);
		asb_j_next(&y, &w);
		order = asb_j_compare(&v, &w);
		if (order != 0)
			return order;
	}
	return 0;
}

int
asb_j_compare(const AsbJValue *a, const AsbJValue *b)
{
	if (a->type != b->type)
		return (int) a->type - (int) b->type;
	switch (a->type)
	{
		case ASB_J_NULL:
			return 0;
		case ASB_J_BOOL:
			return a->len - b->len;
		case ASB_J_NUMBER:
			return asb_numeric_compare(a->number, b->number);
		case ASB_J_STRING:
			return asb_j_key_compare(a->string, a->len, b->string, b->len);
		case ASB_J_ARRAY:
		case ASB_J_OBJECT:
			CHECK_FOR_INTERRUPTS();
			return compare_containers(a, b);
	}
	return 0;
}
