/*
 * schema.h
 *	  JSON Schema 2020-12: compile a schema once, validate many jsonb values.
 *
 * Default deny: what is not in the keyword table of schema_keywords.c is
 * refused when the schema is compiled, by name and JSON pointer.  Assertions
 * and applicators of the draft are all there; annotations are checked for
 * their type and otherwise ignored; "format" asserts, for the formats of
 * common/format.h only.  Decided on purpose:
 *
 * - "$ref" stays within the document: "#", "#/a/pointer", "#anchor", or the
 *	 root's "$id" before these.  "$id" is accepted at the root only; within the
 *	 document it would change how references resolve.
 * - "$schema" is accepted at the root, and only as 2020-12's own URI.
 * - "$dynamicRef", "$dynamicAnchor", "$vocabulary" and the keywords of older
 *	 drafts are refused.
 *
 * Time: validation takes at most one evaluation per pair of subschema that is
 * part of a recursion and container in the instance, each of at most
 * ASB_SCHEMA_MAX_UNFOLDED subschemas; a schema that does not recurse evaluates
 * each of at most that many subschemas once per location of the instance that
 * it applies to.  "uniqueItems" costs n log n, patterns are linear, and
 * instances deeper than ASB_JSON_MAX_DEPTH are invalid.  Interrupts are served.
 * Very long chains of references within a deep instance may end in error 54001
 * (the server's limit of stack depth).
 */
#ifndef ASB_RPC_SCHEMA_H
#define ASB_RPC_SCHEMA_H

#include "utils/jsonb.h"

/* Subschemas met when every reference that does not recurse is followed. */
#define ASB_SCHEMA_MAX_UNFOLDED 100000

/* Compiled, immutable, in a memory context of its own. */
typedef struct AsbSchema AsbSchema;

typedef struct AsbSchemaError
{
	char	   *instance_pointer;	/* JSON pointer to what is wrong */
	char	   *keyword_pointer;	/* JSON pointer of the keyword in the schema */
	char	   *message;
} AsbSchemaError;

/*
 * Compile; the result is a child of `parent`.  Errors: 22023 naming keyword
 * and JSON pointer when the schema is refused, 0A000 when the database's
 * encoding is not UTF8.
 */
extern AsbSchema *asb_schema_compile(Jsonb *schema, MemoryContext parent);
extern void asb_schema_free(AsbSchema *schema);

/*
 * Is the instance (not compressed nor out of line) valid?  If not and err is
 * not NULL, *err is the first fault, palloc'ed in the current context.
 */
extern bool asb_schema_validate(const AsbSchema *schema, Jsonb *instance,
								AsbSchemaError *err);

#endif							/* ASB_RPC_SCHEMA_H */
