/*
 * schema_node.h
 *	  The compiled form of a JSON Schema: one node per subschema.
 *	  Private to the schema_*.c files and to what computes with schemas.
 */
#ifndef ASB_RPC_SCHEMA_NODE_H
#define ASB_RPC_SCHEMA_NODE_H

#include "common/format.h"
#include "common/regex.h"
#include "nodes/pg_list.h"
#include "core/compat.h"
#include "rpc/jvalue.h"
#include "rpc/schema.h"

typedef struct AsbNode AsbNode;

/* Bits of AsbNode.types */
#define ASB_TYPE_NULL		0x01
#define ASB_TYPE_BOOL		0x02
#define ASB_TYPE_INTEGER	0x04
#define ASB_TYPE_FRACTION	0x08	/* a number that is no integer */
#define ASB_TYPE_STRING		0x10
#define ASB_TYPE_ARRAY		0x20
#define ASB_TYPE_OBJECT		0x40
#define ASB_TYPE_NUMBER		(ASB_TYPE_INTEGER | ASB_TYPE_FRACTION)
#define ASB_TYPE_ANY		0x7F

/* The one that a value has. */
static inline int
asb_json_type(const AsbJValue *v)
{
	AsbDecimal	d;

	switch (v->type)
	{
		case ASB_J_NULL:
			return ASB_TYPE_NULL;
		case ASB_J_BOOL:
			return ASB_TYPE_BOOL;
		case ASB_J_STRING:
			return ASB_TYPE_STRING;
		case ASB_J_ARRAY:
			return ASB_TYPE_ARRAY;
		case ASB_J_OBJECT:
			return ASB_TYPE_OBJECT;
		case ASB_J_NUMBER:
			break;
	}
	asb_decimal_read(v->number, &d);
	return asb_decimal_is_integer(&d) ? ASB_TYPE_INTEGER : ASB_TYPE_FRACTION;
}

/* "no upper limit" of lengths and counts */
#define ASB_UNLIMITED PG_INT32_MAX

typedef struct AsbNodeList
{
	AsbNode   **nodes;
	int			count;
} AsbNodeList;

/* enum: its members, sorted by asb_j_compare(); const: its one value */
typedef struct AsbValueSet
{
	AsbJValue  *values;
	int			count;
	const char *keyword;
} AsbValueSet;

typedef struct AsbNumberRules
{
	AsbBound   *minimum;		/* each NULL when absent */
	AsbBound   *maximum;
	AsbBound   *exclusive_minimum;
	AsbBound   *exclusive_maximum;
	AsbDivisor *multiple_of;
} AsbNumberRules;

typedef struct AsbStringRules
{
	int			min_length;
	int			max_length;
	AsbRegex   *pattern;		/* NULL when absent */
	AsbFormatCheck format;		/* NULL when absent */
	const char *format_name;
} AsbStringRules;

typedef struct AsbArrayRules
{
	int			min_items;
	int			max_items;
	bool		unique;
	AsbNodeList prefix;
	AsbNode    *items;			/* each NULL when absent */
	AsbNode    *contains;
	int			min_contains;
	int			max_contains;
	AsbNode    *unevaluated;
} AsbArrayRules;

/* What is said of a member with this name. */
typedef struct AsbProperty
{
	const char *name;
	int			len;
	bool		required;
	AsbNode    *node;			/* NULL when it is only required */
} AsbProperty;

typedef struct AsbPatternProperty
{
	AsbRegex   *regex;
	AsbNode    *node;
} AsbPatternProperty;

/* dependentRequired, dependentSchemas: if `name` is there, so must ... */
typedef struct AsbDependency
{
	const char *name;
	int			len;
	AsbJValue	required;		/* array of names; or null */
	AsbNode    *node;			/* or NULL */
} AsbDependency;

typedef struct AsbObjectRules
{
	int			min_properties;
	int			max_properties;
	AsbProperty *properties;	/* in the order of jsonb's keys */
	int			nproperties;
	AsbPatternProperty *patterns;
	int			npatterns;
	AsbDependency *dependencies;
	int			ndependencies;
	AsbNode    *names;			/* each NULL when absent */
	AsbNode    *additional;
	AsbNode    *unevaluated;
} AsbObjectRules;

/* Subschemas that apply to the same value. */
typedef struct AsbInPlaceRules
{
	AsbNodeList all_of;
	AsbNodeList any_of;
	AsbNodeList one_of;
	AsbNode    *ref;			/* each NULL when absent */
	AsbNode    *not;
	AsbNode    *if_;
	AsbNode    *then;
	AsbNode    *else_;
} AsbInPlaceRules;

struct AsbNode
{
	const char *pointer;		/* JSON pointer of this schema */
	int			number;			/* unique within the document */
	uint8		types;			/* which are allowed */
	bool		is_false;		/* the schema false */
	bool		is_true;		/* nothing can fail */
	bool		memo;			/* part of a recursion: remember verdicts */
	AsbNode    *alias;			/* this is nothing but a reference to it */
	AsbValueSet *enum_;			/* each NULL when there is no such keyword */
	AsbValueSet *const_;
	AsbNumberRules *number_rules;
	AsbStringRules *string_rules;
	AsbArrayRules *array_rules;
	AsbObjectRules *object_rules;
	AsbInPlaceRules *in_place;
};

struct AsbSchema
{
	MemoryContext context;
	AsbNode    *root;
	int			nnodes;			/* node numbers are below */
};

/* ---- between the files of the compiler ---- */

typedef struct AsbReference
{
	AsbNode    *from;
	const char *target;
	int			len;
} AsbReference;

typedef struct AsbAnchor
{
	const char *name;
	AsbNode    *node;
} AsbAnchor;

typedef struct AsbCompiler
{
	List	   *nodes;			/* of AsbNode, by number */
	List	   *references;		/* of AsbReference, to be resolved */
	List	   *anchors;		/* of AsbAnchor */
	const char *base;			/* the root's $id, or NULL */
	int			base_len;
} AsbCompiler;

/* Error 22023 about the keyword at this place; the reason is a format. */
extern void asb_schema_refuse(const char *pointer, const char *reason,...)
			pg_attribute_printf(2, 3) pg_attribute_noreturn();

/* As psprintf(). */
extern char *asb_schema_vformat(const char *format, va_list args) pg_attribute_printf(1, 0);

/* pointer + "/" + token, the token escaped as JSON pointers want it */
extern char *asb_pointer_append(const char *pointer, const char *token, int len);

/* Compile the subschema at this place. */
extern AsbNode *asb_schema_node(AsbCompiler *c, const char *pointer,
								const AsbJValue *v);

/* Interpret one keyword of a schema (schema_keywords.c). */
extern void asb_schema_keyword(AsbCompiler *c, AsbNode *node,
							   const char *name, int len, const AsbJValue *v);

/* Set up what depends on several keywords of a schema. */
extern void asb_schema_finish_node(AsbNode *node);

/* Resolve references; refuse circles; find recursion (schema_graph.c). */
extern void asb_schema_link(AsbCompiler *c);

#endif							/* ASB_RPC_SCHEMA_NODE_H */
