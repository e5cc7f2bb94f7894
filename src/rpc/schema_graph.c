/*
 * schema_graph.c
 *	  References of a schema, and what they do to its shape: a tree becomes a
 *	  graph, which must not run in circles without consuming input and must
 *	  not unfold into more than a bounded number of subschemas.
 */
#include "postgres.h"

#include "rpc/schema_node.h"

#include "miscadmin.h"
#include "utils/memutils.h"

typedef enum Color
{
	UNSEEN = 0,
	OPEN,						/* on the path from the start to here */
	DONE
} Color;

/* All arrays are by node number. */
typedef struct Graph
{
	Color	   *color;
	AsbNode   **parent;			/* on the path */
	int		   *order;			/* of the first visit, from 1 */
	int		   *low;			/* earliest node of the stack reached */
	int		   *component;		/* from 1; 0 while on the stack */
	int		   *stack;
	int			height;
	int			visited;
	uint64	   *unfolded;
} Graph;

/* ---- edges ---- */

typedef void (*EdgeFunction) (Graph *g, AsbNode *from, AsbNode *to,
							  bool in_place);

static void
each_in_list(Graph *g, AsbNode *node, const AsbNodeList *list, EdgeFunction f,
			 bool in_place)
{
	for (int i = 0; i < list->count; i++)
		f(g, node, list->nodes[i], in_place);
}

static void
edge(Graph *g, AsbNode *node, AsbNode *to, EdgeFunction f, bool in_place)
{
	if (to != NULL)
		f(g, node, to, in_place);
}

/* Subschemas that apply to the same value as this one. */
static void
each_in_place(Graph *g, AsbNode *node, EdgeFunction f)
{
	const AsbInPlaceRules *r = node->in_place;
	const AsbObjectRules *o = node->object_rules;

	if (o != NULL)
		for (int i = 0; i < o->ndependencies; i++)
			edge(g, node, o->dependencies[i].node, f, true);
	if (r != NULL)
	{
		edge(g, node, r->ref, f, true);
		each_in_list(g, node, &r->all_of, f, true);
		each_in_list(g, node, &r->any_of, f, true);
		each_in_list(g, node, &r->one_of, f, true);
		edge(g, node, r->not, f, true);
		edge(g, node, r->if_, f, true);
		edge(g, node, r->then, f, true);
		edge(g, node, r->else_, f, true);
	}
}

/* All subschemas, those of items and members too. */
static void
each_edge(Graph *g, AsbNode *node, EdgeFunction f)
{
	const AsbArrayRules *a = node->array_rules;
	const AsbObjectRules *o = node->object_rules;

	each_in_place(g, node, f);
	if (a != NULL)
	{
		each_in_list(g, node, &a->prefix, f, false);
		edge(g, node, a->items, f, false);
		edge(g, node, a->contains, f, false);
		edge(g, node, a->unevaluated, f, false);
	}
	if (o != NULL)
	{
		for (int i = 0; i < o->nproperties; i++)
			edge(g, node, o->properties[i].node, f, false);
		for (int i = 0; i < o->npatterns; i++)
			edge(g, node, o->patterns[i].node, f, false);
		edge(g, node, o->names, f, false);
		edge(g, node, o->additional, f, false);
		edge(g, node, o->unevaluated, f, false);
	}
}

/* ---- references ---- */

static int
compare_by_pointer(const void *a, const void *b)
{
	return strcmp((*(AsbNode *const *) a)->pointer, (*(AsbNode *const *) b)->pointer);
}

static AsbNode *
find_pointer(AsbNode **sorted, int n, const char *pointer)
{
	AsbNode		key = {.pointer = pointer};
	AsbNode    *wanted = &key;
	AsbNode   **found = bsearch(&wanted, sorted, n, sizeof(AsbNode *),
								compare_by_pointer);

	return found ? *found : NULL;
}

static AsbNode *
find_anchor(const AsbCompiler *c, const char *name)
{
	ListCell   *lc;

	CHECK_FOR_INTERRUPTS();
	foreach(lc, c->anchors)
	{
		AsbAnchor  *anchor = lfirst(lc);

		if (strcmp(anchor->name, name) == 0)
			return anchor->node;
	}
	return NULL;
}

static void
check_anchors(const AsbCompiler *c)
{
	ListCell   *lc;

	foreach(lc, c->anchors)
	{
		AsbAnchor  *anchor = lfirst(lc);

		if (find_anchor(c, anchor->name) != anchor->node)
			asb_schema_refuse(asb_pointer_append(anchor->node->pointer, "$anchor", 7),
							  "the anchor \"%s\" is there twice", anchor->name);
	}
}

/* Value of two hexadecimal digits, -1 if they are none. */
static int
hex_byte(const char *s)
{
	int			value = 0;

	for (int i = 0; i < 2; i++)
	{
		const char *digits = "0123456789abcdef";
		const char *at = s[i] ? strchr(digits, pg_tolower((unsigned char) s[i])) : NULL;

		if (at == NULL)
			return -1;
		value = value * 16 + (at - digits);
	}
	return value;
}

/* The fragment of a reference, percent-decoded; NULL if it is not for us. */
static char *
fragment(const AsbCompiler *c, const AsbReference *r)
{
	const char *s = r->target;
	const char *end = s + r->len;
	char	   *result = palloc(r->len + 1);
	char	   *out = result;

	if (c->base != NULL && r->len >= c->base_len &&
		memcmp(s, c->base, c->base_len) == 0)
		s += c->base_len;
	if (s < end && *s++ != '#')
		return NULL;
	while (s < end)
	{
		int			byte = (unsigned char) *s++;

		if (byte == '%')
		{
			byte = end - s >= 2 ? hex_byte(s) : -1;
			if (byte <= 0)
				return NULL;
			s += 2;
		}
		*out++ = byte;
	}
	*out = '\0';
	return result;
}

static void
resolve(const AsbCompiler *c, AsbNode **sorted, const AsbReference *r)
{
	const char *place = asb_pointer_append(r->from->pointer, "$ref", 4);
	char	   *target = fragment(c, r);
	AsbNode    *node;

	if (target == NULL)
		asb_schema_refuse(place, "\"$ref\" \"%.*s\" is not within this document",
						  r->len, r->target);
	if (target[0] == '\0' || target[0] == '/')
		node = find_pointer(sorted, list_length(c->nodes), target);
	else
		node = find_anchor(c, target);
	if (node == NULL)
		asb_schema_refuse(place, "\"$ref\" \"%.*s\" does not lead to a schema",
						  r->len, r->target);
	r->from->in_place->ref = node;
	pfree(target);
}

/* ---- circles ---- */

/*
 * `to` is on the path to `from`, all in place: name one of the references
 * that make up the circle.
 */
static void
refuse_circle(Graph *g, AsbNode *from, AsbNode *to)
{
	while (from->in_place == NULL || from->in_place->ref != to)
	{
		to = from;
		from = g->parent[from->number];
	}
	asb_schema_refuse(asb_pointer_append(from->pointer, "$ref", 4),
					  "\"$ref\" leads back to itself without consuming input");
}

static void
visit_in_place(Graph *g, AsbNode *from, AsbNode *to, bool in_place)
{
	check_stack_depth();
	if (g->color[to->number] == OPEN)
		refuse_circle(g, from, to);
	if (g->color[to->number] == DONE)
		return;
	g->color[to->number] = OPEN;
	g->parent[to->number] = from;
	each_in_place(g, to, visit_in_place);
	g->color[to->number] = DONE;
}

/*
 * Strongly connected subschemas (Tarjan): those that recurse into each other
 * get the same component.
 */
static void
visit_component(Graph *g, AsbNode *from, AsbNode *to, bool in_place)
{
	int			me = to->number;

	check_stack_depth();
	if (g->order[me] == 0)
	{
		int			height = g->height;

		g->order[me] = g->low[me] = ++g->visited;
		g->stack[g->height++] = me;
		each_edge(g, to, visit_component);
		if (g->low[me] == g->order[me])
			while (g->height > height)
				g->component[g->stack[--g->height]] = me + 1;
	}
	if (from != NULL && g->component[me] == 0)
		g->low[from->number] = Min(g->low[from->number], g->low[me]);
}

/*
 * Every recursion goes into an item or a member somewhere (circles in place
 * have been refused): the schema it enters there remembers its verdicts, so
 * that no recursion is run through twice for the same value.
 */
static void
mark_recursion(Graph *g, AsbNode *from, AsbNode *to, bool in_place)
{
	if (!in_place && g->component[from->number] == g->component[to->number])
	{
		while (to->alias)
			to = to->alias;
		to->memo = true;
	}
}

/* Count the subschemas met from each node on, stopping at remembered verdicts. */
static void
count_unfolded(Graph *g, AsbNode *from, AsbNode *to, bool in_place)
{
	uint64	   *count;

	check_stack_depth();
	while (to->alias)
		to = to->alias;
	count = &g->unfolded[to->number];
	if (from != NULL && !in_place && to->memo)
	{
		g->unfolded[from->number]++;
		return;
	}
	if (*count == 0)
	{
		*count = 1;
		each_edge(g, to, count_unfolded);
		if (*count > ASB_SCHEMA_MAX_UNFOLDED)
			asb_schema_refuse(to->pointer, "its references unfold into more than %d subschemas",
							  ASB_SCHEMA_MAX_UNFOLDED);
	}
	if (from != NULL)
		g->unfolded[from->number] += *count;
}

/* A schema that is nothing but a reference stands for its target. */
static bool
is_alias(const AsbNode *n)
{
	const AsbInPlaceRules *r = n->in_place;

	return r != NULL && r->ref != NULL && n->types == ASB_TYPE_ANY &&
		n->enum_ == NULL && n->const_ == NULL && n->number_rules == NULL &&
		n->string_rules == NULL && n->array_rules == NULL &&
		n->object_rules == NULL &&
		r->all_of.count + r->any_of.count + r->one_of.count == 0 &&
		r->not == NULL && r->if_ == NULL;
}

static AsbNode **
sorted_nodes(const AsbCompiler *c)
{
	int			n = list_length(c->nodes);
	AsbNode   **sorted = palloc(sizeof(AsbNode *) * n);

	for (int i = 0; i < n; i++)
		sorted[i] = list_nth(c->nodes, i);
	qsort(sorted, n, sizeof(AsbNode *), compare_by_pointer);
	return sorted;
}

static void
start_everywhere(Graph *g, const AsbCompiler *c, EdgeFunction f)
{
	ListCell   *lc;

	foreach(lc, c->nodes)
		f(g, NULL, lfirst(lc), true);
}

void
asb_schema_link(AsbCompiler *c)
{
	int			n = list_length(c->nodes);
	MemoryContext caller;
	MemoryContext scratch;
	Graph		g = {0};
	AsbNode   **sorted;
	ListCell   *lc;

	scratch = AllocSetContextCreate(CurrentMemoryContext, "schema graph",
									ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(scratch);
	sorted = sorted_nodes(c);
	check_anchors(c);
	foreach(lc, c->references)
		resolve(c, sorted, lfirst(lc));

	g.color = palloc0(sizeof(Color) * n);
	g.parent = palloc0(sizeof(AsbNode *) * n);
	start_everywhere(&g, c, visit_in_place);
	foreach(lc, c->nodes)
	{
		AsbNode    *node = lfirst(lc);

		if (is_alias(node))
			node->alias = node->in_place->ref;
	}

	g.order = palloc0(sizeof(int) * n);
	g.low = palloc0(sizeof(int) * n);
	g.component = palloc0(sizeof(int) * n);
	g.stack = palloc(sizeof(int) * n);
	start_everywhere(&g, c, visit_component);
	foreach(lc, c->nodes)
		each_edge(&g, lfirst(lc), mark_recursion);
	g.unfolded = palloc0(sizeof(uint64) * n);
	start_everywhere(&g, c, count_unfolded);

	MemoryContextSwitchTo(caller);
	MemoryContextDelete(scratch);
}
