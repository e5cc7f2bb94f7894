/*
 * schema_keywords.h
 *	  Shared by the files that interpret keywords; private to them.
 */
#ifndef ASB_RPC_SCHEMA_KEYWORDS_H
#define ASB_RPC_SCHEMA_KEYWORDS_H

#include "rpc/schema_node.h"

/* What a keyword's function gets. */
typedef struct AsbKeyword
{
	AsbCompiler *compiler;
	AsbNode    *node;			/* the schema it stands in */
	const char *pointer;		/* its own JSON pointer */
	const char *name;
	const AsbJValue *value;
} AsbKeyword;

typedef struct AsbKeywordEntry
{
	const char *name;
	void		(*function) (const AsbKeyword *k);
} AsbKeywordEntry;

/* Tables, each ended by an entry without name. */
extern const AsbKeywordEntry asb_value_keywords[];
extern const AsbKeywordEntry asb_container_keywords[];

/* Refuse a value of another type; `what` describes what is needed. */
extern void asb_keyword_expect(const AsbKeyword *k, AsbJType type, const char *what);
extern void asb_keyword_string(const AsbKeyword *k);
extern void asb_keyword_bool(const AsbKeyword *k);
extern void asb_keyword_array(const AsbKeyword *k);

/* A length or count; what exceeds any possible instance is no limit. */
extern int	asb_keyword_count(const AsbKeyword *k);

/* The value is a schema; a non-empty array of schemas. */
extern AsbNode *asb_keyword_schema(const AsbKeyword *k);
extern AsbNodeList asb_keyword_schemas(const AsbKeyword *k);

/* Members of an object, one call each with its key and JSON pointer. */
typedef void (*AsbMemberFunction) (const AsbKeyword *k, const AsbJValue *key,
								   const char *pointer, const AsbJValue *v,
								   int index);
extern void asb_keyword_members(const AsbKeyword *k, AsbMemberFunction function);

/* Refuse what is no array of strings, each there once. */
extern void asb_keyword_unique_strings(const char *pointer, const AsbJValue *array);

/* Compile a pattern into the current memory context. */
extern AsbRegex *asb_keyword_regex(const char *pointer, const char *pattern, int len);

#endif							/* ASB_RPC_SCHEMA_KEYWORDS_H */
