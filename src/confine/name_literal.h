/*
 * name_literal.h
 *	  Literals that may have been looked up as names.
 */
#ifndef ASB_NAME_LITERAL_H
#define ASB_NAME_LITERAL_H

#include "confine/name_search.h"

/* Notes a node that may give literals in it a type. */
extern void asb_search_note_types(AsbNameSearch *search, Node *node);

/* All that is noted in "typing", once the relations of the statement are known. */
extern void asb_search_literals(AsbNameSearch *search);

#endif							/* ASB_NAME_LITERAL_H */
