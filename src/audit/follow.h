/*
 * follow.h
 *	  What is reached through something else.
 */
#ifndef ASB_FOLLOW_H
#define ASB_FOLLOW_H

#include "access/sysattr.h"
#include "nodes/bitmapset.h"

#include "audit/surface.h"
#include "audit/world.h"

/*
 * The agent, where a role is meant.  The profile's role stands beside it: what
 * that owns uses its privileges as the server counts them, with those of
 * PUBLIC, where the gates ask the agent for a grant.
 */
#define ASB_AGENT	InvalidOid

/* A use of something, whose consequences are to be looked for. */
typedef struct AsbUseKey
{
	/* hashed by its bytes: nothing may lie between the fields or behind them */
	AclMode		command;		/* on a relation; ACL_EXECUTE: of a function; ACL_USAGE: of a type */
	Oid			object;			/* relation, function or type */
	Oid			checked_as;		/* whose privileges on a relation are checked */
	Oid			user;			/* whom functions run as */
	uint32		unfiltered;		/* policies do not apply: by a foreign key, or a parent's do */
} AsbUseKey;

StaticAssertDecl(sizeof(AsbUseKey) == sizeof(AclMode) + 3 * sizeof(Oid) + sizeof(uint32),
				 "padding in a hash key");

typedef struct AsbUse
{
	AsbUseKey	key;			/* hash key */
	const Bitmapset *columns;	/* as in RangeTblEntry.selectedCols; NULL: all */
	const char *filter;			/* of a partition: its parent's */
	AsbPath    *path;			/* to the use; NULL: the agent's own */
} AsbUse;

/* Who does what is being followed. */
typedef struct AsbActor
{
	Oid			checked_as;
	Oid			user;
	AsbPath    *path;
} AsbActor;

/* The role whose privileges, policies and memberships the server would look at. */
static inline Oid
asb_actual_role(const AsbSurface *surface, Oid role)
{
	return role == ASB_AGENT ? surface->role : role;
}

/* Direct uses; the parts note them. */
extern void asb_follow_relation(AsbSurface *surface, AsbRelation *relation, AclMode command,
								const Bitmapset *columns);
extern void asb_follow_function(AsbSurface *surface, AsbFunction *function);
extern void asb_follow_type(AsbSurface *surface, Oid typid);

/* Those of the columns, as in RangeTblEntry.selectedCols, to which the role may do this. */
extern Bitmapset *asb_allowed_columns(AsbSurface *surface, AsbRelation *relation, AclMode command,
									  const Bitmapset *columns, Oid role);

/*
 * For the parts of following: something is used, in the course of what the
 * actor does.  Adds rows and notes the use.
 */
extern void asb_reach_relation(AsbSurface *surface, const AsbActor *actor, Oid relid,
							   AclMode command, const Bitmapset *columns);

/* The same where nobody's privileges are checked, nor policies applied. */
extern void asb_reach_relation_unchecked(AsbSurface *surface, const AsbActor *actor, Oid relid,
										 AclMode command, const Bitmapset *columns,
										 const char *filter);
extern void asb_reach_function(AsbSurface *surface, const AsbActor *actor, Oid funcid, bool checked);
extern void asb_reach_sequence(AsbSurface *surface, const AsbActor *actor, Oid relid, bool checked);

/* A value of the type is made, so that a domain is checked. */
extern void asb_reach_type(AsbSurface *surface, const AsbActor *actor, Oid typid);

/* What an expression or a query does, for the actor. */
extern void asb_follow_node(AsbSurface *surface, const AsbActor *actor, Node *node);

/* ... of which a row of a catalog has the tree, in this column, or null. */
extern void asb_follow_stored(AsbSurface *surface, const AsbActor *actor, HeapTuple row, AttrNumber attnum);

/* ... of it, what the planner computes beforehand: calls of constants only. */
extern void asb_follow_constants(AsbSurface *surface, const AsbActor *actor, HeapTuple row, AttrNumber attnum);

/* The actor after one more step, and as somebody else. */
extern AsbActor asb_actor_step(const AsbActor *actor, const char *step);
extern AsbActor asb_actor_as(AsbSurface *surface, const AsbActor *actor, Oid checked_as, Oid user);

/* What follows from a use of each kind. */
extern void asb_follow_use_of_relation(AsbSurface *surface, const AsbUse *use);
extern void asb_follow_use_of_function(AsbSurface *surface, const AsbUse *use);
extern void asb_follow_use_of_type(AsbSurface *surface, const AsbUse *use);

/* SELECT or a change, on a view. */
extern void asb_follow_view(AsbSurface *surface, const AsbUse *use, const AsbActor *actor, AsbRelation *view);

/* The query of a view or materialized view; NULL if it has none. */
extern struct Query *asb_view_query(AsbSurface *surface, AsbRelation *view);

/* Rules and triggers of a command; true if one of them always replaces it. */
extern bool asb_follow_rules(AsbSurface *surface, AclMode command, const AsbActor *actor, AsbRelation *relation);
extern bool asb_follow_triggers(AsbSurface *surface, AclMode command, const AsbActor *actor, AsbRelation *relation);

/* What runs when a conversation logs in. */
extern void asb_follow_login(AsbSurface *surface);

/* The support functions behind an operator class, and all operators. */
extern void asb_follow_operator_class(AsbSurface *surface, const AsbActor *actor, Oid opclass);
extern void asb_follow_operators(AsbSurface *surface);

/* What a type is, for notes; NULL for those of the server and base types. */
extern const char *asb_type_notes(AsbSurface *surface, Oid typid);

/* Who a function runs as and whether its text can be followed, for notes. */
extern const char *asb_function_notes(AsbSurface *surface, AsbFunction *function, Oid user);

#endif							/* ASB_FOLLOW_H */
