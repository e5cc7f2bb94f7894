/*
 * constraint.h
 *	  Which constraints and indexes of relations a role knows.
 */
#ifndef ASB_CONSTRAINT_H
#define ASB_CONSTRAINT_H

/*
 * Does the role know the relation's constraint or unique index of this name,
 * that is, all columns in it?  False if there is none.
 */
extern bool asb_constraint_known(Oid role, Oid relid, const char *name);

/*
 * May the definition of an index be told, or that of a constraint: does the
 * role know all columns in it, those of a relation that it refers to as well,
 * and is there no expression in it?  False if there is none.
 */
extern bool asb_index_describable(Oid role, Oid indexrelid);
extern bool asb_constraint_describable(Oid role, Oid constraint);

#endif							/* ASB_CONSTRAINT_H */
