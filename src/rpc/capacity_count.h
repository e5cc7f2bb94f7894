/*
 * capacity_count.h
 *	  Shared by the files that compute capacities; private to them.
 */
#ifndef ASB_RPC_CAPACITY_COUNT_H
#define ASB_RPC_CAPACITY_COUNT_H

#include "common/bits.h"
#include "rpc/schema_node.h"

/* Types are counted apart, in the order of the bits of AsbNode.types. */
#define ASB_CAPACITY_TYPES 7

typedef struct AsbCapacity
{
	double		bits[ASB_CAPACITY_TYPES];
} AsbCapacity;

typedef struct AsbCapacityWork AsbCapacityWork;

/* What a subschema accepts, all types together. */
extern double asb_capacity_total(AsbCapacityWork *work, const AsbNode *node);

/* ... and strings alone */
extern double asb_capacity_strings(AsbCapacityWork *work, const AsbNode *node);

/* What the rules of one kind alone accept (capacity_number.c, capacity_containers.c). */
extern double asb_capacity_integers(const AsbNumberRules *rules);
extern double asb_capacity_fractions(const AsbNumberRules *rules);
extern double asb_capacity_arrays(AsbCapacityWork *work, const AsbArrayRules *rules);
extern double asb_capacity_objects(AsbCapacityWork *work, const AsbObjectRules *rules);

#endif							/* ASB_RPC_CAPACITY_COUNT_H */
